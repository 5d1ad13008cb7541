"""How a repository is found: what git finds, in every shape, with what this program must know of it."""

import os
import shutil
from pathlib import Path

import pytest

from gitledger.errors import FormatError, NotFoundError, StorageError
from gitledger.ids import SHA256
from gitledger.store.open import find_repository, open_objects
from gitledger.store.repository import shared_access
from tests.contract.matrix import ENVIRONMENT, SHAPES, Case, Shape, make_ground, needs_reftable, one_of_each, run_git


def setting(name: str, value: str) -> dict[str, str]:
    """Return the environment that gives git one setting."""
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": name, "GIT_CONFIG_VALUE_0": value}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_found_as_git_finds_it(shape: Shape, tmp_path: Path) -> None:
    """All three directories are absolute and git's own answers."""
    ground = make_ground(Case(kind="git", object_format=SHA256, shape=shape), tmp_path)
    found = find_repository(ground.start, ENVIRONMENT)
    assert found.git_dir == Path(ground.git("rev-parse", "--absolute-git-dir"))
    assert found.common_dir == ground.path("config").parent
    assert found.objects_dir == found.common_dir / "objects"
    assert (found.object_format, found.ref_format, found.shallow) == (SHA256, "files", False)
    assert found.bare == (shape == "bare")
    assert found.promisor == (shape == "partial")
    assert (found.git_dir == found.common_dir) == (shape != "worktree")


@needs_reftable
def test_a_reftable_is_recognised(tmp_path: Path) -> None:
    """By its extension: the question to git is younger than the oldest git that is supported."""
    ground = make_ground(Case(kind="git", ref_format="reftable"), tmp_path)
    assert find_repository(ground.start, ENVIRONMENT).ref_format == "reftable"


def test_a_shallow_clone_is_recognised(tmp_path: Path) -> None:
    """Its history ends where it was cut."""
    ground = make_ground(Case(kind="git"), tmp_path)
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", "--depth=1", "--no-checkout", ground.start.as_uri(), str(clone))
    assert find_repository(clone, ENVIRONMENT).shallow


def test_a_directory_inside_and_the_environment_lead_there(tmp_path: Path) -> None:
    """A relative GIT_DIR counts from where the search starts, as with `git -C`."""
    ground = make_ground(Case(kind="git"), tmp_path)
    expected = find_repository(ground.start, ENVIRONMENT)
    inside = ground.start / "a" / "b"
    inside.mkdir(parents=True)
    assert find_repository(inside, ENVIRONMENT) == expected
    assert find_repository(tmp_path, {**ENVIRONMENT, "GIT_DIR": str(ground.start / ".git")}) == expected
    assert find_repository(inside, {**ENVIRONMENT, "GIT_DIR": "../../.git"}) == expected


def test_the_quarantine_of_a_hook_takes_new_objects(tmp_path: Path) -> None:
    """Objects go where git's environment says, and what lies there or behind it is read."""
    ground = make_ground(Case(kind="git"), tmp_path)
    objects_dir = ground.path("objects")
    quarantine = tmp_path / "incoming"
    (quarantine / "pack").mkdir(parents=True)
    environment = {
        **ENVIRONMENT,
        "GIT_OBJECT_DIRECTORY": str(quarantine),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects_dir),
    }
    found = find_repository(ground.start, environment)
    assert found.objects_dir == quarantine
    oid, _ = ground.write_loose(b"behind")
    objects = open_objects(found, environment)
    assert objects.read(oid).data == b"behind"
    objects.write(one_of_each(objects.format))
    assert len(list((quarantine / "pack").iterdir())) == 2
    assert list((objects_dir / "pack").iterdir()) == []
    objects.close()


def test_no_repository_says_where_it_was_looked_for(tmp_path: Path) -> None:
    """A directory without one, and a directory that is not there."""
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    for start in (tmp_path, tmp_path / "absent"):
        with pytest.raises(NotFoundError, match=r"no repository at .*; expected a Git repository") as caught:
            find_repository(start, environment)
        assert str(start) in caught.value.message
        assert "\n" not in caught.value.message
        assert "fatal" not in caught.value.message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a repository to somebody else")
