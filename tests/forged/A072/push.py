"""A map of a million keys that all fall into one place of a table."""

from collections.abc import Iterator

from tests.forged.ground import COSTLY, Forged, lie


def pushes() -> Iterator[Forged]:
    # Python hashes a number to itself, and looks at its low bits first.
    keys = b"".join(b"\x1b" + (number << 40).to_bytes(8, "big") + b"\0" for number in range(1, 1_000_001))
    many = bytes.fromhex("a163686f7481ba000f4240") + keys  # {"hot": [{...}]}
    yield lie("", "delta-format", "delta bytes", lambda _: many, audited=COSTLY, limited=True)
