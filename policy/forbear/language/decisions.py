"""`decision:` → rules, in two passes: first what others must know of it, then its expressions."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.check import asked_about, check_condition, check_value
from forbear.language.effects import Effects
from forbear.language.gaps import Gaps
from forbear.language.kinds import OF_A_TYPE, declared, seen_by
from forbear.language.obligations import Owing
from forbear.language.outcomes import read_grave, read_overridable
from forbear.language.rules import new_name, read_invariants, read_reasons
from forbear.language.scope import NOTHING, Head, Names, Scope, Typed
from forbear.language.shape import Shape, did_you_mean
from forbear.language.tables import Row, check_row, read_rows
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import EnumType, IntType, Type

NEEDED = ("decision", "asked_on", "outcome", "fallback")
KEYS = ("asks", "hit", "rules", "table", "invariants", "grave", "overridable", "seen_by")
RULE_KEYS = ("asked_on", "when", "then", "record", "amend", "owe", "close", "say", "because", "source")
HITS = ("first", "unique", "priority", "collect")


@frozen
class Draft:
    """A decision whose head is read and whose rules are still nodes."""

    key: Scalar
    keys: dict[str, Node]
    asks: str
    asked_on: tuple[str, ...]
    type: Type
    hit: str
    rules: tuple[tuple[Node, Row | None], ...]  # a row's condition stands in its cells

    @property
    def name(self) -> str:
        """The decision's name."""
        return self.key.value

    @property
    def outcome_type(self) -> Type:
        """The type of the outcome as other rules read it."""
        return ir.gathered(self.type) if self.hit == "collect" else self.type


