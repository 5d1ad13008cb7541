"""Checkpoints in real repositories: what stock git makes of them, and what they find that git does not."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitledger.errors import LedgerError
from gitledger.ids import parse_variable
from gitledger.ledger.check_proof import check_proof
from gitledger.ledger.checkpoint import attach, checkpoint, kept_checkpoints
from gitledger.ledger.init import init
from gitledger.ledger.prove import prove_timeline
from gitledger.model.checkpoint import Checkpoint, format_checkpoint
from gitledger.model.notekey import ED25519, SigningKey, sign
from gitledger.verify import verify
from tests.ledgers import ENV, git, new_repository, open_ledger, write, write_many

LOG = SigningKey(name="example.com/ledger", algorithm=ED25519, seed=bytes(range(32)))


@pytest.fixture(params=["sha1", "sha256"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Make a bare repository whose ledger has a signed checkpoint, and has grown since."""
    path = new_repository(tmp_path / "repository.git", request.param, "--bare")
    with open_ledger(path) as ledger:
        init(ledger)
        write_many(ledger, 70)
        checkpoint(ledger, key=LOG)
        write(ledger, model__accuracy=93)
    return path


def test_git_finds_nothing_wrong_with_a_checkpoint(repository: Path) -> None:
    assert git(repository, "fsck", "--strict", "--full") == ""
    name = "refs/ledger-checkpoint/main/71"
    listed = git(
        repository, "for-each-ref", "--format=%(objecttype) %(refname) %(*objecttype)", "refs/ledger-checkpoint"
    )
    assert listed == f"tag {name} commit"
    with open_ledger(repository) as ledger:
        (kept,) = kept_checkpoints(ledger)
        assert git(repository, "cat-file", "tag", name).encode().endswith(format_checkpoint(kept.checkpoint)[:-1])


def test_a_checkpoint_survives_gc_and_goes_along_with_its_ref(repository: Path, tmp_path: Path) -> None:
    git(repository, "gc", "--quiet", "--prune=now")
    git(tmp_path, "clone", "--quiet", "--mirror", str(repository), "clone.git")
    with open_ledger(repository) as ledger, open_ledger(tmp_path / "clone.git") as clone:
        (kept,) = kept_checkpoints(ledger)
        assert list(kept_checkpoints(clone)) == [kept]
        assert verify(clone, checkpoint=kept.checkpoint).ok
        name = parse_variable("n7")
        check_proof(prove_timeline(clone, name, kept.checkpoint), trusted=[kept.checkpoint])


def test_a_ref_that_git_deleted_or_moved_back_is_found(repository: Path) -> None:
    with open_ledger(repository) as ledger:
        known = checkpoint(ledger).checkpoint
        git(repository, "update-ref", "refs/ledger/main", git(repository, "rev-parse", "refs/ledger/main~1"))
        assert [one.code for one in verify(ledger, checkpoint=known).findings] == ["rollback"]
        git(repository, "update-ref", "-d", "refs/ledger/main")
        assert [one.code for one in verify(ledger, checkpoint=known).findings] == ["ref-missing"]


def test_git_may_sign_the_tag_as_well(repository: Path, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen here to sign with")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, env=ENV)
    (tmp_path / "allowed").write_text(f"bot@example.org {key.with_suffix('.pub').read_text()}")
    settings = (
        "-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}",
    )  # fmt: skip
    with open_ledger(repository) as ledger:
        (kept,) = kept_checkpoints(ledger)
        note = format_checkpoint(kept.checkpoint)
        publication = kept.checkpoint.publication.hex()
        git(repository, *settings, "tag", "-s", "--cleanup=verbatim", "-F", "-", "main/71", publication, data=note)
        git(repository, "update-ref", kept.ref, "refs/tags/main/71")
        git(repository, *settings, "verify-tag", kept.ref)
        (signed,) = kept_checkpoints(ledger)
        assert signed.checkpoint == kept.checkpoint
        assert signed.tag != kept.tag
        more = kept.checkpoint.vouched_by([sign(LOG, kept.checkpoint.text + b"x", now=0)])
        assert attach(ledger, more).checkpoint == more


def flips(data: bytes, start: int, stop: int, count: int) -> Iterator[bytes]:
    """Yield data with one bit changed, at ``count`` places from byte ``start`` to ``stop``, each time another one."""
    for bit in range(8 * start, 8 * stop, 8 * (stop - start) // count | 1):
        yield data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def finds(repository: Path, known: Checkpoint) -> bool:
    """Return whether verification finds something."""
    with open_ledger(repository) as ledger:
        try:
            return bool(verify(ledger, checkpoint=known).findings)
        except LedgerError:
            return True


def everything(repository: Path) -> bytes:
    """Return all objects as Git reads them.

    A flip that leaves them as they were is harmless by rule: deflate pads its last byte, and nothing reads the padding.
    """
    command = ("git", "-C", repository, "cat-file", "--batch-all-objects", "--batch")
    return subprocess.run(command, env=ENV, stdout=subprocess.PIPE, check=True).stdout


def packed(repository: Path) -> Checkpoint:
    """Keep a checkpoint of the head and pack everything; return it."""
    with open_ledger(repository) as ledger:
        known = checkpoint(ledger, key=LOG).checkpoint
    git(repository, "gc", "--quiet", "--prune=now")
    assert not finds(repository, known)
    return known


@pytest.mark.parametrize("ref", ["refs/ledger/main", "refs/ledger-checkpoint/main/72"])
def test_every_flip_in_a_packed_ref_is_found(repository: Path, ref: str) -> None:
    """Git itself finds less than half of them. Harmless by rule: a digit in capitals, and the lines of peeled tags."""
    known, file = packed(repository), repository / "packed-refs"
    data = file.read_bytes()
    end = data.index(f" {ref}\n".encode()) + len(ref) + 2
    start = data.rindex(b"\n", 0, end - 1) + 1
    for changed in flips(data, start, end, count=24):
        file.write_bytes(changed)
        digits = changed[start:end].split(b" ")[0]
        assert finds(repository, known) or data.startswith(digits.lower(), start), changed[start:end]


def test_every_flip_of_what_a_pack_holds_is_found(repository: Path) -> None:
    known = packed(repository)
    (file,) = repository.glob("objects/pack/*.pack")
    data = file.read_bytes()
    file.chmod(0o644)
    whole = everything(repository)
    # Before the first object is the header, behind the last one the checksum: git fsck looks at them, reading does not.
    for changed in flips(data, 12, len(data) - (32 if "sha256" in str(repository) else 20), count=24):
        file.write_bytes(changed)
        assert finds(repository, known) or everything(repository) == whole
