"""`decision:` → rules, in two passes: first what others must know of it, then its expressions."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from forbear.language import ir
from forbear.language.check import check_condition, check_value
from forbear.language.effects import Effects
from forbear.language.obligations import Owing
from forbear.language.scope import NOTHING, Head, Names, Scope
from forbear.language.shape import RULE_NAME, Shape
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.types import EnumType, ListType, Type, Value
from forbear.language.vocabulary import Vocabulary

KEYS = ("asks", "hit", "rules", "invariants", "grave")
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
        self.drafts: dict[str, Draft] = {}

    def error(self, code: str, message: str, node: Node | Scalar, hint: str = "") -> None:
        self.shape.error(code, message, node.span, hint)

    # --- first pass

    def read_head(self, node: Mapping) -> None:
        """The head of a decision: its name, events and outcome."""
        keys = self.shape.keys(
            node, "a decision", required=("decision", "asked_on", "outcome", "fallback", "rules"), optional=KEYS
        )
        name_node = keys.get("decision")
        name = self.shape.name(name_node, "a decision's name") if name_node is not None else None
        if name is None or not isinstance(name_node, Scalar):
            return
        if name in self.drafts:
            self.error("duplicate-name", f"there is a decision `{name}` already", name_node)
            return
        kind = Vocabulary(self.shape, self.names).type(keys["outcome"], "an outcome") if "outcome" in keys else None
        asked_on = self._events(keys["asked_on"]) if "asked_on" in keys else ()
        hit = self.shape.choice(keys["hit"], "hit policy", HITS) if "hit" in keys else "first"
        if kind is None or not asked_on or hit is None or "fallback" not in keys:
            self.names.broken.add(name)
            return
        asks = self.shape.text(keys["asks"], "`asks`") if "asks" in keys else None
        rules = self.shape.items(keys["rules"], "`rules`") if "rules" in keys else ()
        if hit == "collect" and not isinstance(kind[0], EnumType):
            self.error("type-mismatch", "`collect` gathers values of an enumeration", keys["outcome"])
        draft = Draft(name, name_node, keys, asks.value if asks else "", asked_on, kind[0], hit, rules)
        self.drafts[name] = draft
        self.names.decisions[name] = Head(draft.outcome_type, asked_on)

    def _events(self, node: Node) -> tuple[str, ...]:
        return self.shape.choices(node, "event", self.names.events, "unknown-event")

    def _rule_events(self, draft: Draft, rule: Mapping) -> tuple[str, ...]:
        """The events of a rule: those of the decision, or fewer."""
        for key, value in rule.items:
            if key.value == "asked_on":
                return self.shape.choices(value, "event that this decision is asked on", draft.asked_on, "not-asked")
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
        rules: list[ir.Rule] = []
        otherwise: ir.Expr | None = None
        known = dict.fromkeys(draft.asked_on, NOTHING)
        open_events = set(draft.asked_on)
        seen: set[str] = set()
        for node in draft.rules:
            mapping = self.shape.mapping(node, "a rule")
            if mapping is None:
                open_events.clear()
                continue
            if any(key.value == "otherwise" for key, _ in mapping.items):
                open_events.clear()
                keys = self.shape.keys(mapping, "`otherwise`", required=("otherwise",))
                if node is not draft.rules[-1]:
                    self.error("wrong-shape", "`otherwise` stands last", mapping)
                elif draft.hit == "collect":
                    self.error("wrong-shape", "`collect` needs no `otherwise`; nothing collected is []", mapping)
                else:
                    otherwise = check_value(keys["otherwise"], draft.type, settings, self.shape.problems)
                continue
            rule = self._rule(draft, mapping, known, seen)
            if rule is not None:
                rules.append(rule)
            if rule is None or rule.when is None:
                open_events -= set(self._rule_events(draft, mapping))
        if draft.hit == "first" and open_events and "rules" in draft.keys:
            where = ", ".join(f"`{event}`" for event in draft.asked_on if event in open_events)
            self.error(
                "not-covered",
                f"`{draft.name}` may be left without an outcome on {where}",
                draft.key,
                "end with `- otherwise: …`",
            )
        invariants = [
            one
            for n, node in enumerate(self._listed(draft.keys.get("invariants")), 1)
            if (one := self._invariant(draft, node, n)) is not None
        ]
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
        )
        return decision, invariants

    def _listed(self, node: Node | None) -> tuple[Node, ...]:
        return () if node is None else self.shape.items(node, "`invariants`")

    def _fallback(self, draft: Draft, scope: Scope) -> ir.Expr | None:
        node = draft.keys["fallback"]
        if draft.hit == "collect":
            values = [check_value(item, draft.type, scope, self.shape.problems) for item in self._items(node)]
            chosen = [one.value for one in values if isinstance(one, ir.Constant)]
            return ir.Constant(tuple(chosen)) if len(chosen) == len(values) else None
        return check_value(node, draft.type, scope, self.shape.problems)

    def _items(self, node: Node) -> tuple[Node, ...]:
        return self.shape.items(node, "the fallback of a `collect`")

    def _grave(self, draft: Draft, fallback: ir.Expr | None) -> tuple[Value, ...]:
        if "grave" not in draft.keys:
            return ()
        node = draft.keys["grave"]
        if not isinstance(draft.type, EnumType):
            self.error("type-mismatch", "only values of an enumeration can be grave", node)
            return ()
        grave = self.shape.choices(node, "outcome", draft.type.values)
        safe = fallback.value if isinstance(fallback, ir.Constant) else None
        if safe in grave or (isinstance(safe, tuple) and set(safe) & set(grave)):
            self.error("grave-fallback", "a fallback is never grave", draft.keys["fallback"], "choose a milder value")
        return grave

    def _rule(self, draft: Draft, node: Mapping, known: dict[str, frozenset[str]], seen: set[str]) -> ir.Rule | None:
        keys = self.shape.keys(node, "a rule", required=("rule", "then"), optional=RULE_KEYS)
        name = self.shape.name(keys["rule"], "a rule's name", RULE_NAME) if "rule" in keys else None
        if name is None:
            return None
        if name in seen:
            self.error("duplicate-name", f"there is a rule `{name}` already", keys["rule"])
        seen.add(name)
        events = self._rule_events(draft, node)
        here = frozenset.intersection(*(known[event] for event in events)) if events else NOTHING
        scope = Scope(self.names, events, here)
        when: ir.Expr | None = None
        whole = True
        inside = scope
        if "when" in keys:
            typed = check_condition(keys["when"], scope, self.shape.problems)
            whole = typed is not None
            if typed is not None:
                when = typed.expr
                inside = Scope(self.names, events, here | typed.when_true)
                for event in events if draft.hit == "first" else ():
                    known[event] |= typed.when_false
        # Where the condition is broken already, its consequences would only repeat the complaint.
        then = check_value(keys["then"], draft.type, inside, self.shape.problems) if "then" in keys else None
        effects = Effects(self.shape, self.names).read(keys, inside) if whole else ()
        because = self.shape.languages(keys["because"], "`because`") if "because" in keys else {}
        source = self.shape.text(keys["source"], "`source`") if "source" in keys else None
        if then is None or not whole or not events:
            return None
        return ir.Rule(
            name,
            events,
            when,
            then,
            effects,
            {language: one.value for language, one in because.items()},
            source.value if source is not None else "",
            keys["rule"].span,
        )

    def _invariant(self, draft: Draft, node: Node, number: int) -> ir.Invariant | None:
        keys = self.shape.keys(node, "an invariant", required=("because",), optional=("never", "always", "source"))
        kinds = [kind for kind in ("never", "always") if kind in keys]
        if len(kinds) != 1:
            if keys:
                self.error("missing-key", "an invariant is one of `never`, `always`", node)
            return None
        condition = keys[kinds[0]]
        events = tuple(event for event in draft.asked_on if self._speaks_of(condition, event))
        typed = check_condition(
            condition, Scope(self.names, events or draft.asked_on, effects=True), self.shape.problems
        )
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

    def _speaks_of(self, condition: Node, event: str) -> bool:
        """Whether every decision and fact of the condition is there on the event."""
        from forbear.language.source import Problems

        trial = Problems()
        check_condition(condition, Scope(self.names, (event,), effects=True), trial)
        return not any(one.code in ("not-asked", "not-on-event") for one in trial.found)


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
                    pairs = dict((one.value, two) for one, two in inner.items) if isinstance(inner, Mapping) else {}
                    given = pairs.get("carries")
                    yield (
                        name.value,
                        frozenset(one.value for one, _ in given.items) if isinstance(given, Mapping) else NOTHING,
                    )
