import pytest

from gitledger.hook.pusher import check_pusher, read_pusher
from gitledger.hook.refusal import RefusedError
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from tests.ledgers import memory_ledger
from tests.policies import governed

SETTING = {"ledger.gatepusher": "GL_USER"}


def head(ledger: Ledger) -> Oid | None:
    return ledger.refs.read("refs/ledger/main")


def test_nobody_is_asked_for_where_no_setting_names_a_variable() -> None:
    assert read_pusher({}, {"GL_USER": "eve"}) is None


def test_the_variable_says_who_pushes() -> None:
    assert read_pusher(SETTING, {"GL_USER": "ada"}) == "ada"


@pytest.mark.parametrize("env", [{}, {"GL_USER": ""}, {"REMOTE_USER": "ada"}], ids=["absent", "empty", "another"])
def test_a_variable_that_says_nothing_closes_the_gate(env: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match="'GL_USER' says nothing") as refused:
        read_pusher(SETTING, env)
    assert refused.value.code == "pusher-unknown"


def test_a_signer_of_the_policy_in_force_may_push() -> None:
    ledger = governed()
    check_pusher(ledger.objects, "refs/ledger/main", head(ledger), "bot")
    with pytest.raises(RefusedError, match="'eve' pushes; expected a signer") as refused:
        check_pusher(ledger.objects, "refs/ledger/main", head(ledger), "eve")
    assert refused.value.code == "pusher-not-allowed"


def test_anybody_may_push_where_there_is_no_policy() -> None:
    ledger = memory_ledger()
    check_pusher(ledger.objects, "refs/ledger/main", head(ledger), "eve")
    check_pusher(ledger.objects, "refs/ledger/new", None, "eve")
