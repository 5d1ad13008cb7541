"""Whatever stock git does with a repository, the ledger in it stays whole, and stock git tells the same of it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitledger.ids import LedgerName, Variable
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.diff import diff
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.state import state
from gitledger.ledger.vst import vst
from gitledger.store.open import StoreKind
from gitledger.verify import verify
from tests.ledgers import ENV, assert_sound, by, git, named, new_repository, open_ledger, set_to, write

REFS = "refs/ledger/*:refs/ledger/*"
MAIN = "refs/ledger/main"


def changes() -> Iterator[Change]:
    """Yield what fills a tile, two segments and a split directory; values that come and go."""
    for number in range(150):
        yield change("fill", set={"x": number, f"many/{number}": 1}, key=f"key {number}")
    for number in range(130):
        yield change(
            f"rule {number}", set={"y": number}, delete=[f"many/{number}"], read=["x"], message=f"round {number}"
        )
    yield change("turn", set={"x/y": "é", "日本": [1, {"a": None}]}, delete=["x"])


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository whose ledger has all kinds of objects, and a merge."""
    path = new_repository(tmp_path_factory.mktemp(request.param) / "filled.git", request.param, "--bare")
    with open_ledger(path) as ledger:
        init(ledger)
        assert len(list(append_batch(ledger, changes(), group=40))) == 281
        branch(ledger, LedgerName("side"))
        write(ledger, ours=1)
        write(by("Eve", named("side", ledger)), theirs=1)
        assert merge(ledger, LedgerName("side")).outcome == "merged"
        assert_sound(ledger, events=285)
    return path


@pytest.fixture
def repository(filled: Path, tmp_path: Path) -> Path:
    """Copy it."""
    return Path(shutil.copytree(filled, tmp_path / "repository.git"))


def gc(path: Path) -> Path:
    git(path, "gc", "--quiet", "--prune=now")
    return path


def repack(path: Path) -> Path:
    git(path, "repack", "-adfq")
    return path


def pack_refs(path: Path) -> Path:
    git(path, "pack-refs", "--all", "--prune")
    return path


def loosen(path: Path) -> Path:
    packs = [pack.rename(path / pack.name) for pack in sorted(path.glob("objects/pack/*.pack"))]
    for rest in path.glob("objects/pack/*"):
        rest.unlink()
    for pack in packs:
        git(path, "unpack-objects", "-q", data=pack.read_bytes())
    return path


def mirror(path: Path) -> Path:
    git(path.parent, "clone", "--quiet", "--mirror", path.as_uri(), "mirror.git")
    return path.parent / "mirror.git"


def push_and_clone(path: Path) -> Path:
    server = new_repository(path.parent / "server.git", git(path, "rev-parse", "--show-object-format"), "--bare")
    git(server, "config", "receive.fsckObjects", "true")
    git(path, "push", "--quiet", server.as_uri(), REFS)
    clone = new_repository(path.parent / "clone", git(path, "rev-parse", "--show-object-format"))
    git(clone, "-c", "fetch.fsckObjects=true", "fetch", "--quiet", server.as_uri(), REFS)
    return clone


def bundle(path: Path) -> Path:
    git(path, "bundle", "create", "--quiet", "../all.bundle", MAIN, "refs/ledger/side")
    other = new_repository(path.parent / "unbundled", git(path, "rev-parse", "--show-object-format"))
    git(other, "bundle", "verify", "--quiet", "../all.bundle")
    for line in git(other, "bundle", "unbundle", "../all.bundle").splitlines():
        git(other, "update-ref", line.split()[1], line.split()[0])
    return other


def worktree(path: Path) -> Path:
    empty = git(path, "hash-object", "-t", "tree", "-w", "--stdin")
    git(path, "update-ref", "refs/heads/main", git(path, "commit-tree", "-m", "empty", empty))
    git(path, "worktree", "add", "--quiet", "../worktree", "main")
    return path.parent / "worktree"


def alternates(path: Path) -> Path:
    git(path.parent, "clone", "--quiet", "--mirror", "--shared", str(path), "borrowing.git")
    return path.parent / "borrowing.git"


