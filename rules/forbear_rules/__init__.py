"""Bundled policy packs."""
