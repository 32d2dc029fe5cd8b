"""Names in an expression → what they stand for, on every event of its scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from attrs import frozen

from forbear.language import ir
from forbear.language.scope import Head, Names, Scope
from forbear.language.shape import did_you_mean
from forbear.language.syntax import Name
from forbear.language.types import BoolType, EnumType, FieldType, ListType, RecordsType, Type

Report = Callable[[str, str, str], None]
"""Notes a problem at the name: code, message, hint."""

CANDIDATE_SPACES = ("candidate", "ahead", "behind")
_SPACES = {"setting": "setting", "history": "history fold"}
_CONSTANTS = {"null": "ask has(path)", "none": "ask has(path)", "true": "write `true`", "false": "write `false`"}


@frozen
class Found:
    """What a path stands for."""

    type: Type
    optional: bool = False


def resolve(at: Name, scope: Scope, report: Report) -> Found | None:
    """Type and optionality of a path; None where it cannot be read here, which has been noted."""
    path, names = at.path, scope.names
    if path in names.broken:
        return None
    if path in names.settings:
        return Found(names.settings[path].type)
    if scope.attributes is not None:
        return _attribute(path, scope.attributes, names, report)
    if scope.settings_only:
        if path.startswith("setting."):
            _no_setting(path, names, report)
            return None
        report("only-settings", f"`{path}` cannot be read here", "write a value, or read a setting")
        return None
    if path in names.ranked:
        report("ranked-outcome", f"`{path}` is a ranking; no rule reads one", "ask about the candidates inside it")
        return None
    if path in names.decisions:
        return _decision(path, names.decisions[path], scope, report)
    space = path.partition(".")[0]
    if space in CANDIDATE_SPACES:
        return _candidate(path, scope, report)
    if path in names.folds:
        if names.folds[path].keyed:
            report("not-a-candidate", f"`{path}` is asked for each candidate", f"read it as candidate.{path}")
            return None
        return Found(names.folds[path].type, names.folds[path].optional)
    if path in names.facts:
        if isinstance(names.facts[path].type, RecordsType):
            report("not-a-candidate", f"`{path}` is a list of candidates", "name it in `over:` of a ranking")
            return None
        return Found(names.facts[path].type, names.facts[path].optional)
    if scope.effects and space in ("recorded", "owed") and space != path:
        return _effect(path, names, report)
    return _event_fact(path, scope, report)


def events_with(path: str, names: Names) -> Collection[str]:
    """The events on which a decision is asked or an event's fact is there; all, for what is there on each."""
    head = names.decisions.get(path)
    if head is not None:
        return head.asked_on
    return [event for event, facts in names.events.items() if path in facts] or names.events


def known_type(path: str, scope: Scope) -> Found | None:
    """What a path that has been checked stands for."""
    return resolve(Name(path, 0, 0), scope, lambda _code, _message, _hint: None)


def type_within(scope: Scope) -> Callable[[str], Type | None]:
    """What type a path has wherever it is read; that of `event.type` are the events of the scope."""

    def find(path: str) -> Type | None:
        if path == "event.type" and scope.events:
            return EnumType(scope.events)
        found = known_type(path, scope)
        return found.type if found is not None else None

    return find


def _candidate(path: str, scope: Scope, report: Report) -> Found | None:
    """A field of a candidate, or a fold keyed by it."""
    space, _, name = path.partition(".")
    if scope.candidates is None:
        report("not-a-candidate", f"`{path}` cannot be read here", "only a ranking, with `over:`, reads candidates")
        return None
    if space not in scope.spaces:
        report(
            "not-a-candidate", f"`{path}` cannot be read here", "only an invariant sets one candidate against another"
        )
        return None
    if name == "ranked" and scope.ranked and space == "candidate":
        return Found(BoolType())
    fields = {one.name: one for one in scope.candidates.fields}
    if name in fields:
        return Found(fields[name].type, fields[name].optional)
    fold = scope.names.folds.get(name)
    if name.startswith("history.") and fold is not None:
        keys = [key.removeprefix(ir.CANDIDATE) for _, key in fold.by if key.startswith(ir.CANDIDATE)]
        lacking = next((key for key in keys if key not in fields), None)
        if not keys:
            report("not-a-candidate", f"`{name}` is not asked for each candidate", f"read it as {name}")
        elif lacking is not None:
            message = f"`{name}` is asked by `candidate.{lacking}`, which these candidates do not have"
            report("not-a-candidate", message, f"give them `{lacking}`, or declare another fold")
        return Found(fold.type, fold.optional) if keys and lacking is None else None
    if name in scope.names.broken:
        return None
    known = [*fields, *(one for one, fold in scope.names.folds.items() if fold.keyed)]
    report("unknown-name", f"a candidate has no `{name}`", did_you_mean(name, known))
    return None


