"""git-ledger: a provenance ledger in plain Git.

The names in ``__all__`` are the promise of this library; everything else may move. Each is imported when it is first
used, so that ``import gitledger`` alone costs next to nothing. Errors are in ``gitledger.errors``, the verifier in
``gitledger.verify``.
"""

TYPE_CHECKING = False  # type checkers know the name; importing it from typing would double the time that this takes
if TYPE_CHECKING:
    from gitledger.cli.open import open_ledger as open  # noqa: A004, F401 - the word that README uses
    from gitledger.errors import LedgerError as LedgerError
    from gitledger.ledger.append import append as append
    from gitledger.ledger.append import append_batch as append_batch
    from gitledger.ledger.change import ABSENT as ABSENT
    from gitledger.ledger.change import change as change
    from gitledger.ledger.diff import diff as diff
    from gitledger.ledger.handle import Ledger as Ledger
    from gitledger.ledger.init import init as init
    from gitledger.ledger.log import log as log
    from gitledger.ledger.log import show as show
    from gitledger.ledger.state import get as get
    from gitledger.ledger.state import state as state
    from gitledger.ledger.vst import blame as blame
    from gitledger.ledger.vst import vst as vst

__version__ = "0.1.0"

_PLACES = {
    "ABSENT": ("ledger.change", "ABSENT"),
    "Ledger": ("ledger.handle", "Ledger"),
    "LedgerError": ("errors", "LedgerError"),
    "append": ("ledger.append", "append"),
    "append_batch": ("ledger.append", "append_batch"),
    "blame": ("ledger.vst", "blame"),
    "change": ("ledger.change", "change"),
    "diff": ("ledger.diff", "diff"),
    "get": ("ledger.state", "get"),
    "init": ("ledger.init", "init"),
    "log": ("ledger.log", "log"),
    "open": ("cli.open", "open_ledger"),
    "show": ("ledger.log", "show"),
    "state": ("ledger.state", "state"),
    "vst": ("ledger.vst", "vst"),
}
__all__ = list(_PLACES)


def __getattr__(name: str) -> object:
    """Import a promised name and keep it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    room, attribute = _PLACES[name]
    found: object = getattr(import_module(f"{__name__}.{room}"), attribute)
    globals()[name] = found
    return found
