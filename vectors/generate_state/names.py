"""Names of variables and ledgers, and object ids: those that are accepted, and those that are refused."""

from collections.abc import Iterator
from typing import Final

from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario

VARIABLES: Final[dict[str, list[str]]] = {
    "a variable is a path": ["a", "model/accuracy", "a/b/c/d", "README.md", "x=1,y=2", "a b/ c /d "],
    "a variable is any Unicode text in NFC": ["Straße/größe", "\u00e9", "日本/語", "\U0001f525", "\u200bzero width"],
    "a component takes up to 255 bytes": ["a" * 255, "\u00e9" * 127 + "e", "x/" + "\U0001f525" * 63],
    "a variable takes up to 1024 bytes": ["/".join(["a" * 204] * 5), "/".join(["é" * 102] * 5)],
    "a variable has up to 512 components": ["/".join("a" * 512), "/".join("a" * 511) + "/bc"],
    "a name that not every file system can hold is a variable": [
        "con/NUL/aux.txt",
        "a:b",
        'a<b>c"d|e?f*g',
        "trailing dot.",
        "trailing space ",
        "A/a",
    ],
    "a name that only resembles a special one is a variable": [
        ".gitx",
        ".gi",
        "git",
        "a.git",
        "gitmodules",
        "git~0",
        "git~2",
        "git~10",
        "gitmod~5",
        "gi7eba~0",
        "gi7eba~12",
        "gi7eb~1",
        ".g\u200bit",
        ".g\u00eet",
        ".git-keep",
    ],
    "a tilde may stand anywhere but first": ["a~", "a~~0", "x/y~b"],
    "a variable may begin with a dot or a dash": [".hidden", "...", "..a", "-option", ".ledger/policy"],
}

NO_VARIABLES: Final[dict[str, list[str]]] = {
    "a variable without a name is refused": ["", "/", "/a", "a/", "a//b"],
    "a component of dots that means another directory is refused": [".", "..", "a/.", "../a", "a/../b"],
    "a component of more than 255 bytes is refused": ["a" * 256, "\u00e9" * 128, "x/" + "\U0001f525" * 64],
    "a variable of more than 1024 bytes is refused": ["/".join("a" * 513), "/".join(["\u00e9" * 102] * 5) + "e"],
    "a component that begins with a tilde is refused": ["~", "~a", "a/~b", "~~0", "~~0/a"],
    "a control character is refused": ["a\0", "a\nb", "\t", "a\x1b[31m", "a\x7f", "a\x80", "a\x9f"],
    "a backslash is refused": ["a\\b", "\\", "a/\\/b"],
    "text that is not in NFC is refused": ["e\u0301", "\u212b", "\u1100\u1161", "a/\u0344"],
    "the name .git is refused in any case": [".git", ".GIT", ".gIt", "a/.git/b"],
    "the name .git is refused as NTFS reads it": [
        ".git.",
        ".git ",
        ".git. . ",
        ".git:",
        ".git::$INDEX_ALLOCATION",
        ".Git .:x",
        "git~1",
        "GIT~1.",
        "git~1:x",
    ],
    "the name .git is refused as HFS+ reads it": [".g\u200cit", "\ufeff.git", ".git\u200f", ".\u202agit", ".G\u206fIT"],
    "the name .gitmodules is refused in its disguises too": [
        ".gitmodules",
        ".GitModules",
        ".gitmodules .",
        ".gitmodules:x",
        ".git\u200dmodules",
        "gitmod~1",
        "GITMOD~4",
        "gi7eba~1",
        "gi7eb~10",
        "g~123456",
    ],
    "the name .gitattributes is refused in its disguises too": [
        ".gitattributes",
        ".gitattributes...",
        "gitatt~2",
        "gi7d29~9",
        "gi7d~123",
    ],
    "the name .gitignore is refused in its disguises too": [".gitignore", ".gitIgnore ", "gitign~3", "gi250a~1"],
    "the name .mailmap is refused in its disguises too": [
        ".mailmap",
        ".MAILMAP:",
        "mailma~1",
        "maba30~1",
        "ma~12345",
        "\u202e.mailmap",
    ],
}

LEDGERS: Final = ["main", "0", "a", "a.b", "a_b-c", "x.locks", "a" * 64]
NO_LEDGERS: Final = ["", "Main", "-a", ".a", "_a", "a/b", "a..b", "a.", "a.lock", "a" * 65, "a b", "a\n", "\u00e9"]
OIDS: Final = ["0123456789abcdef0123456789abcdef01234567", "0123456789abcdef" * 4]
NO_OIDS: Final = ["", "0" * 39, "0" * 41, "0" * 63, "0" * 65, "A" * 40, "g" * 40, "0" * 40 + "\n", "\u0660" * 40]


def scenarios() -> Iterator[Scenario]:
    """Yield one scenario for each sentence."""
    for says, variables in VARIABLES.items():
        yield Scenario(says=says, expected=ACCEPT, content={"variables": variables})
    for says, variables in NO_VARIABLES.items():
        yield Scenario(says=says, expected=FORMAT_ERROR, content={"variables": variables})
    yield Scenario(says="names of ledgers", expected=ACCEPT, content={"ledgers": LEDGERS})
    yield Scenario(says="what no ledger is called is refused", expected=FORMAT_ERROR, content={"ledgers": NO_LEDGERS})
    yield Scenario(says="an object id is 40 or 64 digits", expected=ACCEPT, content={"oids": OIDS})
    yield Scenario(says="other text than an object id is refused", expected=FORMAT_ERROR, content={"oids": NO_OIDS})
