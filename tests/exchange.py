"""A remote in memory, and clones of it that share its objects: what an exchange does to refs, without a git."""

from collections.abc import Callable, Collection, Iterable

from gitledger.errors import StaleRefError
from gitledger.frozen import replace
from gitledger.ids import LedgerName, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import divergence
from gitledger.ledger.publication import read_publication
from gitledger.store import layout
from gitledger.store.base import ObjectStore, RefStore, RefUpdate
from gitledger.store.memory import MemoryRefs
from gitledger.store.transport import PushAnswer
from gitledger.sync.fetch import tracked
from tests.ledgers import by, memory_ledger


class MemoryRemote:
    """A remote as one clone sees it.

    Attributes:
        name: what the clone calls it.
        server: the remote's own refs.
        before_push: called when a push arrives; what others do meanwhile.
        pushes: how many arrived.
        declines: why it takes nothing, or empty.
    """

    def __init__(self, clone: Ledger, server: RefStore, name: str = "origin") -> None:
        self.name = name
        self.server = server
        self.before_push: Callable[[], object] = lambda: None
        self.pushes = 0
        self.declines = ""
        self._objects: ObjectStore = clone.objects
        self._refs: RefStore = clone.refs

    def list(self) -> dict[LedgerName, Oid]:
        return {layout.parse_ledger_ref(ref): oid for ref, oid in self.server.list(layout.REFS).items()}

    def fetch(self, *, depth: int | None = None) -> None:  # noqa: ARG002 - memory cuts nothing off
        known = tracked(self._refs, self.name)
        changed = [(name, oid) for name, oid in self.list().items() if known.get(name) != oid]
        self._refs.update(
            [RefUpdate(layout.tracking_ref(self.name, name), known.get(name), oid) for name, oid in changed]
        )

    def push(self, names: Collection[LedgerName], *, dry_run: bool = False) -> dict[LedgerName, PushAnswer]:
        self.pushes += 1
        self.before_push()
        return {name: self._push(layout.ledger_ref(name), dry_run=dry_run) for name in names}

    def _push(self, ref: str, *, dry_run: bool) -> PushAnswer:
        old, new = self.server.read(ref), self._refs.read(ref)
        assert new is not None
        if self.declines:
            return PushAnswer("rejected", self.declines)
        if old == new:
            return PushAnswer("up-to-date", "")
        if old is not None:
            there, here = (read_publication(self._objects, oid) for oid in (old, new))
            if divergence(self._objects, there, here)[0]:
                return PushAnswer("rejected", "non-fast-forward")
        if not dry_run:
            self.server.update([RefUpdate(ref, old, new)])
        return PushAnswer("pushed", "")


class LosingRefs(MemoryRefs):
    """Refs that lose the first swaps of ledgers, because somebody else is quicker.

    Attributes:
        rivals: what somebody else does just before each swap; the last one first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[Callable[[], object]] = []

    def update(self, updates: Iterable[RefUpdate]) -> None:  # type: ignore[override]
        updates = list(updates)
        if self.rivals and updates[0].name.startswith(layout.REFS):
            self.rivals.pop()()
            found = self.read(updates[0].name)
            if found != updates[0].old:
                raise StaleRefError(updates[0].name, expected="something", found=found and found.hex())
        super().update(updates)


def clones(count: int, started: Ledger | None = None) -> list[tuple[Ledger, MemoryRemote]]:
    """Return clones of one remote, each with its author; the ledger ``main`` has been started and is in all of them."""
    first = started or memory_ledger()
    server = MemoryRefs()
    head = first.refs.read(layout.ledger_ref(first.name))
    server.update([RefUpdate(layout.ledger_ref(first.name), None, head)])
    made = []
    for author in ("Ada", "Grace", "Edsger", "Barbara")[:count]:
        refs = LosingRefs()
        refs.update([RefUpdate(layout.ledger_ref(first.name), None, head)])
        clone = by(author, replace(first, refs=refs))
        made.append((clone, MemoryRemote(clone, server)))
    return made
