"""Signatures of commits through the git program: made with the user's own settings, judged without most of them.

Git signs where it makes a commit, so `sign_commit` lets it make one, in a directory of objects that goes away again:
git asks for nothing but the kinds of the tree and the parents, for which empty files stand there. Its commit is ours to
the byte, or there is no signature. Which key to use, and how to ask for it, stays git's business (``gpg.*``,
``user.signingKey``).

What git says of a signature is which key made it over these bytes. Whose key that is, is for a policy to say: git is
asked with no list of signers at all.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitledger.durable import storage_error
from gitledger.errors import FormatError, StorageError, UsageError
from gitledger.ids import ObjectFormat, Oid, parse_oid
from gitledger.store.base import Checked, Result, Signed
from gitledger.store.commit import Commit, Person, format_signed, parse_commit
from gitledger.store.program import Finished, Program
from gitledger.store.repository import Repository

_NAMELESS: Final = {
    # An empty list of signers: git still says whether the signature holds, and names the key.
    "gpg.ssh.allowedSignersFile": os.devnull,
    "gpg.ssh.revocationFile": os.devnull,
    "log.showSignature": "false",
    "i18n.logOutputEncoding": "UTF-8",
}
_FORMAT: Final = "%H %G? %GF %GP"
# git-log(1), %G?: good, good and of unknown validity, good by a key that has expired since. When a key no longer counts
# is for the policy to say, and an expiry must not turn what was sound into a finding later on.
_GOOD: Final = frozenset("GUY")
# Without the key, and without a word from gpg: git saw the signature, or it would not have been asked.
_UNKNOWN: Final = frozenset("EN")


def sign_commit(repository: Repository, env: Mapping[str, str], data: bytes) -> Signed:
    """Return the signature that git makes over an unsigned commit, with the settings of the user.

    Raises:
        UsageError: there is no key, or it was not to be had; nothing was written.
        StorageError: git cannot be run, or there is no room for a temporary directory.
    """
    # Imported here because an append without a signature needs none of it.
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix="git-ledger-") as objects:
            return _sign_in(Path(objects), Program.at(repository.git_dir, env), data, repository.object_format)
    except OSError as error:
        raise storage_error("cannot sign in a temporary directory", error) from error


def check_signatures(repository: Repository, env: Mapping[str, str], oids: Sequence[Oid]) -> dict[Oid, Checked]:
    """Return what git says of the signatures of commits of this repository.

    Args:
        repository: where they are.
        env: the environment for git; its settings say which programs verify, and none of them says who may sign.
        oids: commits with a signature, in the form of a publication's, that `parse_signature` has accepted. Git dies
            of others.

    Raises:
        StorageError: git cannot be run, or refuses to say.
    """
    return _ask(Program.at(repository.git_dir, env), oids)


def _ask(git: Program, oids: Sequence[Oid]) -> dict[Oid, Checked]:
    asked = git.with_settings(_NAMELESS)
    questions = b"".join(oid.hex().encode() + b"\n" for oid in oids)
    done = asked.run("log", "--stdin", "--no-walk=unsorted", f"--format={_FORMAT}", data=questions)
    if done.status != 0:
        raise StorageError(f"git cannot judge signatures: {done.reason}; expected an answer for each")
    # Without the program git calls every signature bad, which would accuse the wrong one.
    is_blind = b"cannot run" in done.errors
    found = {}
    for line in done.output.decode().splitlines():
        oid, letter, *keys = line.split(" ")
        result: Result = "good" if letter in _GOOD else "unknown" if is_blind or letter in _UNKNOWN else "bad"
        names = frozenset(filter(None, keys)) if result == "good" else frozenset[str]()
        found[parse_oid(oid)] = Checked(result=result, keys=names)
    return found


def _sign_in(objects: Path, git: Program, data: bytes, object_format: ObjectFormat) -> Signed:
    """Let git make the signed commit in a directory of objects that has nothing else."""
    commit = parse_commit(data, object_format)
    _stand_in(objects, "tree", commit.tree)
    for parent in commit.parents:
        _stand_in(objects, "commit", parent)
    git = git.with_settings({"i18n.commitEncoding": "UTF-8"}, GIT_OBJECT_DIRECTORY=str(objects), **_people(commit))
    parents = [part for parent in commit.parents for part in ("-p", parent.hex())]
    done = git.run("commit-tree", "-S", commit.tree.hex(), *parents, data=commit.message.encode())
    if done.status != 0:
        raise _no_signature(done)
    oid = parse_oid(done.output.decode().strip())
    signature = _signature(objects, oid, data, object_format)
    checked = _ask(git, [oid]).get(oid)
    if checked is None or checked.result != "good":
        raise UsageError(
            "git cannot verify the signature that it has just made; expected one that others can verify",
            hint="is the public key in the keyring, and ssh-keygen or gpg the one that signed?",
        )
    return Signed(signature=signature, keys=checked.keys)


def _stand_in(objects: Path, kind: str, oid: Oid) -> None:
    """Put a file where git looks for the kind of an object; it never reads on."""
    import zlib

    path = objects / oid.hex()[:2] / oid.hex()[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(f"{kind} 0\0".encode()))


def _people(commit: Commit) -> dict[str, str]:
    def variables(role: str, person: Person) -> dict[str, str]:
        date = f"@{person.time} {person.zone}"
        return {f"GIT_{role}_NAME": person.name, f"GIT_{role}_EMAIL": person.email, f"GIT_{role}_DATE": date}

    return variables("AUTHOR", commit.author) | variables("COMMITTER", commit.committer)


def _signature(objects: Path, oid: Oid, data: bytes, object_format: ObjectFormat) -> bytes:
    """Return the signature of the commit that git made, which must be ours."""
    from gitledger.store.loose import read_loose_object

    stored = read_loose_object(objects, oid, object_format)
    made = stored.data if stored else b""
    signature = parse_commit(made, object_format).signature
    if signature is None or format_signed(data, signature, object_format) != made:
        raise FormatError("git would sign another commit than the one that is published; expected the same bytes")
    return signature


def _no_signature(done: Finished) -> UsageError:
    return UsageError(
        f"git cannot sign: {done.reason or 'it does not say why'}; expected a key that it can use",
        hint="git config user.signingKey names the key, gpg.format its kind: openpgp or ssh",
    )
