"""The form of signatures: what OpenSSH writes, and no other bytes that it accepts as well."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.model.armor import ARMOR_BYTES, parse_armor
from tests.ssh_signer import BEGIN, END, KIND, ORDER, SshKey, armor, second_form, string, unarmored

KEY = SshKey(1)
SIGNATURE = KEY.sign(b"commit")
RSA = string(b"ssh-rsa") + string(b"\3") + string(b"\0\xff\0\1")
PGP = b"-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0=\n=abcd\n-----END PGP SIGNATURE-----"


def sshsig(
    key: bytes = KEY.blob,
    namespace: bytes = b"git",
    reserved: bytes = b"",
    hashed: bytes = b"sha512",
    signature: bytes = string(KIND) + string(bytes(64)),
    more: bytes = b"",
) -> bytes:
    """Return a signature that need not hold."""
    fields = b"".join(map(string, (key, namespace, reserved, hashed, signature)))
    return armor(b"SSHSIG\0\0\0\1" + fields + more)


@pytest.mark.parametrize(
    "signature",
    [
        SIGNATURE,
        armor(unarmored(SIGNATURE), 76),
        sshsig(hashed=b"sha256"),
        sshsig(signature=string(KIND) + string(bytes(32) + (ORDER - 1).to_bytes(32, "little"))),
        sshsig(key=RSA, signature=string(b"rsa-sha2-512") + string(bytes(3))),
        sshsig(
            key=string(b"sk-ssh-ed25519@openssh.com") + string(bytes(32)) + string(b"ssh:"),
            signature=string(b"sk-ssh-ed25519@openssh.com") + string(bytes(64)) + b"\1" + bytes(4),
        ),
        PGP,
    ],
)
def test_what_openssh_and_openpgp_write(signature: bytes) -> None:
    parse_armor(signature)


def test_a_signature_says_which_key_made_it() -> None:
    assert parse_armor(SIGNATURE) == KEY.name
    assert parse_armor(PGP) is None


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (b"", "neither"),
        (b"signed, Ada", "neither"),
        (SIGNATURE + b"\n", "neither"),
        (b"\n" + SIGNATURE, "neither"),
        (SIGNATURE.replace(b"\n", b"\r\n"), "neither"),
        (PGP + b"\n" + PGP[:10], "neither"),
        (b"-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----", "neither"),
        (b"-----BEGIN PGP SIGNATURE-----", "neither"),
        (b"-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----", "neither"),
        (PGP.replace(b"=abcd", b"x" * ARMOR_BYTES), "at most"),
        (armor(unarmored(SIGNATURE), 64), "70 or 76"),
        (armor(unarmored(SIGNATURE), 1000), "70 or 76"),
        (SIGNATURE.replace(b"\n-----END", b"\n\n-----END"), "70 or 76"),
        (f"{BEGIN}\n{END}".encode(), "base64"),
        (f"{BEGIN}\nU1NIU0lH!\n{END}".encode(), "base64"),
        (f"{BEGIN}\n{b64encode(b'SSHSI').decode()[:-1]}\n{END}".encode(), "base64"),
        (f"{BEGIN}\nU1NIU0l=\n{END}".encode(), "base64"),
        (armor(b"SSHSIG\0\0\0\2" + unarmored(SIGNATURE)[10:]), "version 1"),
        (armor(unarmored(SIGNATURE)[:-1]), "ends early"),
        (armor(unarmored(SIGNATURE) + b"\0\0\0"), "ends early"),
        (sshsig(more=string(b"")), "namespace git"),
        (sshsig(namespace=b"file"), "namespace git"),
        (sshsig(reserved=b"x"), "namespace git"),
        (sshsig(hashed=b"md5"), "namespace git"),
        (sshsig(key=RSA, signature=string(b"rsa-sha2-512") + string(bytes(2))), "another length"),
        (sshsig(key=RSA, signature=string(b"rsa-sha2-512") + string(bytes(3)) + string(b"")), "another length"),
        (sshsig(key=string(b"ssh-rsa"), signature=string(b"rsa-sha2-512")), "another length"),
        (sshsig(signature=string(KIND) + string(bytes(63))), "64 bytes"),
        (sshsig(signature=string(KIND) + string(bytes(65))), "64 bytes"),
        (sshsig(signature=string(KIND) + string(bytes(64)) + b"\0"), "64 bytes"),
        (sshsig(signature=string(b"ssh-rsa") + string(bytes(64))), "64 bytes"),
        (sshsig(signature=string(KIND) + string(bytes(32) + ORDER.to_bytes(32, "little"))), "second form"),
        (second_form(SIGNATURE), "second form"),
    ],
)
def test_every_other_form_is_refused(signature: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse_armor(signature)


@given(st.binary(max_size=300))
def test_whatever_is_in_the_armor_raises_nothing_else(blob: bytes) -> None:
    for signature in (blob, armor(blob), armor(b"SSHSIG\0\0\0\1" + blob), sshsig(key=blob), sshsig(signature=blob)):
        try:
            parse_armor(signature)
        except FormatError:
            continue


def test_no_other_base64_of_a_signature_is_accepted() -> None:
    text = SIGNATURE.split(b"\n")
    for line in range(1, len(text) - 1):
        for at in range(len(text[line])):
            changed = [*text[:line], text[line][:at] + b"=" + text[line][at + 1 :], *text[line + 1 :]]
            if changed != text:
                with pytest.raises(FormatError):
                    parse_armor(b"\n".join(changed))