class Decisions:
    """Reads the decisions of a pack."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.effects, self.gaps = Effects(shape, names), Gaps(shape, names)
        self.drafts: dict[str, Draft] = {}

    def error(self, code: str, message: str, node: Node | Scalar, hint: str = "") -> None:
        self.shape.error(code, message, node.span, hint)

    # --- first pass

    def read_head(self, node: Mapping) -> None:
        """The head of a decision: its name, events and outcome."""
        keys = self.shape.keys(node, "a decision", required=NEEDED, optional=KEYS)
        for key, value in node.items:
            if key.value not in keys:  # another section may have been meant to stand beside it
                self.shape.lose(value)
        name = new_name(self.shape, self.names, keys)
        if name is None:
            return
        kind = declared(self.shape, keys["outcome"], "an outcome", OF_A_TYPE) if "outcome" in keys else None
        asked_on = self._events(keys["asked_on"]) if "asked_on" in keys else ()
        hit = self.shape.choice(keys["hit"], "hit policy", HITS) if "hit" in keys else "first"
        if kind is None or not asked_on or hit is None:
            self.names.broken.add(name.value)
            return
        asks = self.shape.text(keys["asks"], "`asks`") if "asks" in keys else None
        rules = self._listed(node, keys)
        if hit == "collect" and not isinstance(kind.type, EnumType | IntType):
            hint = "list the values: outcome: [a, b]"
            self.error("type-mismatch", "`collect` gathers values, or adds up whole numbers", keys["outcome"], hint)
        if hit == "priority" and not isinstance(kind.type, EnumType):
            hint = "list the values, mildest first: outcome: [a, b]"
            self.error("type-mismatch", "`priority` needs an order of outcomes", keys["outcome"], hint)
        draft = Draft(name, keys, asks.value if asks else "", asked_on, kind.type, hit, rules)
        self.drafts[name.value] = draft
        self.names.decisions[name.value] = Head(draft.outcome_type, asked_on)

    def _listed(self, node: Mapping, keys: dict[str, Node]) -> tuple[tuple[Node, Row | None], ...]:
        """The rules, written as a list or as a table."""
        if "table" in keys:
            if "rules" in keys:
                self.error("wrong-shape", "a decision has `rules` or a `table`", keys["rules"], "leave one of them out")
            return tuple((row.node, row) for row in read_rows(self.shape, keys["table"]))
        if "rules" not in keys:
            if all(key.value in (*NEEDED, *KEYS, "over") for key, _ in node.items):
                self.error("missing-key", "a decision needs `rules`", node, "or a `table`")
            return ()
        return tuple((one, None) for one in self.shape.items(keys["rules"], "`rules`"))

    def _events(self, node: Node) -> tuple[str, ...]:
        return self.shape.choices(node, "event", self.names.events, "unknown-event")

    def _rule_events(self, draft: Draft, rule: Mapping) -> tuple[str, ...]:
        """The events of a rule: those of the decision, or fewer."""
        for key, value in rule.items:
            if key.value == "asked_on":
                words = [self.shape.text(item, "an event") for item in self.shape.items(value, "`asked_on`")]
                for word in words:
                    if word is not None and word.value not in draft.asked_on:
                        message = f"`{draft.name}` is not asked on `{word.value}`"
                        self.error("not-asked", message, word, did_you_mean(word.value, draft.asked_on))
                return tuple(event for event in draft.asked_on if any(word and word.value == event for word in words))
        return draft.asked_on

    def owings(self) -> dict[str, tuple[Owing, ...]]:
        """Where each obligation is owed, read before obligations and rules are checked."""
        found: dict[str, list[Owing]] = {}
        for draft in self.drafts.values():
            for rule, _ in draft.rules:
                if not isinstance(rule, Mapping):
                    continue
                events = self._rule_events(draft, rule)
                for name, gives in _owed(rule):
                    found.setdefault(name, []).append(Owing(events, gives))
        return {name: tuple(owings) for name, owings in found.items()}

    def sayings(self) -> dict[str, tuple[str, ...]]:
        """On which events rules say each text themselves, read before the texts are checked."""
        found: dict[str, dict[str, None]] = {}
        for draft in self.drafts.values():
            for rule, _ in draft.rules:
                pairs = {key.value: value for key, value in rule.items} if isinstance(rule, Mapping) else {}
                said = pairs.get("say")
                for word in said.items if isinstance(said, Sequence) else (said,):
                    if isinstance(rule, Mapping) and isinstance(word, Scalar):
                        found.setdefault(word.value, {}).update(dict.fromkeys(self._rule_events(draft, rule)))
        return {text: tuple(events) for text, events in found.items()}

    # --- second pass

    def finish(self, draft: Draft) -> tuple[ir.Decision | None, list[ir.Invariant]]:
        """The decision with its rules checked, and the invariants that stand in its file."""
        settings = Scope(self.names, settings_only=True)
        fallback = self._fallback(draft, settings)
        grave = read_grave(self.shape, self.names, draft.keys, draft.type, fallback)
        rules, otherwise = self._rules(draft, settings)
        promised = Scope(self.names, effects=True)
        invariants = read_invariants(self.shape, draft.keys, draft.name, draft.asked_on, promised)
        if fallback is None:
            return None, invariants
        decision = ir.Decision(
            draft.name,
            draft.asks,
            draft.asked_on,
            draft.type,
            draft.hit,
            grave,
            fallback,
            tuple(rules),
            otherwise,
            draft.key.span,
            seen_by(self.shape, draft.keys, ir.STAFF),
            read_overridable(self.shape, draft.keys, draft.type, draft.hit),
        )
        return decision, invariants

    def _rules(self, draft: Draft, settings: Scope) -> tuple[list[ir.Rule], ir.Expr | None]:
        """The rules and what holds `otherwise`; under `first`, each rule knows what the ones before it asked for."""
        rules: list[ir.Rule] = []
        otherwise: ir.Expr | None = None
        known = dict.fromkeys(draft.asked_on, NOTHING)
        uncovered = set(draft.asked_on)
        seen: set[str] = set()
        for node, row in draft.rules:
            mapping = self.shape.mapping(node, "a rule")
            if mapping is None:
                uncovered.clear()
                continue
            if any(key.value == "otherwise" for key, _ in mapping.items):
                uncovered.clear()
                keys = self.shape.keys(mapping, "`otherwise`", required=("otherwise",))
                if node is not draft.rules[-1][0]:
                    self.error("wrong-shape", "`otherwise` stands last", mapping, "move it to the end of the rules")
                elif draft.hit == "collect":
                    message = "`collect` needs no `otherwise`; nothing collected is [], or 0"
                    self.error("wrong-shape", message, mapping, "leave it out")
                else:
                    otherwise = check_value(keys["otherwise"], draft.type, settings, self.shape.problems)
                continue
            rule = self._rule(draft, mapping, row, known, seen)
            if rule is not None:
                rules.append(rule)
            if rule is None or rule.when is None:
                uncovered -= set(self._rule_events(draft, mapping) or draft.asked_on)
        if len(rules) == sum(1 for node, _ in draft.rules if isinstance(node, Mapping)) - (otherwise is not None):
            if draft.hit != "collect" and (draft.rules or isinstance(draft.keys.get("rules"), Sequence)):
                self.gaps.check_covered(draft.key, rules, [one for one in draft.asked_on if one in uncovered])
            apart = draft.hit == "unique" and self.gaps.check_apart(rules)
            if self.shape.problems.thorough:
                self.gaps.check_reached(draft.hit, draft.type, rules)
                if apart:
                    self.gaps.note_unproved(draft.key, rules)
        return rules, otherwise

    def _fallback(self, draft: Draft, scope: Scope) -> ir.Expr | None:
        if "fallback" not in draft.keys:
            return None
        node = draft.keys["fallback"]
        if draft.hit != "collect" or isinstance(draft.type, IntType):
            return check_value(node, draft.type, scope, self.shape.problems)
        items = self.shape.items(node, "the fallback of a `collect`")
        values = [check_value(item, draft.type, scope, self.shape.problems) for item in items]
        for item, value in zip(items, values, strict=True):
            if value is not None and not isinstance(value, ir.Constant):
                message = "the fallback of a `collect` is a list of plain values"
                self.error("wrong-value", message, item, "leave out the `=`")
        chosen = dict.fromkeys(one.value for one in values if isinstance(one, ir.Constant))
        return ir.Constant(tuple(chosen)) if isinstance(node, Sequence | Scalar) else None

    def _rule(
        self, draft: Draft, node: Mapping, row: Row | None, known: dict[str, frozenset[str]], seen: set[str]
    ) -> ir.Rule | None:
        keys = self.shape.keys(node, "a rule", required=("rule", "then"), optional=RULE_KEYS)
        reasons = read_reasons(self.shape, keys, seen)
        events = self._rule_events(draft, node)
        here = frozenset.intersection(*(known[event] for event in events or draft.asked_on))
        when, inside, whole = self._when(keys, row, Scope(self.names, events, here))
        if draft.hit == "first" and "when" in keys and row is None:
            after = when.when_false if when is not None else asked_about(keys["when"])
            for event in events or draft.asked_on:
                known[event] |= after
        then = check_value(keys["then"], draft.type, inside, self.shape.problems) if "then" in keys else None
        effects = self.effects.read(keys, inside)
        if reasons is None or then is None or not whole or not events:
            return None
        return ir.Rule(
            reasons.name,
            events,
            when.expr if when is not None else None,
            then,
            effects,
            reasons.because,
            reasons.source,
            reasons.key.span,
        )

    def _when(self, keys: dict[str, Node], row: Row | None, scope: Scope) -> tuple[Typed | None, Scope, bool]:
        """A rule's condition, the scope of what takes effect under it, and whether it is free of problems.

        Under a broken condition, whatever it asks has() of counts as known, or its consequences would be noted too.
        """
        if row is not None:
            cells, whole = check_row(row, scope, self.shape)
            return cells, scope, whole
        if "when" not in keys:
            return None, scope, True
        when = check_condition(keys["when"], scope, self.shape.problems)
        asked = when.when_true if when is not None else asked_about(keys["when"])
        return when, evolve(scope, known=scope.known | asked), when is not None


def _owed(rule: Mapping) -> Iterator[tuple[str, frozenset[str]]]:
    """The obligations that a rule names, and which carried values it gives itself; wrong shapes are noted later."""
    for key, value in rule.items:
        if key.value != "owe":
            continue
        items = value.items if not isinstance(value, Scalar | Mapping) else (value,)
        for item in items:
            if isinstance(item, Scalar):
                yield item.value, NOTHING
            elif isinstance(item, Mapping):
                for name, inner in item.items:
                    pairs = {one.value: two for one, two in inner.items} if isinstance(inner, Mapping) else {}
                    given = pairs.get("carries")
                    carried = (one.value for one, _ in given.items) if isinstance(given, Mapping) else ()
                    yield name.value, frozenset(carried)
