"""Bundled plugins, written against the same hooks as any host."""
