"""Packs made by another process, while this one still makes the objects: a third of what a batch costs.

The other process has nothing to do with the repository. It reads objects from its standard input until that ends,
prints the pack that they make, and is gone; whoever started it writes the pack. If either dies, nothing is left. Where
none can be started, the pack is made here.

It is started by name, not forked or spawned by `multiprocessing`: a fork of a process with threads may hang, and a
spawned process runs the caller's main module again, which nobody who calls `append_batch` has to be prepared for.
"""

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from queue import SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from threading import Thread
from typing import IO, Final

from gitledger.errors import StorageError
from gitledger.ids import ObjectFormat
from gitledger.store.base import NewObject
from gitledger.store.pack import Pack, format_pack

_CHUNK: Final = 1_024
"""Objects handed over at once, 5 to 10 ms of work for the other process."""
_CHILD: Final = "import sys; sys.path[:] = sys.argv[1:]; from gitledger.store.pack_apart import child; child()"


def can_be_apart() -> bool:
    """Return whether there is a second processor, and an interpreter to start."""
    return bool(sys.executable) and (os.cpu_count() or 1) > 1


def format_pack_apart(objects: Iterable[NewObject], object_format: ObjectFormat) -> Pack:
    """Return what `format_pack` returns, made by another process while ``objects`` are still coming.

    Raises:
        StorageError: the other process died. What ``objects`` raises is raised as well.
    """
    command = [sys.executable, "-I", "-S", "-c", _CHILD, str(Path(__file__).parents[2]), *sys.path]
    try:
        # A session of its own, for Ctrl-C is a matter of the process that somebody waits for.
        process = Popen(  # noqa: S603  # our own arguments
            command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return format_pack(objects, object_format)  # No interpreter there, or no room for one more process.
    into, out = process.stdin, process.stdout
    if into is None or out is None:
        raise AssertionError("a process that was started with pipes has none")
    try:
        _hand_over(objects, object_format, into)
        checksum, size, index = pickle.load(out)  # noqa: S301  # from our own process
        content = out.read(size)
        if len(content) < size:
            raise EOFError
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        process.kill()
        raise StorageError(
            f"the process that was to make a pack ended with status {process.wait()}; expected the pack",
            hint="nothing was written; there may be too little memory: append fewer changes at once",
        ) from error
    finally:
        process.kill()
        process.wait()
        for pipe in (into, out):
            with contextlib.suppress(OSError):  # What was not handed over need not be.
                pipe.close()
    return Pack(checksum, [content], index)


def _hand_over(objects: Iterable[NewObject], object_format: ObjectFormat, into: IO[bytes]) -> None:
    remaining = iter(objects)
    pickle.dump(object_format, into)
    while chunk := list(islice(remaining, _CHUNK)):
        # By column, at a quarter of the price of object by object.
        pickle.dump(tuple(zip(*chunk, strict=True)), into)
    pickle.dump(None, into)
    into.close()


def child() -> None:
    """Be the process that makes the pack."""
    gc.disable()  # Nothing here is a cycle, and all of it lives until the end.
    source = sys.stdin.buffer
    object_format = pickle.load(source)  # noqa: S301  # from our own process
    chunks: SimpleQueue[list[NewObject] | None] = SimpleQueue()
    # Takes what comes at once, so that whoever makes the objects need not wait for the pack.
    Thread(target=_receive, args=(source, chunks), daemon=True).start()
    pack = format_pack(chain.from_iterable(iter(chunks.get, None)), object_format)
    pickle.dump((pack.checksum, sum(map(len, pack.chunks)), pack.index), sys.stdout.buffer)
    sys.stdout.buffer.writelines(pack.chunks)
    sys.stdout.flush()


def _receive(source: IO[bytes], chunks: "SimpleQueue[list[NewObject] | None]") -> None:
    is_whole = False
    try:
        while columns := pickle.load(source):  # noqa: S301  # from our own process
            chunks.put(list(map(NewObject._make, zip(*columns, strict=True))))
        is_whole = True
    finally:
        if not is_whole:
            os._exit(1)  # Whoever wanted the pack is gone, or there is no memory: the other thread must not wait.
    chunks.put(None)
