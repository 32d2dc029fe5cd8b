"""Settings that a centre words per language: whose words a text is, wherever rules have brought it."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.language import ir


def translated(policy: ir.Policy, text: str, path: str, language: str) -> str:
    """A text that stands at a path, in a language: in the words of the setting from which it comes, if it has some."""
    worded = (one.words for one in _settings_at(policy, path, {path}) if one.words and one.value == text)
    return next(worded, {}).get(language, text)


def _settings_at(policy: ir.Policy, path: str, seen: set[str]) -> Iterator[ir.Setting]:
    """The settings whose values may stand at a path; those `seen` on the way here are not asked again."""
    path = path.removeprefix(ir.CANDIDATE)
    if path in policy.settings:
        yield policy.settings[path]
        return
    for expr in _given(policy, path):
        if isinstance(expr, ir.Read) and expr.path not in seen:
            seen.add(expr.path)
            yield from _settings_at(policy, expr.path, seen)


def _given(policy: ir.Policy, path: str) -> Iterator[ir.Expr]:
    """Whatever may give a path its value: a decision's rules, what rules record or owe."""
    decision, fold = policy.decisions.get(path), policy.folds.get(path)
    if decision is not None:
        yield from (rule.then for rule in decision.rules)
        yield from (one for one in (decision.otherwise, decision.fallback) if one is not None)
    elif fold is not None:
        yield from _recorded(policy, fold.entry, fold.of)
    else:
        entry, _, attribute = path.partition(".")
        if entry in policy.entries and path not in policy.facts:
            yield from _recorded(policy, entry, attribute)


def _recorded(policy: ir.Policy, entry: str, attribute: str) -> Iterator[ir.Expr]:
    """What rules make of an attribute of a kind of entry."""
    for effect in (one for decision in policy.decisions.values() for rule in decision.rules for one in rule.effects):
        match effect:
            case ir.Record(kind, values) | ir.Amend(kind, _, values):
                pass
            case ir.Owe(_, values):
                kind = "obligation"
            case _:
                continue
        if kind == entry:
            yield from (expr for name, expr in values if name == attribute)
