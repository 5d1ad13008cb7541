"""The rule of an event: which computation made the change. Specified in ``docs/format/event.md``."""

import re
from collections.abc import Mapping
from typing import Final

from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import field, frozen
from gitledger.ids import LedgerName, parse_ledger_name, shown
from gitledger.model.value import format_value, parse_value

RULE_NAME_BYTES: Final = 255
NONCE_BYTES: Final = 16
GENESIS: Final = "genesis"
MERGE: Final = "merge"
IMPORT_GIT: Final = "import-git"
OURS: Final = frozenset({GENESIS, MERGE, IMPORT_GIT})
"""Names that only the ledger's own verbs give to a rule."""

# Unicode's category Cc, which is fixed for all time; what is printable differs from one version of Python to the next.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@frozen
class Rule:
    """A rule descriptor.

    Attributes:
        name: 1 to 255 bytes of UTF-8 without control characters.
        version: text, or None.
        fields: whatever else describes the rule; text keys other than ``name`` and ``version``.
    """

    name: str
    version: str | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a rule that could not be written.

        Raises:
            FormatError: an empty or long name, a name with a control character, a field called name or version.
        """
        size = len(self.name.encode("utf-8", "surrogatepass"))
        if not 1 <= size <= RULE_NAME_BYTES:
            raise FormatError(f"the name of a rule takes {size} bytes; expected 1 to {RULE_NAME_BYTES}")
        if _CONTROL.search(self.name):
            raise FormatError(f"the name of a rule is {shown(self.name)}; expected no control characters")
        if {"name", "version"} & self.fields.keys():
            raise FormatError("a rule has a field called name or version beside its own; expected another key")


def format_rule(rule: Rule) -> bytes:
    """Return the canonical bytes of a rule descriptor.

    Raises:
        FormatError: fields or text that no value may hold, more than 64 KiB.
    """
    own = {"name": rule.name} if rule.version is None else {"name": rule.name, "version": rule.version}
    return format_value({**rule.fields, **own})


def parse_rule(data: bytes) -> Rule:
    """Return the rule that these bytes hold.

    Raises:
        FormatError: bytes that `format_rule` would not have written.
    """
    content = parse_value(data)
    if not isinstance(content, dict):
        raise FormatError("a rule is not a map; expected one with the text name")
    fields = {key: value for key, value in content.items() if isinstance(key, str)}
    name, version = fields.pop("name", None), fields.pop("version", None)
    if not isinstance(name, str):
        raise FormatError("a rule has no name that is text; expected one")
    if "version" in content and not isinstance(version, str):
        raise FormatError("a rule has a version that is not text; expected text, or none")
    return Rule(name=name, version=version if isinstance(version, str) else None, fields=fields)


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
    if rule.name != GENESIS or rule.version is not None or rule.fields.keys() != {"ledger", "nonce"}:
        raise FormatError("the first event has another rule than genesis with a ledger and a nonce")
    if not isinstance(nonce, bytes) or len(nonce) != NONCE_BYTES or not isinstance(name, str):
        raise FormatError(f"the genesis rule has no nonce of {NONCE_BYTES} bytes or no ledger name")
    return parse_ledger_name(name)
