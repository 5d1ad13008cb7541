"""Many processes append to one ledger at once: no event is lost, no refusal unexplained, nobody starves.

A slice runs always; ``GIT_LEDGER_FULL=1`` runs 32 processes of 100 appends each, and prints the figures.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from gitledger.ids import parse_variable
from gitledger.ledger.log import log
from gitledger.ledger.publication import read_delta, read_event
from gitledger.ledger.state import get
from gitledger.ledger.vst import vst
from tests.ledgers import ENV, assert_sound, open_ledger, write

FULL = os.environ.get("GIT_LEDGER_FULL") == "1"
WRITERS, APPENDS = (32, 100) if FULL else (8, 10)
ROOT = Path(__file__).parents[2]
# Far above what all of them need together on a machine that others use as well.
_HANGS = 3600 if FULL else 300


@pytest.fixture
def started(repository: Path) -> Path:
    """A repository whose ledger holds a counter."""
    with open_ledger(repository) as ledger:
        from gitledger.ledger.init import init

        init(ledger)
        write(ledger, n=0)
    return repository


def run_writers(repository: Path, work: str, count: int = WRITERS, appends: int = APPENDS) -> list[dict[str, Any]]:
    """Start writers, let them go at the same moment, and return what each reports."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.writing", repository, f"w{number}", str(appends), work],
            cwd=ROOT, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(count)
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    try:
        reports = [_report(writer) for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
    return reports


def _report(writer: "subprocess.Popen[str]") -> dict[str, Any]:
    said, complained = writer.communicate(timeout=_HANGS)
    assert writer.returncode == 0, complained
    report: dict[str, Any] = json.loads(said)
    assert "failed" not in report, report
    return report


def test_disjoint_writers_all_get_through(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = run_writers(started, "disjoint")
    total = WRITERS * APPENDS
    events = {event for report in reports for event in report["events"]}
    assert len(events) == total
    with open_ledger(started) as ledger:
        assert events < {one.id.hex() for one in log(ledger)}
        assert_sound(ledger, events=total + 2)
    attempts = sum(report["attempts"] for report in reports) / total
    seconds = sorted(report["seconds"] for report in reports)
    with capsys.disabled():
        print(
            f"\n{WRITERS} writers x {APPENDS}: {attempts:.3f} attempts per append, {total / seconds[-1]:.0f} appends/s, "
            f"writers {seconds[0]:.1f} / {median(seconds):.1f} / {seconds[-1]:.1f} s (fastest, median, slowest), "
            f"longest append {max(report['longest'] for report in reports):.2f} s"
        )
    assert attempts <= 1.5
    assert seconds[-1] <= 5 * median(seconds)
    assert_nothing_left(started)


def test_a_hot_variable_is_counted_right(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    appends = APPENDS if FULL else 5
    reports = run_writers(started, "hot", appends=appends)
    total = WRITERS * appends
    with open_ledger(started) as ledger:
        assert get(ledger, "n") == total
        written = [
            read_delta(ledger.objects, read_event(ledger.objects, event).delta).changes[parse_variable("n")]
            for event in vst(ledger, "n")
        ]
        assert len(set(written)) == len(written) == total + 1
        assert_sound(ledger, events=total + 2)
        known = {one.id.hex() for one in log(ledger)}
    seconds = sorted(report["seconds"] for report in reports)
    refusals = [refusal for report in reports for refusal in report["refusals"]]
    for refusal in refusals:
        assert refusal["error"] in {"OverlapError", "ExpectationError"}
        assert "'n'" in refusal["message"]
        assert refusal["error"] == "ExpectationError" or refusal["details"]["event"] in known
    with capsys.disabled():
        print(
            f"\n{WRITERS} writers x {appends} on one variable: {total:,} events, {len(refusals):,} refusals, all explained; "
            f"writers {seconds[0]:.1f} / {median(seconds):.1f} / {seconds[-1]:.1f} s (fastest, median, slowest)"
        )
    assert_nothing_left(started)


def test_collections_one_after_another_take_nothing(started: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``git gc --prune=now`` drops what no ref reaches, also what was written a moment ago."""
    writers, appends = (8, 100) if FULL else (4, 10)
    over, collections = threading.Event(), []

    def collect() -> None:
        while not over.is_set():
            collections.append(
                subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=started, env=ENV, check=False).returncode
            )

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        reports = run_writers(started, "disjoint", writers, appends)
    finally:
        over.set()
        collector.join()
    events = {event for report in reports for event in report["events"]}
    with open_ledger(started) as ledger:
        assert events < {one.id.hex() for one in log(ledger)}
        assert_sound(ledger, events=writers * appends + 2)
    with capsys.disabled():
        print(f"\n{writers} writers x {appends} beside {collections.count(0)} of {len(collections)} collections that succeeded")
    assert 0 in collections
    assert_nothing_left(started)


def assert_nothing_left(repository: Path) -> None:
    """Demand that no lock, lease or announcement outlives its writer."""
    left = [path for pattern in ("*.lock", "*.keep", "moving") for path in repository.rglob(pattern)]
    assert left == []
