"""What would have changed a recorded decision, for `forbear explain --what-would-change`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from forbear.engine.audit import facts_again
from forbear.engine.fixed import fix
from forbear.engine.pure import Answer
from forbear.errors import ForbearError, MissingExtra
from forbear.evaluate import make_evaluator
from forbear.explain.audience import Audience, Sight
from forbear.explain.words import Language
from forbear.language import ir
from forbear.language.source import Source
from forbear.language.tree import Scalar, scalar_value
from forbear.language.types import fit
from forbear.records import Record

if TYPE_CHECKING:
    from forbear.prove.counterfactual import Counterfactual

HEADING: Final[dict[Language, str]] = {"en": "What would have changed it", "zh": "怎样才会不同"}


def what_would_change(
    policy: ir.Policy,
    record: Record,
    audience: Audience,
    about: Sequence[str],
    wanted: str | None,
    may: Sequence[str] = (),
) -> list[Counterfactual]:
    """The smallest change that would have given another outcome, for each decision that a rule settled or is asked
    `about`, as far as the audience may know. Raises ForbearError where that cannot be told.
    """
    try:
        from forbear.prove.change import change, may_change
    except ImportError as error:
        raise MissingExtra(f"this needs Z3 ({error}): pip install 'forbear[prove]'") from error
    if policy.digest != record.policy.digest:
        raise ForbearError("it was decided under another policy; give the pack and settings of that time")
    sight = Sight(policy, record.type, audience)
    answer = _again(policy, record)
    names = list(about) or _told(record, sight)
    if wanted is not None and len(names) != 1:
        raise ForbearError(f"--wanted is the outcome of one decision; name it with --about: {', '.join(names)}")

    def free(path: str) -> bool:
        asked = any(path == one or path.startswith(f"{one}.") for one in may)
        return (asked or may_change(policy, record.type, path)) and sight.name(path)

    found: list[Counterfactual] = []
    for name in names:
        if name not in policy.decisions or not sight.name(name):
            raise ForbearError(f"what would have changed {name!r} cannot be told")
        given = (
            None if wanted is None else scalar_value(Scalar(wanted, True, Source("--wanted", wanted), 0, len(wanted)))
        )
        found.append(change(answer.policy, answer, name, given, free=free))
    return found


def _told(record: Record, sight: Sight) -> list[str]:
    """The decisions that a rule settled, and that may be seen; what fell back or was set by a person is left out."""
    fired = {rule.partition(".")[0] for rule in record.fired}
    others = {*(record.degraded or {}), *record.overridden}
    return [
        name
        for name in record.outcome
        if name in sight.policy.decisions and name in fired and name not in others and sight.name(name)
    ]


def _again(policy: ir.Policy, record: Record) -> Answer:
    """A recorded decision as a pure one; what people had set is fixed."""
    facts = facts_again(policy, record)
    held = {
        name: fit(name, policy.outcome_type(name), record.outcome[name])
        for name in record.overridden
        if name in policy.decisions
    }
    fixed = fix(policy, record.type, held) if held else policy
    degraded = dict(record.degraded or {})
    evaluation = make_evaluator("compiled", fixed).decide(record.type, facts, frozenset(degraded))
    return Answer(record.type, fixed, facts, evaluation, degraded)
