"""Hypothesis strategies: whole policy packs that the checker accepts, and facts that fit a policy."""
