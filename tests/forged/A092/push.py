"""Names that git reads wherever they stand: as variables, and smuggled into the state."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie
from tests.forgeries.registry import put


def pushes() -> Iterator[Forged]:
    for name in (".gitmodules", ".gitattributes"):
        yield lie(f"variable {name}", "event-format", "delta", lambda delta, name=name: delta.update({name: [1]}))
        yield lie(f"file {name}", "state", "tree", put(f"state/{name}", b"* ident\n"))
