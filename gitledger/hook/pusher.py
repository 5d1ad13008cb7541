"""Who pushes, where the server knows: gitolite's ``GL_USER``, or the ``REMOTE_USER`` of a web server.

A signature says who published, and any auditor can check it. Who pushed, the server alone knows: so it is one more door
in front of a ledger, and nothing that a ledger records. The name has to be that of a signer in the policy in force.
"""

from collections.abc import Mapping
from typing import Final

from gitledger.errors import FormatError
from gitledger.hook.refusal import RefusedError
from gitledger.ids import Oid, shown
from gitledger.ledger.guard import policy_after
from gitledger.store.base import ObjectStore

_SETTING: Final = "ledger.gatepusher"


def read_pusher(config: Mapping[str, str], env: Mapping[str, str]) -> str | None:
    """Return who pushes by the variable that ``ledger.gatePusher`` names; None if nobody set that.

    Raises:
        RefusedError: the variable says nothing.
    """
    variable = config.get(_SETTING)
    if variable is None:
        return None
    name = env.get(variable)
    if not name:
        message = f"{shown(variable)} says nothing; expected it to say who pushes, as ledger.gatePusher has it"
        raise RefusedError("pusher-unknown", "", message)
    return name


def check_pusher(objects: ObjectStore, ref: str, head: Oid | None, pusher: str) -> None:
    """Check that the policy in force lets somebody push.

    Args:
        objects: the server's.
        ref: what the push moves.
        head: where the ledger is now; None for one that is new here, which has no policy yet.
        pusher: who pushes.

    Raises:
        RefusedError: the ledger has a policy, and none of its signers has this name.
    """
    try:
        policy = policy_after(objects, head) if head else None
    except FormatError:
        return  # A broken one lets nobody publish: the verifier says so.
    if policy and pusher not in policy.signers:
        message = f"{shown(pusher)} pushes; expected a signer of the policy in force"
        raise RefusedError("pusher-not-allowed", ref, message)
