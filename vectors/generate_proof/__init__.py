"""Vectors of checkpoints, proofs and exported logs: described in ``docs/format/checkpoint.md`` and ``proof.md``.

What is accepted is made by gitledger, and what is refused is that with one thing wrong. Whether both are right is
judged by ``check_ledger.py``, which shares no code with it.
"""
