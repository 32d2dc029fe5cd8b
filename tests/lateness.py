"""A pack small enough to be read in one look, for tests that need one to break."""

from __future__ import annotations

MANIFEST = "pack: lateness\nversion: 1.0.0\nlanguage: 1\n"

VOCABULARY = """\
facts:
  contact.wait: {type: int, unit: seconds, range: [0, 86400]}
  customer.name: {type: string, optional: true}
  customer.value: {type: decimal, places: 2, range: [0, 1], default: 0.5}
entries:
  delay: {level: [short, long]}
history:
  delays: {count: delay, scope: customer, window: 30 days}
settings:
  patience: {type: int, unit: seconds, range: [1, 3600], default: 300}
"""

DECISION = """\
decision: apology
asks: Do we apologise for the wait?
asked_on: [contact_offered]
outcome: [none, brief, full]
fallback: none
rules:
  - rule: waited-again
    when: contact.wait >= setting.patience && history.delays >= 1
    then: full
    record: [{delay: {level: long}}]
    owe: [letter]
  - rule: waited-long
    when: contact.wait >= setting.patience
    then: brief
    record: [{delay: {level: short}}]
    owe: [sorry]
  - otherwise: none
invariants:
  - never: apology == "full" && contact.wait < setting.patience
    because: Nobody is apologised to without a reason.
"""

OBLIGATIONS = """\
obligations:
  sorry: {to: advisor, due: 1 minute, closes: {done: {}, waived: {}}}
  letter: {to: manager, due: end of next working day, closes: {done: {needs: [note]}}}
"""

PACK = {
    "pack.yaml": MANIFEST,
    "vocabulary.yaml": VOCABULARY,
    "apology.yaml": DECISION,
    "obligations.yaml": OBLIGATIONS,
}
