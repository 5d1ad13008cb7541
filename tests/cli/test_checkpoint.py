"""checkpoint, key, prove, check-proof, export and ``verify --checkpoint`` as programs see them."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import ROOT, Console, Printed


def ok(console: Console, *arguments: str) -> str:
    """Run a verb, which must succeed without a word on standard error; return what it prints."""
    printed = console.run_here(list(arguments))
    assert (printed.code, printed.stderr) == (0, ""), printed
    return printed.stdout


def answer(console: Console, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok(console, "--json", *arguments))
    return found


def save(console: Console, name: str, *arguments: str) -> str:
    """Run a verb with standard output in a file; return the file's name."""
    stdout = io.BytesIO()
    printed = console.run_here(list(arguments), stdout=stdout)
    assert (printed.code, printed.stderr) == (0, ""), printed
    (console.directory / name).write_bytes(stdout.getvalue())
    return name


def append(console: Console, *sets: str) -> str:
    return ok(console, "append", "--rule", "train", *(f"--set={one}" for one in sets)).strip()


@pytest.fixture
def signing(ledger: Console) -> Console:
    """Return a console with a key in the settings, a witness policy that names it, and three events."""
    verifier = ok(ledger, "key", "secret", "--name", "example.com/ledger")
    subprocess.run(
        ["git", "config", "ledger.signingKey", "../secret"], cwd=ledger.directory, env=ledger.env, check=True
    )
    (ledger.directory / "policy").write_text(f"log {verifier}quorum none\n")
    append(ledger, "model/accuracy:=91")
    append(ledger, "model/accuracy:=93", "title=first")
    return ledger


@pytest.fixture
def elsewhere(signing: Console, tmp_path: Path) -> Console:
    """Return a console in a directory that is no repository, with the checkpoint and proofs of all kinds."""
    save(signing, "old", "checkpoint", "--sign")
    append(signing, "model/accuracy:=95")
    save(signing, "new", "checkpoint", "--sign")
    save(signing, "event", "prove", "event", "#2")
    save(signing, "value", "prove", "variable", "model/accuracy")
    save(signing, "before", "prove", "variable", "model/accuracy", "--at", "#3")
    save(signing, "nothing", "prove", "variable", "model")
    save(signing, "timeline", "prove", "timeline", "model/accuracy")
    save(signing, "extension", "prove", "extension", "old", "new")
    away = Console(tmp_path / "away", tmp_path / "tools")
    away.directory.mkdir()
    for name in ("old", "new", "policy", "event", "value", "before", "nothing", "timeline", "extension"):
        (away.directory / name).write_bytes((signing.directory / name).read_bytes())
    return away


def test_a_checkpoint_is_printed_as_the_file_to_keep(signing: Console) -> None:
    origin, size, _root, publication, *_, blank, signature = ok(signing, "checkpoint", "--sign").splitlines()
    assert (origin, size, blank) == ("example.com/ledger", "3", "")
    assert signature.startswith("— example.com/ledger ")
    head = subprocess.check_output(["git", "rev-parse", "refs/ledger/main"], cwd=signing.directory, text=True)
    assert publication == f"publication {head.strip()}"


def test_a_checkpoint_as_json(signing: Console) -> None:
    found = answer(signing, "checkpoint", "--sign")
    assert list(found) == [
        "ledger", "ref", "origin", "size", "root", "publication", "state", "index", "signatures", "note",
    ]  # fmt: skip
    assert found["ref"] == "refs/ledger-checkpoint/main/3"
    assert found["note"] == ok(signing, "checkpoint")
    assert [one["name"] for one in found["signatures"]] == ["example.com/ledger"]


def test_a_checkpoint_need_not_be_signed(ledger: Console) -> None:
    lines = ok(ledger, "checkpoint").splitlines()
    assert lines[0].startswith("git-ledger/main/")
    assert lines[-1] == ""


