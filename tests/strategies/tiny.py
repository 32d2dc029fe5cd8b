"""Policies so small that every case of theirs can be decided: a few facts of two to five values each.

`tiny_policy` writes a pack with a seeded generator; all that it may read is in `Tiny`, so that a test can go through
every case without asking the policy what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.types import Value
from strategies.packs import build
from strategies.yaml_text import Node, yaml_text

MANIFEST = yaml_text({"pack": "tiny", "version": "1.0.0", "language": 1})
EVENTS = ("utterance", "contact_offered")
MOST_CASES = 80
MOST_SETTINGS = 9
OTHERS = "any other text"


@frozen
class Word:
    """Something that a rule reads: its path, how it is declared, every value, and whether it may be missing."""

    path: str
    declared: Node
    values: tuple[Value, ...]
    optional: bool = False

    @property
    def kind(self) -> str:
        """bool, int or text."""
        one = self.values[0]
        return "bool" if isinstance(one, bool) else "int" if isinstance(one, int) else "text"

    @property
    def said(self) -> tuple[Value, ...]:
        """The values that a rule may name; of texts there is always another."""
        return tuple(value for value in self.values if value != OTHERS)


@frozen
class Tiny:
    """A policy, and all that its cases are made of."""

    policy: ir.Policy
    files: dict[str, str]
    facts: tuple[Word, ...]
    settings: tuple[Word, ...]
    fields: tuple[Word, ...]  # of a candidate


@define
class _Writer:
    random: Random
    facts: list[Word] = field(factory=list)
    settings: list[Word] = field(factory=list)
    fields: list[Word] = field(factory=list)
    outcomes: dict[str, tuple[str, tuple[Value, ...]]] = field(factory=dict)  # decision → hit policy, values

    # --- words

    def words(self) -> None:
        ranked = self.random.random() < 0.25
        cases = 8 if ranked else 1
        for n in range(self.random.randint(1, 4)):
            one = self._word(f"f.w{n}", optional=True)
            cases *= len(one.values) + one.optional
            if cases > MOST_CASES:
                break
            self.facts.append(one)
        choices = 1
        for n in range(self.random.randint(0, 2)):
            one = self._word(f"s{n}", setting=True)
            choices *= len(one.values)
            if choices <= MOST_SETTINGS:
                self.settings.append(one)
        if ranked:
            self.fields.append(Word("free", {"type": "bool"}, (False, True)))
            self.fields.append(Word("skill", {"type": "int", "range": [0, 1]}, (0, 1)))

    def _word(self, path: str, *, optional: bool = False, setting: bool = False) -> Word:
        match self.random.randint(0, 4):
            case 0 | 1:
                declared, values = {"type": "bool"}, (False, True)
            case 2:
                low = self.random.choice((-2, 0, 1))
                high = low + self.random.randint(1, 4)
                declared, values = {"type": "int", "range": [low, high]}, tuple(range(low, high + 1))
            case 3:
                values = ("a", "b", "c")[: self.random.randint(2, 3)]
                declared = {"type": list(values)}
            case _:
                if setting:
                    declared, values = {"type": ["a", "b"]}, ("a", "b")
                else:
                    declared, values = {"type": "string"}, ("a", "b", OTHERS)
        if setting:
            return Word(f"setting.{path}", {**declared, "default": self.random.choice(values)}, values)
        missing = optional and self.random.random() < 0.3
        return Word(path, {**declared, "optional": True} if missing else declared, values, missing)

    # --- conditions

    def condition(self, words: Sequence[Word], depth: int = 2) -> str:
        """A condition on some words, and on decisions that were written before."""
        choice = self.random.random()
        if depth and choice < 0.3:
            parts = [self.condition(words, depth - 1) for _ in range(self.random.randint(2, 3))]
            return "(" + self.random.choice((" && ", " || ")).join(parts) + ")"
        if depth and choice < 0.4:
            return f"!({self.condition(words, depth - 1)})"
        if self.outcomes and choice < 0.6:
            return self.about_outcome(self.random.choice(tuple(self.outcomes)))
        return self.atom(self.random.choice(words), words)

    def about_outcome(self, name: str) -> str:
        """A condition on a decision."""
        hit, values = self.outcomes[name]
        value = self.random.choice(values)
        if isinstance(value, int):
            return f"{name} {self.random.choice(('>=', '<', '=='))} {value}"
        if hit == "collect":
            return f"{_literal(value)} in {name}"
        return f"{name} {self.random.choice(('==', '==', '!='))} {_literal(value)}"

    def atom(self, one: Word, words: Sequence[Word]) -> str:
        """A condition on one word, guarded where it may be missing."""
        told = self._bare(one, words)
        if not one.optional:
            return told
        there = f"has({one.path})"
        return self.random.choice((f"({there} && {told})", f"(!{there} || {told})", there))

    def _bare(self, one: Word, words: Sequence[Word]) -> str:
        random, value = self.random, self.random.choice(one.said)
        others = [word for word in words if word.kind == one.kind and word != one and not word.optional]
        if one.kind == "bool":
            return random.choice((one.path, f"!{one.path}", f"{one.path} == {_literal(value)}"))
        if one.kind == "int":
            operator = random.choice(("==", "!=", "<", "<=", ">", ">="))
            if others and random.random() < 0.4:
                other = random.choice(others).path
                plus = random.choice(("", " + 1", " - 1", " * 2"))
                return f"{one.path} {operator} {other}{plus}"
            return f"{one.path} {operator} {value}"
        enums = [word for word in others if word.declared.get("type") == one.declared.get("type")]  # type: ignore[union-attr]
        if enums and random.random() < 0.3:
            return f"{one.path} == {random.choice(enums).path}"
        if random.random() < 0.3:
            chosen = random.sample(one.said, random.randint(1, 2))
            return f"{one.path} in [{', '.join(map(_literal, chosen))}]"
        return f"{one.path} {random.choice(('==', '!='))} {_literal(value)}"

    # --- decisions

    def decision(self, name: str, *, promised: bool) -> dict[str, Node]:
        """A decision of any hit policy, with the promises that it keeps or breaks."""
        random, words = self.random, [*self.facts, *self.settings]
        hit = random.choice(("first", "first", "unique", "priority", "collect", "sum"))
        values: tuple[Value, ...] = (0, 1, 2, 3) if hit == "sum" else ("x", "y", "z")[: random.randint(2, 3)]
        rules: list[Node] = []
        for n in range(random.randint(1, 4)):
            rule: dict[str, Node] = {"rule": f"r{n}"}
            if random.random() < 0.94 or hit == "unique":
                rule["when"] = self._untold(self.condition(words)) if hit == "unique" else self.condition(words)
            if random.random() < 0.2:
                rule["asked_on"] = [random.choice(EVENTS)]
            rules.append({**rule, "then": random.choice(values)})  # type: ignore[dict-item]
        if hit not in ("collect", "sum"):
            rules.append({"otherwise": random.choice(values)})  # type: ignore[dict-item]
        outcome: Node = {"type": "int", "range": [0, 3]} if hit == "sum" else list(values)  # type: ignore[arg-type]
        node: dict[str, Node] = {
            "decision": name,
            "asked_on": list(EVENTS),
            "outcome": outcome,
            "hit": "collect" if hit == "sum" else hit,
            "fallback": [] if hit == "collect" else values[0],  # type: ignore[dict-item]
            "rules": rules,
        }
        self.outcomes[name] = ("collect" if hit == "sum" else hit, values)
        if promised:
            node["invariants"] = [self.promise(name, words) for _ in range(random.randint(1, 3))]
        return node

    def _untold(self, condition: str) -> str:
        """The condition, so said that the checker leaves it to a proof whether two rules overlap."""
        return f"({condition}) && (has(event.customer) || !has(event.customer))"

    def promise(self, name: str, words: Sequence[Word]) -> Node:
        """Something that is promised, true or not."""
        condition = self.condition(words, 1)
        told = f"{self.about_outcome(name)} && ({condition})"
        if self.random.random() < 0.5:
            return {"never": told, "because": "We promise."}
        return {"always": f"!({told})" if self.random.random() < 0.5 else condition, "because": "We promise."}

    def ranking(self) -> dict[str, Node]:
        """Who goes first, with promises about one candidate and about two."""
        words = [*self.facts, *self.settings]
        own = [Word(f"candidate.{one.path}", one.declared, one.values) for one in self.fields]
        requires: list[Node] = [
            {"rule": f"q{n}", "when": self.condition([*own, *own, *words], 1)} for n in range(self.random.randint(0, 2))
        ]
        prefers: list[Node] = [
            {"rule": f"p{n}", "when": self.condition([*own, *own, *words], 1), "add": self.random.choice((1, 2, 5))}
            for n in range(self.random.randint(1, 2))
        ]
        some = self.random.choice(words).path if words else "candidate.free"
        guarded = self.condition(words, 1) if words else some
        promises: list[Node] = [
            {
                "never": f"candidate.ranked && {self.atom(self.random.choice(own), own)} && ({guarded})",
                "because": "So.",
            },
            {"never": "ahead.skill < behind.skill && ahead.free == behind.free", "because": "So."},
            {"never": f"behind.free && !ahead.free && ({guarded})", "because": "So."},
        ]
        node: dict[str, Node] = {"decision": "who", "asked_on": ["contact_offered"], "over": "people"}
        node |= {"fallback": "as_given", "prefer": prefers, "invariants": promises}
        return {**node, "require": requires} if requires else node

    def write(self) -> dict[str, str]:
        """The files of the pack."""
        self.words()
        facts: dict[str, Node] = {one.path: one.declared for one in self.facts}
        if self.fields:
            fields: dict[str, Node] = {"id": "string", **{one.path: one.declared for one in self.fields}}
            facts["people"] = {"list_of": fields}
        number = self.random.randint(1, 3)
        decisions: list[Node] = [self.decision(f"d{n}", promised=True) for n in range(number)]
        if self.fields:
            decisions.append(self.ranking())
        sections: dict[str, Node] = {"facts": facts, "decisions": decisions}
        if self.settings:
            sections["settings"] = {one.path.removeprefix("setting."): one.declared for one in self.settings}
        text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in sections.items())
        return {"pack.yaml": MANIFEST, "all.yaml": text}


def tiny_policy(random: Random) -> Tiny:
    """A policy whose cases can all be decided. Raises PackError where what was written contradicts itself."""
    writer = _Writer(random)
    files = writer.write()
    return Tiny(build(files), files, tuple(writer.facts), tuple(writer.settings), tuple(writer.fields))


def _literal(value: Value) -> str:
    return yaml_text(value)  # type: ignore[arg-type]
