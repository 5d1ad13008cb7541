import pytest

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import SHA1, SHA256, Oid
from gitledger.store.commit import Commit, Person, format_commit, format_signed, parse_commit

ADA = Person(name="Ada Lovelace", email="ada@example.org", time=1_700_000_000)
TREE, P, Q = Oid(b"\x01" * 20), Oid(b"\x02" * 20), Oid(b"\x03" * 20)
COMMIT = Commit(tree=TREE, parents=(P, Q), author=ADA, committer=replace(ADA, name="Büro"), message="subject\n\nbody\n")
BYTES = (
    b"tree 0101010101010101010101010101010101010101\n"
    b"parent 0202020202020202020202020202020202020202\n"
    b"parent 0303030303030303030303030303030303030303\n"
    b"author Ada Lovelace <ada@example.org> 1700000000 +0000\n"
    b"committer B\xc3\xbcro <ada@example.org> 1700000000 +0000\n"
    b"\n"
    b"subject\n\nbody\n"
)


def test_a_commit_in_bytes() -> None:
    assert format_commit(COMMIT) == BYTES
    assert parse_commit(BYTES, SHA1) == COMMIT


@pytest.mark.parametrize(
    "commit",
    [
        replace(COMMIT, parents=()),
        replace(COMMIT, message=""),
        replace(COMMIT, message="\n\ntree of\nparent "),
        replace(COMMIT, author=Person(name="", email="", time=0, zone="-1130")),
        replace(COMMIT, author=Person(name=" a  b ", email=" ", time=253_402_300_799)),
    ],
)
def test_a_commit_comes_back_as_it_was(commit: Commit) -> None:
    assert parse_commit(format_commit(commit), SHA1) == commit


def test_a_commit_in_a_repository_of_sha256() -> None:
    commit = replace(COMMIT, tree=Oid(b"\x01" * 32), parents=(Oid(b"\x02" * 32),))
    assert parse_commit(format_commit(commit), SHA256) == commit
    with pytest.raises(FormatError, match="40 digits"):
        parse_commit(format_commit(commit), SHA1)


def test_a_signature_is_read_and_written_beside_the_bytes_that_it_covers() -> None:
    signed = BYTES.replace(b"\n\nsubject", b"\ngpgsig -----BEGIN\n \n AAAA\n -----END\n\nsubject")
    commit = parse_commit(signed, SHA1)
    assert commit == replace(COMMIT, signature=b"-----BEGIN\n\nAAAA\n-----END")
    assert format_signed(BYTES, b"-----BEGIN\n\nAAAA\n-----END", SHA1) == signed
    with pytest.raises(AssertionError, match="a signature covers"):
        format_commit(commit)


def test_a_signature_is_for_the_hash_function_of_the_repository() -> None:
    commit = replace(COMMIT, tree=Oid(b"\x01" * 32), parents=(Oid(b"\x02" * 32),))
    signed = format_signed(format_commit(commit), b"AAAA", SHA256)
    assert parse_commit(signed, SHA256) == replace(commit, signature=b"AAAA")
    with pytest.raises(FormatError, match="another hash function"):
        parse_commit(signed.replace(b"gpgsig-sha256", b"gpgsig"), SHA256)
    with pytest.raises(FormatError, match="another hash function"):
        parse_commit(format_signed(BYTES, b"AAAA", SHA1).replace(b"gpgsig", b"gpgsig-sha256"), SHA1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"tree 01", b"Tree 01"),
        (b"tree 01", b"tree AB"),
        (b"tree 01", b"tree 0101"),
        (b"parent 02", b"parent  02"),
        (b"\nauthor ", b"\nauthor X <> 1 +0000\nauthor "),
        (b"\ncommitter", b"\nencoding latin-1\ncommitter"),
        (b"\n\nsubject", b"\nmergetag x\n\nsubject"),
        (b"\n\nsubject", b"\ngpgsig a\ngpgsig b\n\nsubject"),
        (b"\n\nsubject", b"\r\n\nsubject"),
        (b"\n\nsubject\n\nbody\n", b""),
        (b"body", b"bo\0dy"),
        (b"body", b"bo\xffdy"),
        (b"B\xc3\xbcro", b"B\xfcro"),
        (b"Ada Lovelace <", b"Ada <Lovelace <"),
        (b"Lovelace <", b"Lovelace<"),
        (b"1700000000 +0000\ncommitter", b"01700000000 +0000\ncommitter"),
        (b"1700000000 +0000\ncommitter", b"-1 +0000\ncommitter"),
        (b"1700000000 +0000\ncommitter", b"253402300800 +0000\ncommitter"),
        (b"1700000000 +0000\ncommitter", b"9" * 5000 + b" +0000\ncommitter"),
        (b"1700000000 +0000\ncommitter", b"1700000000 +000\ncommitter"),
        (b"1700000000 +0000\ncommitter", b"1700000000 UTC\ncommitter"),
    ],
)
def test_other_bytes_are_refused(old: bytes, new: bytes) -> None:
    assert old in BYTES
    with pytest.raises(FormatError):
        parse_commit(BYTES.replace(old, new), SHA1)


@pytest.mark.parametrize("message", ["nu\0l", "half \ud800"])
def test_a_message_that_no_commit_can_hold_is_refused(message: str) -> None:
    with pytest.raises(FormatError):
        format_commit(replace(COMMIT, message=message))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a\nb"},
        {"name": "<a"},
        {"name": "\0"},
        {"name": "\udcff"},
        {"email": "a>"},
        {"time": -1},
        {"time": 253_402_300_800},
        {"zone": "Z"},
        {"zone": "+0000\n"},
    ],
    ids=str,
)
def test_a_person_that_no_header_can_hold_cannot_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(FormatError):
        Person(**{"name": "a", "email": "b", "time": 0, **wrong})  # type: ignore[arg-type]


def test_a_person_reads_as_an_envelope_has_it() -> None:
    assert str(ADA) == "Ada Lovelace <ada@example.org>"
