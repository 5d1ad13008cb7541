"""What the user trusts, as files: checkpoints, witness policies and keys."""

from gitledger.cli.door import Door
from gitledger.errors import UsageError
from gitledger.ledger.checkpoint import newest_checkpoint
from gitledger.model.checkpoint import Checkpoint, parse_checkpoint
from gitledger.model.notekey import SigningKey, parse_signing_key
from gitledger.model.witness import WitnessPolicy, judge, parse_witness_policy

SETTING = "ledger.signingkey"


def read_file(door: Door, name: str) -> bytes:
    """Return what a file holds; ``-`` is standard input."""
    return door.outside.stdin.read() if name == "-" else door.path(name).read_bytes()


def read_checkpoint(door: Door, name: str) -> Checkpoint:
    """Return the checkpoint in a file."""
    return parse_checkpoint(read_file(door, name))


def read_witness_policy(door: Door, name: str | None) -> WitnessPolicy | None:
    """Return the policy in a file, or None if none is named."""
    return None if name is None else parse_witness_policy(read_file(door, name))


def chosen_checkpoint(door: Door, name: str | None) -> Checkpoint:
    """Return the checkpoint in a file, or the newest that is kept if none is named."""
    return newest_checkpoint(door.ledger) if name is None else read_checkpoint(door, name)


def trusted_checkpoint(door: Door, name: str | None, witnesses: str | None) -> Checkpoint | None:
    """Return the checkpoint in a file, with the signatures that the witness policy asks for; None without a file."""
    if name is None:
        if witnesses is not None:
            raise UsageError("a witness policy judges a checkpoint; expected --checkpoint FILE beside it")
        return None
    found, asked = read_checkpoint(door, name), read_witness_policy(door, witnesses)
    if asked:
        judge(asked, found)
    return found


def read_signing_key(door: Door, name: str | None) -> SigningKey:
    """Return the key in a file, or else in the one that ``ledger.signingKey`` names.

    A relative path in the setting begins at the repository's own directory; ``~/`` is the home directory.
    """
    if name is not None:
        return parse_signing_key(_one_line(read_file(door, name)))
    setting = door.repository.config.get(SETTING)
    if not setting:
        raise UsageError(
            "no key to sign with; expected --key FILE, or the setting ledger.signingKey",
            hint="git ledger key FILE makes one",
        )
    if setting.startswith("~/"):
        setting = door.outside.env.get("HOME", "~") + setting[1:]
    return parse_signing_key(_one_line((door.repository.common_dir / setting).read_bytes()))


def _one_line(data: bytes) -> str:
    return data.decode(errors="replace").removesuffix("\n")
