"""A writer makes nothing that the policy in force refuses, and what it makes is sound to the verifier."""


import pytest

from gitledger.errors import LedgerError, PolicyError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.state import state
from gitledger.ledger.vst import vst
from gitledger.store.base import GitObject
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.verify import verify
from tests.faulty import Counted
from tests.ledgers import init, ledger_on, memory_ledger, named, set_to, until_refused, write
from tests.policies import POLICY, approve, governed, in_the_hands_of, policy, put, unsigned


def assert_refused(code: str, ledger: Ledger, **values: object) -> None:
    """Demand that a change is refused for a reason, and that nothing of it is published."""
    head = head_of(ledger).oid
    with pytest.raises(PolicyError) as refusal:
        write(ledger, **values)
    assert refusal.value.details["code"] == code
    assert head_of(ledger).oid == head


def assert_sound(ledger: Ledger) -> None:
    assert verify(ledger, signatures=True).findings == ()


def test_without_a_policy_anyone_may_append_signed_or_not() -> None:
    ledger = memory_ledger()
    write(ledger, a=1)
    write(in_the_hands_of("eve", ledger), a=2)
    assert_sound(in_the_hands_of("eve", ledger))


def test_under_a_policy_its_signers_may_append() -> None:
    ledger = governed()
    for name in ("ada", "bot", "kim"):
        write(in_the_hands_of(name, ledger), model__by=name)
    assert_refused("unsigned", unsigned(ledger), a=1)
    assert_refused("signer-unknown", in_the_hands_of("eve", ledger), a=1)
    assert_sound(ledger)


def test_a_first_policy_is_signed_by_one_of_its_keepers() -> None:
    ledger = memory_ledger()
    for hands, code in (
        (ledger, "unsigned"),
        (in_the_hands_of("eve", ledger), "signer-unknown"),
        (in_the_hands_of("bot", ledger), "policy-approvals"),
    ):
        with pytest.raises(PolicyError) as refusal:
            put(hands, policy(threshold=2))
        assert refusal.value.details["code"] == code
    put(in_the_hands_of("kim", ledger), policy(threshold=2))
    assert_sound(in_the_hands_of("kim", ledger))


@pytest.mark.parametrize("variable", [".ledger/approvals/kim", ".ledger/approvals/zoe", ".ledger/approvals"])
def test_a_first_policy_finds_no_approval_that_anybody_could_have_written(variable: str) -> None:
    ledger = in_the_hands_of("ada", memory_ledger())
    put(ledger, policy(2), variable)
    with pytest.raises(PolicyError, match="approvals before the first policy"):
        put(ledger, policy())
    append(ledger, change("clean", delete=[variable]))
    with pytest.raises(PolicyError, match="approvals before the first policy"):
        append(ledger, change("govern", set={POLICY: policy(), variable: policy(2)}))
    put(ledger, policy())


def test_the_rules_of_a_policy_write_where_it_says() -> None:
    ledger = governed(rules={"train*": ["data/raw", "model"], "any": [""]})
    write(ledger, model=1)
    append(ledger, set_to("trained", data__raw__x=1))
    append(ledger, set_to("any", notes=1))
    for values in ({"modelling": 1}, {"data": 1}, {"data__rawer": 1}, {"model": 2, "notes": 3}):
        assert_refused("rule-not-allowed", ledger, **values)
    with pytest.raises(PolicyError, match="'trai' wrote 'model'"):
        append(ledger, set_to("trai", model=2))
    with pytest.raises(PolicyError, match=r"'any' wrote '\.ledger/x'"):
        append(ledger, change("any", set={".ledger/x": 1}))
    with pytest.raises(PolicyError, match="'other' wrote 'model'"):
        append(ledger, change("other", delete=["model"]))
    assert_sound(ledger)


def test_what_a_change_leaves_as_it_was_is_nobody_s_business() -> None:
    ledger = governed(rules={"train": ["model"], "note": ["notes"]})
    append(ledger, set_to("note", notes=1))
    write(ledger, model=1, notes=1)
    put(ledger, policy(rules={"train": ["model"], "note": ["notes"]}))
    assert_sound(ledger)


def test_a_signer_uses_the_rules_that_are_its_own() -> None:
    signers = {**policy()["signers"], "bot": {**policy()["signers"]["bot"], "rules": ["train"]}}
    ledger = in_the_hands_of("bot", governed(signers=signers))
    write(ledger, a=1)
    with pytest.raises(PolicyError, match="'bot' used the rule 'tune'"):
        append(ledger, set_to("tune", a=2))
    assert_sound(ledger)


