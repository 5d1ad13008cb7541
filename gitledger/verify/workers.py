"""Judging in several processes: the order is cut into runs of neighbours, and each worker opens the objects itself.

A worker has one run at a time and is handed the next when it answers; verdicts come out in the order of the log. What
has been judged and waits for an earlier run is bounded: nobody gets further than a few runs ahead.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Final

from gitledger.errors import LedgerError, StorageError
from gitledger.ids import Oid
from gitledger.store.base import CheckSignatures, ObjectStore
from gitledger.verify.judge import Judge, Verdict
from gitledger.verify.order import Order

_RUNS: Final = 4
"""Runs a worker gets to do, at least: the fewer, the longer the others wait for the last one."""
_LONGEST: Final = 256
"""Publications of a run: their verdicts are held, and where a run begins trees and timelines are read anew."""
_AHEAD: Final = 4
"""Runs a worker that are judged or waiting at once."""

_Run = tuple[int, list[Oid]]
_Answer = tuple[int, list[Verdict]] | LedgerError
_Given = tuple[Callable[[], ObjectStore], frozenset[Oid], CheckSignatures | None]


def judge_apart(
    reopen: Callable[[], ObjectStore],
    order: Order,
    cut: frozenset[Oid],
    jobs: int,
    check: CheckSignatures | None = None,
) -> Iterator[Verdict]:
    """Yield the verdict on each publication, in order.

    Args:
        reopen: opens the objects in a worker; goes there by pickle.
        order: what to judge.
        cut: where history is cut off.
        jobs: how many workers.
        check: asks git about signatures; goes there by pickle, too. None if they are not to be judged.

    Raises:
        StorageError: a worker failed or died.
    """
    runs = _cut(order, jobs)
    # A fresh interpreter: a fork of a process with threads may hang, and would share the pipes to git.
    context = get_context("spawn")
    workers = [_Worker(context, (reopen, cut, check)) for _ in range(min(jobs, len(order)))]
    try:
        yield from _in_order(runs, workers)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """One process, and our end of the pipe to it."""

    def __init__(self, context: SpawnContext, given: _Given) -> None:
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(*given, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def hand(self, run: _Run) -> None:
        """Let it judge a run. That nobody is there to take it shows when the answer is asked for."""
        try:
            self.pipe.send(run)
        except BrokenPipeError:
            return

    def answer(self) -> tuple[int, list[Verdict]]:
        """Return the verdicts on a run, and its number.

        Raises:
            StorageError: the machine underneath failed there, or the worker died.
        """
        try:
            answer: _Answer = self.pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            self._process.join()
            raise StorageError(
                f"a worker ended with status {self._process.exitcode}; expected its verdicts",
                hint="there may be too little memory; fewer --jobs need less",
            ) from error
        if isinstance(answer, LedgerError):
            raise answer
        return answer

    def end(self) -> None:
        """End it, whatever it is doing: it writes nothing."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _cut(order: Order, jobs: int) -> Iterator[_Run]:
    length = max(1, min(_LONGEST, len(order) // (jobs * _RUNS)))
    remaining = iter(order)
    for number in count():
        run = list(islice(remaining, length))
        if not run:
            return
        yield number, run


def _in_order(runs: Iterator[_Run], workers: list[_Worker]) -> Iterator[Verdict]:
    idle, busy = deque(workers), dict[object, _Worker]()
    waiting: dict[int, list[Verdict]] = {}
    handed = yielded = 0
    while True:
        while idle and handed < yielded + _AHEAD * len(workers) and (run := next(runs, None)):
            worker = idle.popleft()
            worker.hand(run)
            busy[worker.pipe] = worker
            handed += 1
        if not busy:
            return
        for pipe in wait([worker.pipe for worker in busy.values()]):
            worker = busy.pop(pipe)
            number, waiting[number] = worker.answer()
            idle.append(worker)
        while yielded in waiting:
            yield from waiting.pop(yielded)
            yielded += 1


def _work(
    reopen: Callable[[], ObjectStore], cut: frozenset[Oid], check: CheckSignatures | None, pipe: Connection
) -> None:
    """Judge runs until nobody hands out more; the body of a worker."""
    # Ctrl-C reaches every process of the terminal; the one that waits for us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    judge: Judge | None = None
    with ExitStack() as closing:
        while True:
            try:
                number, run = pipe.recv()
            except EOFError:
                break
            try:
                # Here, where it can be told that the objects cannot be opened.
                judge = judge or _open_judge(closing, reopen, cut, check)
                answer: _Answer = number, list(judge.judge_all(run))
            except LedgerError as error:
                answer = error
            pipe.send(answer)


def _open_judge(
    closing: ExitStack, reopen: Callable[[], ObjectStore], cut: frozenset[Oid], check: CheckSignatures | None
) -> Judge:
    objects = reopen()
    closing.callback(objects.close)
    return Judge(objects, cut, check)
