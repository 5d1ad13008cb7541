"""Scenarios of ``docs/format/event.md``: the event itself."""

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
    name_of,
    octets,
    refused,
    text,
    uint,
)

ORDER = ("v", "rule", "after", "delta", "parents", "readset", "writeset")
A, B = sorted((name_of("parent a", 20), name_of("parent b", 20)))


def names(*variables: str) -> bytes:
    return array(*(text(variable) for variable in variables))


def ids(*parents: bytes) -> bytes:
    return array(*(octets(parent) for parent in parents))


def fields(size: int = 20, /, **changed: bytes | None) -> list[tuple[str, bytes]]:
    """Return the encoded fields of an append to one variable, in canonical order, some changed or left out."""
    content: dict[str, bytes | None] = {
        "v": uint(1),
        "rule": octets(name_of("rule", size)),
        "after": octets(name_of("after", size)),
        "delta": octets(name_of("delta", size)),
        "parents": ids(name_of("parent", size)),
        "writeset": names("model/accuracy"),
        **changed,
    }
    return [(name, value) for name in ORDER if (value := content.get(name)) is not None]


def event(size: int = 20, **changed: bytes | None) -> bytes:
    return mapping(fields(size, **changed))


def good(says: str, size: int, parents: list[bytes], writeset: list[str], readset: list[str]) -> Scenario:
    data = event(
        size,
        parents=ids(*parents),
        writeset=names(*writeset),
        readset=names(*readset) if readset else None,
    )
    return accepted(
        says,
        data,
        id=blob_id(data, size),
        parents=[parent.hex() for parent in parents],
        rule=name_of("rule", size).hex(),
        after=name_of("after", size).hex(),
        delta=name_of("delta", size).hex(),
        writeset=writeset,
        readset=readset,
    )


def scenarios() -> Iterator[Scenario]:
    yield from _accepted()
    yield from _refused_encoding()
    yield from _refused_fields()
    yield from _refused_ids()
    yield from _refused_variables()


def _accepted() -> Iterator[Scenario]:
    for size, hash_name in ((20, "sha1"), (32, "sha256")):
        parent, other = sorted((name_of("parent a", size), name_of("parent b", size)))
        here = f"in a {hash_name} repository"
        yield good(f"an append sets one variable {here}", size, [parent], ["model/accuracy"], [])
        yield good(
            f"an append declares what it read {here}", size, [parent], ["model/accuracy"], ["data", "model/seed"]
        )
        yield good(f"an event may change nothing {here}", size, [parent], [], [])
        yield good(f"a genesis event has no parents {here}", size, [], [], [])
        yield good(f"a merge has its parents sorted by bytes {here}", size, [parent, other], [], [])
    yield good("a merge may join three heads", 20, sorted(name_of(f"head {n}", 20) for n in range(3)), [], [])
    yield good("an event may read what it writes", 20, [A], ["a"], ["a"])
    yield good("a write set is sorted by bytes and not by length", 20, [A], ["Z", "aa", "b"], [])
    yield good("a slash sorts as the byte that it is", 20, [A], ["a-b", "a/b", "a0b"], [])
    yield good("an event may write a variable and one below it", 20, [A], ["a", "a/b"], [])
    yield good("names sort by UTF-8 and not by UTF-16", 20, [A], ["\uff5e", "\U00010000"], [])
    yield good("a write set of 24 variables needs a longer head", 20, [A], [f"v{n:02}" for n in range(24)], [])
    yield good("a write set of 256 variables needs a longer head still", 20, [A], [f"v{n:03}" for n in range(256)], [])
    yield good("a variable of 1024 bytes is the longest", 20, [A], ["/".join(["x" * 204] * 5)], [])


def _refused_encoding() -> Iterator[Scenario]:
    data = event()
    pairs = fields()
    yield refused("an event of no bytes", b"")
    yield refused("null in the place of an event", NULL)
    yield refused("an event that is an array", array(*(value for _, value in pairs)))
    yield refused("an event in JSON", b'{"v":1,"parents":[]}')
    yield refused("an event with a byte behind it", data + b"\0")
    yield refused("an event with another behind it", data + data)
    yield refused("an event cut short", data[:-1])
    yield refused("an event with two fields swapped", mapping([pairs[1], pairs[0], *pairs[2:]]))
    yield refused("an event with its fields by alphabet", mapping(sorted(pairs)))
    yield refused("an event with a field twice", mapping([pairs[0], *pairs]))
    yield refused("an event of indefinite length", b"\xbf" + data[1:] + b"\xff")
    yield refused("an event with a wider head than it needs", b"\xb8\x06" + data[1:])
    yield refused("an event that announces more fields than it has", b"\xa7" + data[1:])
    yield refused("an event with a tag", b"\xd9\xd9\xf7" + data)
    yield refused("an event that announces more parents than bytes", event(parents=head(4, 2**63)))
    yield refused("a list of parents of indefinite length", event(parents=b"\x9f" + octets(A) + b"\xff"))
    yield refused("a write set of indefinite length", event(writeset=b"\x9f" + text("a") + b"\xff"))
    yield refused("a list of parents with a wider head than it needs", event(parents=b"\x98\x01" + octets(A)))
    yield refused("an object id with a wider head than it needs", event(rule=b"\x58\x14" + name_of("rule", 20)))
    yield refused("a variable with a wider head than it needs", event(writeset=array(b"\x78\x01a")))
    yield refused("a variable in chunks", event(writeset=array(b"\x7f\x61a\xff")))


