"""Settings: refspecs that bring ledgers along and take none away. Hooks of ours: that git can run them."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from gitledger.retention.fault import Fault, Patient, Remedy
from gitledger.store import layout
from gitledger.store.program import Program
from gitledger.store.settings import add_setting, remove_setting
from gitledger.store.tracking import Setting, missing_settings, remote_settings

_EVENTS: Final = ("pre-receive", "update", "pre-push")
_PROGRAM = re.compile(rb"^program=(.+)$", re.MULTILINE)


def check_settings(patient: Patient) -> Iterator[Fault]:
    """Yield what is wrong with settings."""
    git = Program.at(patient.repository.git_dir, patient.env)
    for setting in missing_settings(patient.repository, patient.env):
        yield Fault(
            code="setting-missing",
            where=setting.name,
            message=f"it lacks {setting.value}; expected it, for git fetch to bring ledgers and for git log to be tidy",
            remedy=Remedy(
                text=f"git config --add {setting.name} {setting.value}",
                apply=partial(add_setting, patient.repository, git, *setting),
            ),
        )
    for setting in remote_settings(patient.repository, patient.env):
        message = _harm(setting)
        if message:
            text = f"git config --fixed-value --unset {setting.name} {setting.value}"
            apply = partial(remove_setting, patient.repository, git, *setting)
            yield Fault(
                code="setting-harms", where=setting.name, message=message, remedy=Remedy(text=text, apply=apply)
            )


def check_hooks(patient: Patient) -> Iterator[Fault]:
    """Yield what keeps hooks of ours from running."""
    git = Program.at(patient.repository.git_dir, patient.env)
    answer = git.run("rev-parse", "--path-format=absolute", "--git-path", "hooks").output
    for directory in (Path(os.fsdecode(answer.removesuffix(b"\n"))), patient.repository.common_dir / "ledger-hooks"):
        for event in _EVENTS:
            path = directory / event
            data = path.read_bytes() if path.is_file() else b""
            program = _PROGRAM.search(data)
            if b"git-ledger" in data and not os.access(path, os.X_OK):
                yield Fault(
                    code="hook",
                    where=str(path),
                    message="it cannot be executed, so git passes it over; expected it to be",
                    remedy=Remedy(text=f"chmod +x {path}", apply=partial(path.chmod, 0o755)),
                )
            if b"git-ledger" in data and program and not _is_there(program[1].strip(b"'\"")):
                message = f"it runs {os.fsdecode(program[1])}, which is not there; expected the program"
                yield Fault(code="hook", where=str(path), message=message)


def _harm(setting: Setting) -> str:
    """Return what harm a setting about a remote does, or an empty text."""
    if setting.name.endswith(".push") and layout.REFS in setting.value:
        return f"{setting.value} keeps plain git push from pushing the branch; expected no ledgers there"
    _, colon, goes_to = setting.value.partition(":")
    if setting.name.endswith(".fetch") and colon and goes_to.startswith(layout.REFS):
        return f"{setting.value} lets git fetch take away what was not pushed; expected refs/ledger-remotes/"
    return ""


def _is_there(program: bytes) -> bool:
    return b"/" not in program or Path(os.fsdecode(program)).exists()
