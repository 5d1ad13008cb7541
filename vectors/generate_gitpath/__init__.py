"""Writes ``vectors/gitpath/``: which variable stands for which path of Git (``docs/format/import-git.md``).

Every pair stands here by hand or by plain repetition, and nothing is imported from gitledger.
"""
