"""What a store has answered survives power loss: seen from the system calls that it makes, in their order.

The order that holds: the bytes of a file are synced before the file takes its name, and the directory of the name is
synced before anybody is told. Whether the disk keeps its word is not ours to test.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitledger.store.open import find_repository
from tests.contract import write_once
from tests.contract.matrix import ENVIRONMENT, Case, Ground, on_each_disk_kind

CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += 0$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
PATH = re.compile(r'"([^"]+)"|<(/[^>]*)>')


@pytest.fixture
def calls(case: Case, ground: Ground, tmp_path: Path) -> list[tuple[str, list[str]]]:
    """Return every call that syncs, names or removes a file, in order, with its paths, while one writer works."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    # Whoever wants speed and says so does not get it at this price.
    for setting, value in (("core.fsync", "none"), ("core.fsyncMethod", "writeout-only")):
        ground.git("config", setting, value)
    trace = tmp_path / "trace"
    watched = "fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat"
    done = subprocess.run(
        ["strace", "-f", "-y", "-s", "4096", "-e", f"trace={watched}", "-o", trace, "--",
         sys.executable, write_once.__file__, ground.start, case.kind],
        env={
            **ENVIRONMENT,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_TEST_FSYNC": "0",
        },
        capture_output=True,
        check=False,
    )
    if b"ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr.decode().strip()}")
    assert done.returncode == 0, done.stderr.decode()
    return list(_parse_trace(trace.read_text().splitlines()))


def _parse_trace(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    begun: dict[str, str] = {}
    for line in lines:
        if unfinished := UNFINISHED.match(line):
            begun[unfinished[1]] = line.removesuffix(" <unfinished ...>")
            continue
        resumed = RESUMED.match(line)
        call = CALL.match(begun.pop(resumed[1]) + resumed[2] if resumed else line)
        if call:
            yield call[1], [first or second for first, second in PATH.findall(call[2])]


@on_each_disk_kind
def test_bytes_then_name_then_directory(ground: Ground, calls: list[tuple[str, list[str]]]) -> None:
    """For the pack, its index, a new ref and a moved one."""
    repository = find_repository(ground.start, ENVIRONMENT)
    named = [(at, paths) for at, (call, paths) in enumerate(calls) if call.startswith(("rename", "link"))]
    synced = [(at, paths[0]) for at, (call, paths) in enumerate(calls) if call == "fsync"]
    names = [Path(paths[-1]) for _, paths in named]
    assert [name.suffix for name in names if name.parent == repository.objects_dir / "pack"] == [".pack", ".idx"]
    assert names.count(repository.common_dir / write_once.NAME) == 2
    for at, (source, target) in named:
        assert any(path == source and when < at for when, path in synced), f"{target} was named before it was synced"
        assert any(path == str(Path(target).parent) and when > at for when, path in synced), f"{target} may be lost"


@on_each_disk_kind
def test_a_new_directory_of_refs_and_a_deletion_are_durable(
    ground: Ground, calls: list[tuple[str, list[str]]],
) -> None:
    """The parent of a directory that had to be made is synced, and what is left above a ref that is gone."""
    common_dir = find_repository(ground.start, ENVIRONMENT).common_dir
    name = str(common_dir / write_once.NAME)
    named = ("rename", "link")
    made = min(at for at, (call, paths) in enumerate(calls) if call.startswith(named) and paths[-1] == name)
    removed = max(at for at, (call, paths) in enumerate(calls) if call.startswith("unlink") and paths[-1] == name)
    for parent in (common_dir / "refs", common_dir):
        assert any(call == "fsync" and paths == [str(parent)] for call, paths in calls[made:removed])
        assert any(call == "fsync" and paths == [str(parent)] for call, paths in calls[removed:])
