import sys

import pytest

from gitledger import ed25519
from gitledger.errors import UsageError
from vectors import check_ledger

RFC8032 = [  # section 7.1, tests 1 and 2: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]
PRIME, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("example", RFC8032, ids=["empty", "one byte"])
def test_examples_of_the_rfc(example: tuple[str, str, str, str]) -> None:
    seed, public, message, signature = map(bytes.fromhex, example)
    assert ed25519.public_key(seed) == public
    assert ed25519.sign(seed, message) == signature
    assert ed25519.is_public_key(public)
    for judge in (ed25519.is_signed, check_ledger.is_signed):
        assert judge(public, message, signature)


def test_the_checker_and_the_package_refuse_the_same_signatures() -> None:
    _, public, message, good = map(bytes.fromhex, RFC8032[1])
    s = int.from_bytes(good[32:], "little")
    bent = [good[:n] + bytes([good[n] ^ 1 << n % 8]) + good[n + 1 :] for n in range(64)]
    bent.append(good[:32] + (s + ORDER).to_bytes(32, "little"))  # the same S, in a larger form
    bent += [bytes(64), (1).to_bytes(32, "little") + bytes(32), b"\xff" * 64]
    for signature in bent:
        assert not ed25519.is_signed(public, message, signature)
        assert not check_ledger.is_signed(public, message, signature)
    assert not ed25519.is_signed(public, b"s", good)
    assert not check_ledger.is_signed(public, b"s", good)


@pytest.mark.parametrize("y", [1, PRIME - 1, PRIME, PRIME + 1, PRIME + 3, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_a_point_of_another_form_is_no_public_key(y: int, sign: int) -> None:
    public = (y | sign << 255).to_bytes(32, "little")
    assert not ed25519.is_public_key(public)
    with pytest.raises(ValueError, match="no point"):
        check_ledger.decompress(public)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_public_key_has_32_bytes(size: int) -> None:
    assert not ed25519.is_public_key(bytes(size))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    for use in (
        lambda: ed25519.public_key(bytes(32)),
        lambda: ed25519.sign(bytes(32), b""),
        lambda: ed25519.is_signed(bytes(32), b"", bytes(64)),
    ):
        with pytest.raises(UsageError, match="cryptography") as caught:
            use()
        assert caught.value.hint == "pip install 'git-ledger[sign]'"
