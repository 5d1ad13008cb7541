"""Whose signatures make a checkpoint one to trust: the logs, the witnesses, and how many of them it takes.

A witness policy is a C2SP tlog-policy: lines ``log``, ``witness``, ``group`` and ``quorum``. Described in
``docs/format/checkpoint.md``.
"""

import re
from collections.abc import Mapping
from typing import Final

from gitledger.errors import FormatError, PolicyError
from gitledger.frozen import field, frozen
from gitledger.ids import shown
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.notekey import COSIGNATURE, ED25519, VerifierKey, check_signature, parse_verifier_key

POLICY_BYTES: Final = 1024 * 1024
NONE: Final = "none"
"""The quorum that asks for no witness."""

_COUNT = re.compile(r"[1-9][0-9]{0,8}\Z")


@frozen
class WitnessPolicy:
    """A witness policy.

    Attributes:
        logs: keys of which one must have signed; if there are none, the quorum alone decides.
        witnesses: the key of each witness, by its name in the policy.
        groups: for each group, in an order in which members come first: how many of which members it takes.
        quorum: the witness or the group that must have signed, or `NONE`.
    """

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str


def judge(policy: WitnessPolicy, checkpoint: Checkpoint) -> None:
    """Check a checkpoint's signatures against a witness policy.

    Signatures by other keys than those of the policy are passed over, whatever they hold.

    Raises:
        FormatError: a signature that bears the name and the id of a key of the policy is not by that key.
        PolicyError: no log of this origin has signed, or too few witnesses.
        UsageError: the extra ``sign`` is not installed.
    """
    signed = set[VerifierKey]()
    for key in (*policy.logs, *policy.witnesses.values()):
        for signature in checkpoint.signatures:
            if (signature.name, signature.key) == (key.name, key.id):
                check_signature(key, checkpoint.text, signature)
                signed.add(key)
    logs = [key for key in policy.logs if key.name == checkpoint.origin]
    if policy.logs and not signed.intersection(logs):
        raise PolicyError(f"no log of the policy signed this checkpoint of {shown(checkpoint.origin)}; expected one")
    met = {name: key in signed for name, key in policy.witnesses.items()}
    for name, (need, members) in policy.groups.items():
        met[name] = sum(met[member] for member in members) >= need
    if policy.quorum != NONE and not met[policy.quorum]:
        found = ", ".join(sorted(key.name for key in policy.witnesses.values() if key in signed)) or "none"
        raise PolicyError(f"the quorum {shown(policy.quorum)} is not met: {found} cosigned; expected more witnesses")
    if not signed:
        # signed-note: a note without a signature by a known key is not to be read at all.
        raise PolicyError("no key of the policy signed this checkpoint; expected one")


def parse_witness_policy(data: bytes) -> WitnessPolicy:
    """Return the policy that a text says.

    Raises:
        FormatError: another line than the four, a name twice or before it is defined, a key twice or of another
            algorithm, a member of two groups, a count that cannot be met, not exactly one quorum.
    """
    if len(data) > POLICY_BYTES:
        raise FormatError(f"a witness policy has {len(data):,} bytes; expected at most {POLICY_BYTES:,}")
    reader = _Reader()
    # Names are bytes to the specification; no text that a message shows is taken from one that is not UTF-8.
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reader.take(words)
            except FormatError as error:
                raise FormatError(f"line {number} of a witness policy: {error.message}") from error
    return reader.policy()


class _Reader:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._grouped = {NONE}
        self._quorum: str | None = None

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self._logs.append(self._key(key, ED25519, self._logs))
            case ["witness", name, key] | ["witness", name, key, _]:
                self._check_new(name)
                self._witnesses[name] = self._key(key, COSIGNATURE, list(self._witnesses.values()))
            case ["group", name, need, *members] if members:
                self._check_new(name)
                self._group(name, need, members)
            case ["quorum", name] if self._quorum is None and (name == NONE or name in self._names()):
                self._quorum = name
            case _:
                raise FormatError(f"{shown(' '.join(words))} says nothing; expected log, witness, group or one quorum")

    def policy(self) -> WitnessPolicy:
        if self._quorum is None:
            raise FormatError("a witness policy has no quorum; expected a line 'quorum NAME', or 'quorum none'")
        logs = tuple(self._logs)
        return WitnessPolicy(logs=logs, witnesses=self._witnesses, groups=self._groups, quorum=self._quorum)

    def _names(self) -> set[str]:
        return self._witnesses.keys() | self._groups.keys()

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self._names():
            raise FormatError(f"the name {shown(name)} is taken; expected another")

    def _group(self, name: str, need: str, members: list[str]) -> None:
        if not set(members) <= self._names() or len(set(members)) < len(members) or self._grouped & set(members):
            raise FormatError("a member is not defined above, or is in a group already; expected each once")
        count = {"any": 1, "all": len(members)}.get(need) or (int(need) if _COUNT.match(need) else 0)
        if not 1 <= count <= len(members):
            raise FormatError(f"a group asks for {shown(need)} of {len(members)}; expected any, all or a number")
        self._grouped.update(members)
        self._groups[name] = (count, tuple(members))

    @staticmethod
    def _key(text: str, algorithm: int, known: list[VerifierKey]) -> VerifierKey:
        key = parse_verifier_key(text)
        if key.algorithm != algorithm:
            raise FormatError(f"the key has the algorithm {key.algorithm:#04x}; expected {algorithm:#04x} here")
        if any(key.public == other.public for other in known):
            raise FormatError(f"the key of {shown(key.name)} stands here twice; expected each key once")
        return key
