import pytest

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.model.note import Signature, parse_note
from gitledger.model.notekey import (
    COSIGNATURE,
    ED25519,
    LATEST,
    SigningKey,
    VerifierKey,
    check_signature,
    format_signing_key,
    format_verifier_key,
    parse_signing_key,
    parse_verifier_key,
    sign,
)

# What golang.org/x/mod/sumdb/note shows in its documentation: a key, a note, and the signature that it makes.
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
LOG = SigningKey(name="example.com/log", algorithm=ED25519, seed=bytes(range(32)))
WITNESS = replace(LOG, name="w.example", algorithm=COSIGNATURE)


def test_keys_and_signatures_are_those_of_other_programs() -> None:
    key = parse_signing_key(SECRET)
    text, signatures = parse_note(NOTE)
    assert format_verifier_key(key.verifier) == PUBLIC
    assert format_signing_key(key) == SECRET
    assert signatures == (sign(key, text, now=0),)
    check_signature(parse_verifier_key(PUBLIC), text, signatures[0])


@pytest.mark.parametrize("key", [LOG, WITNESS], ids=["log", "witness"])
def test_a_key_checks_what_it_signed_and_nothing_else(key: SigningKey) -> None:
    made = sign(key, b"text\n", now=1_767_268_800)
    check_signature(key.verifier, b"text\n", made)
    for text, changed in (
        (b"Text\n", made),
        (b"text\n", replace(made, blob=made.blob[:-1] + bytes([made.blob[-1] ^ 1]))),
        (b"text\n", replace(made, blob=bytes([made.blob[0] ^ 1]) + made.blob[1:])),
        (b"text\n", replace(made, blob=made.blob[1:])),
        (b"text\n", replace(made, blob=b"\0" + made.blob)),
    ):
        with pytest.raises(FormatError):
            check_signature(key.verifier, text, changed)


def test_a_cosignature_begins_with_its_time_and_signs_it() -> None:
    made = sign(WITNESS, b"text\n", now=77)
    assert made.blob[:8] == (77).to_bytes(8, "big")
    plain = sign(replace(WITNESS, algorithm=ED25519), b"cosignature/v1\ntime 77\ntext\n", now=0)
    assert made.blob[8:] == plain.blob


def test_a_time_has_63_bits() -> None:
    check_signature(WITNESS.verifier, b"text\n", sign(WITNESS, b"text\n", now=LATEST))
    with pytest.raises(FormatError, match="another form"):
        check_signature(WITNESS.verifier, b"text\n", sign(WITNESS, b"text\n", now=LATEST + 1))


def test_the_algorithm_is_part_of_the_id() -> None:
    assert LOG.verifier.id != replace(LOG, algorithm=COSIGNATURE).verifier.id
    assert LOG.verifier.id != replace(LOG, name="example.com/lot").verifier.id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        PUBLIC + "\n",
        PUBLIC[:-1],
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC.replace("c74f20a3", "C74F20A3"),
        PUBLIC.replace("PeterNeumann", "PeterNewman"),
        PUBLIC.replace("PeterNeumann", ""),
        PUBLIC.replace("PeterNeumann", "Peter Neumann"),
        PUBLIC.replace("ARpc", "AhpC"),
        "PeterNeumann+c74f20a3+AQ==",
        "\udc80+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        SECRET,
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse_verifier_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PUBLIC,
        SECRET[:-4],
        SECRET + "A",
        SECRET.replace("c74f20a3", "00000000"),
        SECRET.replace("PeterNeumann", "Peter"),
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AQ==",
        "PRIVATE+KEY+",
    ],
)
def test_what_is_no_secret_key_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_signing_key(text)
    assert "YEKFALV" not in str(caught.value)
    assert caught.value.__cause__ is None or "YEKFALV" not in str(caught.value.__cause__)


def test_a_key_of_another_algorithm_is_refused() -> None:
    with pytest.raises(FormatError, match="0x06"):
        VerifierKey(name="x", algorithm=6, public=LOG.verifier.public)


def test_a_signature_has_a_key_of_four_bytes() -> None:
    with pytest.raises(FormatError):
        Signature(name="x", key=b"123", blob=b"x")
