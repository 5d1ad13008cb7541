"""The settings of the gate."""

import pytest

from gitledger.errors import FormatError
from gitledger.hook.limits import Limits, read_limits


def test_without_settings_there_are_limits() -> None:
    assert read_limits({}) == Limits()
    assert all(value > 0 for value in Limits())


def test_every_limit_has_its_setting() -> None:
    config = {
        "ledger.gateobjects": "7",
        "ledger.gateobjectbytes": "8k",
        "ledger.gatebytes": "9M",
        "ledger.gateseconds": "1",
    }
    assert read_limits(config) == Limits(objects=7, object_bytes=8 << 10, bytes=9 << 20, seconds=1)
    assert read_limits({"ledger.gatebytes": "2g"}).bytes == 2 << 30


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1kb", "k", "0x10", "\u0661", " 1", "9" * 13, "true"])
def test_a_setting_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match=r"^ledger\.gatebytes is "):
        read_limits({"ledger.gatebytes": text})
