import pytest

from gitledger.errors import FormatError
from gitledger.model.note import (
    NOTE_BYTES,
    SIGNATURES_LIMIT,
    Signature,
    check_key_name,
    format_note,
    parse_base64,
    parse_note,
)

ONE = Signature(name="a.example", key=b"1234", blob=b"x")


def test_a_note_is_a_text_a_blank_line_and_signature_lines() -> None:
    data = format_note(b"text\n", [ONE])
    assert data == "text\n\n— a.example MTIzNHg=\n".encode()
    assert parse_note(data) == (b"text\n", (ONE,))


def test_a_note_that_nobody_signed_ends_in_the_blank_line() -> None:
    assert format_note(b"text\n", []) == b"text\n\n"
    assert parse_note(b"text\n\n") == (b"text\n", ())


def test_the_last_blank_line_is_the_end_of_the_text() -> None:
    text = b"Ognuno sta solo\n\nsul cuor della terra\n"
    assert parse_note(format_note(text, [ONE, ONE])) == (text, (ONE, ONE))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text",
        b"text\n",
        b"text\n\nmore\n",
        b"text\n\n\xe2\x80\x94 a.example MTIzNHg=",
        "text\n\n— a.example MTIzNHg\n".encode(),
        "text\n\n— a.example MTIzNHh=\n".encode(),
        "text\n\n— a.example MTIzNA==\n".encode(),
        "text\n\n— a.example  MTIzNHg=\n".encode(),
        "text\n\n—  MTIzNHg=\n".encode(),
        "text\n\n— a+b MTIzNHg=\n".encode(),
        "text\n\n— a\u2003b MTIzNHg=\n".encode(),
        b"te\xffxt\n\n",
        b"text\n\n\xe2\x80\x94 a\xff MTIzNHg=\n",
        b"te\0xt\n\n",
        b"text\r\n\r\n",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_note(data)


def test_the_limits_of_a_note() -> None:
    line = "— a.example MTIzNHg=\n".encode()
    assert len(parse_note(b"text\n\n" + SIGNATURES_LIMIT * line)[1]) == SIGNATURES_LIMIT
    with pytest.raises(FormatError, match="65 signatures"):
        parse_note(b"text\n\n" + (SIGNATURES_LIMIT + 1) * line)
    assert parse_note(b"x" * (NOTE_BYTES - 2) + b"\n\n")[1] == ()
    with pytest.raises(FormatError, match="1,048,577 bytes"):
        parse_note(b"x" * (NOTE_BYTES - 1) + b"\n\n")


@pytest.mark.parametrize("name", ["a", "example.com/ledger", "möwe", "x" * 255, "ö" * 127])
def test_names_of_keys(name: str) -> None:
    check_key_name(name)


@pytest.mark.parametrize(
    "name", ["", "a b", "a\u00a0b", "a\u3000", "a+b", "a\n", "a\x01", "x" * 256, "ö" * 128, "\ud800"]
)
def test_names_that_no_key_has(name: str) -> None:
    with pytest.raises(FormatError):
        check_key_name(name)


@pytest.mark.parametrize(
    "text", ["A", "AA", "AAA", "AA==A", "AB==", "AAB=", "A A=", "AA=", "====", "AA==\n", "-_==", "Ä==="]
)
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(FormatError):
        parse_base64(text)


def test_base64() -> None:
    assert [parse_base64(text) for text in ("", "AA==", "AAA=", "+/+/")] == [b"", b"\0", b"\0\0", b"\xfb\xff\xbf"]