def _refused_fields() -> Iterator[Scenario]:
    for name, _ in fields():
        yield refused(f"an event without the field {name}", mapping(fields(20, **{name: None})))
        yield refused(f"an event with null as {name}", mapping(fields(20, **{name: NULL})))
    yield refused(
        "an event with a field that is not its own", mapping([*fields()[:-1], ("remarks", names()), *fields()[-1:]])
    )
    yield refused(
        "an event with another field in the place of its own", mapping([*fields()[:-1], ("writings", names("a"))])
    )
    yield refused("an event of version 0", event(v=uint(0)))
    yield refused("an event of version 2", event(v=uint(2)))
    yield refused("an event of version true", event(v=TRUE))
    yield refused("an event whose version is text", event(v=text("1")))
    yield refused("an event whose version is a float", event(v=b"\xf9\x3c\x00"))
    yield refused("an event whose version takes two bytes", event(v=b"\x18\x01"))
    yield refused("an empty read set", event(readset=array()))


def _refused_ids() -> Iterator[Scenario]:
    yield refused("an event with its parents out of order", event(parents=ids(B, A), writeset=names()))
    yield refused("an event with the same parent twice", event(parents=ids(A, A), writeset=names()))
    yield refused("a parent outside a list", event(parents=octets(A)))
    yield refused("a parent that is text", event(parents=array(text("a" * 20))))
    yield refused("a parent in hexadecimal", event(parents=array(text(A.hex()))))
    yield refused("an object id of 19 bytes", event(delta=octets(name_of("delta", 19))))
    yield refused("an object id of 21 bytes", event(delta=octets(name_of("delta", 21))))
    yield refused("an object id of no bytes", event(delta=octets(b"")))
    yield refused("an event with object ids of two hash functions", event(delta=octets(name_of("delta", 32))))
    yield refused("an event with a parent of another hash function", event(parents=ids(name_of("parent", 32))))
    yield refused("an object id with a tag", event(after=b"\xc2" + octets(name_of("after", 20))))


def _refused_variables() -> Iterator[Scenario]:
    yield refused("a write set out of order", event(writeset=names("b", "a")))
    yield refused("a write set sorted by length", event(writeset=names("b", "aa")))
    yield refused("a write set with a variable twice", event(writeset=names("a", "a")))
    yield refused("a read set out of order", event(readset=names("b", "a")))
    yield refused("a read set with a variable twice", event(readset=names("a", "a")))
    yield refused("a write set that holds a number", event(writeset=array(uint(7))))
    yield refused("a write set that holds bytes", event(writeset=array(octets(b"a"))))
    yield refused("a write set that is text", event(writeset=text("a")))
    yield refused("a variable of no bytes", event(writeset=names("")))
    yield refused("a variable with an empty component", event(writeset=names("a//b")))
    yield refused("a variable that climbs", event(writeset=names("a/../b")))
    yield refused("a variable that Git keeps for itself", event(writeset=names("a/.GIT/config")))
    yield refused("a variable that begins with a tilde", event(writeset=names("~a")))
    yield refused("a variable with a control character", event(writeset=names("a\nb")))
    yield refused("a variable in another normalization form than C", event(writeset=names("e\u0301")))
    yield refused("a variable of 1025 bytes", event(writeset=names("/".join(["x" * 204] * 5) + "y")))
    yield refused("a variable that is not UTF-8", event(writeset=array(b"\x61\xff")))
    yield refused("a variable with a surrogate", event(writeset=array(b"\x63\xed\xa0\x80")))
    yield refused("a read variable that Git keeps for itself", event(readset=names("a/.git")))
    yield refused("a genesis event that writes", event(parents=ids()))
    yield refused("a genesis event that reads", event(parents=ids(), writeset=names(), readset=names("a")))
    yield refused("a merge that writes", event(parents=ids(A, B)))
    yield refused("a merge that reads", event(parents=ids(A, B), writeset=names(), readset=names("a")))
