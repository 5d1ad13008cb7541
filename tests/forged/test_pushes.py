"""Forged pushes through a real ``git receive-pack``: refused, for what they are, and nothing is left of them.

``GIT_LEDGER_FULL=1`` sends every forgery of `tests.forgeries`, too.
"""

import os
import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from gitledger.hook.refusal import CODES as GATE_CODES
from gitledger.ledger.checkpoint import checkpoint, newest_checkpoint
from gitledger.model.checkpoint import Checkpoint
from gitledger.verify import verify
from gitledger.verify.finding import CODES as FINDING_CODES
from gitledger.verify.finding import LINE
from tests.forged.ground import COSTLY, HERE, UNSEEN, ZERO, Forged, Server, forgery, template
from tests.forgeries.all import FORGERIES
from tests.ledgers import open_ledger

CODES = {*GATE_CODES, *FINDING_CODES}
SIGNED = {"A051", "A052", "A054"}
IDS = sorted(path.parent.name for path in Path(__file__).parent.glob("*/push.py"))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("forged"))


@pytest.mark.parametrize("identifier", IDS)
def test_a_forged_push_is_refused(identifier: str, origin: Path, tmp_path: Path) -> None:
    if identifier in SIGNED and not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen, by which git judges signatures, is not installed")
    module = import_module(f"tests.forged.{identifier}.push")
    if hasattr(module, "check"):
        module.check(origin, tmp_path)
    for number, push in enumerate(getattr(module, "pushes", tuple)()):
        check_refused(push, origin, tmp_path / str(number))
        check_audited(push, origin, tmp_path / str(number))


def check_refused(push: Forged, origin: Path, work: Path) -> None:
    """Demand that the gate says the code, in one line, and that nothing moved and nothing is left."""
    work.mkdir()
    server = Server(work / "guarded.git", origin, push, guarded=True)
    before = server.listing()
    answer = server.take(push)
    told = f"{push.name}: {answer}"
    if push.code == "unpack":
        assert answer.unpacked != "ok", told
    elif push.code == "connectivity":
        assert "missing necessary objects" in "".join(answer.refs.values()), told
    else:
        said = [line for line in answer.lines if line.split(":")[0] in CODES]
        assert [line.split(":")[0] for line in said] == [push.code], told
        assert len(said[0]) <= LINE, told
    assert all(verdict.startswith("ng ") for verdict in answer.refs.values()), told
    assert server.listing() == before, told


def check_audited(push: Forged, origin: Path, work: Path) -> None:
    """Demand that the auditor finds the same where stock Git let the push in."""
    if push.audit == COSTLY:
        return
    server = Server(work / "stock.git", origin, push, guarded=False)
    known, name = None, re.sub(r"^refs/ledger(-checkpoint)?/|/[^/]*$", "", push.moves[-1][2].decode(errors="replace"))
    if push.audit in ("fork", "rollback", "ref-missing"):
        known = make_checkpoint(server, name)
    answer = server.take(push)
    moved = any(verdict == "ok" for verdict in answer.refs.values())
    assert moved == (push.audit != HERE), f"{push.name}: {answer}"
    if push.audit in (HERE, UNSEEN):
        return
    with open_ledger(server.path, name) as ledger:
        if push.moves[-1][2].startswith(b"refs/ledger-checkpoint/"):
            known = newest_checkpoint(ledger)
        since = "prefix" if known is None and push.moves[-1][0] != ZERO else None
        report = verify(ledger, since=since, checkpoint=known, signatures=name == "governed")
    assert push.audit in {finding.code for finding in report.findings}, f"{push.name}: {report}"


def make_checkpoint(server: Server, name: str) -> Checkpoint:
    """Make a checkpoint of a ledger, to know it by later."""
    with open_ledger(server.path, name) as ledger:
        return checkpoint(ledger).checkpoint


@pytest.mark.skipif("GIT_LEDGER_FULL" not in os.environ, reason="GIT_LEDGER_FULL=1 sends every forgery to the gate")
@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_by_git_or_as_verification_reports_it(name: str, origin: Path, tmp_path: Path) -> None:
    if FORGERIES[name].scenario == "governed" and not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen, by which git judges signatures, is not installed")
    push = forgery(name, next(iter(FORGERIES[name].expected)))
    server = Server(tmp_path / "guarded.git", origin, push, guarded=True)
    before = server.listing()
    answer = server.take(push)
    codes = {line.split(":")[0] for line in answer.lines} & CODES
    assert all(verdict.startswith("ng ") for verdict in answer.refs.values()), answer
    assert codes <= FORGERIES[name].expected.keys(), answer
    assert codes or answer.unpacked != "ok" or "missing necessary objects" in str(answer.refs), answer
    assert server.listing() == before


def test_there_are_seventy_five_and_each_says_what_it_is() -> None:
    assert len(IDS) == 75
    assert all(import_module(f"tests.forged.{identifier}.push").__doc__ for identifier in IDS)
