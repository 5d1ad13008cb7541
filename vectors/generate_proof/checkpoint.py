"""Checkpoints as notes, with and without policies that judge them."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

from gitledger.frozen import replace
from gitledger.ids import SHA256
from gitledger.model.checkpoint import Checkpoint, format_checkpoint
from gitledger.model.notekey import ED25519, format_verifier_key, sign
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario
from vectors.generate_proof.sample import LOG, POLICY, WITNESSES, key, sample

POLICY_ERROR = "PolicyError"
NEW = sample().new
BARE = replace(NEW, signatures=())
NOTE = format_checkpoint(NEW)
VKEY = format_verifier_key(LOG.verifier)
W1, W2, W3 = (format_verifier_key(one.verifier) for one in WITNESSES)


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield accepted("a checkpoint that nobody signed", BARE)
    yield accepted("a checkpoint that its log and two witnesses signed", NEW)
    yield accepted("a checkpoint in a sha256 repository", sample(SHA256).new)
    yield accepted("a checkpoint of the longest log", replace(BARE, size=2**63 - 1))
    yield accepted("an origin may hold any letters but spaces and plus", replace(BARE, origin="möwe.example/π"))
    yield from refused_notes()
    yield from judged()
    yield from refused_policies()


def note(says: str, data: bytes, expected: str, policy: str | None = None, **content: object) -> Scenario:
    """Return the scenario of a note, judged by a witness policy if there is one."""
    judged = {} if policy is None else {"witnesses": policy}
    return Scenario(says=says, expected=expected, content={"bytes": data.hex(), **judged, **content})


def accepted(says: str, one: Checkpoint) -> Scenario:
    """Return the scenario of a checkpoint that is accepted as a note."""
    return note(
        says,
        format_checkpoint(one),
        ACCEPT,
        origin=one.origin,
        size=one.size,
        root=one.root.hex(),
        publication=one.publication.hex(),
        state=one.state.hex(),
        index=one.index.hex(),
        signatures=[[found.name, found.key.hex(), found.blob.hex()] for found in one.signatures],
    )


def refused_notes() -> Iterator[Scenario]:
    """Return notes with one thing wrong."""
    origin, size, root, publication, state, index = BARE.text.decode().splitlines()
    lines = [origin, size, root, publication, state, index]
    line = NOTE.decode().splitlines()[-1]

    def with_line(number: int, text: str) -> bytes:
        return "".join(f"{one}\n" for one in [*lines[:number], text, *lines[number + 1 :], ""]).encode()

    for what, data in (
        ("of no bytes", b""),
        ("without a blank line", BARE.text),
        ("without a newline at its end", NOTE[:-1]),
        ("with a blank line in front", b"\n" + NOTE),
        ("with another line behind its signatures", NOTE + b"more\n"),
        ("with carriage returns", NOTE.replace(b"\n", b"\r\n")),
        ("with a tab in its origin", with_line(0, "example.com\tledger")),
        ("with a space in its origin", with_line(0, "example.com ledger")),
        ("with a no-break space in its origin", with_line(0, "example.com\u00a0ledger")),
        ("with a plus in its origin", with_line(0, "example.com+ledger")),
        ("with an origin of 256 bytes", with_line(0, "x" * 256)),
        ("with bytes that are not UTF-8", NOTE.replace(b"example.com", b"example.\xffom")),
        ("of no events", with_line(1, "0")),
        ("with a zero in front of its size", with_line(1, "0134")),
        ("with a negative size", with_line(1, "-134")),
        ("with a size above that of the longest log", with_line(1, str(2**63))),
        ("with a size in other digits", with_line(1, "١٣٤")),
        ("with a root of 31 bytes", with_line(2, b64encode(bytes(31)).decode())),
        ("with a root of 33 bytes", with_line(2, b64encode(bytes(33)).decode())),
        ("with a root without its padding", with_line(2, root.rstrip("="))),
        ("with a root with bits left over", with_line(2, "A" * 42 + "B=")),
        ("with a root in the letters for addresses", with_line(2, "-" * 43 + "=")),
        ("with a publication in capital letters", with_line(3, "publication " + NEW.publication.hex().upper())),
        ("with a publication of 39 digits", with_line(3, publication[:-1])),
        ("with ids of 21 bytes", "\n".join([*lines[:3], *(f"{one}00" for one in lines[3:]), "", ""]).encode()),
        ("with a state of another hash function", with_line(4, "state " + "0" * 64)),
        ("without its index", "\n".join([*lines[:5], "", ""]).encode()),
        (
            "with its extension lines in another order",
            "\n".join([*lines[:3], index, state, publication, "", ""]).encode(),
        ),
        ("with one more extension line", BARE.text + b"time 1767268800\n\n"),
        ("with a hyphen before a signature", NOTE.replace("— ".encode(), b"- ")),
        ("with two spaces in a signature line", NOTE.replace(b"example.com/ledger ", b"example.com/ledger  ")),
        ("with a signature of four bytes", BARE.text + "\n— example.com/ledger zdXjtQ==\n".encode()),
        ("with a signature line twice", NOTE + f"{line}\n".encode()),
        ("with 65 signatures", BARE.text + b"\n" + b"".join(f"— w{n} AAAAAAA=\n".encode() for n in range(65))),
    ):
        yield note(f"a checkpoint {what} is refused", data, FORMAT_ERROR)


def judged() -> Iterator[Scenario]:
    """One checkpoint, and policies that it satisfies or not."""
    log, both = f"log {VKEY}\n", f"witness w1 {W1}\nwitness w2 {W2}\nwitness w3 {W3}\n"
    for says, policy in (
        ("a log that signed is enough for a witness policy without a quorum", f"{log}quorum none\n"),
        ("two of three witnesses meet a quorum of two", POLICY),
        ("a witness policy may leave out the log", f"{both}group any-one any w1 w2 w3\nquorum any-one\n"),
        ("a quorum may be one witness", f"{log}{both}quorum w2\n"),
        ("a group may be of groups", f"{log}{both}group a all w1 w2\ngroup b any a w3\nquorum b\n"),
        (
            "a witness policy may hold comments blanks and addresses",
            f"# ours\n\n \tlog\t{VKEY} https://log.example\nquorum none",
        ),
        ("a witness policy may name logs that did not sign", f"{log}log {vkey('other.example')}\nquorum none\n"),
    ):
        yield note(says, NOTE, ACCEPT, policy)
    for what, policy in (
        ("by no log", f"log {vkey('other.example')}\nquorum none\n"),
        ("by two of three where all are asked for", f"{log}{both}group all-three all w1 w2 w3\nquorum all-three\n"),
        ("by witnesses other than the quorum", f"{log}{both}quorum w3\n"),
        ("by nobody that the policy names", f"witness w3 {W3}\nquorum none\n"),
    ):
        yield note(f"a checkpoint signed {what} is refused", NOTE, POLICY_ERROR, policy)
    renamed = replace(BARE, origin="other.example/ledger")
    vouched = renamed.vouched_by([sign(LOG, renamed.text, now=0)])
    says = "a checkpoint signed by the log of another origin is refused"
    yield note(says, format_checkpoint(vouched), POLICY_ERROR, f"{log}quorum none\n")
    yield from bent_signatures(log, both)


def bent_signatures(log: str, both: str) -> Iterator[Scenario]:
    """Signatures with one thing wrong, under a witness policy that asks for them."""
    order = 2**252 + 27742317777372353535851937790883648493
    first, second, _ = NEW.signatures
    s = int.from_bytes(first.blob[32:], "little")
    for what, changed in (
        ("of another text", [replace(first, blob=sign(LOG, BARE.text + b"\n", now=0).blob)]),
        (
            "whose S is larger than the order of the group",
            [replace(first, blob=first.blob[:32] + (s + order).to_bytes(32, "little"))],
        ),
        ("of 63 bytes", [replace(first, blob=first.blob[:-1])]),
        ("with a time where none belongs", [replace(first, blob=bytes(8) + first.blob)]),
    ):
        bent = BARE.vouched_by(changed)
        yield note(f"a signature {what} is refused", format_checkpoint(bent), FORMAT_ERROR, f"{log}quorum none\n")
    for what, blob in (
        ("with another time", (1).to_bytes(8, "big") + second.blob[8:]),
        ("with a time beyond 63 bits", b"\x80" + bytes(7) + second.blob[8:]),
        ("without a time", second.blob[8:]),
        (
            "over the text alone",
            second.blob[:8] + sign(replace(WITNESSES[0], algorithm=ED25519), BARE.text, now=0).blob,
        ),
    ):
        bent = BARE.vouched_by([replace(second, blob=blob)])
        yield note(f"a cosignature {what} is refused", format_checkpoint(bent), FORMAT_ERROR, f"{both}quorum w1\n")
    says = "a signature by an unknown key with the id of a known one is passed over"
    other = BARE.vouched_by([replace(first, name="x.example", blob=bytes(64)), first])
    yield note(says, format_checkpoint(other), ACCEPT, f"{log}quorum none\n")


def refused_policies() -> Iterator[Scenario]:
    """Policies with one thing wrong."""
    log, first, second = f"log {VKEY}\n", f"witness w1 {W1}\n", f"witness w2 {W2}\n"
    neutral, longer = (1).to_bytes(32, "little"), (2**255 - 19 + 3).to_bytes(32, "little")
    for what, policy in (
        ("without a quorum", log),
        ("with two quorums", f"{log}quorum none\nquorum none\n"),
        ("with a quorum that is defined below", f"{log}quorum w1\n{first}"),
        ("with another word", f"{log}trust me\nquorum none\n"),
        ("with a log without a key", "log\nquorum none\n"),
        ("with a witness as its log", f"log {W1}\nquorum none\n"),
        ("with a log as its witness", f"witness w1 {VKEY}\nquorum w1\n"),
        ("with a key twice", f"{first}witness again {W1}\nquorum w1\n"),
        ("with a name twice", f"{first}witness w1 {W2}\nquorum w1\n"),
        ("with a witness called none", f"witness none {W1}\nquorum none\n"),
        ("with a group of nobody", f"{first}group g any\nquorum g\n"),
        ("with a group of somebody unknown", f"{first}group g any w1 w2\nquorum g\n"),
        ("with a member twice", f"{first}group g 2 w1 w1\nquorum g\n"),
        ("with a member of two groups", f"{first}{second}group g any w1\ngroup h any w1 w2\nquorum h\n"),
        ("with a group that asks for none", f"{first}group g 0 w1\nquorum g\n"),
        ("with a group that asks for more than it has", f"{first}group g 2 w1\nquorum g\n"),
        ("with a key of another id", f"log {LOG.name}+00000000+{VKEY.split('+', 2)[2]}\nquorum none\n"),
        ("with a key of 31 bytes", f"log {raw_vkey(bytes(31))}\nquorum none\n"),
        ("with a key that is the neutral point", f"log {raw_vkey(neutral)}\nquorum none\n"),
        ("with a key of a y that has a shorter form", f"log {raw_vkey(longer)}\nquorum none\n"),
    ):
        yield note(f"a witness policy {what} is refused", NOTE, FORMAT_ERROR, policy, only="witnesses")


def vkey(name: str) -> str:
    """Return the text form of somebody else's key."""
    return format_verifier_key(key(name).verifier)


def raw_vkey(public: bytes) -> str:
    """Return a text form that has the right id, whatever the public key is."""
    data = bytes((ED25519,)) + public
    return f"x+{sha256(b'x' + bytes((10,)) + data).hexdigest()[:8]}+{b64encode(data).decode()}"
