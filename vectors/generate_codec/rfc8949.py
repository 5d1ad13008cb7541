"""The examples of RFC 8949, appendix A, and its malformed ones, appendix F, judged by ``docs/format/codec.md``."""

from typing import Final

_TWENTY_FIVE = ", ".join(map(str, range(1, 26)))

ACCEPTED: Final = {
    "what RFC 8949 appendix A shows and is canonical": r"""
        00  0
        01  1
        0a  10
        17  23
        1818  24
        1819  25
        1864  100
        1903e8  1000
        1a000f4240  1000000
        1b000000e8d4a51000  1000000000000
        1bffffffffffffffff  18446744073709551615
        3bffffffffffffffff  -18446744073709551616
        20  -1
        29  -10
        3863  -100
        3903e7  -1000
        fb3ff199999999999a  1.1
        f93e00  1.5
        fa7f7fffff  3.4028234663852886e+38
        fb7e37e43c8800759c  1e+300
        f90001  5.960464477539063e-08
        f90400  6.103515625e-05
        fbc010666666666666  -4.1
        f97c00  Infinity
        f97e00  NaN
        f9fc00  -Infinity
        f4  false
        f5  true
        f6  null
        40  h''
        4401020304  h'01020304'
        60  ""
        6161  "a"
        6449455446  "IETF"
        62225c  "\"\\"
        62c3bc  "\u00fc"
        63e6b0b4  "\u6c34"
        64f0908591  "\ud800\udd51"
        80  []
        83010203  [1, 2, 3]
        8301820203820405  [1, [2, 3], [4, 5]]
        a0  {}
        a201020304  {1: 2, 3: 4}
        a26161016162820203  {"a": 1, "b": [2, 3]}
        826161a161626163  ["a", {"b": "c"}]
        a56161614161626142616361436164614461656145  {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}
    """
    f"""
        98190102030405060708090a0b0c0d0e0f101112131415161718181819  [{_TWENTY_FIVE}]
    """,
}

REFUSED: Final = {
    "what RFC 8949 appendix A shows and is not canonical": r"""
        c249010000000000000000  a tag
        c349010000000000000000  a tag
        f90000  a float that is an integer
        f98000  a float that is an integer
        f93c00  a float that is an integer
        f97bff  a float that is an integer
        fa47c35000  a float that is an integer
        f9c400  a float that is an integer
        fa7f800000  a float in more bytes than it needs
        fa7fc00000  another NaN
        faff800000  a float in more bytes than it needs
        fb7ff0000000000000  a float in more bytes than it needs
        fb7ff8000000000000  another NaN
        fbfff0000000000000  a float in more bytes than it needs
        f7  undefined
        f0  a simple value
        f818  a simple value
        f8ff  a simple value
        c074323031332d30332d32315432303a30343a30305a  a tag
        c11a514b67b0  a tag
        c1fb41d452d9ec200000  a tag
        d74401020304  a tag
        d818456449455446  a tag
        d82076687474703a2f2f7777772e6578616d706c652e636f6d  a tag
        5f42010243030405ff  an indefinite length
        7f657374726561646d696e67ff  an indefinite length
        9fff  an indefinite length
        9f018202039f0405ffff  an indefinite length
        9f01820203820405ff  an indefinite length
        83018202039f0405ff  an indefinite length
        83019f0203ff820405  an indefinite length
        9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff  an indefinite length
        bf61610161629f0203ffff  an indefinite length
        826161bf61626163ff  an indefinite length
        bf6346756ef563416d7421ff  an indefinite length
    """,
    "what RFC 8949 appendix F calls not well-formed": """
        18  an argument ends early
        19  an argument ends early
        1a  an argument ends early
        1b  an argument ends early
        1901  an argument ends early
        1a0102  an argument ends early
        1b01020304050607  an argument ends early
        38  an argument ends early
        58  an argument ends early
        78  an argument ends early
        98  an argument ends early
        9a01ff00  an argument ends early
        b8  an argument ends early
        d8  a tag
        f8  a simple value
        f900  a float ends early
        fa0000  a float ends early
        fb000000  a float ends early
        41  bytes end early
        61  text ends early
        5affffffff00  bytes end early
        5bffffffffffffffff010203  bytes end early
        7affffffff00  text ends early
        7b7fffffffffffffff010203  text ends early
        81  an array ends early
        818181818181818181  an array ends early
        8200  an array ends early
        a1  a map ends early
        a20102  a map ends early
        a100  a map ends early
        a2000000  a map ends early
        c0  a tag
        5f4100  an indefinite length
        7f6100  an indefinite length
        9f  an indefinite length
        9f0102  an indefinite length
        bf  an indefinite length
        bf01020102  an indefinite length
        819f  an indefinite length
        9f8000  an indefinite length
        9f9f9f9f9fffffffff  an indefinite length
        9f819f819f9fffffff  an indefinite length
        1c  a reserved initial byte
        1d  a reserved initial byte
        1e  a reserved initial byte
        3c  a reserved initial byte
        3d  a reserved initial byte
        3e  a reserved initial byte
        5c  a reserved initial byte
        5d  a reserved initial byte
        5e  a reserved initial byte
        7c  a reserved initial byte
        7d  a reserved initial byte
        7e  a reserved initial byte
        9c  a reserved initial byte
        9d  a reserved initial byte
        9e  a reserved initial byte
        bc  a reserved initial byte
        bd  a reserved initial byte
        be  a reserved initial byte
        dc  a reserved initial byte
        dd  a reserved initial byte
        de  a reserved initial byte
        fc  a reserved initial byte
        fd  a reserved initial byte
        fe  a reserved initial byte
        f800  a simple value
        f801  a simple value
        f818  a simple value
        f81f  a simple value
        5f00ff  an indefinite length
        5f21ff  an indefinite length
        5f6100ff  an indefinite length
        5f80ff  an indefinite length
        5fa0ff  an indefinite length
        5fc000ff  an indefinite length
        5fe0ff  an indefinite length
        7f4100ff  an indefinite length
        5f5f4100ffff  an indefinite length
        7f7f6100ffff  an indefinite length
        ff  a break
        81ff  a break
        8200ff  a break
        a1ff  a map ends early
        a1ff00  a break
        a100ff  a break
        a20000ff  a map ends early
        9f81ff  an indefinite length
        9f829f819f9fffffffff  an indefinite length
        bf00ff  an indefinite length
        bf000000ff  an indefinite length
        1f  a reserved initial byte
        3f  a reserved initial byte
        df  a reserved initial byte
    """,
}
