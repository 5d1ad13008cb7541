"""Values in JSON and the only bytes that hold them. EC is the Gauntlet's encoder, DC its decoder (ADR-0013)."""

from typing import Final

TABLES: Final = {
    "EC-01 and DC-01 TV1, a handshake, takes exactly these 113 bytes": (
        "a3626f706968616e647368616b6562747300677061796c6f6164a3686167656e745f69646d6578616d706c652d6167656e746c63617061"
        "62696c69746965738270636f6d7072657373696f6e3a7a7374646f73747265616d3a73756267726170686e636c69656e745f7665727369"
        '6f6e01  {"op":"handshake","ts":0,"payload":{"client_version":1,'
        '"capabilities":["compression:zstd","stream:subgraph"],"agent_id":"example-agent"}}'
    ),
    "EC-02 and DC-01 TV3, an error, takes exactly these 118 bytes": (
        "a3626f70656572726f72627473182a677061796c6f6164a464636f646503646e616d656d455f4241445f5041594c4f4144676465746169"
        "6c73a16468696e747818436865636b2063616e6f6e6963616c20656e636f64696e67676d65737361676574496e76616c69642043424f52"
        '207061796c6f6164  {"op":"error","ts":42,"payload":{"code":3,"name":"E_BAD_PAYLOAD",'
        '"message":"Invalid CBOR payload","details":{"hint":"Check canonical encoding"}}}'
    ),
    "EC-03 an integer takes its shortest form": """
        00  0
        01  1
        0a  10
        17  23
        1818  24
        1864  100
        18ff  255
        190100  256
        1903e8  1000
        19ffff  65535
        1a00010000  65536
        1affffffff  4294967295
        1b0000000100000000  4294967296
    """,
    "EC-04 a number that is an integer is encoded as one, another as the smallest float": """
        00  0
        01  1
        20  -1
        182a  42
        00  0.0
        00  -0.0
        01  1.0
        20  -1.0
        1a000186a0  100000.0
        1b8000000000000000  9223372036854775808.0
        3bffffffffffffffff  -18446744073709551616.0
        f93800  0.5
        f93e00  1.5
        fb3fb999999999999a  0.1
        fa5f800000  18446744073709551616.0
    """,
    "EC-05 the keys of a map stand in the order of their bytes": """
        a7615a0461610161620262616103626f7064746573746274730067\
7061796c6f6164a0  {"a":1,"b":2,"aa":3,"Z":4,"op":"test","ts":0,"payload":{}}
    """,
    "EC-06 an envelope has no tag and no indefinite length": """
        a3626f7060627473006770\
61796c6f6164f6  {"op":"","ts":0,"payload":null}
        a3626f7065737461746562747301677061796c6f616480  {"op":"state","ts":1,"payload":[]}
        a3626f706661707065\
6e646274731bffffffffffffffff677061796c6f616482f5a1616bf93800  {"op":"append","ts":18446744073709551615,\
"payload":[true,{"k":0.5}]}
    """,
}
