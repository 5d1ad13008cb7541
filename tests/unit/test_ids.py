import pytest

from gitledger.errors import FormatError
from gitledger.gitnames import special_name
from gitledger.ids import (
    SHA1,
    SHA256,
    parse_digest,
    parse_ledger_name,
    parse_oid,
    parse_variable,
    shown,
)


def test_object_ids_are_git_s() -> None:
    assert SHA1.oid("blob", b"hello\n").hex() == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert SHA256.oid("blob", b"hello\n").hex() == "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"


@pytest.mark.parametrize("digits", [40, 64])
def test_an_object_id_is_its_digits(digits: int) -> None:
    assert parse_oid("0a" * (digits // 2)) == b"\x0a" * (digits // 2)


@pytest.mark.parametrize("text", ["", "0" * 39, "0" * 41, "0" * 63, "A" * 40, "g" * 40, "0" * 40 + "\n", "\u0660" * 40])
def test_other_text_is_no_object_id(text: str) -> None:
    with pytest.raises(FormatError, match="not an object id"):
        parse_oid(text)


def test_a_digest_has_64_digits() -> None:
    assert parse_digest("ab" * 32) == b"\xab" * 32
    for text in ("ab" * 20, "AB" * 32, "ab" * 32 + "\n"):
        with pytest.raises(FormatError, match="not a digest"):
            parse_digest(text)


@pytest.mark.parametrize("text", ["main", "0", "a" * 64, "a.b_c-d", "x.locks"])
def test_ledger_names(text: str) -> None:
    assert parse_ledger_name(text) == text


@pytest.mark.parametrize(
    "text", ["", "Main", "-a", ".a", "_a", "a/b", "a..b", "a.", "a.lock", "a" * 65, "a b", "a\n", "é", "HEAD"]
)
def test_what_no_ledger_is_called(text: str) -> None:
    with pytest.raises(FormatError, match="not a ledger name"):
        parse_ledger_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "model/accuracy",
        "Straße/größe",
        "日本/😀",
        "a b/ c /d ",
        ".hidden/x.",
        "-option",
        "a:b",
        "a~b",
        "con/NUL/aux.txt",
        'a<b>c"d|e?f*g',
        ".gitx",
        ".gi",
        "git",
        "gitmodules",
        "git~0",
        "x.git",
        ".ledger/policy",
        "\u200ba",
        "a" * 255,
        "/".join(["a" * 255] * 4),
        "/".join("a" * 512) + "b",
    ],
)
def test_variables(text: str) -> None:
    assert parse_variable(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has 0 bytes"),
        ("a" * 256, "a component of 256 bytes"),
        ("é" * 128, "a component of 256 bytes"),
        ("/".join("a" * 513), "has 1,025 bytes"),
        ("日" * 80 + "/" + "é" * 400, "has 1,041 bytes"),
        ("/a", "the component ''"),
        ("a/", "the component ''"),
        ("a//b", "the component ''"),
        ("a/./b", "the component '.'"),
        ("..", "the component '..'"),
        ("a/~b", "begins with ~"),
        ("~~0", "begins with ~"),
        ("a\\b", "backslash"),
        ("a\nb", "control character"),
        ("a\x7f", "control character"),
        ("a\x85", "control character"),
        ("a\0", "control character"),
        ("e\u0301", "form C"),
        ("\u212a", "form C"),
        ("\ud800", "not valid Unicode"),
        ("x/.git", "reads as .git;"),
    ],
)
def test_what_no_variable_is_called(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match="variable ") as caught:
        parse_variable(text)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()
    caught.value.details["variable"].encode()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "special"),
    [
        (".git", ".git"),
        (".GIT", ".git"),
        (".Git. . ", ".git"),
        (".git::$INDEX_ALLOCATION", ".git"),
        ("GIT~1", ".git"),
        ("git~1 :x", ".git"),
        (".g\u200cit", ".git"),
        ("\ufeff.git", ".git"),
        ("git~2", ""),
        ("git~10", ""),
        (".git/", ""),
        (".gitmodules", ".gitmodules"),
        ("gitmod~4", ".gitmodules"),
        ("gitmod~5", ""),
        ("GI7EBA~1", ".gitmodules"),
        ("gi7eb~10", ".gitmodules"),
        ("g~123456", ".gitmodules"),
        ("gi7eba~0", ""),
        ("gi7eb~1", ""),
        ("gi7eba~12", ""),
        ("gi7d29~9.", ".gitattributes"),
        (".gitAttribute\u017f", ".gitattributes"),
        (".gitignore ", ".gitignore"),
        ("gi250a~1", ".gitignore"),
        (".mailmap:x", ".mailmap"),
        ("maba30~1", ".mailmap"),
        ("mailma~1", ".mailmap"),
        ("mailmap", ""),
        ("a.git", ""),
        ("", ""),
    ],
)
def test_names_that_git_or_a_file_system_reads_as_special(name: str, special: str) -> None:
    assert special_name(name) == special


def test_text_from_outside_is_shown_on_one_short_line() -> None:
    assert shown("a\n\x1b[31m\ud800é") == r"'a\n\x1b[31m\ud800é'"
    assert shown("x" * 61) == "'" + "x" * 60 + "…'"