def test_limits() -> None:
    ledger = governed(limits={"value": 10, "writes": 2, "events": 2})
    write(ledger, a="x" * 9, b=1)
    assert_refused("too-large", ledger, a="x" * 10)
    assert_refused("too-large", ledger, a=1, b=2, c=3)
    changes = [set_to(a=number) for number in range(5)]
    taken, refusal = until_refused(append_batch(ledger, changes, group=3))
    # Of the first group two fit, and nothing after them was written.
    assert (len(taken), refusal.details["code"]) == (2, "too-large")
    assert len(list(append_batch(ledger, changes, group=2))) == 5
    assert_sound(ledger)


def test_a_batch_that_is_refused_has_published_what_came_before() -> None:
    ledger = governed(rules={"train": ["model"]})
    changes = [set_to(model__a=1), set_to(model__b=2), set_to(notes=3), set_to(model__c=4)]
    taken, refusal = until_refused(append_batch(ledger, changes))
    assert (len(taken), refusal.details["code"]) == (2, "rule-not-allowed")
    assert sorted(name for name, _ in state(ledger).values("model")) == ["model/a", "model/b"]
    assert_sound(ledger)


def test_a_policy_counts_from_the_next_event_on_also_in_one_publication() -> None:
    ledger = in_the_hands_of("ada", memory_ledger())
    govern = change("govern", set={POLICY: policy(rules={"train": ["model"]})})
    taken, refusal = until_refused(append_batch(ledger, [set_to(notes=1), govern, set_to(model=1), set_to(notes=2)]))
    assert (len(taken), refusal.details["code"]) == (3, "rule-not-allowed")
    assert len(head_of(ledger).events) == 3
    assert_sound(ledger)


@pytest.mark.parametrize("value", ["whatever", {}, {**policy(2), "keepers": ["eve"]}, None])
def test_nobody_breaks_a_policy(value: object) -> None:
    ledger = governed()
    with pytest.raises(PolicyError) as refusal:
        if value is None:
            append(ledger, change("govern", delete=[POLICY]))
        else:
            put(ledger, value)
    assert refusal.value.details["code"] == "policy-broken"
    write(ledger, a=1)


