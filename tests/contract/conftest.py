"""Opens the two ports of each case of the matrix."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gitledger.store.base import ObjectStore, RefStore
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.store.open import find_repository, open_objects, open_refs
from tests.contract.matrix import ENVIRONMENT, Case, Ground, make_ground


@pytest.fixture
def ground(case: Case, tmp_path: Path) -> Ground:
    """Make the repository of a case that has one."""
    return make_ground(case, tmp_path)


@pytest.fixture
def objects(case: Case, request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    """Open the objects of a case."""
    if case.kind == "memory":
        yield MemoryObjects(case.object_format)
        return
    repository = find_repository(request.getfixturevalue("ground").start, ENVIRONMENT)
    with closing(open_objects(repository, ENVIRONMENT, case.kind)) as opened:
        yield opened


@pytest.fixture
def refs(case: Case, request: pytest.FixtureRequest) -> Iterator[RefStore]:
    """Open the refs of a case."""
    if case.kind == "memory":
        yield MemoryRefs()
        return
    repository = find_repository(request.getfixturevalue("ground").start, ENVIRONMENT)
    with closing(open_refs(repository, ENVIRONMENT, case.kind)) as opened:
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    directory = tmp_path / "small disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory], capture_output=True, check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield directory
    subprocess.run(["umount", "--lazy", directory], check=True)
