"""What the vectors of ``vectors/checkpoint/`` do not say."""

import pytest

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import SHA1, SHA256, Oid
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.note import Signature

ONE = Checkpoint(
    origin="example.com/ledger",
    size=7,
    root=bytes(range(32)),
    publication=Oid(b"\x01" * 20),
    state=Oid(b"\x02" * 20),
    index=Oid(b"\x03" * 20),
)
A, B = (Signature(name=name, key=b"1234", blob=b"x") for name in ("a", "b"))


def test_a_checkpoint_byte_for_byte() -> None:
    assert (
        format_checkpoint(ONE.vouched_by([A]))
        == (
            "example.com/ledger\n"
            "7\n"
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
            f"publication {'01' * 20}\n"
            f"state {'02' * 20}\n"
            f"index {'03' * 20}\n"
            "\n"
            "— a MTIzNHg=\n"
        ).encode()
    )


def test_the_object_format_is_that_of_its_ids() -> None:
    longer = replace(ONE, publication=Oid(bytes(32)), state=Oid(bytes(32)), index=Oid(bytes(32)))
    assert (ONE.object_format, longer.object_format) == (SHA1, SHA256)


def test_signatures_gather_once_each_and_are_not_part_of_the_text() -> None:
    both = ONE.vouched_by([A]).vouched_by([A, B])
    assert both.signatures == (A, B)
    assert both.text == ONE.text
    assert parse_checkpoint(format_checkpoint(both)) == both


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "two words"},
        {"size": 0},
        {"size": 2**63},
        {"root": bytes(31)},
        {"state": Oid(bytes(32))},
        {"publication": Oid(b""), "state": Oid(b""), "index": Oid(b"")},
        {"signatures": (A, A)},
    ],
    ids=str,
)
def test_a_checkpoint_that_could_not_be_written_cannot_be_built(change: dict[str, object]) -> None:
    with pytest.raises(FormatError):
        replace(ONE, **change)  # type: ignore[arg-type]
