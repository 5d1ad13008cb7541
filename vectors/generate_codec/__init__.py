"""Writes ``vectors/codec/``: what deterministic CBOR encodes, accepts and refuses (``docs/format/codec.md``).

Every byte stands here by hand or by plain repetition; none comes from the package that the vectors judge. A table is
lines of two columns: the bytes in hexadecimal digits, two spaces, and what they mean or why they are refused.
"""
