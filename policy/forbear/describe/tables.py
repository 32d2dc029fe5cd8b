"""A decision's `table:` as a table of a page: its inputs, what each row matches and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.describe.markdown import both, code, codes, comment, plain, table
from forbear.describe.own import Decided, items_of, line_of, part_of
from forbear.describe.words import heads
from forbear.explain import effect_clause, otherwise_sentence
from forbear.explain.labels import Labels
from forbear.explain.prose import term
from forbear.explain.words import LANGUAGES
from forbear.language import ir
from forbear.language.tables import ANYTHING
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import EnumType


def table_of(policy: ir.Policy, decided: Decided, decision: ir.Decision) -> Iterator[str]:
    """The lines of a decision's table."""
    labels = tuple(Labels(policy, decision.asked_on[0], language) for language in LANGUAGES)
    written = decided.part("table")
    inputs = [one.value for one in items_of(part_of(written, "inputs")) if isinstance(one, Scalar)]
    note = "; ".join(filter(None, (_beside(decided, written, key) for key in ("table", "rows"))))
    if note:
        yield from (f"*{comment(note)}*", "")
    rules = {one.name: one for one in decision.rules}
    rows: list[list[str]] = []
    for row in items_of(part_of(written, "rows")):
        name = part_of(row, "rule")
        if isinstance(name, Scalar) and name.value in rules:
            rows.append(_row(row, rules[name.value], decision, labels))
    top = [_head(path, labels) for path in inputs]
    yield from table([*heads("rule"), *top, f"**{plain(decision.name)}**", *heads("why", "source")], rows)
    last = [plain(otherwise_sentence(policy, decision, language)) for language in LANGUAGES]
    if decision.otherwise is not None:
        yield from (f"{last[0]}\\\n{last[1]}", "")


def _beside(decided: Decided, written: Node | None, key: str) -> str:
    """The comment behind `table:` or `rows:`."""
    pairs = decided.tree.items if key == "table" else written.items if isinstance(written, Mapping) else ()
    line = next((line_of(one) for one, _ in pairs if isinstance(one, Scalar) and one.value == key), 0)
    return decided.comments.behind.get(line, "")


def _head(path: str, labels: tuple[Labels, ...]) -> str:
    english, chinese = (plain(one.name(path)) for one in labels)
    return code(path) if english == path else both(english, chinese)


def _row(row: Node, rule: ir.Rule, decision: ir.Decision, labels: tuple[Labels, ...]) -> list[str]:
    when = part_of(row, "when")
    cells = items_of(when) or ((when,) if when is not None else ())
    told = [_outcome(rule, decision, one) for one in labels]
    reasons = [plain(one.because(rule.because)) for one in labels]
    return [code(rule.name), *(_cell(one) for one in cells), both(*told), both(*reasons), plain(rule.source)]


def _cell(cell: Node) -> str:
    if isinstance(cell, Sequence):
        return codes(one.value for one in cell.items if isinstance(one, Scalar))
    assert isinstance(cell, Scalar)
    return "–" if cell.value == ANYTHING else code(cell.value)


def _outcome(rule: ir.Rule, decision: ir.Decision, labels: Labels) -> str:
    """What a row gives, with what it brings about beside it."""
    if isinstance(rule.then, ir.Constant) and isinstance(decision.type, EnumType):
        given = code(str(rule.then.value))
    else:
        given = plain(term(rule.then, labels, decision.type))
    return labels.listed([given, *(plain(effect_clause(one, labels)) for one in rule.effects)])
