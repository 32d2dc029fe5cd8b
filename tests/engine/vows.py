"""What the packs share whose events promise something and drop it again."""

from __future__ import annotations

EVENTS = """
events: {promised: {what: string, within: {type: int, unit: minutes, range: [1, 10000]}}, dropped: {what: string}}
settings: {grace: {type: int, unit: hours, range: [1, 99], default: 2}}
"""
DROP = """
  - decision: drop
    asks: What is dropped?
    asked_on: [dropped]
    outcome: [yes]
    hit: first
    fallback: yes
    rules:
      - rule: dropped
        then: yes
        close: [{deed: {by: {what: = event.what}, how: waived, reason: dropped}}]
        owe: [card]
        because: {en: Dropped., zh: 已取消。}
        source: T1
"""
