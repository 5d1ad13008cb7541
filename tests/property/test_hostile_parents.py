"""Whatever trees a publication left, those that follow it can be judged: a finding there, and no other failure."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import Oid
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.verify import verify
from gitledger.verify.judge import Judge
from gitledger.verify.order import all_before
from tests.forger import DELETED, Act, Forger, Row, Tree, dumps
from tests.ledgers import ledger_on

GENESIS = Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)})
NAMES = ["a", "b", "c", "~a", "~b", "~~0", "~~2", "~~3", "~~c", "~~f", "head", "tile", "0", "000"]
"""Variables, timelines, buckets: a, b and c belong to ~~c, ~~3 and ~~2."""
CONTENTS = {
    "nothing": b"",
    "a value": b"\x01",
    "a segment": dumps({"count": 1, "prev": None, "ids": [bytes(20)]}),
    "the last segment there can be": dumps({"count": 2**63 - 1, "prev": bytes(20), "ids": [bytes(20)] * 63}),
    "a tile": bytes(32 * 256),
}
BLOBS = st.sampled_from(sorted(CONTENTS)).map(lambda name: CONTENTS[name])
ROWS = st.builds(Row, st.sampled_from(["100644", "40000", "100755"]), st.just(Forger().put_tree({})))
TREES = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), BLOBS | ROWS, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | BLOBS, max_size=5),
    max_leaves=12,
)
ACTS = st.builds(
    Act,
    st.dictionaries(st.sampled_from(["a", "b", "c", "a/b", "b/c"]), st.sampled_from([1, 2, DELETED]), max_size=3),
    remembered=st.sampled_from([{}, {"key": "a"}, {"key": "b"}]),
)


@given(
    place=st.sampled_from(["state", "index", "rules", "keys", "log", "segments"]),
    tree=TREES,
    before=st.lists(ACTS, min_size=1, max_size=4),
    after=st.lists(st.lists(ACTS, min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_what_follows_a_hostile_tree_is_judged(place: str, tree: Tree, before: list[Act], after: list[list[Act]]) -> None:
    forger = Forger()
    known = forger.publish([forger.publish([], [GENESIS])], before, {"tree": lambda honest: _put(honest, place, tree)})
    forged = known.commit
    for acts in after:
        known = forger.publish([known], acts)
    ledger = ledger_on(MemoryObjects(), MemoryRefs())
    ledger.objects.write(list(forger.made.values()))
    ledger.refs.update([RefUpdate("refs/ledger/main", None, Oid(known.commit))])
    findings = verify(ledger).findings
    assert any(finding.where.startswith(forged.hex()) for finding in findings)
    alone = [Judge(ledger.objects).judge(oid) for oid in all_before(ledger.objects, Oid(known.commit))]
    assert findings == tuple(finding for verdict in alone for finding in verdict.findings)


def _put(honest: Tree, place: str, tree: Any) -> None:
    honest[place] = tree
