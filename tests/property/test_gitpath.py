from contextlib import suppress

from hypothesis import assume, example, given
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.ids import VARIABLE_BYTES, variable_fault
from gitledger.model.gitpath import format_gitpath, parse_gitpath

ACUTE = "\u0301".encode()
PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b"%\\")
# What the rules are about, and what is next to it.
PARTS = st.sampled_from(
    [b"a", b"A", b"%", b"+", b"~", b".", b":", b" ", b"\\", b"\n", b"\x7f", b"\xff", b"\xc3", b"\xc2\x85", b"\xc3\xa9",
     ACUTE, b"\xe1\x84\x80", b"\xe1\x85\xa1", b"\xe2\x80\x8c", b"\xed\xa0\x80", b"\xf0\x9f\x94\xa5", b"%41", b"%/+",
     b".git", b"git~1", b".gitmodules", b".mailmap", b".ledger", b"q" * 120, b"~" * 120, b"\xff" * 42],
)  # fmt: skip
COMPONENTS = st.lists(PARTS | st.binary(min_size=1, max_size=4), min_size=1, max_size=8).map(b"".join)
PATHS = st.lists(COMPONENTS, min_size=1, max_size=3).map(b"/".join)
PIECES = st.sampled_from(
    ["a", "A", "%", "%25", "%41", "%7E", "%2Egit", "%2e", "%C3%A9", "%CC%81", "%0A", "\u0301", "\u00e9", "+", "/", "%/+",
     "/+", "~", ".ledger", "q" * 120, "q" * 134],
)  # fmt: skip


def fits(path: bytes) -> bool:
    """Return whether a path has a variable for sure: whole components, and room for all escapes and cuts."""
    size = sum(1 if byte in PLAIN else 3 for byte in path) + 2 * len(path.split(b"/"))
    return b"" not in path.split(b"/") and b"\0" not in path and size + 3 * (size // 250) <= VARIABLE_BYTES


def formatted(path: bytes) -> str:
    """Return the variable of a path that must have one."""
    assume(fits(path))
    return format_gitpath(path)


def lies_below(name: bytes | str, other: bytes | str) -> bool:
    """Return whether one name is the other, or below it."""
    names, others = (one.encode().split(b"/") if isinstance(one, str) else one.split(b"/") for one in (name, other))
    return names[: len(others)] == others


@given(PATHS)
@example(b"%41/" + b"~" * 250 + ACUTE)
@example(b"\n" + ACUTE)
@example(b"~" + ACUTE)
@example(b".ledger/policy")
@example(b"q" * 254 + b"~~")
@example(b"q" * 600)
@example(b"q" * 253 + b"\\\\")
def test_a_path_is_read_back_from_a_sound_variable(path: bytes) -> None:
    variable = formatted(path)
    assert variable_fault(variable) == ""
    assert not lies_below(variable, ".ledger")
    assert parse_gitpath(variable) == path


@given(PATHS, PATHS, st.booleans())
def test_variables_collide_or_nest_only_if_their_paths_do(path: bytes, other: bytes, nested: bool) -> None:
    other = path + b"/" + other if nested else other
    assert lies_below(formatted(other), formatted(path)) == lies_below(other, path)


@given(COMPONENTS, COMPONENTS)
def test_a_longer_name_beside_a_shorter_one_does_not_nest(name: bytes, more: bytes) -> None:
    assume(b"/" not in name + more)
    assert not lies_below(formatted(name + more), formatted(name))


@given(st.lists(PIECES, max_size=12).map("".join) | st.text())
@example("%0A\u0301")
@example("q" * 254 + "%/+~")
def test_a_variable_is_refused_or_the_only_one_of_its_path(variable: str) -> None:
    with suppress(FormatError):
        assert format_gitpath(parse_gitpath(variable)) == variable
