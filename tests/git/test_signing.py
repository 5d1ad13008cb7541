"""Signatures made and judged by the real programs: git, ssh-keygen and gpg."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gitledger.errors import PolicyError, UsageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.publication import head_of
from gitledger.store.open import find_repository, open_objects
from gitledger.store.signing import check_signatures, sign_commit
from gitledger.verify import verify
from tests.ledgers import ENV, git, new_repository, open_ledger, set_to, write

needs_ssh = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")


def make_ssh_key(directory: Path, name: str) -> str:
    """Make a key, and return it as a policy names it."""
    path = directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


def signing(ledger: Ledger, path: Path, env: Mapping[str, str] = ENV) -> Ledger:
    """Return a ledger that signs and judges with the settings of a repository."""
    repository = find_repository(path, env)
    return replace(
        ledger,
        sign=partial(sign_commit, repository, env),
        check_signatures=partial(check_signatures, repository, dict(env)),
        reopen=partial(open_objects, repository, dict(env)),
    )


def use_ssh_key(path: Path, key: Path) -> None:
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key))):
        git(path, "config", name, value)


def policy_of(*keys: str, version: int = 1) -> dict[str, Any]:
    return {"version": version, "signers": {"ada": {"keys": sorted(keys)}}, "keepers": ["ada"], "threshold": 1}


def put(ledger: Ledger, value: object) -> None:
    append(ledger, change("govern", set={".ledger/policy": value}))


def letters(path: Path, signers: str) -> list[str]:
    """Return what git itself says of each publication, given a file of allowed signers."""
    setting = f"gpg.ssh.allowedSignersFile={signers}"
    return git(path, "-c", setting, "log", "--format=%G?", "refs/ledger/main").split()


@pytest.fixture(params=["sha1", "sha256"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return new_repository(tmp_path / "repository", request.param)


@pytest.fixture
def ledger(repository: Path) -> Iterator[Ledger]:
    with open_ledger(repository) as opened:
        yield signing(opened, repository)


@needs_ssh
def test_git_verifies_what_was_signed_by_ssh(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    key = make_ssh_key(tmp_path, "ada key")
    use_ssh_key(repository, tmp_path / "ada key.pub")
    init(ledger)
    write(ledger, a=1)
    append(ledger, change("train", set={"b": 2}, message="über\n\n\n  alles  "))
    signers = tmp_path / "signers"
    signers.write_text(f'ada@example.org namespaces="git" {key}\n')
    assert letters(repository, str(signers)) == ["G", "G", "G"]
    git(repository, "-c", f"gpg.ssh.allowedSignersFile={signers}", "verify-commit", "refs/ledger/main")
    git(repository, "fsck", "--strict", "--no-dangling")
    put(ledger, policy_of(key))
    assert verify(ledger, signatures=True).findings == ()
    assert verify(ledger, signatures=True, jobs=2).findings == ()


@needs_ssh
def test_event_ids_do_not_depend_on_signatures(tmp_path: Path) -> None:
    make_ssh_key(tmp_path, "ada")
    events = []
    for name in ("signed", "unsigned"):
        path = new_repository(tmp_path / name)
        use_ssh_key(path, tmp_path / "ada.pub")
        with open_ledger(path) as opened:
            hands = signing(opened, path) if name == "signed" else opened
            init(hands)
            write(hands, a=1)
            events.append(head_of(hands).events)
            assert (head_of(hands).commit.signature is None) is (name == "unsigned")
    assert events[0] == events[1]


@needs_ssh
def test_many_publications_are_signed_before_any_is_written(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    key = make_ssh_key(tmp_path, "ada")
    use_ssh_key(repository, tmp_path / "ada.pub")
    init(ledger)
    put(ledger, policy_of(key))
    assert len(list(append_batch(ledger, [set_to(a=number) for number in range(9)], group=3))) == 9
    assert letters(repository, "/dev/null") == ["U"] * 5
    assert verify(ledger, signatures=True).findings == ()


def test_without_a_key_nothing_is_written(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    init(replace(ledger, sign=None))
    before = git(repository, "for-each-ref"), git(repository, "count-objects", "-v")
    for settings in (
        {"gpg.format": "ssh"},
        {"gpg.format": "ssh", "user.signingKey": str(tmp_path / "nowhere")},
        {"gpg.format": "openpgp", "gpg.program": str(tmp_path / "nowhere")},
        {"gpg.format": "other"},
    ):
        for name, value in settings.items():
            git(repository, "config", name, value)
        with pytest.raises(UsageError, match=r"git cannot sign: .+; expected a key"):
            write(ledger, a=1)
    assert before == (git(repository, "for-each-ref"), git(repository, "count-objects", "-v"))


@needs_ssh
def test_a_program_that_signs_something_else_is_noticed(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    make_ssh_key(tmp_path, "ada")
    use_ssh_key(repository, tmp_path / "ada.pub")
    liar = tmp_path / "liar"
    # ssh-keygen -Y sign -n git -f KEY FILE: signs other bytes than those of the file.
    liar.write_text('#!/bin/sh\nfor last; do :; done\n[ "$2" = sign ] && echo more >> "$last"\nexec ssh-keygen "$@"\n')
    liar.chmod(0o755)
    git(repository, "config", "gpg.ssh.program", str(liar))
    with pytest.raises(UsageError, match="cannot verify the signature that it has just made"):
        init(ledger)
    assert git(repository, "for-each-ref") == ""


@needs_ssh
def test_a_certificate_signs_nothing(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    make_ssh_key(tmp_path, "ada")
    make_ssh_key(tmp_path, "authority")
    certify = ["ssh-keygen", "-q", "-s", tmp_path / "authority", "-I", "ada", "-n", "ada", tmp_path / "ada.pub"]
    subprocess.run(certify, check=True)
    use_ssh_key(repository, tmp_path / "ada-cert.pub")
    # git takes what it finds beside it, without -cert.pub, as the key.
    shutil.copy(tmp_path / "ada", tmp_path / "ada-cert")
    with pytest.raises(UsageError, match="certificate"):
        init(ledger)
    assert git(repository, "for-each-ref") == ""


@needs_ssh
def test_neither_settings_nor_environment_decide_who_may_sign(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    ada, eve = make_ssh_key(tmp_path, "ada"), make_ssh_key(tmp_path, "eve")
    use_ssh_key(repository, tmp_path / "ada.pub")
    init(ledger)
    put(ledger, policy_of(ada))
    signers = tmp_path / "signers"
    signers.write_text(f"eve@example.org {eve}\n")
    (tmp_path / "revoked").write_text(f"{ada}\n")
    for name, value in (
        ("gpg.ssh.allowedSignersFile", str(signers)),
        ("gpg.ssh.revocationFile", str(tmp_path / "revoked")),
        ("gpg.minTrustLevel", "ultimate"),
        ("log.showSignature", "true"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("format.pretty", "fuller"),
    ):
        git(repository, "config", name, value)
    with pytest.raises(PolicyError, match="nobody's"):
        use_ssh_key(repository, tmp_path / "eve.pub")
        write(ledger, a=1)
    use_ssh_key(repository, tmp_path / "ada.pub")
    write(ledger, a=1)
    assert verify(ledger, signatures=True).findings == ()


@needs_ssh
def test_without_the_program_that_verifies_nobody_is_accused(repository: Path, ledger: Ledger, tmp_path: Path) -> None:
    key = make_ssh_key(tmp_path, "ada")
    use_ssh_key(repository, tmp_path / "ada.pub")
    init(ledger)
    put(ledger, policy_of(key))
    git(repository, "config", "gpg.ssh.program", str(tmp_path / "nowhere"))
    found = verify(ledger, signatures=True).findings
    assert [(finding.severity, finding.code) for finding in found] == [
        ("warning", "signer-unknown"),
        ("error", "signer-unknown"),
    ]


def then(directory: Path) -> Path:
    """Return a gpg that lives in January 2020."""
    program = directory / "gpg-of-2020"
    program.write_text('#!/bin/sh\nexec gpg --faked-system-time 20200115T000000 "$@"\n')
    program.chmod(0o755)
    return program


@needs_gpg
def test_a_key_that_has_expired_since_has_signed_all_the_same(
    repository: Path, keyring: dict[str, str], tmp_path: Path
) -> None:
    gpg, short = then(tmp_path), ["--quick-generate-key", "short@example.org", "ed25519", "default", "20200201T000000"]
    subprocess.run([gpg, "--batch", "--quiet", "--passphrase", "", *short], env=keyring, check=True, capture_output=True)
    git(repository, "config", "user.signingKey", "short@example.org")
    git(repository, "config", "gpg.program", str(gpg))
    with open_ledger(repository, env=keyring) as opened:
        ledger = signing(opened, repository, keyring)
        init(ledger)
        put(ledger, policy_of(f"openpgp {fingerprint(keyring, 'short@example.org')}"))
        git(repository, "config", "--unset", "gpg.program")
        assert git(repository, "log", "-1", "--format=%G?", "refs/ledger/main", env=keyring) == "Y"
        assert verify(ledger, signatures=True).findings == ()
        with pytest.raises(UsageError, match="git cannot sign"):
            write(ledger, a=1)


@pytest.fixture
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return an environment whose keyring has a key of Ada."""
    # The socket of gpg's agent has a path of at most 108 bytes.
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    env = {**ENV, "GNUPGHOME": str(home), "HOME": str(home)}
    made = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "ada@example.org", "ed25519"]
    done = subprocess.run(made, env=env, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"gpg cannot make a key here: {done.stderr.decode()}")
    yield env
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False)


