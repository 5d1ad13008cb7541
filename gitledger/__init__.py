"""git-ledger: a provenance ledger in plain Git."""
