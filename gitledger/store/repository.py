"""What the store must know of a repository, found once by `gitledger.store.open.find_repository`."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import ObjectFormat, shown

if TYPE_CHECKING:
    from pathlib import Path

# git-config(1), core.sharedRepository: words, and numbers that are words.
_SHARED_WORDS: Final = {
    **dict.fromkeys(("umask", "", "0", "false", "no", "off"), 0),
    **dict.fromkeys(("group", "1", "true", "yes", "on"), 0o660),
    **dict.fromkeys(("all", "world", "everybody", "2"), 0o664),
}
_FALSE: Final = frozenset(("", "0", "false", "no", "off"))
_TRUE: Final = frozenset(("1", "true", "yes", "on"))
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_NUMBER: Final = re.compile(r"([-+]?[0-9]{1,9})([kmg]?)")
_PACKS: Final = "50"
"""git-config(1), gc.autoPackLimit."""


@frozen
class Repository:
    """A Git repository: where its parts lie and what it is. All paths are absolute.

    They are kept as text, because `pathlib` takes 4 ms to import and a question needs none of it; ``git_dir``,
    ``common_dir`` and ``objects_dir`` are the same as paths.

    Attributes:
        git_path: what is its own: HEAD, index, and in a linked worktree nothing else.
        common_path: what all its worktrees share: refs, packed-refs, config.
        objects_path: where new objects go; in a pre-receive hook, the quarantine.
        object_format: the hash function that names objects.
        ref_format: how refs are stored.
        bare: whether it has no working tree.
        shallow: whether history was cut off when it was cloned.
        promisor: whether it is a partial clone: objects that are not here may be fetched when they are read.
        config: the settings ``ledger.*``, ``user.*``, ``author.*``, ``committer.*``, ``core.*``, ``color.*``,
            ``extensions.*``, ``gc.*``, ``maintenance.*`` and ``remote.*.promisor``; section and variable in lower
            case, the last value of each; "true" for a name without a value.
    """

    git_path: str
    common_path: str
    objects_path: str
    object_format: ObjectFormat
    ref_format: Literal["files", "reftable"]
    bare: bool
    shallow: bool
    promisor: bool
    config: Mapping[str, str]

    @property
    def git_dir(self) -> "Path":
        """``git_path`` as a path."""
        return _path(self.git_path)

    @property
    def common_dir(self) -> "Path":
        """``common_path`` as a path."""
        return _path(self.common_path)

    @property
    def objects_dir(self) -> "Path":
        """``objects_path`` as a path."""
        return _path(self.objects_path)


def _path(text: str) -> "Path":
    from pathlib import Path

    return Path(text)


def is_true(config: Mapping[str, str], name: str) -> bool:
    """Return whether a setting is there and one of git's words for true."""
    return config.get(name.lower(), "").lower() in _TRUE


def is_durable(config: Mapping[str, str]) -> bool:
    """Return whether ``ledger.durability`` is ``full``, as it is unless somebody said ``relaxed``.

    Raises:
        FormatError: the setting is neither.
    """
    value = config.get("ledger.durability", "full")
    if value not in ("full", "relaxed"):
        raise FormatError(f"ledger.durability is {shown(value)}; expected full or relaxed")
    return value == "full"


def shared_access(config: Mapping[str, str]) -> int:
    """Return ``core.sharedRepository`` as Git keeps it: bits that are added to a mode, or if negative, replace it.

    Raises:
        FormatError: the setting is none that git-config(1) names.
    """
    value = config.get("core.sharedrepository", "umask").lower()
    if value in _SHARED_WORDS:
        return _SHARED_WORDS[value]
    if not value.strip("01234567"):
        bits = int(value, 8)
        if bits & 0o600 == 0o600:  # noqa: PLR2004 - the owner must be able to read and write
            return -(bits & 0o666)
    raise FormatError(f"core.sharedRepository is {shown(value)}; expected group, all, umask or an octal mode 06xx")


def pack_limit(config: Mapping[str, str]) -> int:
    """Return how many packs may be here before they are consolidated; 0 if that is nobody's business.

    The settings are those by which Git bounds its own maintenance: ``gc.autoPackLimit``, 50 by default; none if that
    is 0, ``gc.auto`` is 0 or ``maintenance.auto`` is false (git-config(1)).

    Raises:
        FormatError: a setting is not a number.
    """
    if config.get("maintenance.auto", "true").lower() in _FALSE or _number(config, "gc.auto", "1") <= 0:
        return 0
    return max(0, _number(config, "gc.autoPackLimit", _PACKS))


def is_apart(config: Mapping[str, str]) -> bool:
    """Return whether maintenance runs in the background: ``maintenance.autoDetach``, else ``gc.autoDetach``."""
    value = config.get("maintenance.autodetach", config.get("gc.autodetach", "true"))
    return value.lower() not in _FALSE


def _number(config: Mapping[str, str], name: str, default: str) -> int:
    value = config.get(name.lower(), default)
    found = _NUMBER.fullmatch(value.lower())
    if not found:
        raise FormatError(f"{name} is {shown(value)}; expected a number")
    return int(found[1]) * _UNITS[found[2]]
