"""Keys and signatures of OpenSSH made by hand, as ``PROTOCOL.sshsig`` and RFC 4253 say: the same bytes every time."""

import hashlib
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIND = b"ssh-ed25519"
ORDER = 2**252 + 27742317777372353535851937790883648493
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


class SshKey:
    """An Ed25519 key.

    Args:
        seed: a number that no other key of the test has.
    """

    def __init__(self, seed: int) -> None:
        self._secret = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32))
        public = self._secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.blob = string(KIND) + string(public)

    @property
    def line(self) -> str:
        """The key as a policy names it."""
        return f"ssh-ed25519 {b64encode(self.blob).decode()}"

    @property
    def name(self) -> str:
        """The key as Git names it."""
        return "SHA256:" + b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def sign_raw(self, data: bytes) -> bytes:
        """Return the 64 bytes of a signature."""
        return self._secret.sign(data)

    def sign(self, data: bytes, namespace: bytes = b"git") -> bytes:
        """Return the signature in its armor."""
        fields = string(namespace) + string(b"") + string(b"sha512")
        signed = b"SSHSIG" + fields + string(hashlib.sha512(data).digest())
        signature = string(KIND) + string(self._secret.sign(signed))
        return armor(b"SSHSIG" + (1).to_bytes(4) + string(self.blob) + fields + string(signature))


def in_a_certificate(signature: bytes, key: SshKey, by: SshKey) -> bytes:
    """Return a signature whose key stands in a certificate that somebody else made; what it signs is the same."""
    kind = b"ssh-ed25519-cert-v01@openssh.com"
    public = key.blob[-32:]
    nothing = string(b"")
    # PROTOCOL.certkeys: nonce, key, serial, type of a user, id, principals, from, until, options, extensions, reserved.
    lasting = bytes(8) + b"\xff" * 8
    body = string(kind) + string(bytes(32)) + string(public) + bytes(8) + (1).to_bytes(4)
    body += string(b"id") + nothing + lasting + nothing * 3 + string(by.blob)
    certificate = body + string(string(KIND) + string(by.sign_raw(body)))
    return armor(unarmored(signature).replace(string(key.blob), string(certificate)))


def string(data: bytes) -> bytes:
    """Return bytes behind their length."""
    return len(data).to_bytes(4) + data


def armor(blob: bytes, columns: int = 70) -> bytes:
    """Return a signature as it stands in a commit."""
    text = b64encode(blob).decode()
    return "\n".join([BEGIN, *(text[at : at + columns] for at in range(0, len(text), columns)), END]).encode()


def unarmored(signature: bytes) -> bytes:
    """Return what is in the armor."""
    return b64decode(b"".join(signature.split(b"\n")[1:-1]))


def second_form(signature: bytes) -> bytes:
    """Return another signature of the same bytes that OpenSSH accepts, made without the key."""
    blob = unarmored(signature)
    number = int.from_bytes(blob[-32:], "little") + ORDER
    return armor(blob[:-32] + number.to_bytes(32, "little"))


def with_signature(commit: bytes, signature: bytes, header: str = "gpgsig") -> bytes:
    """Return a commit with a signature in its header."""
    headers, _, message = commit.partition(b"\n\n")
    value = signature.replace(b"\n", b"\n ")
    return b"\n".join([headers, header.encode() + b" " + value, b"", message])