def _no_setting(path: str, names: Names, report: Report) -> None:
    report("unknown-name", f"there is no setting `{path}`", did_you_mean(path, names.settings))


def _attribute(path: str, attributes: Mapping[str, ir.Attribute], names: Names, report: Report) -> Found | None:
    """An attribute of the entry that a fold looks at."""
    if path in attributes:
        return Found(attributes[path].type, attributes[path].optional)
    if path.startswith("setting."):
        _no_setting(path, names, report)
        return None
    hint = did_you_mean(path, attributes)
    if "." in path:
        hint = "here only the entry's own attributes and settings can be read"
    report("unknown-attribute", f"this kind of entry has no `{path}`", hint or _as_value(path, names))
    return None


def _decision(path: str, head: Head, scope: Scope, report: Report) -> Found | None:
    absent = [event for event in scope.events if event not in head.asked_on]
    if absent:
        hint = f"ask `{path}` on `{absent[0]}` too, or narrow this with `asked_on`"
        report("not-asked", f"the decision `{path}` is not asked on `{absent[0]}`", hint)
        return None
    return Found(head.type)


def _effect(path: str, names: Names, report: Report) -> Found | None:
    space, _, name = path.partition(".")
    known = names.entries if space == "recorded" else names.obligations
    if name in known:
        return Found(BoolType())
    code, what = ("unknown-entry", "entry") if space == "recorded" else ("unknown-obligation", "obligation")
    report(code, f"there is no {what} `{name}`", did_you_mean(name, known))
    return None


def _event_fact(path: str, scope: Scope, report: Report) -> Found | None:
    """A fact that the event brings; where no event is given, it need only be there on some."""
    names = scope.names
    events = scope.events or tuple(names.events)
    found = {event: names.events[event][path] for event in events if path in names.events[event]}
    absent = [event for event in scope.events if event not in found]
    if not found:
        _unknown(path, scope, report)
        return None
    if absent:
        hint = "narrow the rule with `asked_on`"
        report("not-on-event", f"`{path}` is not there on `{absent[0]}`", hint)
        return None
    first, *others = found.values()
    if any(other.type != first.type for other in others):
        report("not-on-event", f"`{path}` has another type on each of these events", "narrow the rule with `asked_on`")
        return None
    return Found(first.type, any(fact.optional for fact in found.values()))


def _unknown(path: str, scope: Scope, report: Report) -> None:
    names = scope.names
    if "." not in path:
        report("unknown-name", f"there is no decision `{path}`", _hint_for_bare(path, names))
        return
    elsewhere = [event for event, facts in names.events.items() if path in facts]
    if elsewhere:
        message = f"`{path}` is there only on {', '.join(f'`{event}`' for event in elsewhere)}"
        report("not-on-event", message, "ask this on that event, or read something else")
        return
    space = path.partition(".")[0]
    if space in ("recorded", "owed"):
        report("unknown-name", f"`{path}` can only be read in an invariant", "read a decision instead")
        return
    if path in names.unready:
        hint = "record the value in an entry of this pack too, and let the fold look there"
        report("unknown-name", f"`{path}` looks at what obligations carry, and no obligation can read it", hint)
        return
    here = [one for event in scope.events or names.events for one in names.events[event]]
    hint = did_you_mean(path, [*names.facts, *names.settings, *names.folds, *here])
    report("unknown-name", f"there is no {_SPACES.get(space, 'fact')} `{path}`", hint)


def _hint_for_bare(path: str, names: Names) -> str:
    """A bare word is a decision; mostly it was meant as a value, or as the last part of a path."""
    if path.lower() in _CONSTANTS:
        return _CONSTANTS[path.lower()]
    paths = (*names.facts, *names.settings, *names.folds)
    full = next((one for one in paths if one.endswith("." + path)), None)
    return _as_value(path, names) or (f"did you mean `{full}`?" if full else did_you_mean(path, names.decisions))


def _as_value(word: str, names: Names) -> str:
    if any(word in kind.values for kind in _enumerations(names)):
        return f'if you mean the value, put it in double quotes: "{word}"'
    return ""


def _enumerations(names: Names) -> Iterator[EnumType]:
    facts: list[ir.Fact | ir.Setting | Head | ir.Attribute | FieldType]
    facts = [*names.facts.values(), *names.settings.values()]
    facts += (one for fact in names.facts.values() if isinstance(fact.type, RecordsType) for one in fact.type.fields)
    facts += names.decisions.values()
    facts += (attribute for kind in names.entries.values() for attribute in kind.attributes.values())
    facts += (fact for event in names.events.values() for fact in event.values())
    for one in facts:
        kind = one.type.item if isinstance(one.type, ListType) else one.type
        if isinstance(kind, EnumType):
            yield kind