def test_a_key_is_made_once_and_kept_secret(ledger: Console) -> None:
    verifier = ok(ledger, "key", "k", "--name", "example.com/x")
    assert re.fullmatch(r"example\.com/x\+[0-9a-f]{8}\+[0-9A-Za-z+/=]{44}\n", verifier)
    path = ledger.directory / "k"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_bytes()
    assert secret.startswith(b"PRIVATE+KEY+example.com/x+")
    assert ok(ledger, "key", "k") == ok(ledger, "key", "k", "--name", "example.com/x") == verifier
    assert answer(ledger, "key", "k")["kind"] == "log"
    assert path.read_bytes() == secret
    for arguments in (["key", "k", "--name", "other"], ["key", "k", "--witness"], ["key", "new"]):
        assert ledger.run_here(arguments).code == 2
    assert not (ledger.directory / "new").exists()


def test_signing_needs_a_key(ledger: Console) -> None:
    printed = ledger.run_here(["checkpoint", "--sign"])
    assert printed.code == 2
    assert "ledger.signingKey" in printed.stderr


def test_a_key_in_the_home_directory(ledger: Console) -> None:
    ok(ledger, "key", "home-key", "--name", "example.com/home")
    subprocess.run(
        ["git", "config", "ledger.signingKey", "~/home-key"], cwd=ledger.directory, env=ledger.env, check=True
    )
    assert ok(ledger, "checkpoint", "--sign").startswith("example.com/home\n")


