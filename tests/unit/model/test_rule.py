import pytest

from gitledger.errors import FormatError
from gitledger.ids import parse_ledger_name
from gitledger.model.rule import Rule, check_genesis_rule, format_rule, genesis_rule, parse_rule

NONCE = bytes(range(16))


def test_a_rule_comes_back_with_everything_it_says() -> None:
    rule = Rule(name="train", version="2", fields={"code": b"\1", "inputs": ["a", "b"]})
    assert parse_rule(format_rule(rule)) == rule


def test_no_version_and_an_empty_one_are_two_things() -> None:
    assert parse_rule(format_rule(Rule(name="a"))).version is None
    assert parse_rule(format_rule(Rule(name="a", version=""))).version == ""


@pytest.mark.parametrize("name", ["", "n" * 256, "ü" * 128, "a\nb", "\x1b[0m", "\x7f", "\x85"])
def test_a_name_that_breaks_a_rule_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match="name of a rule"):
        Rule(name=name)


def test_a_name_that_utf8_cannot_carry_is_refused_when_it_is_written() -> None:
    with pytest.raises(FormatError, match="UTF-8"):
        format_rule(Rule(name="\ud800"))


@pytest.mark.parametrize("key", ["name", "version"])
def test_a_field_cannot_take_the_place_of_name_or_version(key: str) -> None:
    with pytest.raises(FormatError, match="field"):
        Rule(name="a", fields={key: "b"})


def test_a_genesis_rule_names_its_ledger() -> None:
    rule = genesis_rule(parse_ledger_name("main"), NONCE)
    assert check_genesis_rule(parse_rule(format_rule(rule))) == "main"


@pytest.mark.parametrize(
    "rule",
    [
        Rule(name="train", fields={"ledger": "main", "nonce": NONCE}),
        Rule(name="genesis", version="1", fields={"ledger": "main", "nonce": NONCE}),
        Rule(name="genesis", fields={"ledger": "main"}),
        Rule(name="genesis", fields={"nonce": NONCE}),
        Rule(name="genesis", fields={"ledger": "main", "nonce": NONCE, "host": "lab-3"}),
        Rule(name="genesis", fields={"ledger": "main", "nonce": NONCE[1:]}),
        Rule(name="genesis", fields={"ledger": "main", "nonce": "sixteen letters."}),
        Rule(name="genesis", fields={"ledger": 7, "nonce": NONCE}),
        Rule(name="genesis", fields={"ledger": "../main", "nonce": NONCE}),
    ],
)
def test_another_rule_does_not_start_a_ledger(rule: Rule) -> None:
    with pytest.raises(FormatError):
        check_genesis_rule(rule)


def test_a_nonce_of_another_size_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="15 bytes"):
        genesis_rule(parse_ledger_name("main"), NONCE[1:])
