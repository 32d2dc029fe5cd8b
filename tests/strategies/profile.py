"""How many examples a property tries: a number for every day, multiplied by FORBEAR_EXAMPLES for a longer run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

FACTOR = float(os.environ.get("FORBEAR_EXAMPLES", "1"))
# Making a whole pack smaller takes minutes, so that a failure shows as it was found unless FORBEAR_SHRINK is set.
PHASES = [phase for phase in Phase if phase is not Phase.shrink or "FORBEAR_SHRINK" in os.environ]


def examples(number: int) -> settings:
    """Settings of a property over whole packs; these are large, and no example is ever timed."""
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
    return settings(max_examples=max(1, int(number * FACTOR)), deadline=None, phases=PHASES, suppress_health_check=slow)
