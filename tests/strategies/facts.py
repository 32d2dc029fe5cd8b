"""Facts that fit a policy: what an evaluator may be given for an event, and the entries that a fold may meet."""

from __future__ import annotations

from forbear.testing.strategies import Facts as Facts
from forbear.testing.strategies import attributes_for as attributes_for
from forbear.testing.strategies import candidates as candidates
from forbear.testing.strategies import constants as constants
from forbear.testing.strategies import declared_at as declared_at
from forbear.testing.strategies import degraded_for as degraded_for
from forbear.testing.strategies import entry_attributes as entry_attributes
from forbear.testing.strategies import facts_for as facts_for
from forbear.testing.strategies import values as values
