"""Checkpoints, proofs and exported logs: the package and the independent checker, over the same vectors.

What the files hold is said in ``docs/format/checkpoint.md`` and ``docs/format/proof.md``.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gitledger import errors
from gitledger.errors import FormatError, LedgerError
from gitledger.ledger.check_proof import check_proof
from gitledger.model.checkpoint import format_checkpoint, parse_checkpoint
from gitledger.model.proof_file import format_proof, parse_proof
from gitledger.model.witness import judge, parse_witness_policy
from vectors import check_ledger
from vectors.generate_proof.__main__ import main
from vectors.generate_proof.proof import OURS, shows

FOLDER = Path(__file__).parents[2] / "vectors"
CHECKER = FOLDER / "check_ledger.py"
NOTES, PROOFS, LOGS = (sorted((FOLDER / name).glob("*.json")) for name in ("checkpoint", "proof", "tlog"))
ACCEPTED_PROOFS = [file for file in PROOFS if json.loads(file.read_text())["expected"] == "accept"]
Vector = dict[str, Any]


def load(file: Path) -> Vector:
    content: Vector = json.loads(file.read_text())
    return content


def policy_of(vector: Vector) -> bytes | None:
    return vector["witnesses"].encode() if "witnesses" in vector else None


def flips(data: bytes, step: int = 1) -> Iterator[bytes]:
    for bit in range(0, 8 * len(data), step):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def ours(data: bytes, notes: Sequence[bytes], policy: bytes | None) -> dict[str, object]:
    """Say what a proof shows, by the package."""
    trusted = [parse_checkpoint(note) for note in notes]
    asked = parse_witness_policy(policy) if policy else None
    return shows(check_proof(parse_proof(data), trusted=trusted, policy=asked))


def theirs(data: bytes, notes: Sequence[bytes], policy: bytes | None) -> dict[str, object]:
    """Say the same by the independent checker."""
    found: dict[str, object] = check_ledger.check_proof(data, notes, policy)
    return found


def judged_by_the_checker(data: bytes, policy: bytes | None) -> dict[str, Any]:
    found: dict[str, Any] = check_ledger.parse_checkpoint(data)
    return check_ledger.judge(policy, found) if policy else found


def test_there_are_vectors() -> None:
    assert min(len(NOTES), len(PROOFS)) > 70
    assert len(LOGS) > 10


@pytest.mark.parametrize("file", NOTES, ids=lambda file: file.stem)
def test_checkpoint(file: Path) -> None:
    vector, policy = load(file), policy_of(load(file))
    data = bytes.fromhex(vector["bytes"])
    if vector["expected"] != "accept":
        with pytest.raises(getattr(errors, vector["expected"])):
            judge(parse_witness_policy(policy), parse_checkpoint(data)) if policy else parse_checkpoint(data)
        return
    found = parse_checkpoint(data)
    assert format_checkpoint(found) == data
    if policy:
        judge(parse_witness_policy(policy), found)
        return
    assert [found.origin, found.size] == [vector["origin"], vector["size"]]
    for name in ("root", "publication", "state", "index"):
        assert getattr(found, name).hex() == vector[name]
    assert [[one.name, one.key.hex(), one.blob.hex()] for one in found.signatures] == vector["signatures"]


@pytest.mark.parametrize("file", NOTES, ids=lambda file: file.stem)
def test_checkpoint_by_the_checker(file: Path) -> None:
    vector, policy = load(file), policy_of(load(file))
    if vector.get("only") == "witnesses":
        pytest.skip("whose policy it is writes it; the checker reads it and does not judge it")
    data = bytes.fromhex(vector["bytes"])
    if vector["expected"] != "accept":
        with pytest.raises(ValueError, match=r"."):
            judged_by_the_checker(data, policy)
        return
    found = judged_by_the_checker(data, policy)
    if policy:
        return
    assert [found["origin"], found["size"]] == [vector["origin"], vector["size"]]
    for name in ("root", "publication", "state", "index"):
        assert found[name].hex() == vector[name]
    assert [[name, key.hex(), blob.hex()] for name, key, blob in found["signatures"]] == vector["signatures"]


@pytest.mark.parametrize("file", PROOFS, ids=lambda file: file.stem)
@pytest.mark.parametrize("check", [ours, theirs], ids=["package", "checker"])
def test_proof(file: Path, check: Any) -> None:
    vector = load(file)
    data, notes = bytes.fromhex(vector["bytes"]), [bytes.fromhex(note) for note in vector["checkpoints"]]
    if vector["expected"] == "accept":
        assert check(data, notes, policy_of(vector)) == vector["shows"]
        return
    with pytest.raises(getattr(errors, vector["expected"]) if check is ours else ValueError):
        check(data, notes, policy_of(vector))


@pytest.mark.parametrize("file", ACCEPTED_PROOFS, ids=lambda file: file.stem)
def test_a_proof_that_holds_has_one_form(file: Path) -> None:
    data = bytes.fromhex(load(file)["bytes"])
    assert format_proof(parse_proof(data)) == data


@pytest.mark.parametrize("file", LOGS, ids=lambda file: file.stem)
def test_log_by_the_checker(file: Path, tmp_path: Path) -> None:
    vector = load(file)
    for name, content in vector["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes.fromhex(content))
    if vector["expected"] == "accept":
        assert check_ledger.check_log(tmp_path) == {"kind": "log", "size": 4, "events": 4}
    else:
        with pytest.raises(ValueError, match=r"."):
            check_ledger.check_log(tmp_path)


@pytest.mark.parametrize("file", ACCEPTED_PROOFS, ids=lambda file: file.stem)
def test_every_flip_of_a_proof_is_refused(file: Path) -> None:
    vector = load(file)
    notes, policy = [bytes.fromhex(note) for note in vector["checkpoints"]], policy_of(vector)
    trusted = [parse_checkpoint(note) for note in notes]
    asked = parse_witness_policy(policy) if policy else None
    # Signatures take their time: of each byte two or three bits then, and not the same ones.
    for changed in flips(bytes.fromhex(vector["bytes"]), step=3 if policy else 1):
        with pytest.raises(LedgerError):
            check_proof(parse_proof(changed), trusted=trusted, policy=asked)


@pytest.mark.parametrize("file", ACCEPTED_PROOFS, ids=lambda file: file.stem)
def test_a_flip_under_a_new_digest_is_refused_or_shows_something_else(file: Path) -> None:
    vector = load(file)
    data, notes = bytes.fromhex(vector["bytes"]), [bytes.fromhex(note) for note in vector["checkpoints"]]
    if not data.startswith(OURS) or not notes:
        pytest.skip("it has no digest, or a witness policy would take its time over signatures")
    for body in flips(data[len(OURS) + 32 :], step=37):
        with suppress(LedgerError):
            shown = ours(OURS + sha256(body).digest() + body, notes, None)
            # Only what the proof does not speak of may differ: what else an old or a new end says of itself.
            assert shown != vector["shows"] or shown["kind"] == "extension"


@pytest.mark.parametrize("file", ACCEPTED_PROOFS, ids=lambda file: file.stem)
def test_flips_of_a_proof_are_refused_by_the_checker(file: Path) -> None:
    vector = load(file)
    if "witnesses" in vector:
        pytest.skip("checking signatures takes the checker milliseconds; flips of signatures have a test of their own")
    notes = [bytes.fromhex(note) for note in vector["checkpoints"]]
    for changed in flips(bytes.fromhex(vector["bytes"]), step=7):
        with pytest.raises(ValueError, match=r"."):
            theirs(changed, notes, None)


CHECKPOINT = FOLDER / "checkpoint" / "a-checkpoint-that-its-log-and-two-witnesses-signed.json"
POLICY = FOLDER / "checkpoint" / "two-of-three-witnesses-meet-a-quorum-of-two.json"


def test_every_flip_of_a_checkpoint_is_refused_by_a_policy() -> None:
    policy = parse_witness_policy(load(POLICY)["witnesses"].encode())
    for changed in flips(bytes.fromhex(load(CHECKPOINT)["bytes"])):
        with pytest.raises(LedgerError):
            judge(policy, parse_checkpoint(changed))


def test_flips_of_a_checkpoint_are_refused_by_the_checker() -> None:
    policy = load(POLICY)["witnesses"].encode()
    for changed in flips(bytes.fromhex(load(CHECKPOINT)["bytes"]), step=41):
        with pytest.raises(ValueError, match=r"."):
            check_ledger.judge(policy, check_ledger.parse_checkpoint(changed))


@pytest.mark.parametrize("file", ACCEPTED_PROOFS, ids=lambda file: file.stem)
def test_every_flip_of_a_trusted_checkpoint_is_refused(file: Path) -> None:
    vector = load(file)
    if len(vector["checkpoints"]) != 1:
        pytest.skip("the other checkpoint, or the policy, vouches for the proof as well")
    proof = parse_proof(bytes.fromhex(vector["bytes"]))
    signatures = {one for note in vector["checkpoints"] for one in parse_checkpoint(bytes.fromhex(note)).signatures}
    if not any(signatures <= set(one.signatures) for one in held_by(proof)):
        pytest.skip("the proof was made before its checkpoint was signed")
    for changed in flips(bytes.fromhex(vector["checkpoints"][0])):
        with pytest.raises(FormatError):
            check_proof(proof, trusted=[parse_checkpoint(changed)])


def held_by(proof: Any) -> Iterator[Any]:
    """Yield the checkpoints that a proof holds."""
    anchor = getattr(proof, "anchor", proof)
    anchor = getattr(anchor, "checkpoint", anchor)
    yield from (getattr(anchor, "old", anchor), getattr(anchor, "new", anchor))


def test_the_vectors_are_those_that_the_generator_writes(tmp_path: Path) -> None:
    main(tmp_path)
    for name, files in (("checkpoint", NOTES), ("proof", PROOFS), ("tlog", LOGS)):
        written = {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
        assert {file.name: file.read_bytes() for file in files} == written


def test_the_example_of_the_page_is_a_vector() -> None:
    page = (FOLDER.parent / "docs" / "format" / "checkpoint.md").read_text()
    ((name, note),) = re.findall(r"^```note (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert note.encode().hex() == load(FOLDER.parent / name)["bytes"]


def test_the_checker_is_one_short_file_of_its_own() -> None:
    lines = CHECKER.read_text().splitlines()
    assert len(lines) <= 400
    modules = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert modules <= sys.stdlib_module_names


def test_the_checker_runs_in_a_bare_python(tmp_path: Path) -> None:
    vector = load(FOLDER / "proof" / "a-variable-holds-a-value-in-a-sha1-repository.json")
    (tmp_path / "proof").write_bytes(bytes.fromhex(vector["bytes"]))
    (tmp_path / "checkpoint").write_bytes(bytes.fromhex(vector["checkpoints"][0]))
    (tmp_path / "other").write_bytes(bytes.fromhex(vector["checkpoints"][0]).replace(b"example.com", b"example.org", 1))
    for note, code in (("checkpoint", 0), ("other", 1)):
        # -I: no environment, no directory of the user; -S: no installed packages.
        command = [sys.executable, "-I", "-S", str(CHECKER), "proof", "proof", "--checkpoint", note]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert (json.loads(done.stdout) == vector["shows"]) if code == 0 else done.stderr.startswith("refused: ")
