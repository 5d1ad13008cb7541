"""What the store's files know by this name: durable names and refusals of the operating system, from the cellar."""

from gitledger.durable import storage_error, sync_directory

__all__ = ["storage_error", "sync_directory"]
