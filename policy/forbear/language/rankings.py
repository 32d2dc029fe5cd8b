"""`decision:` with `over:` → a ranking: who is left in, in which order."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.check import asked_about, check_condition, check_value
from forbear.language.kinds import seen_by
from forbear.language.resolve import CANDIDATE_SPACES
from forbear.language.rules import new_name, read_invariants, read_reasons
from forbear.language.scope import NOTHING, Names, Scope
from forbear.language.shape import PATH, Shape, did_you_mean
from forbear.language.tables import Row, check_row, read_rows
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.types import IntType, RecordsType

NEEDED = ("decision", "asked_on", "over", "fallback")
KEYS = ("asks", "require", "prefer", "invariants", "seen_by")
SCORE = IntType(-(2**40), 2**40)  # what one preference may add
AS_GIVEN = "as_given"


@frozen
class Draft:
    """A ranking whose head is read and whose rules are still nodes."""

    key: Scalar
    keys: dict[str, Node]
    asks: str
    asked_on: tuple[str, ...]
    over: str
    kind: RecordsType
    asked: frozenset[str]  # what keys that cannot be read ask has() of


class Rankings:
    """Reads the rankings of a pack."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.drafts: list[Draft] = []

    def read_head(self, node: Mapping) -> None:
        """Name, events and the list of candidates."""
        keys = self.shape.keys(node, "a ranking", required=NEEDED, optional=KEYS)
        asked: frozenset[str] = NOTHING
        for key, value in node.items:
            if key.value not in keys:  # another section may have been meant to stand beside it, or `require`
                self.shape.lose(value)
                asked |= asked_about(value)
        name = new_name(self.shape, self.names, keys)
        if name is None:
            return
        self.names.ranked.add(name.value)
        asked_on: tuple[str, ...] = ()
        if "asked_on" in keys:
            asked_on = self.shape.choices(keys["asked_on"], "event", self.names.events, "unknown-event")
        if "fallback" in keys:
            self.shape.choice(keys["fallback"], "fallback of a ranking", (AS_GIVEN,))
        asks = self.shape.text(keys["asks"], "`asks`") if "asks" in keys else None
        over = self._over(keys["over"]) if "over" in keys else None
        kind = self._list(over, keys["over"]) if over is not None else None
        if len(keys) == len(node.items) and not {"require", "prefer"} & keys.keys():
            message = f"`{name.value}` neither requires nor prefers anything"
            self.shape.error("missing-key", message, name.span, "add `require:` or `prefer:`")
        if over is not None and kind is not None and asked_on:
            self.drafts.append(Draft(name, keys, asks.value if asks is not None else "", asked_on, over, kind, asked))

    def _over(self, node: Node) -> str | None:
        """The path of the list."""
        if isinstance(node, Scalar):
            return self.shape.name(node, "a list", PATH)
        self.shape.wrong(node, "`over` names one list", "write its name alone")
        return None

    def _list(self, over: str, node: Node) -> RecordsType | None:
        """The type of the list that is chosen from."""
        if over in self.names.broken:
            return None
        lists = {path: fact.type for path, fact in self.names.facts.items() if isinstance(fact.type, RecordsType)}
        if over in lists:
            return lists[over]
        hint = did_you_mean(over, lists) or "declare it among the facts: {list_of: {id: string, …}}"
        self.shape.error("unknown-name", f"there is no list of candidates `{over}`", node.span, hint)
        return None

    def finish(self, draft: Draft) -> tuple[ir.Ranking, list[ir.Invariant]]:
        """The ranking with its rules checked, and the invariants that stand in its file."""
        scope = Scope(self.names, draft.asked_on, draft.asked, candidates=draft.kind, spaces=("candidate",))
        seen: set[str] = set()
        require, scope = self._requirements(draft, scope, seen)
        ranking = ir.Ranking(
            draft.key.value,
            draft.asks,
            draft.asked_on,
            draft.over,
            tuple(require),
            tuple(self._preferences(draft, scope, seen)),
            draft.key.span,
            seen_by(self.shape, draft.keys, ir.STAFF),
        )
        promised = Scope(self.names, effects=True, candidates=draft.kind, spaces=CANDIDATE_SPACES, ranked=True)
        return ranking, read_invariants(self.shape, draft.keys, ranking.name, draft.asked_on, promised)

    def _requirements(self, draft: Draft, scope: Scope, seen: set[str]) -> tuple[list[ir.Requirement], Scope]:
        """What must hold, and the scope where all of it does; each knows what the ones before it made sure of."""
        found: list[ir.Requirement] = []
        for node, row in self._listed(draft, "require"):
            keys = self.shape.keys(node, "a requirement", required=("rule", "when"), optional=("because", "source"))
            reasons = read_reasons(self.shape, keys, seen)
            when, scope = self._when(keys, row, scope)
            if reasons is not None and when is not None:
                found.append(ir.Requirement(reasons.name, when, reasons.because, reasons.source, reasons.key.span))
        return found, scope

    def _preferences(self, draft: Draft, scope: Scope, seen: set[str]) -> Iterator[ir.Preference]:
        """What adds to a score; asked only of candidates whom every requirement left in."""
        for node, row in self._listed(draft, "prefer"):
            keys = self.shape.keys(
                node, "a preference", required=("rule", "add"), optional=("when", "because", "source")
            )
            reasons = read_reasons(self.shape, keys, seen)
            when, inside = self._when(keys, row, scope)
            add = check_value(keys["add"], SCORE, inside, self.shape.problems) if "add" in keys else None
            if reasons is not None and add is not None:
                yield ir.Preference(reasons.name, when, add, reasons.because, reasons.source, reasons.key.span)

    def _listed(self, draft: Draft, key: str) -> list[tuple[Node, Row | None]]:
        """The rules under `require` or `prefer`, written as a list or as a table."""
        if key not in draft.keys:
            return []
        node = draft.keys[key]
        if isinstance(node, Mapping) and any(one.value in ("inputs", "rows") for one, _ in node.items):
            rows: list[tuple[Node, Row | None]] = [(row.node, row) for row in read_rows(self.shape, node)]
        else:
            rows = [(item, None) for item in self.shape.items(node, f"`{key}`")]
        return [(item, row) for item, row in rows if not self._is_otherwise(item)]

    def _is_otherwise(self, node: Node) -> bool:
        """Whether a rule says what holds otherwise, which a ranking has no use for."""
        pairs = node.items if isinstance(node, Mapping) else ()
        word = next((key for key, _ in pairs if key.value == "otherwise"), None)
        if word is not None:
            message = "a ranking has no `otherwise`"
            self.shape.error("wrong-shape", message, word.span, "leave it out; who has no preference scores nothing")
        return word is not None

    def _when(self, keys: dict[str, Node], row: Row | None, scope: Scope) -> tuple[ir.Expr | None, Scope]:
        """A condition, None where there is none or it is wrong, and the scope where it holds."""
        if row is not None:
            cells, whole = check_row(row, scope, self.shape)
            return cells.expr if cells is not None else ir.Constant(True) if whole else None, scope
        if "when" not in keys:
            return None, scope
        typed = check_condition(keys["when"], scope, self.shape.problems)
        asked = typed.when_true if typed is not None else asked_about(keys["when"])
        return typed.expr if typed is not None else None, evolve(scope, known=scope.known | asked)