def test_a_repository_of_somebody_else_is_refused_with_advice_of_git(tmp_path: Path) -> None:
    """Git's safe.directory: the hint is the command that git itself proposes."""
    ground = make_ground(Case(kind="git", shape="bare"), tmp_path)
    for path in (ground.start, *ground.start.rglob("*")):
        os.chown(path, 65534, 65534)
    with pytest.raises(NotFoundError, match="dubious ownership") as caught:
        find_repository(ground.start, ENVIRONMENT)
    assert caught.value.hint == f"git config --global --add safe.directory {ground.start}"


def test_a_bare_repository_may_have_to_be_named(tmp_path: Path) -> None:
    """safe.bareRepository=explicit, a default of Git 3: GIT_DIR finds what a search does not."""
    ground = make_ground(Case(kind="git", shape="bare"), tmp_path)
    environment = ENVIRONMENT | setting("safe.bareRepository", "explicit")
    with pytest.raises(NotFoundError):
        find_repository(ground.start, environment)
    found = find_repository(ground.start, {**environment, "GIT_DIR": str(ground.start)})
    objects = open_objects(found, environment)
    assert objects.find(ground.git("rev-parse", "main"))
    objects.close()


def test_settings_are_read_once_and_the_last_value_counts(tmp_path: Path) -> None:
    """From files and from the environment; a name without a value says yes; values may hold anything."""
    ground = make_ground(Case(kind="git"), tmp_path)
    with ground.path("config").open("a") as config:
        config.write('[ledger]\nname = first\nname = second\nquiet\ntext = "two\\nlines = three"\n[other]\nx = 1\n')
    config = find_repository(ground.start, ENVIRONMENT | setting("Ledger.Extra", "given")).config
    assert {name: value for name, value in config.items() if name.startswith(("ledger.", "other."))} == {
        "ledger.name": "second",
        "ledger.quiet": "true",
        "ledger.text": "two\nlines = three",
        "ledger.extra": "given",
    }


@pytest.mark.parametrize(
    ("shared", "umask", "mode"),
    [
        ("umask", 0o077, 0o400), ("group", 0o077, 0o440), ("true", 0o077, 0o440), ("1", 0o077, 0o440),
        ("all", 0o077, 0o444), ("2", 0o077, 0o444), ("0660", 0o022, 0o440), ("0640", 0o000, 0o440),
        ("", 0o077, 0o400), ("false", 0o027, 0o440),
    ],
)
def test_packs_get_the_mode_that_git_gives(shared: str, umask: int, mode: int, tmp_path: Path) -> None:
    """core.sharedRepository adds bits or replaces them; stock git's own pack beside ours is the judge."""
    ground = make_ground(Case(kind="git", shape="bare"), tmp_path)
    ground.git("config", "core.sharedRepository", shared)
    objects = open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT)
    new = one_of_each(objects.format)
    before = os.umask(umask)
    try:
        objects.write(new)
        ground.git("repack", "-a", "-q")
    finally:
        os.umask(before)
        objects.close()
    modes = {path.name: path.stat().st_mode & 0o777 for path in ground.path("objects/pack").iterdir()}
    assert len(modes) >= 4
    assert set(modes.values()) == {mode}


def test_a_shared_repository_is_nothing_but_what_git_config_names() -> None:
    """A mode that takes the owner's rights is refused, as by git."""
    for value in ("0044", "sometimes", "9"):
        with pytest.raises(FormatError, match=r"core\.sharedRepository"):
            shared_access({"core.sharedrepository": value})


def test_without_git_the_message_says_so(tmp_path: Path) -> None:
    """And which version to install."""
    with pytest.raises(StorageError, match=r"no git program on PATH; expected git 2\.39 or newer"):
        find_repository(tmp_path, {"PATH": str(tmp_path)})


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    """Git's answers are lines."""
    ground = make_ground(Case(kind="git"), tmp_path)
    odd = tmp_path / "two\nlines"
    shutil.move(ground.start, odd)
    with pytest.raises(StorageError, match="line break"):
        find_repository(odd, ENVIRONMENT)
