"""The file of one ref, read without git: what a question about the newest event needs, at a fiftieth of the price.

Git's own format: ``gitrepository-layout``. Git takes a file that power loss has emptied for an absent ref; here it is
damage.
"""

import os
from typing import Final

from gitledger.durable import storage_error
from gitledger.errors import DamageError
from gitledger.ids import Oid
from gitledger.store.repository import Repository

_DIGITS: Final = b"0123456789abcdef"


def read_loose(repository: Repository, name: str) -> Oid | None:
    """Return what the file of a ref holds, or None if there is no file or it is a symbolic ref.

    Raises:
        DamageError: the file holds no object id, as after power loss.
        StorageError: the file is there and cannot be read.
    """
    try:
        with open(f"{repository.common_path}/{name}", "rb") as file:  # noqa: PTH123 - as in `Repository`
            content = file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise storage_error(f"cannot read {name}", error) from error
    if content.startswith(b"ref:"):
        return None
    digits, length = content.rstrip(), 2 * repository.object_format.size
    if len(digits) != length or digits.strip(_DIGITS):
        raise DamageError(
            f"{name} holds {len(content)} bytes that are no object id; expected {length} hexadecimal digits",
            hint="the reflog, a remote or a checkpoint knows where it was",
            details={"ref": name},
        )
    return Oid(bytes.fromhex(digits.decode()))


def is_absent(repository: Repository, name: str) -> bool:
    """Return whether there is no such ref, as far as files say so: it has none, and no ref of any name is packed."""
    # In this order: a ref has been packed before its file goes.
    return not any(os.path.lexists(f"{repository.common_path}/{one}") for one in (name, "packed-refs"))
