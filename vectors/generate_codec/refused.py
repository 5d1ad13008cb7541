"""Bytes that are refused, and why. Most of them a lenient decoder reads without a word."""

from typing import Final

_NUMBER_KEYS = "b90401" + "".join(f"19{1000 + key:04x}00" for key in range(1025))

TABLES: Final = {
    "EC-02 TV3 without its byte 0x74 is refused": (
        "a3626f70656572726f72627473182a677061796c6f6164a464636f646503646e616d656d455f4241445f5041594c4f4144676465746169"
        "6c73a16468696e747818436865636b2063616e6f6e6963616c20656e636f64696e67676d657373616765496e76616c69642043424f5220"
        "7061796c6f6164  one byte short"
    ),
    "DC-02 an indefinite length is refused": """
        5f41004101ff  bytes in chunks
        5fff  bytes in no chunk
        7f61616162ff  text in chunks
        7fff  text in no chunk
        9f01ff  an array
        9fff  an empty array
        819fff  inside an array
        9f01  never closed
        bf616101ff  a map
        bfff  an empty map
        a161619fff  inside a map
        a19fff00  as a key
    """,
    "DC-03 an integer or a length in more bytes than it needs is refused": """
        1800  0 in two bytes
        1817  23 in two bytes
        190000  0 in three bytes
        1900ff  255 in three bytes
        1a0000ffff  65535 in five bytes
        1b00000000ffffffff  4294967295 in nine bytes
        3800  -1 in two bytes
        3900ff  -256 in three bytes
        3a0000ffff  -65536 in five bytes
        3b00000000ffffffff  -4294967296 in nine bytes
        5800  the length of bytes
        590001ff  the length of bytes
        7800  the length of text
        780161  the length of text
        7b000000000000000161  the length of text
        9800  the length of an array
        9a0000000100  the length of an array
        b800  the length of a map
        b900010000  the length of a map
        82001800  inside an array
        a161611817  inside a map
        a1180000  a key
    """,
    "DC-04 a tag is refused": """
        c000  around an integer
        c1fb41d452d9ec200000  a time
        c249010000000000000000  a large integer
        c349010000000000000000  a large negative integer
        c4822003  a decimal fraction
        c5822003  a large float
        d81800  an encoded item
        d81c80  a shared value
        d81d00  a reference to one
        d9010080  a namespace of strings
        d81900  a reference to one of them
        d8236161  a regular expression
        d825500000000000000000000000000000000000  a UUID
        d9010280  a set
        d9d9f700  the mark of CBOR itself
        daffffffff00  a number nobody registered
        dbffffffffffffffff00  the largest number
        81c000  inside an array
        a1c0616100  around a key
        a3626f70c06173627473006770\
61796c6f6164f6  around a field of an envelope
        a3626f706173627473c1006770\
61796c6f6164f6  around the clock of an envelope
    """,
    "DC-05 a key that stands twice is refused at any level": """
        a2616100616100  the same value
        a2616100616101  another value
        a200000000  an integer
        a2f97e0000f97e0000  NaN
        a280008000  an array
        a3616100616200616200  at the end
        81a2616100616100  inside an array
        a16178a2616100616100  inside a map
        a1a261610061610000  inside a key
        a3626f7061736274730062747301  the clock of an envelope
    """,
    "DC-06 keys out of order are refused": """
        a2616200616100  text
        a262616100616200  by length
        a2616100615a00  by letter case
        a22000181800  by length first, as RFC 7049 did it
        a2200019010000  by length first, as RFC 7049 did it
        a26161000000  text before an integer
        a2f4000000  false before an integer
        81a2616200616100  inside an array
        a16178a2616200616100  inside a map
        a1a261620061610000  inside a key
        a362747300626f706173677061796c6f6164f6  the fields of an envelope
    """,
    "bytes before and after the value are refused": """
        -  nothing at all
        0000  a second value
        00f6  a second value
        a000  after a map
        a0ff  a break after a map
        00ff  a break
        0a0a  a line feed after 10
        efbbbf00  a byte order mark
    """,
    "a value that ends early is refused": """
        18  an argument
        1b00000001000000  an argument
        4200  bytes
        6261  text
        81  an array
        a1  a map without its key
        a100  a map without its value
        f93c  a float
        fb3ff19999999999  a float
    """,
    "a length beyond the bytes left is refused": """
        5bffffffffffffffff  bytes
        5b7fffffffffffffff00  bytes
        5affffffff00  bytes
        7b7fffffffffffffff61  text
        7affffffff61  text
        9bffffffffffffffff  an array
        9a7fffffff00  an array
        9b000000010000000000  an array
        bb8000000000000000  a map, whose items are twice as many
        bb7fffffffffffffff0000  a map
        ba00ffffff0000  a map
    """,
    "undefined and simple values other than false, true and null are refused": """
        f7  undefined
        81f7  undefined inside an array
        a1f700  undefined as a key
        e0  simple value 0
        f3  simple value 19
        f800  simple value 0 in two bytes
        f814  false in two bytes
        f815  true in two bytes
        f816  null in two bytes
        f81f  simple value 31
        f820  simple value 32
        f8ff  simple value 255
        fc  reserved
        fe  reserved
        ff  a break
        81ff  a break inside an array
        a1ff00  a break as a key
    """,
    "a float that is an integer is refused": """
        f90000  0.0
        f98000  -0.0
        f93c00  1.0
        f97bff  65504.0
        fa00000000  0.0
        fa80000000  -0.0
        fa47c35000  100000.0
        fa5f7fffff  18446742974197923840.0
        fadf800000  -18446744073709551616.0
        fb0000000000000000  0.0
        fb8000000000000000  -0.0
        fb4330000000000001  4503599627370497.0
        fb43efffffffffffff  18446744073709549568.0
        fbc3f0000000000000  -18446744073709551616.0
        a1f93c0000  1.0 as a key
    """,
    "a float in more bytes than it needs is refused": """
        fa3f000000  0.5
        fa33800000  the smallest positive half
        fa7f800000  infinity
        faff800000  minus infinity
        fb3fe0000000000000  0.5
        fb3fd5555560000000  a single
        fb36a0000000000000  the smallest positive single
        fb47efffffe0000000  the largest single
        fb43f0000000000000  18446744073709551616.0
        fb7ff0000000000000  infinity
        fbfff0000000000000  minus infinity
    """,
    "a NaN other than f97e00 is refused": """
        f97e01  with a payload
        f97c01  signalling
        f9fe00  with a sign
        f97fff  all bits
        fa7fc00000  a single
        fa7f800001  a signalling single
        faffffffff  all bits of a single
        fb7ff8000000000000  a double
        fb7ff0000000000001  a signalling double
        fbffffffffffffffff  all bits of a double
    """,
    "text that is not UTF-8 is refused": """
        61ff  a byte that UTF-8 never has
        6180  a continuation without its start
        61c3  a start without its continuation
        62c0af  two bytes for a slash
        62c080  two bytes for NUL
        63e080af  three bytes for a slash
        64f08080af  four bytes for a slash
        63eda080  a surrogate
        66eda081edb080  a pair of surrogates
        64f4908080  beyond U+10FFFF
        65f888808080  five bytes
        a161ff00  as a key
    """,
    "arrays and maps that nest 129 deep are refused": f"""
        {"81" * 129}00  arrays
        {"81" * 128}80  empty at the end
        {"a100" * 129}f6  maps
        {"a1" * 129}{"00" * 130}  keys
        {"81a100" * 64}a0  maps and arrays
        {"81" * 10_000}00  10,000
        {"81" * 10_000}  10,000, never closed
        {"a1" * 10_000}  10,000 keys, never closed
        {"9f" * 10_000}  10,000, indefinite
        {"c1" * 10_000}00  10,000 tags
    """,
    "a map with 1025 keys that are neither text nor bytes is refused": f"""
        {_NUMBER_KEYS}  its keys may be chosen to collide
    """,
    "a map with the keys 1 and true, or 0 and false, is refused": """
        a20100f500  1 and true
        a20000f400  0 and false
        a400000100f400f500  all four
        81a20100f500  inside an array
    """,
}
