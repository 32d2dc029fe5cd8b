"""Promises that read nothing but settings: with the settings in force they hold, or are broken on every event."""

from __future__ import annotations

import json

from forbear.errors import Diagnostic
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import show
from forbear.language.walk import reads


def broken_promises(policy: ir.Policy) -> list[Diagnostic]:
    """Those of a policy that do not hold, each at its condition."""
    chosen = {path: one.value for path, one in policy.settings.items()}
    settled = [one for one in policy.invariants if chosen.keys() >= set(reads(one.condition))]
    return [_told(one, policy) for one in settled if evaluate(one.condition, chosen) is one.never]


def _told(one: ir.Invariant, policy: ir.Policy) -> Diagnostic:
    chosen = [policy.settings[path] for path in sorted(set(reads(one.condition)))]
    values = ", ".join(
        f"`{setting.path}` is {json.dumps(show(setting.type, setting.value), ensure_ascii=False)}" for setting in chosen
    )
    message = f"this promise of `{one.decision}` does not hold{f': {values}' if values else ''}"
    return Diagnostic("broken-promise", message, one.span, "give a setting another default, or mend the promise")
