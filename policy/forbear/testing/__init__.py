"""Tests that a pack carries: cases, stories and the runner."""
