"""Names that Git treats specially wherever they stand in a tree, in every disguise that a file system undoes.

``.git`` is the repository itself. ``.gitmodules`` and ``.gitattributes`` are parsed by ``git fsck`` in any directory,
so a server with ``receive.fsckObjects`` can refuse a push for what a variable of that name holds. ``.gitignore`` and
``.mailmap`` are read from work trees. HFS+ leaves out some code points and folds case; NTFS folds case, cuts dots and
spaces off the end and an alternate stream after a colon, and knows each name by a short one as well. Git's own rules
are in its ``path.c`` and ``utf8.c``; here every file system's rules apply to every name, which refuses a little more.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_HFS_IGNORED: Final = dict.fromkeys([0xFEFF, *range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070)])
# What every name below begins with: nearly all other names are told apart by this alone.
_FIRST: Final = ".gm"


def special_name(component: str) -> str:
    """Return the name that Git or a file system may take one component of a path for, or an empty string."""
    folded = component.translate(_HFS_IGNORED).casefold()
    if folded[:1] not in _FIRST:
        return ""
    bare = folded.partition(":")[0].rstrip(". ")
    return next((name for name, disguises in _disguises().items() if disguises.fullmatch(bare)), "")


@cache
def _disguises() -> Mapping[str, re.Pattern[str]]:
    """Return what matches each name; compiled once a name begins like one, which takes a millisecond."""
    return {
        # .git is the first of its directory, so that its short name is always the first one.
        ".git": re.compile(r"\.git|git~1"),
        ".gitmodules": _pattern(".gitmodules", "gitmod", "gi7eba"),
        ".gitattributes": _pattern(".gitattributes", "gitatt", "gi7d29"),
        ".gitignore": _pattern(".gitignore", "gitign", "gi250a"),
        ".mailmap": _pattern(".mailmap", "mailma", "maba30"),
    }


def _pattern(name: str, prefix: str, hashed: str) -> re.Pattern[str]:
    """Match a name and its short ones: six letters and ~1 to ~4, or eight characters that begin with its hash.

    NTFS makes the second kind, in which git accepts any cut of the hash, when the first four are taken.
    """
    cuts = [rf"{hashed[:kept]}~[1-9][0-9]{{{6 - kept}}}" for kept in range(1, 7)]
    return re.compile("|".join([re.escape(name), rf"{prefix}~[1-4]", *cuts]))
