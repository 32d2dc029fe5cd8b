"""When an obligation that was not taken over is offered again.

The next moment stands in the ledger, so that it outlives every process; libraries that retry (stamina, tenacity) sleep
in the process that failed, and hold the only copy of it.
"""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(minutes=5)  # longer than a plugin should take; so long after a crash it is handed over again
BASE = timedelta(seconds=10)  # a line that broke off for a moment, or a desk that restarts
FACTOR = 2.0
CAP = timedelta(hours=1)  # whoever mends the desk does not wait longer for what has piled up
TRIES = 16  # some four to seven hours: an outage of half a working day heals by itself, a longer one needs a person


def backoff(tries: int, chance: float) -> timedelta:
    """How long to wait after so many failed attempts: half of it fixed, half by `chance`, which is from 0 to 1.

    What failed together does not come back together. Source: M. Brooker, Exponential Backoff And Jitter, AWS 2015
    ("equal jitter").
    """
    full = min(CAP, BASE * int(FACTOR ** min(tries - 1, 32)))
    return full * (0.5 + chance / 2)
