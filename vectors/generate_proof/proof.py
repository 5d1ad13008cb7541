"""Proofs as files, beside the checkpoints or the policy that they are checked against."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256

from gitledger import codec
from gitledger.frozen import replace
from gitledger.ids import SHA1, SHA256, ObjectFormat, parse_variable
from gitledger.ledger.check_proof import Proved, ProvedEvent, ProvedExtension, ProvedValue, check_proof
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.resolve import resolve
from gitledger.model.checkpoint import Checkpoint, format_checkpoint
from gitledger.model.proof_file import EventProof, ExtensionProof, Proof, TimelineProof, ValueProof, format_proof
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario
from vectors.generate_proof.sample import POLICY, parts, sample

OURS = b"git-ledger/proof@v1\n"


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield from accepted()
    yield from accepted_elsewhere()
    yield from refused_events()
    yield from refused_paths()
    yield from refused_extensions()
    yield from refused_files()


def case(
    says: str, data: bytes, expected: str, trusted: Sequence[Checkpoint], policy: str | None = None, **content: object
) -> Scenario:
    """Return the scenario of a proof."""
    judged = {} if policy is None else {"witnesses": policy}
    notes = [format_checkpoint(one).hex() for one in trusted]
    return Scenario(
        says=says, expected=expected, content={"bytes": data.hex(), "checkpoints": notes, **judged, **content}
    )


def shows(proved: Proved) -> dict[str, object]:
    """Return what was shown in the words of ``check_ledger.py``."""
    if isinstance(proved, ProvedEvent):
        writes = list(proved.event.writeset)
        return {"kind": "event", "event": proved.id.hex(), "seq": proved.seq, "writes": writes}
    if isinstance(proved, ProvedExtension):
        return {"kind": "extension", "old": proved.old.size, "new": proved.new.size}
    if isinstance(proved, ProvedValue):
        value = None if proved.value is None else proved.value.hex()
        after = {"after": proved.after.id.hex()} if proved.after else {}
        return {"kind": "value", "variable": proved.variable, **after, "value": value}
    return {"kind": "timeline", "variable": proved.variable, "events": [event.hex() for event in proved.events]}


def holds(says: str, proof: Proof, trusted: Checkpoint) -> Scenario:
    """Return the scenario of a proof that holds."""
    return case(says, format_proof(proof), ACCEPT, [trusted], shows=shows(check_proof(proof, trusted=[trusted])))


def event(seq: int, object_format: ObjectFormat = SHA1) -> EventProof:
    """Return the proof of an event of the sample."""
    ledger, _, new = sample(object_format)
    return prove_event(ledger, resolve(ledger, f"#{seq}").event, new)


def value(name: str, at: str | None = None, object_format: ObjectFormat = SHA1) -> ValueProof:
    """Return the proof of what a variable of the sample held."""
    ledger, _, new = sample(object_format)
    return prove_variable(ledger, parse_variable(name), new, at=resolve(ledger, at) if at else None)


def timeline(name: str, object_format: ObjectFormat = SHA1) -> TimelineProof:
    """Return the proof of a timeline of the sample."""
    ledger, _, new = sample(object_format)
    return prove_timeline(ledger, parse_variable(name), new)


def extension() -> ExtensionProof:
    """Return the proof that the sample's log grew."""
    return prove_extension(*sample())


def accepted() -> Iterator[Scenario]:
    """Proofs that hold, for the checkpoint that is given."""
    for object_format in (SHA1, SHA256):
        new, where = sample(object_format).new, f"in a {object_format.name} repository"
        yield holds(f"an event is in the log {where}", event(3, object_format), new)
        yield holds(f"a variable holds a value {where}", value("title", None, object_format), new)
        yield holds(f"a variable in a split directory held a value {where}", value("data/41", "#3", object_format), new)
        yield holds(
            f"a timeline is complete over three segments {where}", timeline("model/accuracy", object_format), new
        )
    new = sample().new
    yield holds("the first event is in the log", event(1), new)
    yield holds("the last event is in the log", event(new.size), new)
    yield holds("a variable held a value in the middle of a publication", value("model/accuracy", "#77"), new)
    yield holds("a deleted variable holds nothing", value("gone"), new)
    yield holds("a deleted variable held a value before", value("gone", "#133"), new)
    yield holds("a deleted variable has a timeline", timeline("gone"), new)
    yield holds("a variable held nothing before its first event", value("title", "#2"), new)
    yield holds("a variable held nothing when the state was empty", value("title", "#1"), new)
    yield holds("a variable that was never written holds nothing", value("data/70"), new)
    yield holds("a variable that was never written has no events", timeline("data/70"), new)
    yield holds("a variable below another holds nothing", value("title/sub"), new)
    yield holds("a directory holds nothing itself", value("model"), new)
    yield holds("a timeline in a split directory is complete", timeline("data/7"), new)
    yield holds("a log begins with an earlier one", extension(), new)


