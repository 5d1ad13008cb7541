"""The server has what shows another history: a replacement is not asked; with grafts, or cut off, nothing lands."""

from collections.abc import Iterator
from pathlib import Path

from tests.forged.ground import MAIN, UNSEEN, Forged, forgery, good, hexes, made
from tests.forgeries.all import base
from tests.ledgers import git


def pushes() -> Iterator[Forged]:
    yield forgery("a-parent-is-skipped", "event-parents", prepare=_replace)
    for name, line in (("info/grafts", f"{hexes(base().left)}\n"), ("shallow", f"{hexes(base().right)}\n")):
        known = good()
        yield Forged(
            name=name,
            moves=[(hexes(base().prefix), hexes(known), MAIN)],
            data=made(),
            code="surroundings",
            audit=UNSEEN,
            prepare=lambda path, name=name, line=line: _write(path / name, line),
        )


def _replace(server: Path) -> None:
    # The event that the forged one should follow becomes, for who asks for replacements, the one that it does follow.
    acts = base().prefix.newest.hex()
    git(server, "update-ref", f"refs/replace/{hexes(base().prefix)}", hexes(base().left))
    git(server, "update-ref", f"refs/replace/{acts}", base().left.newest.hex())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
