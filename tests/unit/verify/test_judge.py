"""One publication is judged on what its parents hold: alone or after them, whoever wrote it, with either hash."""

from collections.abc import Sequence

import pytest

from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.verify import verify
from gitledger.verify.judge import Judge
from gitledger.verify.order import all_before
from tests.faulty import Counted
from tests.forger import DELETED, NOON, Act, Forger, Known, Row, dumps
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import ledger_on, memory_ledger, named, write_many

GENESIS = Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)})


def publish(forger: Forger, known: Known, object_format: ObjectFormat = SHA1) -> Ledger:
    """Return a ledger in memory that ends with what was made."""
    ledger = ledger_on(Counted(MemoryObjects(object_format)), MemoryRefs())
    ledger.objects.write(list(forger.made.values()))
    ledger.refs.update([RefUpdate("refs/ledger/main", None, Oid(known.commit))])
    return ledger


def line(forger: Forger, groups: Sequence[Sequence[Act]]) -> list[Known]:
    """Make publications, one after the other."""
    made = [forger.publish([], [GENESIS])]
    for acts in groups:
        made.append(forger.publish([made[-1]], acts))
    return made


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
def test_what_is_made_by_hand_is_sound_with_either_hash(object_format: ObjectFormat) -> None:
    forger = Forger(object_format.name)
    wide = [Act({f"wide/v{number}": number}) for number in range(70)]
    hot = [Act({"hot": number}, reads=("wide/v1",)) for number in range(200)]
    trunk = line(forger, [wide, hot, [Act({"wide/v1": DELETED}, remembered={"key": "one"})]])
    sides = [forger.publish([trunk[-1]], [Act({f"side/{name}": 1}, remembered={"key": name})]) for name in "ab"]
    report = verify(publish(forger, forger.publish(sides, [Act(rule={"name": "merge"})]), object_format))
    assert (report.findings, report.events, report.publications) == ((), 275, 7)


def test_an_event_that_two_people_published_is_no_overlap() -> None:
    forger = Forger()
    start = line(forger, [[Act({"a": 1})]])[-1]
    twins = []
    for name in ("Ada", "Eve"):
        lies = {
            "envelope": lambda envelope, name=name: envelope["payload"].update(author=f"{name} <a@example.org>"),
            "commit": lambda commit, name=name: commit.update(author=f"{name} <a@example.org> {NOON} +0000"),
        }
        twins.append(forger.publish([start], [Act({"both": 1})], lies))
    assert twins[0].newest == twins[1].newest
    sides = [forger.publish([twin], [Act({f"side/{number}": 1})]) for number, twin in enumerate(twins)]
    report = verify(publish(forger, forger.publish(sides, [Act(rule={"name": "merge"})])))
    assert (report.findings, report.publications) == ((), 7)


def test_a_publication_after_the_one_judged_before_reads_only_what_it_adds() -> None:
    forger = Forger()
    known = line(forger, [[Act({f"v{number}": number})] for number in range(3)])
    objects = publish(forger, known[-1]).objects
    judge = Judge(objects)
    reads = []
    for one in known:
        objects.of.clear()
        assert judge.judge(Oid(one.commit)).findings == ()
        reads.append(objects.reads)
    # Commit, tree, events, deltas, envelope, event, delta, then what the event adds: value, timeline, log head, and
    # the trees of state, index and log; the rule at first.
    assert reads[2:] == [13, 13]
    objects.of.clear()
    Judge(objects).judge(Oid(known[-1].commit))
    assert objects.reads > reads[-1]


def test_after_a_finding_the_next_is_judged_on_what_is_stored() -> None:
    known = base().publish("group", FORGERIES["a-state-value-changed"].lies)
    forger = base().forger
    honest = forger.publish([known], [Act({"side": 1})])
    ledger = ledger_on(Counted(MemoryObjects(SHA1)), MemoryRefs())
    ledger.objects.write(list((base().made | forger.made).values()))
    judge = Judge(ledger.objects)
    assert [one.code for one in judge.judge(Oid(known.commit)).findings] == ["state"]
    # What follows was made on the true state, and so does not fit the one that is stored.
    assert {one.code for one in judge.judge(Oid(honest.commit)).findings} == {"event-after", "state"}


