"""Judging in several processes, each of which opens the objects itself.

A worker has one run at a time and is handed the next when it answers; verdicts come out in the order of the log. Of
what waits for something earlier, four bytes a publication are kept, and what was found.
"""

import signal
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import NamedTuple

from gitledger.errors import LedgerError, StorageError
from gitledger.ids import Oid
from gitledger.store.base import CheckSignatures, ObjectStore
from gitledger.verify.finding import Finding
from gitledger.verify.judge import Judge, Verdict
from gitledger.verify.order import Order
from gitledger.verify.shares import Run, Shares


class _Judged(NamedTuple):
    """The verdicts on a run, small: the place of its first publication, the events of each, findings by place in it."""

    start: int
    events: "array[int]"
    findings: dict[int, tuple[Finding, ...]]


_Answer = _Judged | LedgerError
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
    if not len(order):
        return
    # A fresh interpreter: a fork of a process with threads may hang, and would share the pipes to git.
    context = get_context("spawn")
    workers = [_Worker(context, (reopen, cut, check)) for _ in range(min(jobs, len(order)))]
    try:
        yield from _in_order(Shares(order, len(workers)), workers)
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

    def hand(self, run: Run) -> None:
        """Let it judge a run. That nobody is there to take it shows when the answer is asked for."""
        try:
            self.pipe.send(run)
        except BrokenPipeError:
            return

    def answer(self) -> _Judged:
        """Return the verdicts on a run.

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


def _in_order(shares: Shares, workers: list[_Worker]) -> Iterator[Verdict]:
    idle, busy = list(workers), dict[object, _Worker]()
    waiting: dict[int, _Judged] = {}
    yielded = 0
    while True:
        for worker in idle:
            run = shares.next_run(workers.index(worker))
            if run:
                worker.hand(run)
                busy[worker.pipe] = worker
        while yielded in waiting:
            judged = waiting.pop(yielded)
            for place, events in enumerate(judged.events):
                yield Verdict(judged.findings.get(place, ()), events)
            yielded += len(judged.events)
        if not busy:
            return
        idle = [busy.pop(pipe) for pipe in wait([worker.pipe for worker in busy.values()])]
        for judged in [worker.answer() for worker in idle]:
            waiting[judged.start] = judged


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
                run: Run = pipe.recv()
            except EOFError:
                break
            try:
                # Here, where it can be told that the objects cannot be opened.
                judge = judge or _open_judge(closing, reopen, cut, check)
                answer: _Answer = _judged(run, judge.judge_all(run.oids))
            except LedgerError as error:
                answer = error
            pipe.send(answer)


def _judged(run: Run, verdicts: Iterable[Verdict]) -> _Judged:
    judged = _Judged(run.start, array("I"), {})
    for place, verdict in enumerate(verdicts):
        judged.events.append(verdict.events)
        if verdict.findings:
            judged.findings[place] = verdict.findings
    return judged


def _open_judge(
    closing: ExitStack, reopen: Callable[[], ObjectStore], cut: frozenset[Oid], check: CheckSignatures | None
) -> Judge:
    objects = reopen()
    closing.callback(objects.close)
    return Judge(objects, cut, check)
