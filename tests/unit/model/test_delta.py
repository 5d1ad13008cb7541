import pytest

from gitledger.errors import FormatError
from gitledger.ids import Variable, parse_variable
from gitledger.model.delta import Delta, format_delta, parse_delta, sort_variables
from gitledger.model.value import format_value


def test_the_bytes_of_a_delta_do_not_depend_on_the_order_of_its_changes() -> None:
    changes = {parse_variable(name): format_value(name) for name in ("b", "aa", "a/b", "Z")}
    turned = dict(reversed(changes.items()))
    assert format_delta(Delta(changes=changes)) == format_delta(Delta(changes=turned))


def test_set_to_null_and_deleted_are_two_things() -> None:
    null, gone = Delta(changes={Variable("a"): b"\xf6"}), Delta(changes={Variable("a"): None})
    assert format_delta(null) == bytes.fromhex("a1616181f6")
    assert format_delta(gone) == bytes.fromhex("a1616180")
    assert parse_delta(format_delta(null)) == null
    assert parse_delta(format_delta(gone)) == gone


def test_the_write_set_is_sorted_by_utf8_bytes() -> None:
    names = ["\U00010000", "\uff5e", "aa", "b", "a/b", "a-b"]
    delta = Delta(changes={parse_variable(name): None for name in names})
    assert [name.encode() for name in delta.writeset] == sorted(name.encode() for name in names)


def test_sorting_leaves_out_what_stands_twice() -> None:
    assert sort_variables([Variable("b"), Variable("a"), Variable("b")]) == ("a", "b")


def test_a_large_value_is_refused_as_a_part_of_a_delta_too() -> None:
    data = b"\xa1\x61a\x81\x5a\x00\x01\x00\x00" + bytes(1 << 16)
    with pytest.raises(FormatError, match="65,541"):
        parse_delta(data)
