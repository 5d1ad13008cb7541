"""Writes the vectors of the Merkle log: ``python -m vectors.generate_merkle [FOLDER]``.

A second hand: hashes come from RFC 6962's recursive definition and bytes from ``docs/format/log.md``; nothing is
imported of gitledger. ``rfc6962_roots.json`` beside the vectors is not written here: it comes from elsewhere.
"""
