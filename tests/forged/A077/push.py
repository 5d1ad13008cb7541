"""Variables that some file system reads as .git."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for name in (".GIT", ".git.", "git~1", ".git::$INDEX_ALLOCATION", "a/.g\u200cit"):
        yield lie(name, "event-format", "delta", lambda delta, name=name: delta.update({name: [1]}))
