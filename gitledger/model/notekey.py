"""Keys of signed notes: their text forms, making signatures and checking them.

Two algorithms of C2SP: Ed25519 over the text of a note (signed-note), with which a log signs its checkpoints, and
Ed25519 over a time and the text (tlog-cosignature, v1), with which witnesses do. Specified in
``docs/format/checkpoint.md``.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from gitledger import ed25519
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import shown
from gitledger.model.note import KEY_ID_BYTES, Signature, check_key_name, parse_base64

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
SEED_BYTES: Final = ed25519.KEY_BYTES
LATEST: Final = 2**63 - 1
"""The latest time of a cosignature, in seconds since 1970."""

_TIME_BYTES: Final = 8
_BLOB_BYTES: Final = {ED25519: ed25519.SIGNATURE_BYTES, COSIGNATURE: _TIME_BYTES + ed25519.SIGNATURE_BYTES}
_PRIVATE: Final = "PRIVATE+KEY+"
_TEXT = re.compile(r"(?P<name>[^+\n]+)\+(?P<id>[0-9a-f]{8})\+(?P<data>[0-9A-Za-z+/=]+)\Z")


@frozen
class VerifierKey:
    """Who may have signed: what everybody may know of a key.

    Attributes:
        name: of the key; that of a log is its origin.
        algorithm: `ED25519` or `COSIGNATURE`.
        public: the public key.
    """

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a key that could not have signed anything.

        Raises:
            FormatError: a name that no key has, another algorithm, bytes that are no public key.
        """
        check_key_name(self.name)
        if self.algorithm not in _BLOB_BYTES:
            raise FormatError(f"a key has the algorithm {self.algorithm:#04x}; expected 0x01 or 0x04")
        if not ed25519.is_public_key(self.public):
            raise FormatError(f"the key {shown(self.name)} is no public key of Ed25519; expected 32 canonical bytes")

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, tell this key from others."""
        return sha256(self.name.encode() + b"\n" + bytes((self.algorithm,)) + self.public).digest()[:KEY_ID_BYTES]


@frozen
class SigningKey:
    """Who signs: a name, an algorithm as of `VerifierKey`, and the secret, 32 bytes that nobody else has."""

    name: str
    algorithm: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The key that checks what this one signs.

        Raises:
            FormatError: a name that no key has, another algorithm.
            UsageError: the extra ``sign`` is not installed.
        """
        return VerifierKey(name=self.name, algorithm=self.algorithm, public=ed25519.public_key(self.seed))


def sign(key: SigningKey, text: bytes, *, now: int) -> Signature:
    """Return the signature line of a text.

    Args:
        key: who signs.
        text: the whole text of a note.
        now: seconds since 1970; part of a cosignature, and of no other.

    Raises:
        UsageError: the extra ``sign`` is not installed.
    """
    time = now.to_bytes(_TIME_BYTES, "big") if key.algorithm == COSIGNATURE else b""
    blob = time + ed25519.sign(key.seed, _message(key.algorithm, time, text))
    return Signature(name=key.name, key=key.verifier.id, blob=blob)


def check_signature(key: VerifierKey, text: bytes, signature: Signature) -> None:
    """Check a signature line that bears the name and the id of this key.

    Raises:
        FormatError: it is no signature of this text by this key.
        UsageError: the extra ``sign`` is not installed.
    """
    time = signature.blob[: -ed25519.SIGNATURE_BYTES]
    if len(signature.blob) != _BLOB_BYTES[key.algorithm] or int.from_bytes(time, "big") > LATEST:
        raise FormatError(f"a signature of {shown(key.name)} has another form than its key makes")
    message = _message(key.algorithm, time, text)
    if not ed25519.is_signed(key.public, message, signature.blob[-ed25519.SIGNATURE_BYTES :]):
        raise FormatError(f"a signature of {shown(key.name)} is not one of this text; expected what the key signed")


def format_verifier_key(key: VerifierKey) -> str:
    """Return the text form of a key, a vkey: ``<name>+<id>+<base64>``."""
    return f"{key.name}+{key.id.hex()}+{b64encode(bytes((key.algorithm,)) + key.public).decode()}"


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key that a vkey stands for.

    Raises:
        FormatError: a text that `format_verifier_key` would not have written.
    """
    name, data = _parse(text)
    key = VerifierKey(name=name, algorithm=data[0], public=data[1:])
    _check_same(format_verifier_key(key), text)
    return key


def format_signing_key(key: SigningKey) -> str:
    """Return the secret text form of a key: ``PRIVATE+KEY+<name>+<id>+<base64>``.

    Raises:
        UsageError: the extra ``sign`` is not installed.
    """
    secret = b64encode(bytes((key.algorithm,)) + key.seed).decode()
    return f"{_PRIVATE}{key.name}+{key.verifier.id.hex()}+{secret}"


def parse_signing_key(text: str) -> SigningKey:
    """Return the key that a secret text form stands for.

    Raises:
        FormatError: a text that `format_signing_key` would not have written; nothing of it is in the message.
        UsageError: the extra ``sign`` is not installed.
    """
    if not text.startswith(_PRIVATE):
        raise FormatError(f"this is not a secret key; expected a text that begins with {_PRIVATE}")
    try:
        name, data = _parse(text.removeprefix(_PRIVATE))
    except FormatError:
        raise FormatError("a secret key is damaged; expected name, id and base64") from None
    if len(data) != 1 + SEED_BYTES:
        raise FormatError(f"a secret key has {len(data)} bytes; expected {1 + SEED_BYTES}")
    key = SigningKey(name=name, algorithm=data[0], seed=data[1:])
    _check_same(format_signing_key(key), text)
    return key


def _message(algorithm: int, time: bytes, text: bytes) -> bytes:
    if algorithm == ED25519:
        return text
    return b"cosignature/v1\ntime %d\n" % int.from_bytes(time, "big") + text


def _parse(text: str) -> tuple[str, bytes]:
    match = _TEXT.match(text)
    if match is None:
        raise FormatError(f"{shown(text)} is not a key; expected name, id and base64, joined by +")
    return match["name"], parse_base64(match["data"])


def _check_same(expected: str, text: str) -> None:
    # Names the key, and not the text: it may be a secret.
    if expected != text:
        raise FormatError("the id of a key is not the hash of its name and its public key; expected it to be")
