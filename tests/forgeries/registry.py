"""The list of forgeries, and the honest ledger that each of them changes in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.forger import DELETED, Act, Forger, Known, Lie, Row, Tree
from tests.ssh_signer import SshKey

FORGERIES: dict[str, "Forgery"] = {}
"""By name."""
ADA, BOT, KIM, EVE = map(SshKey, range(1, 5))
"""Two who are keepers, one between them who only trains, and nobody."""
POLICY = ".ledger/policy"
LEFT = Act({"side/left": 1}, rule={"name": "left"}, reads=("side/read",), remembered={"key": "left"})
"""What the left side of a merge is about."""


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """One lie about one publication.

    Attributes:
        scenario: which honest publication of `Base` it is made of.
        lies: what is changed, by stage.
        at: the event that it is about.
        expected: every code that verification reports, and the path of one place where it does.
    """

    scenario: str
    lies: Mapping[str, Lie]
    at: int
    expected: Mapping[str, str]


def forge(name: str, stage: str, lie: Lie, expected: Mapping[str, str], **options: Any) -> None:
    """List a forgery that changes one stage."""
    forge_many(name, {stage: lie}, expected, **options)


def forge_many(
    name: str,
    lies: Mapping[str, Lie],
    expected: Mapping[str, str],
    *,
    scenario: str = "group",
    at: int = 1,
) -> None:
    """List a forgery that changes several stages."""
    assert name not in FORGERIES
    FORGERIES[name] = Forgery(scenario=scenario, lies=lies, at=at, expected=expected)


class Base:
    """An honest ledger with everything that can be lied about, made by hand.

    Attributes:
        prefix: 254 events: a split directory, a key, a timeline of 63 events.
        group: what goes onto it: seals a segment, fills a tile, uses a new rule and a key, writes into the split
            directory, deletes.
        left, right: two that have diverged from the prefix.
        stranger: the same group in another ledger.
        governed: a policy on top of the prefix, which Ada has signed; ``under_policy`` is what Bot may do then.
    """

    def __init__(self) -> None:
        self.forger = Forger()
        self.genesis = [Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)})]
        self.group = [
            Act({"hot": "full"}),
            Act(
                {"hot": "next", "wide/new": [1.5, None]},
                rule={"name": "evaluate", "version": "2"},
                reads=("wide/v1", "wide/v2"),
                remembered={"key": "second", "message": "why"},
            ),
            Act({"wide/v2": DELETED, "model/accuracy": {"top": 1}}),
            Act({"model/loss": 0.25}, remembered={"meta": {"seed": 7}}),
        ]
        self.merge = [Act(rule={"name": "merge"})]
        self.prefix = self._prefix(self.genesis)
        self.stranger = self.forger.publish(
            [self._prefix([Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(range(16))})])], self.group
        )
        self.left = self.forger.publish([self.prefix], [LEFT])
        side = Act({"side/right": 1, "hot": 0}, rule={"name": "right"}, remembered={"key": "right"})
        self.right = self.forger.publish([self.prefix], [side, Act({"side/written": 1})])
        self.governed = self.forger.publish([self.prefix], [Act({POLICY: policy()})], signer=ADA)
        self.under_policy = [Act({"model/a": 1}), Act({"model/b": 2})]
        self.scenarios = {
            "genesis": (list[Known](), self.genesis),
            "group": ([self.prefix], self.group),
            "merge": ([self.left, self.right], self.merge),
            "governed": ([self.governed], self.under_policy),
        }
        self.made = dict(self.forger.made)

    def _prefix(self, genesis: list[Act]) -> Known:
        known = self.forger.publish([], genesis)
        known = self.forger.publish([known], [Act({"hot": 0}, remembered={"key": "first"})])
        wide = [Act({f"wide/v{number}": number}) for number in range(70)]
        return self.forger.publish([known], [*wide, *(Act({"hot": number}) for number in range(1, 63)), *self._filling()])

    def _filling(self) -> list[Act]:
        return [Act({"step": number}, rule={"name": "tick"}) for number in range(120)]

    def publish(self, scenario: str, lies: Mapping[str, Lie] | None = None, at: int = 0) -> Known:
        """Make the publication of a scenario; what is new is in ``forger.made``."""
        parents, acts = self.scenarios[scenario]
        self.forger.made.clear()
        return self.forger.publish(parents, acts, lies, at, BOT if scenario == "governed" else None)


def policy(**changes: Any) -> dict[str, Any]:
    """Return the policy of the scenario ``governed``, or one that differs from it."""
    signers = {"ada": {"keys": [ADA.line]}, "bot": {"keys": [BOT.line], "rules": ["train"]}, "kim": {"keys": [KIM.line]}}
    return {
        "version": 1,
        "signers": signers,
        "keepers": ["ada", "kim"],
        "threshold": 1,
        "rules": {"train": ["model"], "tune*": ["model"]},
        "limits": {"value": 64, "writes": 3, "events": 4},
        **changes,
    }


@cache
def base() -> Base:
    """Return the one honest ledger."""
    return Base()


def put(path: str, node: Any) -> Lie:
    """Return a lie about a publication's tree that puts a node, or what it returns when it is called, at a path."""

    def lie(tree: Tree) -> None:
        *above, name = path.split("/")
        for one in above:
            tree = tree.setdefault(one, {})
        tree[name] = node() if callable(node) else node

    return lie


def drop(path: str) -> Lie:
    """Return a lie about a publication's tree that leaves out what is at a path."""

    def lie(tree: Tree) -> None:
        *above, name = path.split("/")
        for one in above:
            tree = tree[one]
        del tree[name]

    return lie


def row(mode: str, content: bytes = b"foreign") -> Callable[[], Row]:
    """Return what makes a row of some mode that names a blob."""
    return lambda: Row(mode, base().forger.put("blob", content))
