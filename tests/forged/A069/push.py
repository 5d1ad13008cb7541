"""An event of no bytes, of white space, with a mark before it, with other line ends."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for name, change in (
        ("no bytes", lambda _: b""),
        ("white space", lambda _: b" \n"),
        ("a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
        ("other line ends", lambda data: data + b"\r\n"),
    ):
        yield lie(name, "event-format", "event bytes", change)
