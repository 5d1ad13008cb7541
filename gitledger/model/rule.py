"""The rule of an event: which computation made the change. Specified in ``docs/format/event.md``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.ids import LedgerName, parse_ledger_name
from gitledger.model.value import format_value, parse_value

RULE_NAME_BYTES: Final = 255
NONCE_BYTES: Final = 16
GENESIS: Final = "genesis"
MERGE: Final = "merge"
IMPORT_GIT: Final = "import-git"
OURS: Final = frozenset({GENESIS, MERGE, IMPORT_GIT})
"""Names that only the ledger's own verbs give to a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule descriptor.

    Attributes:
        name: 1 to 255 bytes, printable.
        version: text, or None.
        fields: whatever else describes the rule; text keys other than ``name`` and ``version``.
    """

    name: str
    version: str | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a rule that could not be written.

        Raises:
            FormatError: an empty, long or unprintable name, a version that is not text, a reserved field.
        """
        if not isinstance(self.name, str) or not self.name.isprintable():
            raise FormatError(f"a rule has the name {self.name!r}; expected printable text")
        if not 1 <= len(self.name.encode()) <= RULE_NAME_BYTES:
            raise FormatError(f"a rule's name takes {len(self.name.encode())} bytes; expected 1 to {RULE_NAME_BYTES}")
        if not (self.version is None or isinstance(self.version, str)):
            raise FormatError("a rule has a version that is not text; expected text")
        if {"name", "version"} & set(self.fields):
            raise FormatError("a rule has a field called name or version beside its own; expected another key")


def format_rule(rule: Rule) -> bytes:
    """Return the canonical bytes of a rule descriptor.

    Raises:
        FormatError: fields that no value may hold, more than 64 KiB.
    """
    own = {"name": rule.name} if rule.version is None else {"name": rule.name, "version": rule.version}
    return format_value({**rule.fields, **own})


def parse_rule(data: bytes) -> Rule:
    """Return the rule that these bytes hold.

    Raises:
        FormatError: bytes that `format_rule` would not have written.
    """
    content = parse_value(data)
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise FormatError("a rule has no name; expected a map with the text name")
    fields = dict(content)
    name, version = fields.pop("name"), fields.pop("version", None)
    if "version" in content and version is None:
        raise FormatError("a rule has a version that is not text; expected text")
    return Rule(name=name, version=version, fields=fields)


def genesis_rule(name: LedgerName, nonce: bytes) -> Rule:
    """Return the rule of the event that starts a ledger; ``nonce`` is 16 random bytes."""
    if len(nonce) != NONCE_BYTES:
        raise AssertionError(f"a nonce of {len(nonce)} bytes")
    return Rule(name=GENESIS, fields={"ledger": name, "nonce": nonce})


def check_genesis_rule(rule: Rule) -> LedgerName:
    """Return the name under which a ledger was started.

    Raises:
        FormatError: not exactly the rule that `genesis_rule` makes.
    """
    nonce, name = rule.fields.get("nonce"), rule.fields.get("ledger")
    if rule.name != GENESIS or rule.version is not None or set(rule.fields) != {"ledger", "nonce"}:
        raise FormatError("the first event has another rule than genesis with a ledger and a nonce")
    if not isinstance(nonce, bytes) or len(nonce) != NONCE_BYTES or not isinstance(name, str):
        raise FormatError(f"the genesis rule has no nonce of {NONCE_BYTES} bytes or no ledger name")
    return parse_ledger_name(name)

