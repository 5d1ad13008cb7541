"""Scenarios of ``docs/format/policy.md``: the value of ``.ledger/policy``."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

from vectors.generate_model.scenario import NULL, TRUE, Scenario, accepted, array, mapping, octets, refused, text, uint

Pairs = list[tuple[str, bytes]]
FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
LONGEST = "x" * 255
FAR_TOO_LONG = "x" * 256


def blob(label: str, kind: str = "ssh-ed25519") -> bytes:
    """Return the public key of somebody, as OpenSSH writes it in binary; only its kind has a meaning here."""
    parts = (kind.encode(), hashlib.sha256(label.encode()).digest())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def key(label: str, kind: str = "ssh-ed25519") -> str:
    return f"{kind} {b64encode(blob(label, kind)).decode()}"


def name_of(label: str, kind: str = "ssh-ed25519") -> str:
    """Return the name that Git gives to a key."""
    return "SHA256:" + b64encode(hashlib.sha256(blob(label, kind)).digest()).decode().rstrip("=")


def texts(*words: str) -> bytes:
    return array(*map(text, words))


def signer(*keys: str, rules: bytes | None = None) -> bytes:
    return mapping([("keys", texts(*keys)), *([] if rules is None else [("rules", rules)])])


ADA = key("ada")
SIGNERS = mapping([("ada", signer(ADA))])
TWO = mapping([("ada", signer(ADA)), ("kim", signer(key("kim")))])


def policy(
    *,
    version: bytes = uint(1),
    signers: bytes = SIGNERS,
    keepers: bytes = texts("ada"),
    threshold: bytes = uint(1),
    rules: bytes | None = None,
    limits: bytes | None = None,
) -> bytes:
    pairs: Pairs = [] if rules is None else [("rules", rules)]
    pairs += [] if limits is None else [("limits", limits)]
    return mapping([*pairs, ("keepers", keepers), ("signers", signers), ("version", version), ("threshold", threshold)])


def good(says: str, data: bytes, **said: object) -> Scenario:
    """Return an accepted policy; what it does not say otherwise is what `policy` writes."""
    usual = {
        "version": 1,
        "signers": {"ada": {"keys": [name_of("ada")], "rules": None}},
        "keepers": ["ada"],
        "threshold": 1,
        "rules": None,
        "limits": {"value": None, "writes": None, "events": None},
    }
    return accepted(says, data, **{**usual, **said})


def scenarios() -> Iterator[Scenario]:
    yield from _accepted()
    yield from _refused_shape()
    yield from _refused_signers()
    yield from _refused_keys()
    yield from _refused_rules_and_limits()


def _accepted() -> Iterator[Scenario]:
    yield good("a policy needs a signer who is its keeper", policy())
    yield good("a version may be as large as an integer", policy(version=uint(2**64 - 1)), version=2**64 - 1)
    both = {name: {"keys": [name_of(name)], "rules": None} for name in ("ada", "kim")}
    yield good("a policy may ask for every keeper", policy(signers=TWO, keepers=texts("ada", "kim"), threshold=uint(2)),
               signers=both, keepers=["ada", "kim"], threshold=2)  # fmt: skip
    yield good("a signer need not be a keeper", policy(signers=TWO), signers=both)
    yield good(
        "a signer may have an OpenPGP key beside one of OpenSSH",
        policy(signers=mapping([("ada", signer(f"openpgp {FINGERPRINT}", ADA))])),
        signers={"ada": {"keys": sorted([FINGERPRINT, name_of("ada")]), "rules": None}},
    )
    yield good(
        "an OpenPGP fingerprint may have 64 digits",
        policy(signers=mapping([("ada", signer("openpgp " + "0" * 64))])),
        signers={"ada": {"keys": ["0" * 64], "rules": None}},
    )
    for kind in ("ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"):
        yield good(
            f"a key may be of the kind {kind.partition('@')[0]}",
            policy(signers=mapping([("ada", signer(key("ada", kind)))])),
            signers={"ada": {"keys": [name_of("ada", kind)], "rules": None}},
        )
    address = "ada@example.org"
    yield good(
        "a signer may be named by an address",
        policy(signers=mapping([(address, signer(ADA))]), keepers=texts(address)),
        signers={address: {"keys": [name_of("ada")], "rules": None}},
        keepers=[address],
    )
    yield good(
        "a signer may be kept to some rules",
        policy(signers=mapping([("ada", signer(ADA, rules=texts("merge", "train*")))])),
        signers={"ada": {"keys": [name_of("ada")], "rules": ["merge", "train*"]}},
    )
    yield good(
        "rules may be kept to prefixes",
        policy(rules=mapping([("*", texts("")), (LONGEST, texts("a", "a/b"))])),
        rules={"*": [""], LONGEST: ["a", "a/b"]},
    )
    yield good("limits may name one of three", policy(limits=mapping([("value", uint(1))])),
               limits={"value": 1, "writes": None, "events": None})  # fmt: skip
    all_three = mapping([("value", uint(4096)), ("events", uint(2)), ("writes", uint(3))])
    yield good("limits may name all three", policy(limits=all_three), limits={"value": 4096, "writes": 3, "events": 2})


def _refused_shape() -> Iterator[Scenario]:
    yield refused("a policy of no bytes", b"")
    yield refused("a policy with a byte behind it", policy() + b"\0")
    yield refused("a policy cut short", policy()[:-1])
    yield refused("a policy that is text", text("ada"))
    yield refused("a policy that is an empty map", mapping([]))
    yield refused("a policy with its fields in alphabetical order", mapping(
        [("keepers", texts("ada")), ("signers", SIGNERS), ("threshold", uint(1)), ("version", uint(1))]))  # fmt: skip
    fields = [("keepers", texts("ada")), ("signers", SIGNERS), ("version", uint(1)), ("threshold", uint(1))]
    for name, _ in fields:
        yield refused(f"a policy without its {name}", mapping([field for field in fields if field[0] != name]))
    yield refused("a policy with another field", mapping([("note", text("ours")), *fields]))
    yield refused("a policy of version 0", policy(version=uint(0)))
    yield refused("a policy of version -1", policy(version=b"\x20"))
    yield refused("a policy of version true", policy(version=TRUE))
    yield refused("a policy of version 1.5", policy(version=b"\xf9\x3e\x00"))
    yield refused("a policy of a version that is text", policy(version=text("1")))
    yield refused("a threshold of 0", policy(threshold=uint(0)))
    yield refused("a threshold above the number of keepers", policy(threshold=uint(2)))
    yield refused("a policy of more than 65536 bytes", policy(signers=mapping(
        [(f"{n:04}", signer(key(str(n)))) for n in range(700)]), keepers=texts("0000")))  # fmt: skip


def _refused_signers() -> Iterator[Scenario]:
    yield refused("a policy without a signer", policy(signers=mapping([])))
    yield refused("a list in the place of the signers", policy(signers=texts("ada")))
    yield refused("a signer without keys", policy(signers=mapping([("ada", mapping([("rules", texts("a"))]))])))
    yield refused("a signer with an empty list of keys", policy(signers=mapping([("ada", signer())])))
    yield refused("a signer with another field", policy(signers=mapping(
        [("ada", mapping([("keys", texts(ADA)), ("mail", text("a"))]))])))  # fmt: skip
    yield refused("a signer with null as its rules", policy(signers=mapping([("ada", signer(ADA, rules=NULL))])))
    yield refused("a signer with no rules at all", policy(signers=mapping([("ada", signer(ADA, rules=array()))])))
    yield refused("a key that stands twice", policy(signers=mapping([("ada", signer(ADA, ADA))])))
    yield refused("one key for two signers", policy(signers=mapping([("ada", signer(ADA)), ("kim", signer(ADA))])))
    unsorted = sorted([ADA, key("kim")], reverse=True)
    yield refused("a signer with keys out of order", policy(signers=mapping([("ada", signer(*unsorted))])))
    for what, name in (
        ("with a slash", "a/b"), ("of no bytes", ""), ("that is a dot", "."), ("that begins with a tilde", "~a"),
        ("that Git keeps for itself", ".git"), ("of 256 bytes", FAR_TOO_LONG), ("with a control character", "a\x07"),
    ):  # fmt: skip
        yield refused(f"a name of a signer {what}", policy(signers=mapping([(name, signer(ADA))]), keepers=texts(name)))
    yield refused("a policy without a keeper", policy(keepers=array()))
    yield refused("a keeper who is no signer", policy(keepers=texts("kim")))
    yield refused("a keeper who stands twice", policy(signers=TWO, keepers=texts("ada", "ada"), threshold=uint(2)))
    yield refused("keepers out of order", policy(signers=TWO, keepers=texts("kim", "ada")))
    yield refused("a keeper that is a number", policy(keepers=array(uint(1))))
    yield refused("text in the place of the keepers", policy(keepers=text("ada")))


def _refused_keys() -> Iterator[Scenario]:
    encoded = ADA.partition(" ")[2]
    for what, one in (
        ("of no bytes", ""),
        ("of another kind", key("ada", "ssh-dss")),
        ("that is a certificate", key("ada", "ssh-ed25519-cert-v01@openssh.com")),
        ("of another kind than it says", f"ssh-rsa {encoded}"),
        ("with a comment", f"{ADA} ada@example.org"),
        ("with two spaces", f"ssh-ed25519  {encoded}"),
        ("without its padding", key("ada", "ssh-rsa").rstrip("=")),
        ("with a character that is not base64", ADA[:-1] + "-"),
        ("with an option before it", f"cert-authority {ADA}"),
        ("of no base64", "ssh-ed25519 "),
        ("with a length beyond its end", f"ssh-ed25519 {b64encode(blob('ada')[:-1]).decode()}"),
        ("that is a fingerprint of OpenSSH", name_of("ada")),
        ("with a fingerprint in small letters", f"openpgp {FINGERPRINT.lower()}"),
        ("with a fingerprint of 39 digits", f"openpgp {FINGERPRINT[1:]}"),
        ("with a fingerprint of 16 digits", f"openpgp {FINGERPRINT[-16:]}"),
        ("with a fingerprint in groups", "openpgp 0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567"),
    ):
        yield refused(f"a key {what}", policy(signers=mapping([("ada", signer(one))])))
    yield refused("a key that is bytes", policy(signers=mapping(
        [("ada", mapping([("keys", array(octets(blob("ada"))))]))])))  # fmt: skip


def _refused_rules_and_limits() -> Iterator[Scenario]:
    yield refused("a policy with rules of nobody", policy(rules=mapping([])))
    yield refused("a rule without prefixes", policy(rules=mapping([("train", array())])))
    yield refused("a prefix that is no list", policy(rules=mapping([("train", text("model"))])))
    yield refused("prefixes out of order", policy(rules=mapping([("train", texts("b", "a"))])))
    yield refused("a prefix with a slash at its end", policy(rules=mapping([("train", texts("model/"))])))
    yield refused("a pattern of no bytes", policy(rules=mapping([("", texts("model"))])))
    yield refused("a pattern of 256 bytes", policy(rules=mapping([(FAR_TOO_LONG, texts("model"))])))
    yield refused("a policy with limits of nothing", policy(limits=mapping([])))
    yield refused("a limit of 0", policy(limits=mapping([("value", uint(0))])))
    yield refused("a limit of something else", policy(limits=mapping([("bytes", uint(1))])))
    yield refused("a limit that is text", policy(limits=mapping([("value", text("4k"))])))
