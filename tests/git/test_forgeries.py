"""Forged histories that Git accepts: each is reported for what it is, where it is, and what honest writers add is not."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gitledger.errors import DamageError, FormatError, PolicyError
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.store.base import RefUpdate
from gitledger.verify import Report, verify
from gitledger.verify.finding import LINE
from tests.forger import Known
from tests.forgeries.all import FORGERIES, Forgery, base
from tests.ledgers import git, named, new_repository, open_ledger, write


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_repository(tmp_path_factory.mktemp("forged") / "repository", "sha1", "--bare")


@pytest.fixture(scope="module")
def ledger(repository: Path) -> Iterator[Ledger]:
    """Open the ledger that all forgeries begin with."""
    with open_ledger(repository, "prefix") as opened:
        opened.objects.write(list(base().made.values()))
        opened.refs.update([RefUpdate("refs/ledger/prefix", None, Oid(base().prefix.commit))])
        yield opened


def publish(ledger: Ledger, known: Known) -> None:
    """Write what was made, and point the ledger at it."""
    ledger.objects.write(list(base().forger.made.values()))
    ledger.refs.update([RefUpdate(f"refs/ledger/{ledger.name}", None, Oid(known.commit))])


def go_on(ledger: Ledger) -> None:
    """Let an honest writer add a publication, unless what is there lets nobody go on."""
    with suppress(DamageError, FormatError, PolicyError):
        write(ledger, after=1)


def judge(ledger: Ledger, scenario: str, **options: str) -> Report:
    """Verify, with signatures where they matter."""
    if scenario != "governed":
        return verify(ledger, **options)
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen, by which git judges signatures, is not installed")
    return verify(ledger, signatures=True, **options)


@pytest.mark.parametrize("scenario", ["genesis", "group", "merge", "governed"])
def test_without_a_lie_nothing_is_found(ledger: Ledger, scenario: str) -> None:
    honest = named(f"honest-{scenario}", ledger)
    publish(honest, base().publish(scenario))
    go_on(honest)
    report = judge(honest, scenario)
    assert report.findings == ()
    assert report.events == {"genesis": 2, "group": 259, "merge": 259, "governed": 257}[scenario]


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_reported_for_what_it_is(ledger: Ledger, name: str) -> None:
    forgery = FORGERIES[name]
    forged = named(f"forged-{list(FORGERIES).index(name)}", ledger)
    known = base().publish(forgery.scenario, forgery.lies, forgery.at)
    publish(forged, known)
    go_on(forged)
    check(judge(forged, forgery.scenario, since="prefix"), forgery, known.commit.hex())


def check(report: Report, forgery: Forgery, commit: str) -> None:
    """Demand the codes of a forgery, all of them about the forged publication, in readable lines."""
    assert not report.ok
    assert {finding.code for finding in report.findings} == forgery.expected.keys()
    for code, path in forgery.expected.items():
        places = [finding.where for finding in report.findings if finding.code == code]
        assert any(place.startswith(f"{commit}:{path}" if path else commit) for place in places), places
    for finding in report.findings:
        assert finding.where.startswith(commit)
        assert finding.message.isprintable()
        assert len(finding.message) <= LINE


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_a_ref_that_points_at_no_commit(ledger: Ledger, repository: Path, kind: str) -> None:
    wrong = named(f"at-a-{kind}", ledger)
    target = {
        "blob": base().prefix.newest.hex(),
        "tree": git(repository, "rev-parse", f"{base().prefix.commit.hex()}^{{tree}}"),
        "tag": git(repository, "mktag", data=f"object {base().prefix.commit.hex()}\ntype commit\ntag v1\ntagger A <a> 1 +0000\n\n".encode()),
    }[kind]
    git(repository, "update-ref", f"refs/ledger/at-a-{kind}", target)
    [finding] = verify(wrong).findings
    assert (finding.code, finding.where) == ("ref-target", f"refs/ledger/at-a-{kind}")
    assert finding.message == f"it points at the {kind} {target}; expected a commit"


def test_a_ref_that_points_at_an_ordinary_commit(ledger: Ledger, repository: Path) -> None:
    tree = git(repository, "mktree", data=f"100644 blob {base().prefix.newest.hex()}\tREADME\n".encode())
    first = git(repository, "commit-tree", tree, "-m", "first")
    second = git(repository, "commit-tree", tree, "-p", first, "-m", "second")
    git(repository, "update-ref", "refs/ledger/ordinary", second)
    report = verify(named("ordinary", ledger))
    assert [(finding.code, finding.where) for finding in report.findings] == [
        ("tree-absent", f"{first}:events"),
        ("tree-absent", f"{second}:events"),
    ]
    assert (report.events, report.publications, report.head) == (0, 2, None)
