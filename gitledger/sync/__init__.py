"""Exchange with remotes: fetch, pull, push. Specified in ``docs/sharing.md``."""