def test_without_the_extra_one_sentence_says_what_to_install(signing: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    printed = signing.run_here(["checkpoint", "--sign"])
    assert printed == Printed(
        "",
        "git-ledger: signatures need the package cryptography, which is not installed; expected the extra 'sign'\n"
        "hint: pip install 'git-ledger[sign]'\n",
        2,
    )
    assert ok(signing, "checkpoint").startswith("git-ledger/main/")


def test_witnesses_sign_what_they_were_given_and_it_is_attached(signing: Console, tmp_path: Path) -> None:
    log = (signing.directory / "policy").read_text().splitlines()[0]
    save(signing, "cp", "checkpoint", "--sign")
    witness = Console(tmp_path / "witness", tmp_path / "tools")
    subprocess.run(
        ["git", "clone", "-q", "--mirror", signing.directory, witness.directory], env=signing.env, check=True
    )
    vkey = ok(witness, "key", "w", "--name", "w.example", "--witness")
    save(witness, "cosigned", "checkpoint", "--key", "w")
    policy = signing.directory / "policy"
    policy.write_text(f"{log}\nwitness w {vkey}quorum w\n")
    save(signing, "proof", "prove", "event", "#2")
    assert signing.run_here(["check-proof", "proof", "--witnesses", "policy"]).code == 1
    (signing.directory / "theirs").write_bytes((witness.directory / "cosigned").read_bytes())
    both = save(signing, "both", "checkpoint", "--attach", "theirs")
    assert ok(signing, "checkpoint").count("— ") == 2
    ok(signing, "check-proof", "proof", "--checkpoint", both, "--witnesses", "policy")
    ok(signing, "verify", "--checkpoint", both, "--witnesses", "policy")


@pytest.mark.parametrize(
    "trust", [["--checkpoint", "new"], ["--witnesses", "policy"], ["--checkpoint=new", "--witnesses=policy"]]
)
def test_proofs_are_checked_without_a_repository(elsewhere: Console, trust: list[str]) -> None:
    event = ok(elsewhere, "check-proof", "event", *trust).splitlines()
    assert re.fullmatch(r"event [0-9a-f]{40} is #2 of 4 events of example\.com/ledger", event[0])
    assert event[1:] == ["    model/accuracy = 91 (train)"]
    assert ok(elsewhere, "check-proof", "value", *trust).splitlines() == [
        "model/accuracy = 95",
        "    at 4 events of example.com/ledger",
    ]
    before = ok(elsewhere, "check-proof", "before", *trust).splitlines()
    assert before[0] == "model/accuracy = 93"
    assert before[1].startswith("    after event ")
    assert before[1].endswith(", #3 of 4 events of example.com/ledger")
    assert ok(elsewhere, "check-proof", "nothing", *trust).startswith("model holds nothing\n")
    timeline = ok(elsewhere, "check-proof", "timeline", *trust).splitlines()
    assert timeline[0] == "model/accuracy was changed by 3 of 4 events of example.com/ledger, and by no other"
    assert timeline[3] == event[0].split()[1]
    extension = ok(elsewhere, "check-proof", "extension", *trust)
    assert re.match(r"the log of 4 events with the root \w{64}\n    begins with that of 3 events", extension)


def test_what_was_shown_as_json(elsewhere: Console) -> None:
    def shown(name: str) -> dict[str, Any]:
        found = answer(elsewhere, "check-proof", name, "--checkpoint", "new")
        assert found.pop("holds") is True
        return found

    event = shown("event")
    assert list(event) == ["kind", "checkpoint", "event", "seq", "parents", "rule", "after", "readset", "delta"]
    assert (event["seq"], event["delta"], event["rule"]["name"]) == (2, {"model/accuracy": {"set": 91}}, "train")
    value = shown("value")
    assert (value["variable"], value["value"], value["after"]) == ("model/accuracy", 95, None)
    assert shown("nothing")["value"] == {"$absent": True}
    before = shown("before")
    assert (before["value"], before["after"]["seq"]) == (93, 3)
    timeline = shown("timeline")
    assert (timeline["kind"], len(timeline["events"]), timeline["events"][-1]) == ("timeline", 3, event["event"])
    extension = shown("extension")
    assert (extension["old"]["size"], extension["new"]["size"]) == (3, 4)
    assert value["checkpoint"]["origin"] == "example.com/ledger"


def test_a_proof_that_does_not_hold_is_the_answer_no(elsewhere: Console) -> None:
    data = (elsewhere.directory / "value").read_bytes()
    (elsewhere.directory / "bent").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    for name, trusted in (("bent", "new"), ("value", "old"), ("new", "new"), ("policy", "new")):
        printed = elsewhere.run_here(["check-proof", name, "--checkpoint", trusted])
        assert (printed.code, printed.stderr) == (1, "")
        assert printed.stdout.startswith("does not hold: ")
        answered = elsewhere.run_here(["--json", "check-proof", name, "--checkpoint", trusted])
        assert (answered.code, json.loads(answered.stdout)["holds"]) == (1, False)


def test_what_cannot_be_judged_is_no_answer(elsewhere: Console) -> None:
    for code, arguments in (
        (2, ["check-proof", "value"]),
        (2, ["check-proof"]),
        (5, ["check-proof", "value", "--checkpoint", "policy"]),
        (5, ["check-proof", "value", "--witnesses", "new"]),
        (7, ["check-proof", "absent", "--checkpoint", "new"]),
        (7, ["check-proof", "value", "--checkpoint", "absent"]),
    ):
        printed = elsewhere.run_here(arguments)
        assert (printed.code, printed.stdout) == (code, ""), arguments


def test_a_proof_is_read_from_standard_input(elsewhere: Console) -> None:
    stdin = io.BytesIO((elsewhere.directory / "value").read_bytes())
    printed = elsewhere.run_here(["check-proof", "-", "--checkpoint", "new"], stdin=stdin)
    assert printed.stdout.startswith("model/accuracy = 95\n")


def test_an_extension_is_between_files_or_events(signing: Console) -> None:
    save(signing, "old", "checkpoint", "--sign")
    append(signing, "b=1")
    append(signing, "c=1")
    new = save(signing, "new", "checkpoint", "--sign")
    for number, ends in enumerate((["old", "new"], ["#3", "#5"], ["old", "main"], ["#1", "main~1"])):
        proof = save(signing, f"proof{number}", "prove", "extension", *ends)
        trust = ["--checkpoint", new] if number < 3 else ["--checkpoint", save(signing, "last", "checkpoint")]
        code = signing.run_here(["check-proof", proof, *trust]).code
        # The last one ends where no checkpoint is kept: it is about another than the one given.
        assert code == (1 if number == 3 else 0)
    assert signing.run_here(["prove", "extension", "new", "old"]).code == 1


def test_an_event_is_named_by_any_rev(signing: Console) -> None:
    ok(signing, "checkpoint")
    event = json.loads(ok(signing, "--json", "show", "#3"))["event"]
    proofs = {ok(signing, "prove", "event", rev) for rev in (event, event[:10], "#3", "main")}
    assert len(proofs) == 1


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, ["prove", "weather", "x"]),
        (2, ["prove", "event"]),
        (2, ["prove", "event", "#1", "#2"]),
        (2, ["prove", "extension", "#1"]),
        (2, ["prove", "event", "#1", "--at", "#1"]),
        (2, ["prove", "extension", "#1", "#2", "--checkpoint", "cp"]),
        (2, ["verify", "--witnesses", "policy"]),
        (2, ["export", "csv", "out"]),
        (3, ["prove", "event", "#9"]),
        (3, ["prove", "variable", "a", "--at", "#9"]),
        (3, ["--ledger", "other", "checkpoint"]),
        (3, ["--ledger", "other", "prove", "timeline", "a"]),
        (5, ["prove", "variable", "a//b"]),
        (5, ["prove", "timeline", "../a"]),
        (5, ["checkpoint", "--key", "policy"]),
        (5, ["checkpoint", "--attach", "policy"]),
        (5, ["verify", "--checkpoint", "policy"]),
    ],
)  # fmt: skip
def test_requests_that_are_refused(signing: Console, code: int, arguments: list[str]) -> None:
    save(signing, "cp", "checkpoint")
    printed = signing.run_here(arguments)
    assert (printed.code, printed.stdout) == (code, ""), printed