def accepted_elsewhere() -> Iterator[Scenario]:
    """Proofs that hold, for other reasons than the one checkpoint that they were made for."""
    _, old, new = sample()
    proof, shown = format_proof(extension()), {"shows": shows(check_proof(extension(), trusted=[new]))}
    yield case("an extension goes on from a checkpoint that is known", proof, ACCEPT, [old], **shown)
    yield case("an extension between two checkpoints that are known", proof, ACCEPT, [old, new], **shown)
    yield case("an extension to a checkpoint that the policy accepts", proof, ACCEPT, [], POLICY, **shown)
    one = event(3)
    shown = {"shows": shows(check_proof(one, trusted=[new]))}
    yield case("a proof for a checkpoint that the policy accepts", format_proof(one), ACCEPT, [], POLICY, **shown)
    bare = replace(one, checkpoint=replace(new, signatures=()))
    yield case("the checkpoint may have gathered signatures since", format_proof(bare), ACCEPT, [new], POLICY, **shown)
    same = prove_extension(sample().ledger, new, new)
    yield holds("a log begins with itself", same, new)


def refused_events() -> Iterator[Scenario]:
    """Proofs of events with one thing wrong."""
    _, old, new = sample()
    good, other = event(3), event(4)
    swapped = codec.encode([*parts(other.leaf)[:1], *parts(good.leaf)[1:]])
    for what, proof in (
        ("of another leaf", replace(good, leaf=other.leaf)),
        ("of an event beside the delta of another", replace(good, leaf=swapped)),
        ("of a number too high", replace(good, index=3)),
        ("of a number outside the log", replace(good, index=new.size)),
        ("with a hash too few", replace(good, hashes=good.hashes[:-1])),
        ("with a hash too many", replace(good, hashes=(*good.hashes, new.root))),
        ("with two hashes exchanged", replace(good, hashes=(good.hashes[1], good.hashes[0], *good.hashes[2:]))),
        ("with a hash of 31 bytes", replace(good, hashes=(good.hashes[0][:31], *good.hashes[1:]))),
        ("for another checkpoint", replace(good, checkpoint=old)),
        ("whose checkpoint has another state", replace(good, checkpoint=replace(new, state=new.index))),
        (
            "whose checkpoint has a signature of its own",
            replace(good, checkpoint=replace(new, signatures=old.signatures)),
        ),
    ):
        yield case(f"a proof of an event {what} is refused", format_proof(proof), FORMAT_ERROR, [new])
    text = format_proof(good)
    extra = b64encode(good.leaf)
    for what, data in (
        ("without a leaf", text.replace(b"extra " + extra + b"\n", b"")),
        ("with a leaf of something else", text.replace(extra, b64encode(b"\x83\x40\x40\x40"))),
        ("with a zero in front of its number", text.replace(b"index 2\n", b"index 02\n")),
        ("with a blank line more", text.replace(b"index 2\n", b"index 2\n\n")),
        ("of another version", text.replace(b"proof@v1", b"proof@v2")),
        ("without a checkpoint", text[: text.index(b"\n\n") + 2]),
    ):
        yield case(f"a proof of an event {what} is refused", data, FORMAT_ERROR, [new])


