"""Bytes in Git: objects, refs, trees, commits. Knows Git and has never heard of an event."""
