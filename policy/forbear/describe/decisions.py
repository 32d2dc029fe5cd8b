"""Decisions and rankings as sections of a page: what is asked, what may come out, and every rule as a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.describe.changes import promise_item
from forbear.describe.markdown import aside, codes, comment, item, plain
from forbear.describe.markdown import code as as_code
from forbear.describe.own import Decided, Pack, items_of, line_of, part_of
from forbear.describe.tables import table_of
from forbear.describe.vocabulary import kind as kind_of
from forbear.describe.words import caption
from forbear.explain import otherwise_sentence, rule_sentence
from forbear.explain.labels import Labels
from forbear.explain.prose import term
from forbear.explain.words import LANGUAGES
from forbear.language import ir
from forbear.language.tree import Node, Scalar
from forbear.language.types import EnumType


def decision_section(pack: Pack, decided: Decided) -> Iterator[str]:
    """The lines of one decision or ranking."""
    policy, name = pack.policy, decided.name
    yield from (f"### {name}", "")
    asks = policy.decisions[name].asks if name in policy.decisions else policy.rankings[name].asks
    yield from (plain(asks), "") if asks else ()
    yield from aside(decided.intro)
    yield from aside(decided.above)
    if name in policy.decisions:
        yield from _decision(pack, decided, policy.decisions[name])
    else:
        yield from _ranking(pack, decided, policy.rankings[name])
    promises = [one for one in policy.invariants if one.decision == name]
    if promises:
        yield from (f"**{caption('promises')}**", "")
        yield from (*(promise_item(policy, one) for one in promises), "")


def _decision(pack: Pack, decided: Decided, decision: ir.Decision) -> Iterator[str]:
    kind = decision.type
    yield item(f"{caption('asked_on')}: {codes(decision.asked_on)}")
    if isinstance(kind, EnumType):
        yield item(f"{caption('outcomes')}: {', '.join(_outcome(one, decision) for one in kind.values)}")
    else:
        yield item(f"{caption('outcome')}: {kind_of(kind)}")
    yield item(f"{caption('hit')}: {caption(decision.hit)}")
    yield item(f"{caption('fallback')}: {_in_both(decision.fallback, decision, pack.policy)}")
    if decision.overridable is not None:
        values = [str(one) for one in decision.overridable]
        yield item(f"{caption('overridable')}: {codes(values) if values else caption('nothing')}")
    yield ""
    rows = part_of(decided.part("table"), "rows")
    if rows is not None:
        yield from table_of(pack.policy, decided, decision)
        return
    yield from _sentences(pack, decided, items_of(decided.part("rules")), numbered=decision.hit == "first")
    last = [plain(otherwise_sentence(pack.policy, decision, language)) for language in LANGUAGES]
    if decision.otherwise is not None:
        number = len(decision.rules) + 1 if decision.hit == "first" else None
        yield item(f"**{caption('otherwise')}**", *last, number=number)
    yield ""


def _outcome(value: str, decision: ir.Decision) -> str:
    told = as_code(value)
    return f"{told} (**{caption('grave')}**)" if value in decision.grave else told


def _in_both(expr: ir.Expr, decision: ir.Decision, policy: ir.Policy) -> str:
    """A value as written, or what is worked out, in both languages."""
    if isinstance(expr, ir.Constant) and isinstance(decision.type, EnumType):
        values = expr.value if isinstance(expr.value, tuple) else (expr.value,)
        return codes(map(str, values)) or caption("nothing")
    labels = (Labels(policy, decision.asked_on[0], one) for one in LANGUAGES)
    english, chinese = (plain(term(expr, one, decision.type)) for one in labels)
    return english if english == chinese else f"{english} {chinese}"


def _ranking(pack: Pack, decided: Decided, ranking: ir.Ranking) -> Iterator[str]:
    yield item(f"{caption('asked_on')}: {codes(ranking.asked_on)}")
    yield item(f"{caption('candidates')}: {as_code(ranking.over)}")
    yield item(f"{caption('fallback')}: {caption('as_given')}")
    yield ""
    for key in ("require", "prefer"):
        rules = decided.part(key)
        listed = items_of(rules) or items_of(part_of(rules, "rows"))
        if listed:
            yield from (f"**{caption(key)}**", "")
            yield from (*_sentences(pack, decided, listed, numbered=key == "require"), "")


def _sentences(pack: Pack, decided: Decided, listed: tuple[Node, ...], *, numbered: bool) -> Iterator[str]:
    """Each rule as a sentence in both languages, with its source and what its author says beside it."""
    rules = [(one, name) for one in listed if isinstance(name := part_of(one, "rule"), Scalar)]
    sources = _sources(pack.policy, decided.name)
    ends = [*(line_of(name) for _, name in rules[1:]), line_of(rules[-1][1]) + 1] if rules else []
    for number, ((_, name), end) in enumerate(zip(rules, ends, strict=True), 1):
        above = decided.comments.above(name.span.line)
        if above:
            yield from ("", *aside(above))
        head = " · ".join(filter(None, (f"**{name.value}**", plain(sources.get(name.value, "")))))
        told = [plain(rule_sentence(pack.policy, decided.name, name.value, language)) for language in LANGUAGES]
        note = decided.comments.beside(name.span.line, end)
        yield item(head, *told, f"*{comment(note)}*" if note else "", number=number if numbered else None)


def _sources(policy: ir.Policy, name: str) -> dict[str, str]:
    """Rule → its source."""
    if name in policy.decisions:
        return {one.name: one.source for one in policy.decisions[name].rules}
    ranking = policy.rankings[name]
    listed: tuple[ir.Requirement | ir.Preference, ...] = (*ranking.require, *ranking.prefer)
    return {one.name: one.source for one in listed}
