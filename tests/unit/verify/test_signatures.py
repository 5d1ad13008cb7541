"""Signatures are asked about a window at a time, and what git cannot say is said for what it is."""

from collections.abc import Mapping, Sequence

import pytest

from gitledger.errors import UsageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of, publications, read
from gitledger.store.base import Checked, NewObject, RefUpdate
from gitledger.store.commit import format_signed
from gitledger.verify import verify
from gitledger.verify.signatures import Signatures
from tests.ledgers import memory_ledger, write
from tests.policies import KEYS, governed, in_the_hands_of, unsigned
from tests.ssh_signer import second_form


def saying(checked: Checked, ledger: Ledger) -> Ledger:
    """Return a ledger about whose signatures git says the same each time."""
    return replace(ledger, check_signatures=lambda oids: dict.fromkeys(oids, checked))


def codes(ledger: Ledger) -> list[tuple[str, str]]:
    return [(finding.severity, finding.code) for finding in verify(ledger, signatures=True).findings]


def test_git_is_asked_once_for_a_window() -> None:
    ledger = in_the_hands_of("ada", memory_ledger())
    for number in range(300):
        write(ledger if number % 3 else unsigned(ledger), a=number)
    asked: list[int] = []

    def check(oids: Sequence[Oid]) -> Mapping[Oid, Checked]:
        asked.append(len(oids))
        return dict.fromkeys(oids, Checked(result="good", keys=frozenset({KEYS["ada"].name})))

    assert verify(replace(ledger, check_signatures=check), signatures=True).ok
    # Of 256 publications the first is genesis, and of the others each third is unsigned.
    assert asked == [170, 30]


def test_one_that_was_not_expected_is_asked_about_alone() -> None:
    ledger = governed()
    first, second = write(ledger, a=1), write(ledger, a=2)
    assert first != second
    newest, before, *_ = (publication.oid for publication in publications(ledger.objects, head_of(ledger)))
    assert ledger.check_signatures
    signatures = Signatures(ledger.objects, ledger.check_signatures)
    signatures.look_ahead([newest])
    assert signatures.of(before).keys == signatures.of(newest).keys == {KEYS["ada"].name}


@pytest.mark.parametrize("checked", [Checked(result="unknown"), None], ids=["unknown", "unsaid"])
def test_what_git_cannot_judge_is_an_error_under_a_policy_and_else_a_warning(checked: Checked | None) -> None:
    free = in_the_hands_of("ada", memory_ledger())
    write(free, a=1)
    for ledger, severity in ((free, "warning"), (governed(), "error")):
        mute = replace(ledger, check_signatures=lambda oids: dict.fromkeys(oids, checked) if checked else {})
        assert codes(mute) == [(severity, "signer-unknown")]


def test_a_bad_signature_is_an_error_without_a_policy_too() -> None:
    ledger = in_the_hands_of("ada", memory_ledger())
    write(ledger, a=1)
    assert codes(saying(Checked(result="bad"), ledger)) == [("error", "signature-invalid")]


def test_git_never_sees_a_signature_in_another_form() -> None:
    ledger = governed()
    write(ledger, a=1)
    head = head_of(ledger)
    data = read(ledger.objects, head.oid, "commit")
    headers, _, message = data.partition(b"\n\n")
    bare = headers.partition(b"\ngpgsig")[0] + b"\n\n" + message
    assert head.commit.signature
    for signature in (second_form(head.commit.signature), b"x", b"-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----"):
        forged = format_signed(bare, signature, ledger.objects.format)
        oid = ledger.objects.format.oid("commit", forged)
        ledger.objects.write([NewObject(oid, "commit", forged)])
        ledger.refs.update([RefUpdate("refs/ledger/main", ledger.refs.read("refs/ledger/main"), oid)])

        def check(oids: Sequence[Oid], oid: Oid = oid) -> Mapping[Oid, Checked]:
            assert oid not in oids
            assert ledger.check_signatures
            return ledger.check_signatures(oids)

        assert codes(replace(ledger, check_signatures=check)) == [("error", "signature-invalid")]


def test_a_signature_names_the_key_that_git_names() -> None:
    ledger = governed()
    # As git says of a key that stands in a certificate.
    other = saying(Checked(result="good", keys=frozenset({KEYS["bot"].name})), ledger)
    assert codes(other) == [("error", "signature-invalid")]


def test_signatures_of_objects_in_no_repository_cannot_be_judged() -> None:
    with pytest.raises(UsageError, match="where git judges signatures"):
        verify(memory_ledger(), signatures=True)
