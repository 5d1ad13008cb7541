import pytest

from gitledger.errors import FormatError
from gitledger.ids import SHA1, SHA256, Oid
from gitledger.store.commit import Person
from gitledger.store.tag import Tag, format_tag, parse_tag

ADA = Person(name="Ada", email="ada@example.org", time=1_767_268_800)
ONE = Tag(commit=Oid(b"\x01" * 20), name="main/7", tagger=ADA, message=b"text\n\n")
DATA = (
    f"object {'01' * 20}\ntype commit\ntag main/7\ntagger Ada <ada@example.org> 1767268800 +0000\n\ntext\n\n".encode()
)


def test_a_tag_byte_for_byte() -> None:
    assert format_tag(ONE) == DATA
    assert parse_tag(DATA, SHA1) == ONE


@pytest.mark.parametrize("kind", ["PGP SIGNATURE", "SSH SIGNATURE", "SIGNED MESSAGE", "PGP MESSAGE"])
def test_a_signature_of_git_is_left_out(kind: str) -> None:
    assert parse_tag(DATA + f"-----BEGIN {kind}-----\nx\n-----END {kind}-----\n".encode(), SHA1) == ONE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        DATA.replace(b"type commit", b"type tree"),
        DATA.replace(b"object 01", b"object 0G"),
        DATA.replace(b"object 0101", b"object 01"),
        DATA.replace(b"tag main/7\n", b""),
        DATA.replace(b"tagger Ada <ada@example.org> 1767268800 +0000\n", b""),
        DATA.replace(b"+0000", b"now"),
        DATA.replace(b"Ada", b"\xff"),
        DATA.replace(b"main", b"\xff"),
        DATA.replace(b"\n\n", b"\nencoding latin1\n\n", 1),
        DATA + b"\0",
    ],
)
def test_what_is_no_tag_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_tag(data, SHA1)


def test_an_id_of_another_hash_function_is_refused() -> None:
    with pytest.raises(FormatError):
        parse_tag(DATA, SHA256)
