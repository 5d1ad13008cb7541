import pytest

from gitledger.errors import FormatError
from gitledger.ids import LedgerName, Oid
from gitledger.store import layout


def test_the_ref_of_a_ledger() -> None:
    assert layout.ledger_ref(LedgerName("main")) == "refs/ledger/main"
    assert layout.parse_ledger_ref("refs/ledger/main") == "main"


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/ledger/", "refs/ledger", "refs/ledger/a/b", "refs/ledger/A"])
def test_other_refs_belong_to_no_ledger(ref: str) -> None:
    with pytest.raises(FormatError):
        layout.parse_ledger_ref(ref)


@pytest.mark.parametrize(("position", "name"), [(0, b"0000"), (1, b"0001"), (255, b"00ff"), (65_535, b"ffff")])
def test_the_name_of_a_place_in_a_publication(position: int, name: bytes) -> None:
    assert layout.position_name(position) == name


@pytest.mark.parametrize("position", [-1, 65_536])
def test_a_publication_has_no_more_places(position: int) -> None:
    with pytest.raises(AssertionError):
        layout.position_name(position)


def test_the_name_of_an_object() -> None:
    oid = Oid(bytes(range(20)))
    assert layout.oid_name(oid) == "000102030405060708090a0b0c0d0e0f10111213"
