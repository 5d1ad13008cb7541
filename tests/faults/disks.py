"""Small disks of their own for tests, mounted and taken away again; each says why it cannot be had."""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

_EXT4_MEGABYTES: Final = 32
# _IOR('X', 125, __u32) of the kernel's fs/ext4/ext4.h, with EXT4_GOING_FLAGS_NOLOGFLUSH: the journal is not written out.
_SHUTDOWN: Final = 0x8004587D
_NO_LOG_FLUSH: Final = struct.pack("I", 2)
# A process that was stopped lets go of its files a moment after its end is known.
_BUSY_TRIES: Final = 50


def _said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stderr.strip() or f"exit code {done.returncode}") if done.returncode else ""


@contextlib.contextmanager
def tmpfs(path: Path, options: str) -> Iterator[Path]:
    """Mount a tmpfs with these options at a path; skip the test where that is not allowed."""
    path.mkdir()
    reason = _said("mount", "-t", "tmpfs", "-o", options, "tmpfs", path)
    if reason:
        pytest.skip(f"no tmpfs can be mounted: {reason}")
    try:
        yield path
    finally:
        _unmount(path)


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Make everything below a path read-only by a bind mount on itself; skip the test where that is not allowed."""
    reason = _said("mount", "--bind", path, path)
    if reason:
        pytest.skip(f"nothing can be bound: {reason}")
    try:
        reason = _said("mount", "-o", "remount,ro,bind", path)
        assert not reason, reason
        yield
    finally:
        _unmount(path)


class PowerSupply:
    """An ext4 on a loop device whose power can be cut.

    Args:
        directory: where the image and the mount point are made; skips the test where that is not possible.
    """

    def __init__(self, directory: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can mount a loop device")
        if shutil.which("mkfs.ext4") is None:
            pytest.skip("no mkfs.ext4 on PATH")
        self._image, self.path = directory / "image", directory / "disk"
        self.path.mkdir()
        with self._image.open("wb") as image:
            image.truncate(_EXT4_MEGABYTES * 1024 * 1024)
        reason = _said("mkfs.ext4", "-q", self._image) or self._mount()
        if reason:
            pytest.skip(f"no ext4 on a loop device: {reason}")

    def _mount(self) -> str:
        return _said("mount", "-o", "loop", self._image, self.path)

    def cut(self) -> None:
        """Lose everything that is not on the disk; from now on each access fails."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(descriptor)

    def restore(self) -> None:
        """Mount what the disk holds."""
        _unmount(self.path)
        reason = self._mount()
        assert not reason, reason

    def close(self) -> None:
        """Take the disk away."""
        _unmount(self.path)


def _unmount(path: Path) -> None:
    for _ in range(_BUSY_TRIES):
        reason = _said("umount", path)
        if not reason:
            return
        time.sleep(0.02)
    raise AssertionError(reason)
