"""What the vectors in ``vectors/gitpath/`` can't say: messages, and names that Git itself treats specially."""

import pytest

from gitledger.errors import FormatError
from gitledger.ids import variable_fault
from gitledger.model.gitpath import format_gitpath, parse_gitpath

SPECIAL = [
    ".git", ".GIT", ".git.", ".git. .", ".git::$INDEX_ALLOCATION", "git~1", "GIT~1", ".g\u200cit", "\ufeff.git",
    ".gitmodules", ".gitmodules ", "gitmod~4", "gi7eba~1", ".gitattributes", "GITATT~1", "gi7d29~9", ".gitignore",
    "gi250a~1", ".mailmap", "MAILMA~2", "maba30~1",
]  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("where", ["{}", "{}/below", "above/{}", "a/{}/b"])
def test_special_name_has_a_variable_anywhere(name: str, where: str) -> None:
    path = where.format(name).encode()
    assert variable_fault(path.decode())
    assert parse_gitpath(format_gitpath(path)) == path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            b"long/" + b"\xff" * 400,
            r"path 'long/\\udcff\\udcff.*' takes 1,2[0-9]{2} bytes as a variable; expected at most",
        ),
        (b"a/\0", r"path 'a/\\x00' holds a NUL"),
        (b"a//b", "path 'a//b' holds a NUL or an empty component"),
    ],
)
def test_refusal_names_the_path(path: bytes, found: str) -> None:
    with pytest.raises(FormatError, match=found):
        format_gitpath(path)


def test_refusal_names_the_variable() -> None:
    with pytest.raises(FormatError, match="variable 'a%41' stands for no path"):
        parse_gitpath("a%41")
