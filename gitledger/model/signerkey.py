"""Keys that publications are signed with, as a policy writes them. Specified in ``docs/format/policy.md``."""

import re
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import shown
from gitledger.model.armor import decode_base64, key_name, split_strings

_OPENPGP: Final = "openpgp "
_FINGERPRINT = re.compile(r"(?:[0-9A-F]{40}|[0-9A-F]{64})\Z")
_SSH_KINDS: Final = frozenset(
    {
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)


def parse_key(text: str) -> str:
    """Return the name, as Git tells it, of a key: ``ssh-ed25519 BASE64`` and its like, or ``openpgp FINGERPRINT``.

    Raises:
        FormatError: another form; a kind of key that Git's signatures are not made with.
    """
    if text.startswith(_OPENPGP):
        fingerprint = text.removeprefix(_OPENPGP)
        if not _FINGERPRINT.match(fingerprint):
            raise FormatError(f"{shown(text)} is no key; expected openpgp and 40 or 64 digits 0-9 A-F")
        return fingerprint
    kind, _, encoded = text.partition(" ")
    if kind not in _SSH_KINDS:
        raise FormatError(f"{shown(text)} is no key; expected openpgp FINGERPRINT, or a public key of OpenSSH")
    blob = decode_base64(encoded.encode())
    if split_strings(blob)[:1] != [kind.encode()]:
        raise FormatError(f"{shown(text)} is no key of this kind; expected what ssh-keygen writes, without a comment")
    return key_name(blob)
