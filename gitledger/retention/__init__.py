"""What leaves the repository and stays on record: archives, pruning, and what keeps a repository small and sound."""
