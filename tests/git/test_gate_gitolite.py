"""The gate behind gitolite: its access rules and its own hook go on as they did, and its user is known to hooks."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ledgers import ENV, git
from tests.people import People

GITOLITE = shutil.which("gitolite")


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Return people for whom gitolite serves the repository ``testing``; nothing but ssh itself is left out."""
    if GITOLITE is None:
        pytest.skip("gitolite3 is not on this machine")
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    env = {**ENV, "HOME": str(home), "USER": "git"}
    subprocess.run([GITOLITE, "setup", "-a", "admin"], env=env, check=True, capture_output=True)
    programs = subprocess.run([GITOLITE, "query-rc", "-n", "GL_BINDIR"], env=env, check=True, capture_output=True)
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f'#!/bin/sh\nexport HOME={shlex.quote(str(home))} SSH_ORIGINAL_COMMAND="$2"\n'
        f'export SSH_CONNECTION="127.0.0.1 1 127.0.0.1 22"\nexec {programs.stdout.decode()}/gitolite-shell "$1"\n'
    )
    ssh.chmod(0o755)
    known = People(work, "eve:testing", {"GIT_SSH": str(ssh), "GIT_SSH_VARIANT": "simple"})
    known.must(f"git-ledger -C {home / 'repositories/testing.git'} hook install --server")
    return known


def test_gitolite_and_the_gate_both_decide(people: People, tmp_path: Path) -> None:
    server = tmp_path / "home/repositories/testing.git"
    local = server / "hooks/pre-receive.local"
    local.write_text('#!/bin/sh\necho "$GL_USER" >user\n')
    local.chmod(0o755)
    people.must("git init -q -b main ada")
    people.must("git -C ada commit -q --allow-empty -m code")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    people.must("git -C ada push -q origin main")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")
    assert (server / "user").read_text() == "eve\n"
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.93")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")
    people.must(f"git-ledger clone {people.url} grace")
    assert people.must("git-ledger -C grace get model/accuracy") == "0.93"

    head = git(server, "rev-parse", "refs/ledger/main")
    printed = people.run("git -C ada push origin +main:refs/ledger/main")
    assert (printed.code, "remote: ref-rewound: refs/ledger/main: " in printed.stderr) == (1, True)
    printed = people.run("git -C ada push eve:nothing main")
    assert (printed.code, "DENIED" in printed.stderr) == (128, True)
    assert git(server, "rev-parse", "refs/ledger/main") == head
    assert people.must(f"git-ledger -C {server} verify").splitlines()[0].endswith(": sound")
