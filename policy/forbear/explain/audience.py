"""Who may see what, as the pack declares it: a name by `seen_by`, a value only with everything that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import Factory, field, frozen

from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.events import EVENT_TYPES
from forbear.language.walk import reads

Audience = Literal["customer", "advisor", "manager", "auditor"]
AUDIENCES: tuple[Audience, ...] = ("customer", "advisor", "manager", "auditor")


def audience_of(name: str) -> Audience:
    """The audience of a name. Raises ForbearError."""
    if name not in AUDIENCES:
        raise ForbearError(f"there is no audience {name!r}; give {', '.join(AUDIENCES[:-1])} or {AUDIENCES[-1]}")
    return name


# Of the core's own event fields a pack declares nothing. These tell of nobody; the others are ids and free words.
_OPEN = frozenset(
    f"event.{name}" for name in ("type", "speaker", "author", "kind", "lang", "channel", "how", "verdict")
)


def _clean(sight: Sight) -> frozenset[str]:
    """The decisions whose outcome on such events holds no copy of a hidden value, whichever of their values it is."""
    clean: set[str] = set()
    for name, decision in sight.policy.decisions.items():  # each after those that it reads
        asked = [rule for rule in decision.rules if sight.event in rule.asked_on]
        made_of = [decision.fallback, *(rule.then for rule in asked)]
        made_of += [decision.otherwise] if decision.otherwise is not None else []
        paths = {path for expr in made_of for path in reads(expr)}
        decided = paths & sight.policy.decisions.keys()
        if all(one in clean and sight.decision(one) for one in decided) and sight.names(paths - decided):
            clean.add(name)
    return frozenset(clean)


@frozen
class Sight:
    """What one audience may see of one policy, on events of one type."""

    policy: ir.Policy
    event: str
    audience: Audience
    clean: frozenset[str] = field(init=False, default=Factory(_clean, takes_self=True))

    def name(self, path: str) -> bool:
        """Whether the value at a path may be seen: a fact, fold, setting, candidate's field, decision or ranking."""
        if self.audience == "auditor":
            return True
        if path in self.policy.decisions:
            return self.decision(path) and path in self.clean
        if path in self.policy.rankings:
            return self.decision(path) and self.name(self.policy.rankings[path].over)
        if path.startswith(ir.CANDIDATE):
            return self._candidate(path.removeprefix(ir.CANDIDATE))
        if path in _OPEN and self.event in EVENT_TYPES:
            return self.audience in ir.STAFF
        declared = (
            self.policy.facts.get(path)
            or self.policy.folds.get(path)
            or self.policy.settings.get(path)
            or self.policy.events.get(self.event, {}).get(path)
        )
        return declared is not None and self.audience in declared.seen_by

    def _candidate(self, name: str) -> bool:
        """A fold by its own word; a field only where every list of candidates may be seen."""
        if name in self.policy.folds:
            return self.name(name)
        return all(self.name(ranking.over) for ranking in self.policy.rankings.values())

    def names(self, paths: Iterable[str]) -> bool:
        """Whether all of them may be seen."""
        return all(self.name(path) for path in paths)

    def expression(self, expr: ir.Expr | None) -> bool:
        """Whether everything that an expression reads may be seen."""
        return self.names(reads(expr))

    def decision(self, name: str) -> bool:
        """Whether it may be known that the decision was taken."""
        declared = self.policy.decisions.get(name) or self.policy.rankings.get(name)
        return self.audience == "auditor" or (declared is not None and self.audience in declared.seen_by)

    def reason(self, when: ir.Expr | None) -> bool:
        """Whether a rule's reason may be told.

        A decision is shown to customers only where the pack says so, and its reasons were written to be told them. To
        staff a decision is shown by default, so a reason stays back where its rule asks what they may not see: "a
        person looks first" would tell of a need that an advisor is not to know. Settings tell of nobody.
        """
        return self.audience == "customer" or self.names(
            path for path in reads(when) if path not in self.policy.settings
        )

    def obligation(self, name: str, to: str) -> bool:
        """Whether an obligation may be seen; an advisor sees what advisors owe."""
        if self.audience == "auditor":
            return True
        declared = self.policy.obligations.get(name)
        if declared is None or self.audience not in declared.seen_by:
            return False
        return self.audience != "advisor" or to == "advisor"

    def said(self, name: str) -> bool:
        """Whether what is said with an obligation shows nothing that may not be seen."""
        declared = self.policy.obligations.get(name)
        return self.text(declared.say if declared is not None else "")

    def text(self, name: str) -> bool:
        """Whether a text shows nothing that may not be seen."""
        text = self.policy.texts.get(name)
        if text is None:
            return self.audience == "auditor"
        parts = (part for variant in text.variants.values() for template in variant.values() for part in template)
        shown = {part.path for part in parts if isinstance(part, ir.Placeholder)}
        return self.names({text.by} | shown if text.by else shown)

    def carried(self, obligation: str, name: str) -> bool:
        """Whether a value that an obligation carries may be seen, wherever it was taken from."""
        owed = [one.carries for one in self._effects() if isinstance(one, ir.Owe) and one.obligation == obligation]
        return self.audience == "auditor" or (bool(owed) and self._made_of(owed, name))

    def amended(self, name: str) -> bool:
        """Whether the new value of an entry's attribute may be seen, whichever rule amends it."""
        return self._made_of([one.values for one in self._effects() if isinstance(one, ir.Amend)], name)

    def _made_of(self, assigned: list[tuple[tuple[str, ir.Expr], ...]], name: str) -> bool:
        return self.audience == "auditor" or all(
            self.expression(expr) for values in assigned for key, expr in values if key == name
        )

    def _effects(self) -> Iterator[ir.Effect]:
        for decision in self.policy.decisions.values():
            for rule in decision.rules:
                yield from rule.effects
