"""One logger for the whole engine: structlog events through the standard logger `forbear`.

A host that configures `logging` sees them; otherwise only warnings reach standard error. Events have a fixed name and
fields; customer text is never among them.
"""

from __future__ import annotations

import logging
from typing import cast

import structlog

log = cast(
    structlog.stdlib.BoundLogger,
    structlog.wrap_logger(
        logging.getLogger("forbear"),
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False),
        ],
    ),
)
