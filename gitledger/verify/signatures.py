"""Who signed a publication: what git says of the signatures of many commits at once, and what follows from it.

Git is started once for each window of commits. It is shown only those that have the form of a publication's and a
signature in the form that it must have: of others it dies, or says something else than an auditor would.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from gitledger.errors import DamageError, FormatError
from gitledger.ids import Oid
from gitledger.ledger.guard import Guard
from gitledger.ledger.publication import read
from gitledger.model.armor import parse_armor
from gitledger.store.base import Checked, CheckSignatures, ObjectStore
from gitledger.store.commit import Commit, parse_commit
from gitledger.verify.case import Case

_WINDOW: Final = 256
"""Commits that git is asked about at once."""
_UNSAID: Final = Checked(result="unknown")


class Signatures:
    """What git says of the signatures of commits.

    Args:
        objects: where the commits are read.
        check: asks git.
    """

    def __init__(self, objects: ObjectStore, check: CheckSignatures) -> None:
        self._objects = objects
        self._check = check
        self._ahead: Iterator[Oid] = iter(())
        self._known: dict[Oid, Checked] = {}

    def look_ahead(self, oids: Iterable[Oid]) -> None:
        """Expect questions about these commits, in this order: they are answered a window at a time."""
        self._ahead = iter(oids)

    def of(self, oid: Oid) -> Checked:
        """Return what git says of a commit whose signature has the form that it must have.

        Raises:
            StorageError: git cannot be run.
        """
        if oid not in self._known:
            window = list(islice(self._ahead, _WINDOW))
            asked = [one for one in window if one != oid and self._is_presentable(one)]
            self._known = dict(self._check([oid, *asked]))
        return self._known.get(oid, _UNSAID)

    def _is_presentable(self, oid: Oid) -> bool:
        try:
            commit = parse_commit(read(self._objects, oid, "commit"), self._objects.format)
            parse_armor(commit.signature or b"")
        except (DamageError, FormatError):
            return False
        return True


def judge_signer(case: Case, commit: Commit, guard: Guard, signatures: Signatures) -> None:
    """Note what is wrong with a publication's signature, and what the policy in force has against whoever signed.

    Where no policy is in force nobody has to sign; a signature that is there must hold all the same.
    """
    keys = None
    if commit.signature is not None:
        try:
            named = parse_armor(commit.signature)
        except FormatError as error:
            case.note("signature-invalid", "", error.message)
            return
        checked = signatures.of(case.publication)
        if checked.result == "bad":
            message = "git says that its signature does not hold; expected one over these bytes, by a key that counts"
            case.note("signature-invalid", "", message)
            return
        if checked.result == "unknown":
            message = "git cannot judge its signature: it lacks the key, or the program; expected both here"
            case.note("signer-unknown", "", message, severity="error" if guard.asks else "warning")
            return
        if checked.result == "good" and named is not None and named not in checked.keys:
            message = f"its signature names the key {named}, and git {' '.join(checked.keys)}; expected the key itself"
            case.note("signature-invalid", "", message)
            return
        keys = checked.keys
    for where, refusal in guard.settle(keys):
        case.note(refusal.code, where, refusal.message)
