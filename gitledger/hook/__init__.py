"""The gate of a server: judges a push before it lands. Specified in ``docs/gate.md``."""
