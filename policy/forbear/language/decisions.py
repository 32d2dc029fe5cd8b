"""`decision:` → rules, in two passes: first what others must know of it, then its expressions."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.check import asked_about, check_condition, check_value, stands_on
from forbear.language.effects import Effects
from forbear.language.kinds import OF_A_TYPE, declared, seen_by
from forbear.language.obligations import Owing
from forbear.language.scope import NOTHING, Head, Names, Scope, Typed
from forbear.language.shape import RULE_NAME, Shape, did_you_mean
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import EnumType, ListType, Type, Value

NEEDED = ("decision", "asked_on", "outcome", "fallback", "rules")
KEYS = ("asks", "hit", "rules", "invariants", "grave", "seen_by")
RULE_KEYS = ("asked_on", "when", "then", "record", "amend", "owe", "close", "because", "source")
HITS = ("first", "collect")


@frozen
class Draft:
    """A decision whose head is read and whose rules are still nodes."""

    name: str
    key: Scalar
    keys: dict[str, Node]
    asks: str
    asked_on: tuple[str, ...]
    type: Type
    hit: str
    rules: tuple[Node, ...]

    @property
    def outcome_type(self) -> Type:
        """The type of the outcome as other rules read it."""
        return ListType(self.type) if self.hit == "collect" and not isinstance(self.type, ListType) else self.type


class Decisions:
    """Reads the decisions of a pack."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.effects = Effects(shape, names)
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
        name_node = keys.get("decision")
        name = self.shape.name(name_node, "a decision's name") if name_node is not None else None
        if name is None or not isinstance(name_node, Scalar):
            if isinstance(name_node, Scalar):
                self.shape.lose(name_node)
            return
        if name in self.drafts or name in self.names.broken:
            message = f"there is a decision `{name}` already"
            self.error("duplicate-name", message, name_node, "leave one of them out, or rename it")
            return
        kind = declared(self.shape, keys["outcome"], "an outcome", OF_A_TYPE) if "outcome" in keys else None
        asked_on = self._events(keys["asked_on"]) if "asked_on" in keys else ()
        hit = self.shape.choice(keys["hit"], "hit policy", HITS) if "hit" in keys else "first"
        if kind is None or not asked_on or hit is None:
            self.names.broken.add(name)
            return
        asks = self.shape.text(keys["asks"], "`asks`") if "asks" in keys else None
        rules = self.shape.items(keys["rules"], "`rules`") if "rules" in keys else ()
        if hit == "collect" and not isinstance(kind.type, EnumType):
            hint = "list the values: outcome: [a, b]"
            self.error("type-mismatch", "`collect` gathers values of an enumeration", keys["outcome"], hint)
        draft = Draft(name, name_node, keys, asks.value if asks else "", asked_on, kind.type, hit, rules)
        self.drafts[name] = draft
        self.names.decisions[name] = Head(draft.outcome_type, asked_on)

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
        found: dict[str, tuple[Owing, ...]] = {}
        for draft in self.drafts.values():
            for rule in draft.rules:
                if not isinstance(rule, Mapping):
                    continue
                events = self._rule_events(draft, rule)
                for name, gives in _owed(rule):
                    found[name] = (*found.get(name, ()), Owing(events, gives))
        return found

    # --- second pass

    def finish(self, draft: Draft) -> tuple[ir.Decision | None, list[ir.Invariant]]:
        """The decision with its rules checked, and the invariants that stand in its file."""
        settings = Scope(self.names, settings_only=True)
        fallback = self._fallback(draft, settings)
        grave = self._grave(draft, fallback)
        rules, otherwise = self._rules(draft, settings)
        listed = self.shape.items(draft.keys["invariants"], "`invariants`") if "invariants" in draft.keys else ()
        read = [self._invariant(draft, node, n) for n, node in enumerate(listed, 1)]
        invariants = [one for one in read if one is not None]
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
        )
        return decision, invariants

    def _rules(self, draft: Draft, settings: Scope) -> tuple[list[ir.Rule], ir.Expr | None]:
        """The rules and what holds `otherwise`; under `first`, each rule knows what the ones before it asked for."""
        rules: list[ir.Rule] = []
        otherwise: ir.Expr | None = None
        known = dict.fromkeys(draft.asked_on, NOTHING)
        uncovered = set(draft.asked_on)
        seen: set[str] = set()
        for node in draft.rules:
            mapping = self.shape.mapping(node, "a rule")
            if mapping is None:
                uncovered.clear()
                continue
            if any(key.value == "otherwise" for key, _ in mapping.items):
                uncovered.clear()
                keys = self.shape.keys(mapping, "`otherwise`", required=("otherwise",))
                if node is not draft.rules[-1]:
                    self.error("wrong-shape", "`otherwise` stands last", mapping, "move it to the end of the rules")
                elif draft.hit == "collect":
                    message = "`collect` needs no `otherwise`; nothing collected is []"
                    self.error("wrong-shape", message, mapping, "leave it out")
                else:
                    otherwise = check_value(keys["otherwise"], draft.type, settings, self.shape.problems)
                continue
            rule = self._rule(draft, mapping, known, seen)
            if rule is not None:
                rules.append(rule)
            if rule is None or rule.when is None:
                uncovered -= set(self._rule_events(draft, mapping) or draft.asked_on)
        if draft.hit == "first" and uncovered and "rules" in draft.keys:
            where = ", ".join(f"`{event}`" for event in draft.asked_on if event in uncovered)
            message = f"`{draft.name}` may be left without an outcome on {where}"
            self.error("not-covered", message, draft.key, "end with `- otherwise: …`")
        return rules, otherwise

    def _fallback(self, draft: Draft, scope: Scope) -> ir.Expr | None:
        if "fallback" not in draft.keys:
            return None
        node = draft.keys["fallback"]
        if draft.hit != "collect":
            return check_value(node, draft.type, scope, self.shape.problems)
        items = self.shape.items(node, "the fallback of a `collect`")
        values = [check_value(item, draft.type, scope, self.shape.problems) for item in items]
        for item, value in zip(items, values, strict=True):
            if value is not None and not isinstance(value, ir.Constant):
                self.error("wrong-value", "the fallback of a `collect` is a list of plain values", item)
        chosen = dict.fromkeys(one.value for one in values if isinstance(one, ir.Constant))
        return ir.Constant(tuple(chosen)) if isinstance(node, Sequence | Scalar) else None

    def _grave(self, draft: Draft, fallback: ir.Expr | None) -> tuple[Value, ...]:
        if "grave" not in draft.keys:
            return ()
        node = draft.keys["grave"]
        if not isinstance(draft.type, EnumType):
            self.error("type-mismatch", "only values of an enumeration can be grave", node, "leave `grave` out")
            return ()
        grave = self.shape.choices(node, "outcome", draft.type.values)
        if self._values_of(fallback) & set(grave):
            self.error("grave-fallback", "a fallback is never grave", draft.keys["fallback"], "choose a milder value")
        return grave

    def _values_of(self, fallback: ir.Expr | None) -> set[Value]:
        """Every value of an enumeration that a fallback may give."""
        match fallback:
            case ir.Constant(tuple() as values):
                return set(values)
            case ir.Constant(value):
                return {value}
            case ir.Read(path) if path in self.names.settings:
                kind = self.names.settings[path].type
                return set(kind.values) if isinstance(kind, EnumType) else set()
            case _:
                return set()

    def _rule(self, draft: Draft, node: Mapping, known: dict[str, frozenset[str]], seen: set[str]) -> ir.Rule | None:
        keys = self.shape.keys(node, "a rule", required=("rule", "then"), optional=RULE_KEYS)
        name = self.shape.name(keys["rule"], "a rule's name", RULE_NAME) if "rule" in keys else None
        if name is not None and name in seen:
            self.error("duplicate-name", f"there is a rule `{name}` already", keys["rule"], "rename one of them")
        seen |= {name} if name is not None else set()
        events = self._rule_events(draft, node)
        here = frozenset.intersection(*(known[event] for event in events or draft.asked_on))
        when, inside, whole = self._when(keys, Scope(self.names, events, here))
        if draft.hit == "first" and "when" in keys:
            after = when.when_false if when is not None else asked_about(keys["when"])
            for event in events or draft.asked_on:
                known[event] |= after
        then = check_value(keys["then"], draft.type, inside, self.shape.problems) if "then" in keys else None
        effects = self.effects.read(keys, inside)
        because = self.shape.languages(keys["because"], "`because`") if "because" in keys else {}
        source = self.shape.text(keys["source"], "`source`") if "source" in keys else None
        if name is None or then is None or not whole or not events:
            return None
        return ir.Rule(
            name,
            events,
            when.expr if when is not None else None,
            then,
            effects,
            {language: one.value for language, one in because.items()},
            source.value if source is not None else "",
            keys["rule"].span,
        )

    def _when(self, keys: dict[str, Node], scope: Scope) -> tuple[Typed | None, Scope, bool]:
        """A rule's condition, the scope of what takes effect under it, and whether it is free of problems.

        Under a broken condition, whatever it asks has() of counts as known, or its consequences would be noted too.
        """
        if "when" not in keys:
            return None, scope, True
        when = check_condition(keys["when"], scope, self.shape.problems)
        asked = when.when_true if when is not None else asked_about(keys["when"])
        return when, evolve(scope, known=scope.known | asked), when is not None

    def _invariant(self, draft: Draft, node: Node, number: int) -> ir.Invariant | None:
        keys = self.shape.keys(node, "an invariant", required=("because",), optional=("never", "always", "source"))
        kinds = [kind for kind in ("never", "always") if kind in keys]
        if len(kinds) != 1:
            unknown = isinstance(node, Mapping) and len(keys) < len(node.items)
            if keys and not unknown:
                self.error("missing-key", "an invariant has one of `never`, `always`", node, "never: '…', say")
            return None
        condition = keys[kinds[0]]
        anywhere = Scope(self.names, effects=True)
        events = tuple(event for event in draft.asked_on if stands_on(condition, evolve(anywhere, events=(event,))))
        typed = check_condition(condition, evolve(anywhere, events=events or draft.asked_on), self.shape.problems)
        because = self.shape.text(keys["because"], "`because`") if "because" in keys else None
        source = self.shape.text(keys["source"], "`source`") if "source" in keys else None
        if typed is None or because is None:
            return None
        return ir.Invariant(
            f"{draft.name}#{number}",
            draft.name,
            events or draft.asked_on,
            kinds[0] == "never",
            typed.expr,
            because.value,
            source.value if source is not None else "",
            condition.span,
        )


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
