"""The house, held by its imports: stairs go down only, and each foreign package has one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "gitledger"

# Each room may import itself and what stands here, nothing else of ours. `docs/README.md` draws the same picture.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "durable": {"errors"},
    "frozen": set(),
    "gitnames": set(),
    "ids": {"gitnames", "errors", "frozen"},
    "codec": {"ids", "errors", "frozen"},
    "ed25519": {"errors"},
    "model": {"codec", "ids", "gitnames", "ed25519", "errors", "frozen"},
    "store": {"ids", "durable", "errors", "frozen"},
    "artifacts": {"ids", "durable", "errors"},
    "ledger": {"model", "store", "codec", "ids", "durable", "errors", "frozen"},
    "verify": {"ledger", "model", "store", "codec", "ids", "errors", "frozen"},
    "sync": {"verify", "ledger", "model", "store", "codec", "ids", "errors", "frozen"},
    "hook": {"verify", "ledger", "model", "store", "codec", "ids", "errors", "frozen"},
    "retention": {"verify", "ledger", "model", "store", "artifacts", "codec", "ids", "durable", "errors", "frozen"},
    "cli": {
        "sync",
        "hook",
        "retention",
        "verify",
        "ledger",
        "model",
        "store",
        "artifacts",
        "codec",
        "ids",
        "errors",
        "durable",
        "frozen",
    },
    "__init__": {"cli", "sync", "verify", "ledger", "model", "store", "codec", "ids", "errors"},
    "__main__": {"cli"},
}
# A file of the store may use the store's own files; `model` never imports `store`, nor the other way round.
DOORS: dict[str, set[str]] = {
    "pygit2": {"store/libgit2.py"},
    "dulwich": {"store/dulwich.py"},
    "cbor2": set(),  # the codec is our own; the tests ask it for a second opinion
    "typer": {"cli/app.py"},
    "cryptography": {"ed25519.py"},
    "obstore": {"artifacts/s3.py"},
    "sqlite3": {"store/catalog.py"},
    "subprocess": {"store/program.py", "store/background.py", "store/pack_apart.py", "cli/pager.py"},
}
# Clock, randomness and environment enter through the command line's door alone. A temporary file's name is no meaning.
OUTSIDE: dict[str, set[str]] = {
    "time": {"cli/open.py", "cli/progress.py", "store/refdir.py", "store/git.py", "store/turn.py"},
    "random": {"cli/open.py", "store/git.py", "store/refdir.py"},
    "secrets": {"cli/open.py"},
}

FILES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that a file imports, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    """Return the room that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_there_are_files() -> None:
    """The tests below would pass on an empty house."""
    assert len(FILES) > 30
    assert {room_of(path) for path in FILES} <= ROOMS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_stairs_go_down_only(path: Path) -> None:
    """A room imports the rooms below it, never beside or above it."""
    room = room_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "gitledger" and len(parts) > 1 and parts[1] in ROOMS:
            assert parts[1] == room or parts[1] in ROOMS[room], f"{room} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_doors(path: Path) -> None:
    """Foreign packages, the clock and randomness come in through their one door."""
    here = path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        top = name.split(".")[0]
        for doors in (DOORS, OUTSIDE):
            if top in doors:
                assert here in doors[top], f"{here} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_environment_has_one_door(path: Path) -> None:
    """Only the command line's door reads the environment."""
    here = path.relative_to(PACKAGE).as_posix()
    touched = {
        node.attr
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    assert here == "cli/open.py" or not touched & {"environ", "environb", "getenv"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    """A file that outgrows a few screens is two rooms."""
    assert len(path.read_text().splitlines()) <= 260
