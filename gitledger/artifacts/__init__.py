"""Bytes outside Git, by their SHA-256: one port, and what stands behind it."""
