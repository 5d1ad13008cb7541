"""Files that deaths have left: locks, leases, packs without an index, temporary files, half a prune."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from gitledger.retention.fault import Fault, Patient, Remedy
from gitledger.store.loose import object_directories
from gitledger.store.pack_writer import drop_stale_leases, stale_leases

# Git holds none of these for more than seconds, and repacks a million objects in minutes.
_OLD: Final = 3600.0
_LOCKS: Final = (
    "config.lock",
    "packed-refs.lock",
    "shallow.lock",
    "refs/ledger*/**/*.lock",
    "reftable/tables.list.lock",
    "objects/info/**/*.lock",
)
_GARBAGE: Final = ("pack/tmp_*", "pack/.tmp-*")


def check_files(patient: Patient) -> Iterator[Fault]:
    """Yield what deaths have left."""
    common, objects = patient.repository.common_dir, patient.repository.objects_dir
    for lock in _old(patient, common, _LOCKS):
        message = "it is more than an hour old, and whoever waits for it fails; expected it to be gone in seconds"
        yield _removable("lock", lock, message)
    for path in _old(patient, objects, _GARBAGE):
        yield _removable("garbage", path, "it is what a git that died was writing; expected it to be gone")
    for pack in _old(patient, objects, ("pack/pack-*.pack",)):
        if not pack.with_suffix(".idx").exists():
            yield _removable("garbage", pack, "it has no index, so nobody can read it; expected one")
    for lease in list(stale_leases(objects / "pack")):
        yield Fault(
            code="lease",
            where=str(lease),
            message="its owner is gone, and its pack would stay for ever; expected it to be gone",
            remedy=Remedy(text="remove it", apply=partial(drop_stale_leases, objects / "pack")),
        )
    if patient.house.is_dropping:
        yield Fault(
            code="prune-left",
            where=str(patient.house.begun),
            message="a prune was interrupted, or runs now; expected what is not reached to be dropped",
            remedy=Remedy(text="git repack -a -d -l", apply=patient.house.drop_unreached),
        )
    for directory in object_directories(objects):
        if not directory.is_dir():
            message = "it is an alternate that is not there; expected the objects that this repository borrows"
            yield Fault(code="alternate", where=str(directory), message=message)


def _old(patient: Patient, directory: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in sorted(directory.glob(pattern)) if _is_old(patient, path))


def _is_old(patient: Patient, path: Path) -> bool:
    try:
        return patient.now - path.lstat().st_mtime > _OLD
    except FileNotFoundError:
        return False  # Its owner lives, and has just let go.


def _removable(code: str, path: Path, message: str) -> Fault:
    remedy = Remedy(text=f"rm {path}", apply=partial(path.unlink, missing_ok=True))
    return Fault(code=code, where=str(path), message=message, remedy=remedy)
