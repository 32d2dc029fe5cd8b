"""Mutation: a rule changed a little at a time, and which of the changes nothing in the pack would notice."""

from forbear.testing.mutation.mutants import Mutant, mutants_of
from forbear.testing.mutation.trying import Mutation, Tried, try_mutants

__all__ = ["Mutant", "Mutation", "Tried", "mutants_of", "try_mutants"]
