"""A server that knows who pushes, as gitolite does: the name has to be that of a signer in the policy."""

import json
import shutil
from pathlib import Path

import pytest

from tests.people import People, people_at


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen, which signs, is not on this machine")
def test_who_pushes_counts_beside_who_signed(tmp_path: Path) -> None:
    with people_at("directory", tmp_path) as people:
        who_pushes(people, tmp_path / "served/project.git", tmp_path)


def who_pushes(people: People, server: Path, tmp_path: Path) -> None:
    people.must(f"git-ledger -C {server} hook install --server")
    people.must(f"git -C {server} config ledger.gatePusher GL_USER")
    people.must("git init -q -b main ada && ssh-keygen -q -t ed25519 -N '' -f ada/key")
    people.must("git -C ada config gpg.format ssh")
    people.must('git -C ada config user.signingKey "$PWD/ada/key.pub"')
    people.must("git -C ada config ledger.sign true")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    key = " ".join((tmp_path / "work/ada/key.pub").read_text().split()[:2])
    policy = {"version": 1, "signers": {"ada": {"keys": [key]}}, "keepers": ["ada"], "threshold": 1}
    people.must(f"git-ledger -C ada append --rule govern --set .ledger/policy:='{json.dumps(policy)}'")

    unknown = people.run("git-ledger -C ada push")
    assert (unknown.code, "pusher-unknown: " in unknown.stderr) == (5, True)
    assert people.must("GL_USER=eve git-ledger -C ada push").startswith("pushed: ")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.93")
    stranger = people.run("GL_USER=eve git-ledger -C ada push")
    assert (stranger.code, "pusher-not-allowed: refs/ledger/main: 'eve' pushes" in stranger.stderr) == (5, True)
    assert people.must("GL_USER=ada git-ledger -C ada push").startswith("pushed: ")
