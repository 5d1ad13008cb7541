"""Every forgery, in one list."""

from tests.forgeries import deltas, derived, envelopes, events, merges, policies, trees
from tests.forgeries.registry import FORGERIES, Forgery, base

__all__ = ["FORGERIES", "Forgery", "base", "deltas", "derived", "envelopes", "events", "merges", "policies", "trees"]
