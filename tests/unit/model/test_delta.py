import pytest

from gitledger import codec
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


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a map"),
        (b"\x81\x01", "not a map"),
        (b"\xa2\x61a\x80\x61a\x80", "twice"),
        (b"\xa2\x61b\x80\x61a\x80", "out of order"),
        (b"\xa1\x01\x80", "not text"),
        (b"\xa1\x80\x80", "not text"),
        (b"\xa1\x61a\x01", "something else than"),
        (b"\xa1\x61a\x98\x01\x01", "something else than"),
        (b"\xa1\x61a\x82\x01\x01", "something else than"),
        (b"\xa1\x61a\x81\x18\x01", "shortest form"),
        (b"\xa1\x61a\x81\xa1\x01\x01", "map key that is not text"),
        (b"\xa1\x61a\x81", "the bytes end"),
        (b"\xa2\x61a\x80", "announced"),
        (b"\xa1\x61a\x80\0", "left over"),
        (b"\xa1\x64.git\x80", "reads as"),
        (bytes(codec.SIZE_LIMIT + 1), "at most"),
    ],
)
def test_a_delta_in_another_form_is_refused_for_what_it_is(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse_delta(data)
