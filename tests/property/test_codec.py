"""Round trips, one error for any bytes, and agreement with the judge and with another library."""

import cbor2
from hypothesis import given
from hypothesis import strategies as st

from gitledger.codec import Encoded, decode, encode
from tests.cbor_judge import check_agreement, judge, shape

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats()
    | st.floats(width=32)
    | st.floats(width=16)
    | st.text()
    | st.binary()
)
# No NaN, since a dict can hold several; an array as a key stays in its bytes.
KEYS = SCALARS.filter(lambda key: key == key) | st.lists(SCALARS).map(lambda items: Encoded(encode(items)))  # noqa: PLR0124
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=30)
CANONICAL = VALUES.map(encode)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False).filter(lambda number: not number.is_integer())
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
ENVELOPES = st.fixed_dictionaries({"op": st.text(), "ts": st.integers(0, 2**63 - 1), "payload": VALUES})


@st.composite
def almost_canonical(draw: st.DrawFn) -> bytes:
    """Draw canonical bytes with a few of them replaced, left out, repeated or moved."""
    data = bytearray(draw(CANONICAL))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 4)))
        new = st.binary(max_size=4) | st.just(bytes(data[end : end + 4])) | st.just(bytes(data[:start]))
        data[start:end] = draw(new)
    return bytes(data)


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Draw initial bytes of every kind, each with the argument that it announces or a little less."""
    parts = []
    for initial in draw(st.lists(st.integers(0, 255), max_size=12)):
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(initial & 31, 0)
        small = st.integers(0, 40).map(lambda number, size=size: number.to_bytes(8, "big")[8 - size :])
        parts.append(bytes([initial]) + draw(small | st.binary(max_size=size)))
    return b"".join(parts)


@given(VALUES)
def test_decode_undoes_encode(value: object) -> None:
    data = encode(value)
    assert shape(decode(data)) == judge(data)
    assert encode(decode(data)) == data


@given(PLAIN)
def test_a_value_comes_back_equal(value: object) -> None:
    assert decode(encode(value)) == value


@given(PLAIN)
def test_another_library_writes_the_same_bytes_for_text_keys(value: object) -> None:
    assert cbor2.dumps(value, canonical=True) == encode(value)


@given(VALUES)
def test_another_library_reads_the_same_value(value: object) -> None:
    data = encode(value)
    assert shape(cbor2.loads(data)) == judge(data)


@given(ENVELOPES)
def test_an_envelope_has_no_tag_and_no_indefinite_length(envelope: dict[str, object]) -> None:
    judge(encode(envelope))


@given(st.dictionaries(KEYS, st.none()))
def test_the_order_of_a_dict_does_not_show(mapping: dict[object, None]) -> None:
    assert encode(mapping) == encode(dict(reversed(mapping.items())))


@given(st.binary(max_size=200))
def test_any_bytes_are_judged_alike(data: bytes) -> None:
    check_agreement(data)


@given(heads())
def test_any_heads_are_judged_alike(data: bytes) -> None:
    check_agreement(data)


@given(almost_canonical())
def test_almost_canonical_bytes_are_judged_alike(data: bytes) -> None:
    check_agreement(data)


@given(CANONICAL, st.binary(min_size=1, max_size=4))
def test_nothing_may_follow(data: bytes, more: bytes) -> None:
    assert not check_agreement(data + more)


@given(CANONICAL, CANONICAL)
def test_a_value_in_its_bytes_is_the_value(key: bytes, item: bytes) -> None:
    mapping = {"a": Encoded(item), "b": [Encoded(item)]}
    assert encode(mapping) == encode({"a": decode(item), "b": [decode(item)]})
    assert check_agreement(encode({"": Encoded(key)}))
