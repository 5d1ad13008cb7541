import pytest

from gitledger.errors import FormatError
from gitledger.ids import parse_variable
from gitledger.ledger.change import ABSENT, CHANGE_BYTES, Change, change
from gitledger.model.rule import Rule
from gitledger.model.value import VALUE_BYTES


def test_a_change_holds_canonical_bytes() -> None:
    asked = change("train", set={"a": 1.0, "b": None}, delete=["c"], read=["d", "d"], expect={"e": "x", "f": ABSENT})
    assert asked.rule == Rule(name="train")
    assert asked.writes == {"a": b"\x01", "b": b"\xf6", "c": None}
    assert asked.reads == {"d"}
    assert asked.expect == {"e": b"\x61x", "f": None}


def test_what_the_envelope_shall_remember() -> None:
    assert change("r").meta == {}
    assert change("r", message="why").meta == {"message": "why"}
    assert change("r", meta={"n": [1]}, key="k").meta == {"meta": {"n": [1]}}
    assert change("r", meta=False).meta == {"meta": False}


def test_a_rule_may_be_more_than_a_name() -> None:
    rule = Rule(name="train", version="2", fields={"seed": 1})
    assert change(rule, set={"a": 1}).rule == rule


@pytest.mark.parametrize("name", ["", "/a", "a//b", "a/../b", "~a", "a\0", ".git/x", "a" * 1025, "\ud800"])
def test_a_bad_variable_is_refused_wherever_it_stands(name: str) -> None:
    for asked in ({"set": {name: 1}}, {"delete": [name]}, {"read": [name]}, {"expect": {name: 1}}):
        with pytest.raises(FormatError):
            change("r", **asked)  # type: ignore[arg-type]


def test_a_variable_is_either_set_or_deleted() -> None:
    with pytest.raises(FormatError, match="both set and deleted"):
        change("r", set={"a": 1}, delete=["a"])
    with pytest.raises(FormatError, match="deleted twice"):
        change("r", delete=["a", "a"])


@pytest.mark.parametrize("value", [object(), {1: 2}, b"x" * VALUE_BYTES, 1 << 64, "\ud800"])
def test_a_bad_value_is_refused_and_named(value: object) -> None:
    for asked in ({"set": {"model/x": value}}, {"expect": {"model/x": value}}):
        with pytest.raises(FormatError) as refusal:
            change("r", **asked)  # type: ignore[arg-type]
        assert refusal.value.details["variable"] == "model/x"


@pytest.mark.parametrize("name", ["genesis", "merge", "import-git"])
def test_rules_of_the_ledger_itself_are_not_to_be_had(name: str) -> None:
    with pytest.raises(FormatError, match="belongs to the ledger itself"):
        change(name, set={"a": 1})
    with pytest.raises(FormatError, match="belongs to the ledger itself"):
        change(Rule(name=name, version="9"), set={"a": 1})


@pytest.mark.parametrize("key", ["", "k" * 1025, "é" * 513, "\ud800"])
def test_a_bad_key_is_refused(key: str) -> None:
    with pytest.raises(FormatError):
        change("r", key=key)


def test_the_longest_key_is_accepted() -> None:
    assert change("r", key="é" * 512).key == "é" * 512


@pytest.mark.parametrize("asked", [{"message": "\ud800"}, {"message": "a\0b"}, {"meta": object()}, {"meta": {1: 1}}])
def test_what_no_envelope_or_commit_can_hold_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(FormatError):
        change("r", set={"a": 1}, **asked)  # type: ignore[arg-type]


def test_message_and_meta_share_one_limit() -> None:
    half = "m" * (VALUE_BYTES // 2)
    assert change("r", message=half)
    with pytest.raises(FormatError, match="65,536"):
        change("r", message=half, meta=half)


def test_a_change_larger_than_an_event_can_hold_is_refused_when_it_is_built() -> None:
    value = bytes(VALUE_BYTES)
    fits = CHANGE_BYTES // (VALUE_BYTES + 16)
    writes = {parse_variable(f"{number:08}"): value for number in range(fits)}
    assert Change(rule=Rule(name="r"), writes=writes)
    with pytest.raises(FormatError, match="33,554,432"):
        Change(rule=Rule(name="r"), writes={**writes, parse_variable("one/more"): value})
    with pytest.raises(FormatError, match="33,554,432"):
        Change(rule=Rule(name="r"), writes=writes, reads=frozenset(parse_variable(f"r{n:063}") for n in range(1000)))
