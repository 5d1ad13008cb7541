"""The form of a commit's signature, before anybody asks whether it holds.

A signature must not have a second form that holds as well: whoever changes it would make another commit of the same
publication, signed by somebody who never saw it. So armor and structure are held to what OpenSSH writes, and numbers to
the one of their forms that it writes. Specified in ``docs/format/policy.md``; the structure is that of OpenSSH's
``PROTOCOL.sshsig``. Of OpenPGP's signatures only the armor is looked at: they hold parts that nobody signs.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final

from gitledger.errors import FormatError

ARMOR_BYTES: Final = 16 * 1024
"""The longest signature, in its armor: several times that of the longest RSA key."""
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""The order of the group of Ed25519 (RFC 8032): of S, and S plus this, OpenSSH accepts both."""

_SSH = (b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----")
_OPENPGP = (b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----")
# What OpenSSH breaks lines after, and what its specification recommends.
_COLUMNS: Final = (70, 76)
_PREAMBLE: Final = b"SSHSIG\0\0\0\1"
_ED25519: Final = (b"ssh-ed25519", b"sk-ssh-ed25519@openssh.com")
_ED25519_BYTES: Final = 64
_RSA: Final = b"ssh-rsa"


def parse_armor(signature: bytes) -> str | None:
    """Return the name of the key that a signature of OpenSSH says made it; None for one of OpenPGP.

    No signature covers which key that is. It is for the caller to hold it to what git says: the same key wrapped in a
    certificate by anybody has another name.

    Args:
        signature: the value of the commit's header, without a line break at its end.

    Raises:
        FormatError: neither kind, more than `ARMOR_BYTES`, or another form than the one that it must have.
    """
    if len(signature) > ARMOR_BYTES:
        raise FormatError(f"a signature has {len(signature):,} bytes; expected at most {ARMOR_BYTES:,}")
    lines = signature.split(b"\n")
    if (lines[0], lines[-1]) == _SSH:
        return _parse_ssh(_unarmored(lines[1:-1]))
    if (lines[0], lines[-1]) != _OPENPGP:
        raise FormatError("a signature has neither the armor of OpenSSH nor that of OpenPGP; expected one of them")
    return None


def key_name(blob: bytes) -> str:
    """Return the name of a public key of OpenSSH, as git tells it."""
    return "SHA256:" + b64encode(sha256(blob).digest()).decode().rstrip("=")


def split_strings(data: bytes) -> list[bytes]:
    """Return the strings that stand one after another, each behind its length (RFC 4251, section 5).

    Raises:
        FormatError: bytes that are no such strings.
    """
    found, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > len(data) or at + 4 > len(data):
            raise FormatError("a string of OpenSSH ends early; expected as many bytes as it says")
        found.append(data[at + 4 : end])
        at = end
    return found


def decode_base64(text: bytes) -> bytes:
    """Return what base64 says, in the one form that has no bits left over.

    Raises:
        FormatError: another form.
    """
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        data = b""
    if not data or b64encode(data) != text:
        raise FormatError("this is not base64; expected base64 with padding and no bits left over")
    return data


def _unarmored(lines: list[bytes]) -> bytes:
    text = b"".join(lines)
    if not any(lines == _wrapped(text, columns) for columns in _COLUMNS):
        raise FormatError("the lines of a signature have other lengths than OpenSSH gives them; expected 70 or 76")
    return decode_base64(text)


def _wrapped(text: bytes, columns: int) -> list[bytes]:
    return [text[at : at + columns] for at in range(0, len(text), columns)]


def _parse_ssh(blob: bytes) -> str:
    if not blob.startswith(_PREAMBLE):
        raise FormatError("a signature has not the structure of OpenSSH's; expected SSHSIG of version 1")
    match split_strings(blob.removeprefix(_PREAMBLE)):
        case [key, b"git", b"", b"sha256" | b"sha512", signed]:
            # What is behind the kind need not be strings: that of a certificate is not.
            kind = key[4 : 4 + int.from_bytes(key[:4])]
            if kind in _ED25519:
                _check_ed25519(kind, signed)
            elif kind == _RSA:
                _check_rsa(split_strings(key), signed)
            return key_name(key)
        case _:
            raise FormatError("a signature is for another purpose, or of another form; expected the namespace git")


def _check_rsa(key: list[bytes], signed: bytes) -> None:
    """Hold a signature to the length of the key's modulus: OpenSSH accepts it without zeros at its beginning, too."""
    modulus = key[-1].lstrip(b"\0")
    match split_strings(signed):
        case [_, number] if len(number) == len(modulus):
            return
    raise FormatError("a signature by an RSA key has another length than its key; expected as many bytes")


def _check_ed25519(kind: bytes, signed: bytes) -> None:
    """Hold a signature to its kind, 64 bytes, an S below the order, and nothing behind it but what a token signs."""
    head = len(kind).to_bytes(4) + kind + _ED25519_BYTES.to_bytes(4)
    number, rest = signed[len(head) : len(head) + _ED25519_BYTES], signed[len(head) + _ED25519_BYTES :]
    # A security token adds a byte of flags and a counter of four, which it signs.
    tail = 0 if kind == _ED25519[0] else 5
    if not signed.startswith(head) or len(number) != _ED25519_BYTES or len(rest) != tail:
        raise FormatError("a signature by an Ed25519 key has another form than it; expected 64 bytes")
    if int.from_bytes(number[32:], "little") >= GROUP_ORDER:
        raise FormatError("a signature has a second form of its number S; expected S below the order of the group")
