"""Bytes that are accepted, and their value in diagnostic notation (RFC 8949, section 8)."""

from typing import Final

TABLES: Final = {
    "the integers end at 64 bits": """
        1b7fffffffffffffff  9223372036854775807
        1b8000000000000000  9223372036854775808
        1bffffffffffffffff  18446744073709551615
        3b7fffffffffffffff  -9223372036854775808
        3b8000000000000000  -9223372036854775809
        3bffffffffffffffff  -18446744073709551616
    """,
    "a float has the smallest width that keeps its value": """
        f90001  5.960464477539063e-08
        f983ff  -6.097555160522461e-05
        f90400  6.103515625e-05
        f93555  0.333251953125
        f963ff  1023.5
        fa33800001  5.960465188081798e-08
        fa00000001  1.401298464324817e-45
        fa3eaaaaab  0.3333333432674408
        fa477fff80  65535.5
        fadf800001  -1.8446746272732807e+19
        fa5f800000  1.8446744073709552e+19
        fa7f7fffff  3.4028234663852886e+38
        fb0000000000000001  5e-324
        fb36a0000000000001  1.4012984643248174e-45
        fb3fd5555555555555  0.3333333333333333
        fb43f0000000000001  1.8446744073709556e+19
        fb7fefffffffffffff  1.7976931348623157e+308
    """,
    "infinity and the one NaN take three bytes": """
        f97c00  Infinity
        f9fc00  -Infinity
        f97e00  NaN
    """,
    "text is any valid UTF-8, in any normal form": """
        6100  "\\u0000"
        62c3a9  "\\u00e9"
        6365cc81  "e\\u0301"
        63ed9fbf  "\\ud7ff"
        63ee8080  "\\ue000"
        63efbbbf  "\\ufeff"
        63efbfbf  "\\uffff"
        64f48fbfbf  "\\udbff\\udfff"
    """,
    "keys of every type stand in the order of their bytes, not of their lengths": """
        aa0a001818002000410000616100800\
0a000f400f600f9380000  {10: 0, 24: 0, -1: 0, h'00': 0, "a": 0, []: 0, {}: 0, false: 0, null: 0, 0.5: 0}
        a2190100002000  {256: 0, -1: 0}
    """,
    "arrays and maps nest 128 deep": f"""
        {"81" * 128}00  {"[" * 128}0{"]" * 128}
        {"81" * 127}80  {"[" * 128}{"]" * 128}
        {"81a100" * 64}f6  {"[{0: " * 64}null{"}]" * 64}
        {"a1" * 9}{"00" * 10}  {"{" * 9}0{": 0}" * 9}
    """,
    "lengths take their shortest form": f"""
        57{"00" * 23}  h'{"00" * 23}'
        5818{"00" * 24}  h'{"00" * 24}'
        77{"61" * 23}  "{"a" * 23}"
        7818{"61" * 24}  "{"a" * 24}"
        97{"f6" * 23}  [{", ".join(["null"] * 23)}]
        9818{"f6" * 24}  [{", ".join(["null"] * 24)}]
        58ff{"00" * 255}  h'{"00" * 255}'
        590100{"00" * 256}  h'{"00" * 256}'
    """,
}