@pytest.mark.parametrize("broken", [change("govern", delete=[POLICY]), change("govern", set={POLICY: 0})])
def test_nothing_follows_a_policy_that_was_broken_elsewhere(broken: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = governed()
    with monkeypatch.context() as lawless:
        lawless.setattr("gitledger.ledger.guard.Guard.concerns", lambda self, variables: False)
        append(ledger, broken)
        write(ledger, a=1)
    assert_refused("policy-broken", ledger, a=2)
    with pytest.raises(PolicyError):
        put(ledger, policy(2))
    found = verify(ledger, signatures=True).findings
    assert [finding.code for finding in found] == ["policy-broken", "policy-broken"]


@pytest.mark.parametrize("version", [1, 3, 2**64 - 1])
def test_the_next_version_is_the_next_one(version: int) -> None:
    ledger = governed()
    with pytest.raises(PolicyError) as refusal:
        put(ledger, policy(version, limits={"value": 9}))
    assert refusal.value.details["code"] == "policy-rollback"


def test_keepers_approve_each_for_themselves() -> None:
    ledger, new = governed(threshold=2), policy(2, threshold=1)
    with pytest.raises(PolicyError, match="'ada' approved of this policy; expected 2"):
        put(ledger, new)
    with pytest.raises(PolicyError, match="'bot' approved as 'bot'; expected a keeper's own"):
        approve("bot", ledger, new)
    with pytest.raises(PolicyError, match="'ada' approved as 'kim'"):
        put(ledger, new, ".ledger/approvals/kim")
    approve("kim", ledger, policy(2, threshold=1, limits={"value": 1000}))
    with pytest.raises(PolicyError, match="'ada' approved"):
        put(ledger, new)
    approve("kim", ledger, new)
    # It takes two keepers, and Kim is one of them however often.
    with pytest.raises(PolicyError, match="'kim' approved of this policy"):
        put(in_the_hands_of("kim", ledger), new)
    with pytest.raises(PolicyError, match="'kim' approved of this policy"):
        put(in_the_hands_of("bot", ledger), new)
    put(ledger, new)
    assert len(list(vst(ledger, POLICY))) == 2
    assert_sound(ledger)


def test_two_approvals_let_any_signer_put_a_policy_in_force() -> None:
    ledger, new = governed(threshold=2), policy(2)
    approve("kim", ledger, new)
    approve("ada", ledger, new)
    put(in_the_hands_of("bot", ledger), new)
    assert_sound(ledger)


def test_an_approval_can_be_taken_back_and_does_not_count_in_its_own_event() -> None:
    ledger, new = governed(threshold=2), policy(2)
    approve("kim", ledger, new)
    append(in_the_hands_of("kim", ledger), change("govern", delete=[".ledger/approvals/kim"]))
    with pytest.raises(PolicyError, match="'ada' approved of this policy"):
        put(ledger, new)
    with pytest.raises(PolicyError, match="'ada' approved as 'kim'"):
        append(ledger, change("govern", set={POLICY: new, ".ledger/approvals/kim": new}))
    assert_sound(ledger)


def test_an_approval_of_anything_but_the_next_version_is_refused() -> None:
    ledger = governed(threshold=2)
    for value, code in ((policy(3), "policy-rollback"), (policy(1), "policy-rollback"), ("yes", "policy-broken")):
        with pytest.raises(PolicyError) as refusal:
            approve("kim", ledger, value)
        assert refusal.value.details["code"] == code


def test_a_signer_who_was_taken_out_may_no_more_and_what_was_signed_stays_sound() -> None:
    ledger = governed()
    bot = in_the_hands_of("bot", ledger)
    write(bot, a=1)
    put(ledger, policy(2, signers={name: policy()["signers"][name] for name in ("ada", "kim")}))
    assert_refused("signer-unknown", bot, a=2)
    assert_sound(ledger)


def test_neither_rules_nor_limits_apply_to_a_successor() -> None:
    ledger = governed(threshold=2, rules={"train": ["model"]}, limits={"value": 1, "writes": 1})
    approve("kim", ledger, policy(2))
    append(ledger, change("train", set={POLICY: policy(2), "model": 1}))
    write(ledger, anything="goes")
    assert_sound(ledger)


def test_a_merge_is_judged_by_the_newer_of_two_policies() -> None:
    ledger = governed()
    branch(ledger, named("side", ledger).name)
    side = in_the_hands_of("bot", named("side", ledger))
    write(side, b=1)
    put(ledger, policy(2, signers={name: policy()["signers"][name] for name in ("ada", "kim")}))
    with pytest.raises(PolicyError) as refusal:
        merge(in_the_hands_of("bot", ledger), side.name)
    assert refusal.value.details["code"] == "signer-unknown"
    with pytest.raises(PolicyError) as refusal:
        merge(unsigned(ledger), side.name)
    assert refusal.value.details["code"] == "unsigned"
    assert merge(ledger, side.name).outcome == "merged"
    assert_sound(ledger)


def test_a_policy_that_both_sides_changed_cannot_be_merged() -> None:
    ledger = governed()
    branch(ledger, named("side", ledger).name)
    put(ledger, policy(2))
    put(named("side", ledger), policy(2, limits={"value": 9}))
    with pytest.raises(LedgerError, match="expected disjoint footprints"):
        merge(ledger, named("side", ledger).name)


def test_a_ledger_without_a_policy_pays_nothing_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    objects = Counted(MemoryObjects())
    ledger = ledger_on(objects, MemoryRefs())
    init(ledger)
    write(ledger, model__a=1, data__b=2)

    def reads(value: str) -> int:
        objects.of.clear()
        write(ledger, model__a=value)
        return objects.reads

    guarded = reads("guarded")
    monkeypatch.setattr("gitledger.ledger.guard.Guard.concerns", lambda self, variables: False)
    assert guarded == reads("unguarded")


def test_a_policy_is_looked_up_once_for_a_publication() -> None:
    ledger = governed()
    looked_up = []
    objects = ledger.objects
    blob = objects.format.oid("blob", state(ledger).holds(POLICY) or b"")  # type: ignore[arg-type]

    class Watching(MemoryObjects):
        def read(self, oid: Oid) -> GitObject:
            looked_up.extend([oid] if oid == blob else [])
            return objects.read(oid)

    watched = replace(ledger, objects=Watching(objects.format))
    watched.objects._objects = objects._objects  # type: ignore[attr-defined]
    assert len(list(append_batch(watched, [set_to(a=number) for number in range(20)]))) == 20
    assert looked_up == [blob]
