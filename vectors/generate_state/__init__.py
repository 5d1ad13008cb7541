"""Writes the vectors of names and of state trees: ``python -m vectors.generate_state [FOLDER]``.

A second hand: names stand here by hand, and trees come from ``docs/format/state.md`` by way of ``tests/split_tree.py``,
which builds them from scratch. Nothing is imported of gitledger.
"""
