"""Push options that would talk the gate into something, with a forged publication."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery(
        "an-after-that-no-delta-gives",
        "event-after",
        options=[b"ledger.gate=never", b"GIT_QUARANTINE_PATH=/", b"x" * 60_000],
        settings={"receive.advertisePushOptions": "true"},
    )
