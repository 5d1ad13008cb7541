"""Writes the vectors of the model's structures: ``python -m vectors.generate_model [FOLDER]``.

A second hand: it builds bytes and ids from the pages in ``docs/format/`` and imports nothing of gitledger, so that
gitledger is judged by the vectors and not the other way round. What a vector expects is written down, not computed.
"""