def fingerprint(env: Mapping[str, str], whose: str = "ada@example.org") -> str:
    listed = subprocess.run(["gpg", "--with-colons", "--list-keys", whose], env=env, capture_output=True, check=True)
    return next(line.split(":")[9] for line in listed.stdout.decode().splitlines() if line.startswith("fpr"))


@needs_gpg
def test_what_was_signed_by_openpgp(repository: Path, keyring: dict[str, str]) -> None:
    git(repository, "config", "user.signingKey", "ada@example.org")
    with open_ledger(repository, env=keyring) as opened:
        ledger = signing(opened, repository, keyring)
        init(ledger)
        put(ledger, policy_of(f"openpgp {fingerprint(keyring)}"))
        write(ledger, a=1)
        assert verify(ledger, signatures=True).findings == ()
        git(repository, "verify-commit", "refs/ledger/main", env=keyring)
        # Whoever verifies elsewhere, without the key, can't tell.
        stranger = replace(ledger, check_signatures=partial(check_signatures, find_repository(repository, ENV), ENV))
        found = verify(stranger, signatures=True).findings
        assert {finding.code for finding in found} == {"signer-unknown"}
        assert [finding.severity for finding in found] == ["warning", "error", "error"]


@needs_gpg
@needs_ssh
def test_openpgp_and_ssh_under_one_policy(repository: Path, keyring: dict[str, str], tmp_path: Path) -> None:
    keys = [f"openpgp {fingerprint(keyring)}", make_ssh_key(tmp_path, "ada")]
    with open_ledger(repository, env=keyring) as opened:
        ledger = signing(opened, repository, keyring)
        git(repository, "config", "user.signingKey", "ada@example.org")
        init(ledger)
        put(ledger, policy_of(*keys))
        use_ssh_key(repository, tmp_path / "ada.pub")
        write(ledger, a=1)
        assert verify(ledger, signatures=True).findings == ()
        # A commit changed after it was signed, by either: another message.
        for publication in (head_of(ledger).commit.parents[0], head_of(ledger).oid):
            assert check_forged(ledger, repository, publication) == ["signature-invalid"]


def check_forged(ledger: Ledger, repository: Path, publication: Oid) -> list[str]:
    """Return what is found of a publication whose message somebody changed."""
    data = ledger.objects.read(publication).data.replace(b"\n\nledger:", b"\n\nledgers:")
    forged = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", data=data)
    git(repository, "update-ref", "refs/ledger/forged", forged)
    other = replace(ledger, name="forged")
    return [finding.code for finding in verify(other, signatures=True).findings]
