"""Forbear: a policy engine that treats people even-handedly."""