def refused_paths() -> Iterator[Scenario]:
    """Proofs of values and timelines with one thing wrong."""
    _, old, new = sample()
    held, absent, many = value("data/41"), value("data/70"), timeline("model/accuracy")
    for what, proof in (
        ("of another variable", replace(held, variable=parse_variable("data/42"))),
        ("of absence where the value is left out", replace(held, objects=held.objects[:-1])),
        ("of absence for a variable that is there", replace(absent, variable=parse_variable("data/41"))),
        ("with the value of another variable", replace(held, objects=(*held.objects[:-1], value("title").objects[-1]))),
        ("with an object more", replace(held, objects=(*held.objects, b""))),
        ("without its publication", replace(held, objects=held.objects[1:])),
        (
            "with an older publication",
            replace(held, objects=prove_variable(sample().ledger, held.variable, old).objects),
        ),
        ("with the objects of the timeline", replace(held, objects=timeline("data/41").objects)),
        ("whose checkpoint has another index", replace(held, anchor=replace(new, index=new.state))),
        ("for another checkpoint", replace(held, anchor=old)),
    ):
        yield case(f"a proof of a value {what} is refused", format_proof(proof), FORMAT_ERROR, [new])
    at = value("data/41", "#3")
    for what, proof in (
        ("after another event", replace(at, anchor=event(1))),
        ("after an event that is not proved", replace(at, anchor=replace(event(3), index=3))),
    ):
        yield case(f"a proof of a value {what} is refused", format_proof(proof), FORMAT_ERROR, [new])
    newest, middle, first = many.objects[-3:]
    for what, objects in (
        ("without its first segment", many.objects[:-1]),
        ("without the segment in the middle", (*many.objects[:-2], first)),
        ("with segments in another order", (*many.objects[:-3], newest, first, middle)),
        ("that ends before its segments", many.objects[:-3]),
        ("with the segment of another variable", (*many.objects[:-3], timeline("data/7").objects[-1])),
    ):
        proof = format_proof(replace(many, objects=objects))
        yield case(f"a proof of a timeline {what} is refused", proof, FORMAT_ERROR, [new])


def refused_extensions() -> Iterator[Scenario]:
    """Proofs of extensions with one thing wrong."""
    _, old, new = sample()
    good = extension()
    for what, proof in (
        ("that runs backwards", replace(good, old=new, new=old)),
        ("from another root", replace(good, old=replace(old, root=new.root))),
        ("from another size", replace(good, old=replace(old, size=old.size - 1))),
        ("with a hash too few", replace(good, hashes=good.hashes[:-1])),
        ("with a hash too many", replace(good, hashes=(*good.hashes, old.root))),
        ("with a hash of 33 bytes", replace(good, hashes=(good.hashes[0] + b"\0", *good.hashes[1:]))),
        ("to a log of one size and another root", replace(good, old=replace(new, root=old.root), hashes=())),
    ):
        yield case(f"a proof of an extension {what} is refused", format_proof(proof), FORMAT_ERROR, [new])
    stranger = [replace(new, size=new.size + 1)]
    says = "a proof of an extension between two other checkpoints is refused"
    yield case(says, format_proof(good), FORMAT_ERROR, stranger)
    says = "a proof of an extension to a checkpoint without signatures is refused by a witness policy"
    yield case(says, format_proof(replace(good, new=replace(new, signatures=()))), "PolicyError", [old], POLICY)


def refused_files() -> Iterator[Scenario]:
    """Files that are no proofs."""
    new = sample().new
    good = format_proof(value("title"))
    fields = {
        "proof": "value",
        "variable": "title",
        "checkpoint": format_checkpoint(new),
        "objects": value("title").objects,
    }
    for what, data in (
        ("of no bytes", b""),
        ("of another kind", b"git-ledger/proof@v2\n" + good[20:]),
        ("with another digest", good[:20] + bytes(32) + good[52:]),
        ("that ends early", good[:-1]),
        ("with a byte behind it", good + b"\0"),
        ("that is a list", packed([])),
        ("that is a checkpoint", format_checkpoint(new)),
        ("of something unknown", packed({**fields, "proof": "weather"})),
        ("of a list", packed({**fields, "proof": ["value"]})),
        ("with a field more", packed({**fields, "time": 1})),
        ("with a field less", packed({name: one for name, one in fields.items() if name != "objects"})),
        (
            "of a timeline after an event",
            packed({"proof": "timeline", "variable": "title", "objects": [], "event": format_proof(event(3))}),
        ),
        ("with null as its event", packed({"proof": "value", "variable": "title", "objects": [], "event": None})),
        ("with text among its objects", packed({**fields, "objects": ["tree"]})),
        ("with bytes as its variable", packed({**fields, "variable": b"title"})),
        ("with a variable that climbs", packed({**fields, "variable": "data/../title"})),
        ("with a variable that is a bucket", packed({**fields, "variable": "data/~~0"})),
        (
            "with its fields out of order",
            packed(b"\xa4" + b"".join(codec.encode(part) for pair in fields.items() for part in pair)),
        ),
    ):
        yield case(f"a proof file {what} is refused", data, FORMAT_ERROR, [new])


def packed(content: object) -> bytes:
    """Return a proof file with this content, or with these bytes."""
    body = content if isinstance(content, bytes) else codec.encode(content)
    return OURS + sha256(body).digest() + body