WAYS: list[Callable[[Path], Path]] = [
    gc,
    repack,
    pack_refs,
    loosen,
    mirror,
    push_and_clone,
    bundle,
    worktree,
    alternates,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_it_stays_whole(filled: Path, repository: Path, way: Callable[[Path], Path]) -> None:
    with open_ledger(filled) as ledger:
        before = [one.id for one in log(ledger)]
    path = way(repository)
    with open_ledger(path) as ledger:
        assert [one.id for one in log(ledger)] == before
        assert_sound(ledger, events=285)
        assert_sound(named("side", ledger), events=283)
        write(ledger, x__y="it goes on")
        assert_sound(ledger, events=286)
    check_objects(path)


def check_objects(path: Path) -> None:
    """Demand that git has nothing to say of any object, however strict it is."""
    assert git(path, "fsck", "--strict", "--full", "--no-progress", "--no-dangling") == ""
    missing = git(path, "rev-list", "--objects", "--missing=print", "--all", "--glob=refs/ledger/*")
    assert not any(line.startswith("?") for line in missing.splitlines())


def test_a_worktree_and_the_repository_share_the_ledger(repository: Path) -> None:
    with open_ledger(repository) as ledger, open_ledger(worktree(repository)) as elsewhere:
        for number in range(3):
            written = write(ledger, a=number)
            assert next(log(elsewhere)).id == written
            written = write(elsewhere, b=number)
            assert next(log(ledger)).id == written


def test_git_dir_names_the_repository(repository: Path, tmp_path: Path) -> None:
    with open_ledger(tmp_path, env={**ENV, "GIT_DIR": str(repository)}) as ledger:
        write(ledger, a=1)
        assert_sound(ledger, events=286)


@pytest.mark.parametrize("kind", ["libgit2", "dulwich"])
def test_a_second_opinion(repository: Path, kind: StoreKind) -> None:
    if kind == "libgit2" and git(repository, "rev-parse", "--show-object-format") == "sha256":
        pytest.skip("libgit2 cannot work on SHA-256 repositories")
    with open_ledger(repository) as ledger, open_ledger(repository, kind=kind) as other:
        assert verify(other) == verify(ledger)
        assert [one for one in log(other)] == [one for one in log(ledger)]  # noqa: C416 - two lists to look at
        write(other, a=1)
        assert verify(other) == verify(ledger)
        assert dict(state(other).values()) == dict(state(ledger).values())


def test_nothing_is_lost_to_gc_beside_a_writer(repository: Path) -> None:
    """The closest that tests come to a cron job that means no good."""
    is_done, collections = threading.Event(), []

    def collect() -> None:
        while not is_done.is_set():
            git(repository, "gc", "--quiet", "--prune=now")
            collections.append(1)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        with open_ledger(repository) as ledger:
            events = [write(ledger, a=number) for number in range(30)]
            events += [one.event for one in append_batch(ledger, (set_to(a=-n) for n in range(60)), group=2, at_once=6)]
    finally:
        is_done.set()
        collector.join()
    assert collections
    with open_ledger(repository) as ledger:
        assert list(vst(ledger, "a")) == events[::-1]
        assert_sound(ledger, events=375)
    check_objects(repository)


@pytest.mark.parametrize("kind", ["pack", "idx", "keep"])
def test_what_gc_takes_while_it_is_written_is_written_again(
    repository: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []

    def take(original: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def move(self: Path, target: Path) -> Path:
            if target.suffix == f".{kind}" and not taken:
                taken.append(self)
                self.unlink()
            return original(self, target)

        return move

    for name in ("replace", "rename"):
        monkeypatch.setattr(Path, name, take(getattr(Path, name)))
    with open_ledger(repository) as ledger:
        write(ledger, a=1)
        assert_sound(ledger, events=286)
    assert [one.name.split("_")[:2] for one in taken] == [["tmp", kind]]
    left = {one.suffix for one in repository.glob("objects/pack/*")}
    assert left == {".pack", ".idx"}


class TestWhatGitTells:
    """One publication for each event, so that a commit is an event."""

    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[Ledger]:
        with open_ledger(new_repository(tmp_path / "told.git", "sha1", "--bare")) as opened:
            init(opened)
            yield opened

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "told.git"

    def record(self, ledger: Ledger, *asked: Change) -> None:
        for _ in append_batch(ledger, asked, group=1):
            pass

    def check(self, ledger: Ledger, path: Path, variables: list[str], *shapes: str) -> None:
        """Demand that ``git log`` names the publications of each timeline."""
        publication = {one.id: one.publication.hex() for one in log(ledger)}
        for name in variables:
            directory, _, leaf = name.rpartition("/")
            where = [f":(top,glob)state/{directory}/{shape}{leaf}" for shape in ("", *shapes)]
            if not directory:
                where = [f":(top,literal)state/{name}"]
            told = git(path, "log", "--format=%H", MAIN, "--", *where).splitlines()
            assert told == [publication[event] for event in vst(ledger, name)], name

    def test_timelines(self, ledger: Ledger, path: Path) -> None:
        self.record(
            ledger,
            set_to(a=1, d__b=1),
            set_to(a=2),
            set_to(a=2, c=1),
            change("r", set={"a": 1}, delete=["c"]),
            change("r", set={"d/b": 2, "d/é": 1}, read=["a"]),
            change("r", set={"d/b": 3}, delete=["a"]),
        )
        self.check(ledger, path, ["a", "d/b", "c", "d/é"])

    def test_timelines_across_a_merge(self, ledger: Ledger, path: Path) -> None:
        self.record(ledger, set_to(a=1, b=1))
        branch(ledger, LedgerName("side"))
        self.record(ledger, set_to(a=2), set_to(c=1), set_to(a=3))
        self.record(by("Eve", named("side", ledger)), set_to(b=2), set_to(b=3, d=1))
        merge(ledger, LedgerName("side"))
        self.record(ledger, set_to(a=4, b=4))
        self.check(ledger, path, ["a", "b", "c", "d"])

    def test_timelines_in_a_directory_that_is_split(self, ledger: Ledger, path: Path) -> None:
        self.record(ledger, change("r", set={f"d/n{number}": 0 for number in range(100)}))
        self.record(ledger, *(change("r", set={f"d/n{number % 7}": number}) for number in range(1, 30)))
        assert "state/d/~~0/" in git(path, "ls-tree", "-r", "--name-only", MAIN)
        self.check(ledger, path, [f"d/n{number}" for number in range(10)], "~~?/", "~~?/~~?/")

    def test_states(self, ledger: Ledger, path: Path) -> None:
        self.record(ledger, set_to(a=1, d__b="x"), change("r", set={f"d/n{n}": n for n in range(70)}), set_to(a=None))
        for one in log(ledger):
            rows = (
                git(path, "ls-tree", "-r", "-z", f"{one.publication.hex()}:state").split("\0") if one.seq > 1 else [""]
            )
            told = {variable(name): what.split()[2] for what, name in (row.split("\t") for row in rows[:-1])}
            held = state(ledger, at=one.id.hex())
            assert told == {name: oid.hex() for name, oid in held.blobs()}
            if told:
                assert (
                    git(path, "rev-parse", f"{one.publication.hex()}:state") == held.id.hex() == one.event.after.hex()
                )

    def test_differences(self, ledger: Ledger, path: Path) -> None:
        self.record(
            ledger,
            set_to(a=1, b=1, d__e=1),
            change("r", set={"a": 2, "z": "é"}, delete=["b"]),
            change("r", set={"a/x": 1}, delete=["a"]),
            change("r", set={f"d/n{n}": n for n in range(70)}),
            change("r", delete=["d/e", "z"]),
        )
        events = list(log(ledger))[:-1]
        for old in events:
            for new in events:
                rows = git(
                    path,
                    "diff",
                    "--name-status",
                    "--no-renames",
                    "-z",
                    old.publication.hex(),
                    new.publication.hex(),
                    "--",
                    "state/",
                )
                fields = rows.split("\0")[:-1]
                told: dict[str, set[str]] = {}
                for status, name in zip(fields[::2], fields[1::2], strict=True):
                    told.setdefault(variable(name.removeprefix("state/")), set()).add(status)
                found = {one.variable: one for one in diff(ledger, old.id.hex(), new.id.hex())}
                # A directory that is split moves its files: git sees one go and one come.
                moved = {name for name, statuses in told.items() if statuses == {"A", "D"} and name not in found}
                assert told.keys() - moved == found.keys()
                for name, one in found.items():
                    status = "A" if one.before is None else "D" if one.after is None else "M"
                    assert status in told[name] or told[name] == {"A", "D"}


def variable(path: str) -> Variable:
    """Return the variable of a path below ``state/``, split directories or not."""
    return Variable("/".join(part for part in path.split("/") if not part.startswith("~~")))