def test_a_clock_that_cannot_be_known_is_said_and_the_rest_is_judged() -> None:
    known = base().publish("group", FORGERIES["a-clock-of-zero"].lies)
    forger = base().forger
    later = [forger.publish([known], [Act({"side": 1})])]
    later.append(forger.publish(later, [Act({"side": 2}), Act({"wide/v3": 3})]))
    ledger = ledger_on(MemoryObjects(), MemoryRefs())
    ledger.objects.write(list((base().made | forger.made).values()))
    judge = Judge(ledger.objects)
    verdicts = [judge.judge(Oid(one.commit)) for one in (known, *later)]
    assert [[finding.code for finding in verdict.findings] for verdict in verdicts] == [
        ["envelope-format"],
        ["parent"],
        ["delta-padded"],
    ]
    assert "clock" in verdicts[1].findings[0].message
    assert [verdict.events for verdict in verdicts] == [4, 1, 2]


def test_a_commit_of_ten_thousand_parents_is_one_finding() -> None:
    forger = Forger()
    known = line(forger, [[Act({"a": 1})]])[-1]
    commit = forger.made[known.commit].data
    parents = b"".join(b"parent %040x\n" % number for number in range(10_000))
    known.commit = forger.put("commit", commit.replace(b"author", parents + b"author", 1))
    report = verify(publish(forger, known))
    mine = [finding for finding in report.findings if finding.where == known.commit.hex()]
    assert [finding.message for finding in mine] == ["it has 10001 parents; expected at most 2, distinct"]
    assert report.publications == 3


def test_the_verbs_are_sound_where_sides_grew_by_groups() -> None:
    ledger = memory_ledger()
    side = named("side", ledger)
    branch(ledger, side.name)
    write_many(ledger, 130, "here/v", group=100)
    write_many(side, 170, "there/v", group=80)
    merge(ledger, side.name)
    write_many(ledger, 5, "after/v", group=2)
    report = verify(ledger)
    assert (report.findings, report.events) == ((), head_of(ledger).log.size)


def test_what_is_no_commit_is_no_publication() -> None:
    forger = Forger()
    ledger = publish(forger, line(forger, [])[-1])
    tree = Oid(next(oid for oid, one in forger.made.items() if one.kind == "tree"))
    [finding] = Judge(ledger.objects).judge(tree).findings
    assert (finding.code, finding.where) == ("commit-format", tree.hex())


def test_a_timeline_that_cannot_go_on_is_what_the_parent_left() -> None:
    forger = Forger()
    last = dumps({"count": 2**63 - 1, "prev": bytes(20), "ids": [bytes(20)] * 63})
    start = line(forger, [])[-1]
    known = forger.publish([start], [Act({"a": 1})], {"tree": lambda tree: tree["index"].update({"~a": last})})
    ledger = publish(forger, forger.publish([known], [Act({"a": 2})]))
    assert [finding.code for finding in verify(ledger).findings] == ["timeline", "parent"]


def test_what_is_missing_leads_to_the_same_findings_alone_and_in_order() -> None:
    forger = Forger()
    trunk = line(forger, [[Act({"a": 1, "b/c": 2})], [Act({"a": 3}, remembered={"key": "k"})]])
    before = set(forger.made)
    middle = forger.publish([trunk[-1]], [Act({"a": 4, "b/d": 5}, rule={"name": "other"})])
    added = set(forger.made) - before
    last = forger.publish([forger.publish([middle], [Act({"a": 6, "b/c": 7})])], [Act({"b/d": 8})])
    for oid in added:
        ledger = publish(forger, last)
        del ledger.objects._objects[Oid(oid)]  # type: ignore[attr-defined]
        order = list(all_before(ledger.objects, Oid(last.commit)))
        alone = [finding for one in order for finding in Judge(ledger.objects).judge(one).findings]
        assert alone
        assert tuple(alone) == verify(ledger).findings


def test_a_tree_that_a_parent_left_broken_is_no_conflict_of_what_follows() -> None:
    forger = Forger()
    start = line(forger, [[Act({"model/a": 1})]])[-1]
    odd = Row("100755", forger.put("blob", b""))
    known = forger.publish([start], [Act({"b": 1})], {"tree": lambda tree: tree["state"]["model"].update(odd=odd)})
    ledger = publish(forger, forger.publish([known], [Act({"model/a": 2})]))
    assert [finding.code for finding in verify(ledger).findings] == ["tree-format", "parent"]
