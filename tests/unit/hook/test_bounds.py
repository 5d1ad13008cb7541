"""Rule 4: time and memory end, and that refuses the push; what was set for it is taken back."""

import signal
import time

import pytest

from gitledger.cli.hook import _bounded
from gitledger.hook.limits import Limits
from gitledger.hook.refusal import RefusedError


def test_time_ends() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(RefusedError) as refused, _bounded(Limits(seconds=1)):
        time.sleep(60)
    assert refused.value.code == "gate-time"
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_time_ends_again_where_it_got_lost_the_first_time() -> None:
    with pytest.raises(RefusedError, match="could not be judged in 1 seconds"), _bounded(Limits(seconds=1)):
        try:
            time.sleep(60)
        except RefusedError:
            time.sleep(60)


def test_memory_ends() -> None:
    with pytest.raises(RefusedError) as refused, _bounded(Limits()):
        raise MemoryError
    assert refused.value.code == "gate-memory"


def test_what_stays_within_its_bounds_is_not_disturbed() -> None:
    with _bounded(Limits(seconds=1)):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
