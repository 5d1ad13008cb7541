"""Scenarios of ``docs/format/event.md``: the delta of an event."""

from collections.abc import Iterator

from vectors.generate_model.scenario import (
    NULL,
    TRUE,
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

VALUE_BYTES = 65_536
GONE = array()


def one(value: bytes, variable: str = "a") -> bytes:
    """Return a delta that sets one variable."""
    return mapping([(variable, array(value))])


def good(says: str, *pairs: tuple[str, bytes | None]) -> Scenario:
    data = mapping([(name, GONE if value is None else array(value)) for name, value in pairs])
    return accepted(
        says,
        data,
        ids={"sha1": blob_id(data, 20), "sha256": blob_id(data, 32)},
        changes={name: None if value is None else value.hex() for name, value in pairs},
    )


def scenarios() -> Iterator[Scenario]:
    yield from _accepted()
    yield from _refused_shape()
    yield from _refused_values()


def _accepted() -> Iterator[Scenario]:
    yield good("a delta may be empty")
    yield good("a delta sets a variable", ("model/accuracy", b"\xf9\x3b\x66"))
    yield good("a delta deletes a variable", ("model/accuracy", None))
    yield good("a variable set to null is not deleted", ("a", NULL))
    yield good("a variable set to an empty list is not deleted", ("a", array()))
    yield good("a delta is sorted by length first", ("b", uint(1)), ("aa", uint(2)))
    yield good("a delta deletes a variable and sets one below it", ("a", None), ("a/b", uint(1)))
    yield good("a value of 65536 bytes is the largest", ("a", head(2, VALUE_BYTES - 3) + bytes(VALUE_BYTES - 3)))
    yield good("a value of 120 levels is the deepest", ("a", b"\x81" * 119 + uint(1)))
    yield good("a value may be a map", ("a", mapping([("x", uint(1)), ("yy", array(NULL, TRUE))])))
    yield good("a variable whose name takes 24 bytes needs a longer head", ("x" * 24, uint(1)))
    yield good("a delta of 24 variables needs a longer head", *((f"v{n:02}", uint(n)) for n in range(24)))


def _refused_shape() -> Iterator[Scenario]:
    data = one(uint(1))
    yield refused("a delta of no bytes", b"")
    yield refused("a delta that is a list", array(array(text("a"), uint(1))))
    yield refused("null in the place of a delta", NULL)
    yield refused("a delta with a byte behind it", data + b"\0")
    yield refused("a delta cut short", data[:-1])
    yield refused("a delta sorted by alphabet", mapping([("aa", array(uint(2))), ("b", array(uint(1)))]))
    yield refused("a delta with a variable twice", mapping([("a", array(uint(1))), ("a", array(uint(1)))]))
    yield refused("a delta of indefinite length", b"\xbf" + data[1:] + b"\xff")
    yield refused("a delta with a wider head than it needs", b"\xb8\x01" + data[1:])
    yield refused("a delta that announces more variables than it has", b"\xa2" + data[1:])
    yield refused("a delta that announces more variables than bytes", b"\xbb" + b"\xff" * 8)
    yield refused("a delta with a number in the place of a variable", head(5, 1) + uint(1) + array(uint(1)))
    yield refused("a delta with bytes in the place of a variable", head(5, 1) + octets(b"a") + array(uint(1)))
    yield refused("a delta with a list in the place of a variable", head(5, 1) + array() + array(uint(1)))
    yield refused("a value outside a list", mapping([("a", uint(1))]))
    yield refused("null in the place of a list", mapping([("a", NULL)]))
    yield refused("an empty map in the place of a list", mapping([("a", b"\xa0")]))
    yield refused("a variable with two values", mapping([("a", array(uint(1), uint(2)))]))
    yield refused("a value in a list of indefinite length", mapping([("a", b"\x9f" + uint(1) + b"\xff")]))
    yield refused("a delta with a variable that Git keeps for itself", one(uint(1), "a/.git/config"))
    yield refused("a delta with an empty component in a variable", one(uint(1), "a/"))
    yield refused("a delta with a variable that begins with a tilde", one(uint(1), "~~0"))


def _refused_values() -> Iterator[Scenario]:
    yield refused("a value of 65537 bytes", one(head(2, VALUE_BYTES - 2) + bytes(VALUE_BYTES - 2)))
    yield refused("a value with a key that is a number", one(head(5, 1) + uint(1) + uint(1)))
    yield refused("a value with a key that is bytes far inside", one(array(array(head(5, 1) + octets(b"k") + uint(1)))))
    yield refused("a value with a key twice", one(mapping([("k", uint(1)), ("k", uint(1))])))
    yield refused("a value with its keys out of order", one(mapping([("b", uint(1)), ("a", uint(1))])))
    yield refused("a value with an integer in two bytes that fits one", one(b"\x18\x01"))
    yield refused("a value with a float that is an integer", one(b"\xf9\x3c\x00"))
    yield refused("a value with a float wider than it needs", one(b"\xfa\x3f\x00\x00\x00"))
    yield refused("a value with another NaN", one(b"\xf9\x7e\x01"))
    yield refused("a value with a tag", one(b"\xc0" + text("2026-01-31T12:00:00Z")))
    yield refused("a value that is undefined", one(b"\xf7"))
    yield refused("a value of indefinite length", one(b"\x7f\x61a\xff"))
    yield refused("a value with text that is not UTF-8", one(b"\x61\xff"))
    yield refused("a value of 121 levels", one(b"\x81" * 120 + uint(1)))
    yield refused("a value nested 10000 deep", one(b"\x81" * 10_000 + b"\x80"))
