"""Ed25519 (RFC 8032): the one door to the package ``cryptography``, which the extra ``sign`` installs.

Seeds and public keys are their 32 bytes, signatures their 64. A signature is checked strictly: S below the order of
the group, R in its only form, no cofactor. Public keys are the business of `is_public_key`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gitledger.errors import UsageError

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_PRIME: Final = 2**255 - 19


def is_public_key(public: bytes) -> bool:
    """Return whether these bytes may be a public key: the only form of a y, and neither of the points where x is 0.

    Libraries differ about all others, and no seed has one of them.
    """
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    return len(public) == KEY_BYTES and y < _PRIME and y not in {1, _PRIME - 1}


def public_key(seed: bytes) -> bytes:
    """Return the public key of a seed.

    Raises:
        UsageError: ``cryptography`` is not installed.
    """
    with _needed():
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message.

    Raises:
        UsageError: ``cryptography`` is not installed.
    """
    with _needed():
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature is one of this message by this key, for which `is_public_key` is true.

    Raises:
        UsageError: ``cryptography`` is not installed.
    """
    with _needed():
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@contextmanager
def _needed() -> Iterator[None]:
    # Imported where it is used: only those who sign, or judge signatures, need it.
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            "signatures need the package cryptography, which is not installed; expected the extra 'sign'",
            hint="pip install 'git-ledger[sign]'",
        ) from error
