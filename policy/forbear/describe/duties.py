"""Obligations, texts and metrics as sections of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.describe.markdown import aside, both, code, codes, comment, item, plain, table
from forbear.describe.own import Pack, part_of, words_of
from forbear.describe.words import caption, duty_phrase, heads
from forbear.explain.labels import Labels
from forbear.explain.prose import term
from forbear.explain.words import LANGUAGES, ROLES
from forbear.language import ir
from forbear.language.texts import OTHERWISE
from forbear.language.tree import Node


def obligation_section(pack: Pack) -> Iterator[str]:
    """Every obligation: who owes it until when, what it carries, how it closes, what is said."""
    owing = _owing(pack.policy)
    for section in pack.sections["obligations"]:
        yield from aside(section.note)
        for one in section.items:
            if one.above:
                yield from ("", *aside(one.above))
            told = _obligation(pack.policy, pack.policy.obligations[one.name], owing.get(one.name, {}))
            yield item(f"**{one.name}**", *told, f"*{comment(one.beside)}*" if one.beside else "")
        yield ""


def _obligation(policy: ir.Policy, one: ir.Obligation, owing: Mapping[str, str]) -> Iterator[str]:
    labels = [Labels(policy, next(iter(owing.values()), ""), language) for language in LANGUAGES]
    for each in labels:
        who = each.role(one.to) if one.to in ROLES else one.to
        yield plain(each.pair(who, duty_phrase(one, each)))
    if owing:
        yield f"{caption('owed_by')}: {codes(owing)}"
    if one.values:
        told = [
            f"{code(name)} ({plain(' '.join(dict.fromkeys(term(value, each) for each in labels)))})"
            for name, value in one.values
        ]
        yield f"{caption('carries')}: {', '.join(told)}"
    yield f"{caption('closes')}: {', '.join(_closing(how, closing) for how, closing in one.closes.items())}"
    if one.say:
        yield f"{caption('said')}: {code(one.say)}"


def _closing(how: str, closing: ir.Closing) -> str:
    more = [f"{caption('needs')} {codes(closing.needs)}"] if closing.needs else []
    for entry, values in closing.amends:
        more.append(f"{code(entry)}: " + ", ".join(code(f"{name} = {_value(value)}") for name, value in values))
    return code(how) + (f" ({'; '.join(more)})" if more else "")


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _owing(policy: ir.Policy) -> dict[str, dict[str, str]]:
    """Obligation → the rules that owe it, each with the first event on which it does."""
    found: dict[str, dict[str, str]] = {}
    for decision in policy.decisions.values():
        for rule in decision.rules:
            for effect in rule.effects:
                if isinstance(effect, ir.Owe):
                    found.setdefault(effect.obligation, {})[f"{decision.name}.{rule.name}"] = rule.asked_on[0]
    return found


def text_section(pack: Pack) -> Iterator[str]:
    """Every text in both languages, with what is shown in it."""
    for name in pack.names("texts"):
        text = pack.policy.texts[name]
        lines: list[str] = []
        for value, told in text.variants.items():
            chosen = "" if not text.by else f"{caption('otherwise')}: " if value == OTHERWISE else f"{code(value)}: "
            lines += [("" if n else chosen) + _shown(told[language]) for n, language in enumerate(LANGUAGES)]
        by = f" · {caption('depends')} {code(text.by)}" if text.by else ""
        yield item(f"**{name}**{by}", *lines)
    yield ""


def _shown(template: ir.Template) -> str:
    return "“" + "".join(plain_part(one) if isinstance(one, str) else code(f"{{{one.path}}}") for one in template) + "”"


def plain_part(text: str) -> str:
    """A part of a text as it is, its blanks kept."""
    head = " " if text[:1].isspace() else ""
    tail = " " if text[-1:].isspace() and text.strip() else ""
    return head + plain(text) + tail


def metric_section(pack: Pack) -> Iterator[str]:
    """Every metric: what it tells, how it is worked out in the words of the pack, what stands beside it."""
    rows: list[list[str]] = []
    for section in pack.sections["metrics"]:
        for declared in section.items:
            one = pack.policy.metrics[declared.name]
            about = both(*(plain(one.about.get(language, "")) for language in LANGUAGES))
            least = "" if one.least == 1 else code(str(one.least))
            note = comment("; ".join(filter(None, (declared.above, declared.beside))))
            row = [code(one.name), about, _figure(declared.node), codes(one.by), least, codes(one.beside)]
            rows.append([*row, plain(one.source), note])
    yield from table(heads("name", "meaning", "figure", "by", "least", "beside", "source", "note"), rows)


def _figure(node: Node) -> str:
    """The part, and what it is set against."""
    told = [(key, _fold(part_of(node, key))) for key in ("part", "whole", "per")]
    return "<br>".join(f"{key} {code(fold)}" for key, fold in told if fold)


def _fold(node: Node | None) -> str:
    parts = [("count", "count "), ("sum", "sum "), ("of", ": "), ("where", " where ")]
    return "".join(before + found for key, before in parts if (found := words_of(node, key)))