def test_a_proof_needs_a_checkpoint_that_has_the_event(signing: Console) -> None:
    for verb in (["prove", "event", "#2"], ["prove", "timeline", "a"], ["export", "tlog", "out"]):
        printed = signing.run_here(verb)
        assert printed.code == 3
        assert "hint: make one with: git ledger checkpoint" in printed.stderr
    ok(signing, "checkpoint")
    append(signing, "b=1")
    printed = signing.run_here(["prove", "event", "main"])
    assert printed.code == 3
    assert "is not in the log of 3 events" in printed.stderr


def test_a_binary_proof_is_not_written_to_a_terminal(signing: Console) -> None:
    ok(signing, "checkpoint")
    printed = signing.run_here(["prove", "timeline", "title"], stdout_width=80)
    assert printed.code == 2
    assert "hint: add: > FILE" in printed.stderr
    assert signing.run_here(["prove", "event", "#1"], stdout_width=80).code == 0


def test_verify_finds_what_was_lost_since_a_checkpoint(signing: Console) -> None:
    save(signing, "cp", "checkpoint", "--sign")
    ok(signing, "verify", "--checkpoint", "cp", "--witnesses", "policy")
    subprocess.run(
        ["git", "update-ref", "refs/ledger/main", "refs/ledger/main~1"],
        cwd=signing.directory,
        env=signing.env,
        check=True,
    )
    ok(signing, "verify")
    printed = signing.run_here(["verify", "--checkpoint", "cp"])
    assert printed.code == 1
    assert "error rollback at refs/ledger/main" in printed.stdout
    note = (signing.directory / "cp").read_bytes()
    (signing.directory / "cp").write_bytes(note.replace(b"example.com/ledger\n", b"example.org/ledger\n", 1))
    assert signing.run_here(["verify", "--checkpoint", "cp", "--witnesses", "policy"]).code == 5


def test_an_export_is_checked_by_a_bare_python(signing: Console) -> None:
    ok(signing, "checkpoint", "--sign")
    assert ok(signing, "export", "tlog", "out") == "3 events of example.com/ledger: 3 files written\n"
    assert answer(signing, "export", "tlog", "out") == {"size": 3, "written": 3, "left_out": []}
    command = [
        sys.executable,
        "-I",
        "-S",
        str(ROOT / "vectors" / "check_ledger.py"),
        "log",
        "out",
        "--witnesses",
        "policy",
    ]
    done = subprocess.run(command, cwd=signing.directory, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"kind": "log", "size": 3, "events": 3}


def test_what_an_export_leaves_out_is_named(signing: Console) -> None:
    append(signing, f"a={'x' * 40_000}", f"b={'x' * 40_000}")
    ok(signing, "checkpoint")
    assert ok(signing, "export", "tlog", "out").splitlines()[1:] == [
        "#4 takes more than 65,535 bytes: its bundle of entries is left out"
    ]
