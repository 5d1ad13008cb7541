"""Scenarios of ``docs/format/event.md``: the rule of an event."""

from collections.abc import Iterator

from vectors.generate_model.scenario import (
    NULL,
    Scenario,
    accepted,
    array,
    blob_id,
    head,
    mapping,
    octets,
    refused,
    text,
    uint,
)

NAME = ("name", text("train"))
RULE_BYTES = 65_536


def good(says: str, *pairs: tuple[str, bytes], name: str, version: str | None = None) -> Scenario:
    data = mapping(pairs)
    return accepted(
        says,
        data,
        ids={"sha1": blob_id(data, 20), "sha256": blob_id(data, 32)},
        name=name,
        version=version,
        fields={key: value.hex() for key, value in pairs if key not in {"name", "version"}},
    )


def padded(size: int) -> bytes:
    """Return a rule of exactly ``size`` bytes."""
    rest = size - len(mapping([("pad", b""), NAME])) - 3
    return mapping([("pad", head(2, rest) + bytes(rest)), NAME])


def scenarios() -> Iterator[Scenario]:
    yield good("a rule has a name", NAME, name="train")
    yield good("a rule may have a version", NAME, ("version", text("1.4.2")), name="train", version="1.4.2")
    yield good("a version may be empty", NAME, ("version", text("")), name="train", version="")
    yield good(
        "a rule may say more about itself",
        ("code", octets(bytes(32))),
        NAME,
        ("inputs", array(text("x"))),
        name="train",
    )
    yield good(
        "a genesis rule names the ledger and a nonce",
        ("name", text("genesis")),
        ("nonce", octets(bytes(range(16)))),
        ("ledger", text("main")),
        name="genesis",
    )
    yield good("a merge rule has a name alone", ("name", text("merge")), name="merge")
    yield good("a name may hold spaces and any script", ("name", text("Modell prüfen ✓")), name="Modell prüfen ✓")
    yield good("a name of 255 bytes is the longest", ("name", text("n" * 255)), name="n" * 255)
    yield refused("a rule of no bytes", b"")
    yield refused("a rule that is text", text("train"))
    yield refused("a rule that is an empty map", mapping([]))
    yield refused("a rule without a name", mapping([("version", text("1"))]))
    yield refused("a rule whose name is bytes", mapping([("name", octets(b"train"))]))
    yield refused("a rule whose name is null", mapping([("name", NULL)]))
    yield refused("a rule with an empty name", mapping([("name", text(""))]))
    yield refused("a rule with a name of 256 bytes", mapping([("name", text("n" * 256))]))
    yield refused("a rule with a newline in its name", mapping([("name", text("a\nb"))]))
    yield refused("a rule with an escape sequence in its name", mapping([("name", text("\x1b[31mred"))]))
    yield refused("a rule with a C1 control character in its name", mapping([("name", text("\x9b31m"))]))
    yield refused("a rule with DEL in its name", mapping([("name", text("\x7f"))]))
    yield refused("a rule whose version is a number", mapping([NAME, ("version", uint(1))]))
    yield refused("a rule whose version is null", mapping([NAME, ("version", NULL)]))
    yield refused("a rule with two names", mapping([NAME, NAME]))
    yield refused("a rule with its keys out of order", mapping([("version", text("1")), NAME]))
    yield refused("a rule with a key that is a number", head(5, 2) + uint(1) + uint(1) + text("name") + text("train"))
    yield refused(
        "a rule with a key that is a number far inside", mapping([("x", head(5, 1) + uint(1) + uint(1)), NAME])
    )
    yield refused("a rule with a byte behind it", mapping([NAME]) + b"\xf6")
    yield refused("a rule cut short", mapping([NAME])[:-1])
    yield refused("a rule with a tag", b"\xc1" + mapping([NAME]))
    yield refused("a rule with a wider head than it needs", b"\xb8\x01" + mapping([NAME])[1:])
    yield refused("a rule of 65537 bytes", padded(RULE_BYTES + 1))
