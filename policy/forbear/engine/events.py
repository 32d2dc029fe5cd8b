"""JSON data → an event, every field checked against what its type has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from forbear.codec import dumps
from forbear.engine.lines import own_copy, shown
from forbear.engine.overrides import check_override
from forbear.engine.plain import Given
from forbear.errors import EventError, FactError
from forbear.language.events import COMMON, EVENT_TYPES, is_whole
from forbear.language.ir import Policy
from forbear.language.shape import did_you_mean
from forbear.language.types import Type, fit, show
from forbear.records import Event, Plain

MAX_ID = 200
MAX_TEXT = 100_000
MAX_SHOWS = 20  # words that a draft must show
# What Python reads beside this (weeks, any sign for the T, something behind a NUL) nobody else would read alike.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[-+][0-9:]{5})?)?"
)


def parse_event(given: Mapping[str, Any], policy: Policy) -> Event:
    """The event that the data describe. Raises EventError, which says which field is wrong and how to mend it."""
    told = own_copy(given)
    id_ = _id(told.get("id"), "id")
    if id_ is None:
        raise EventError("an event needs an `id`; it makes the event idempotent")
    if id_.startswith("o:") and id_.endswith(":overdue"):
        raise EventError("ids of the form `o:…:overdue` are the engine's own; choose another `id`", id_)
    try:
        return _build(id_, _type(told.get("type"), policy), told, policy)
    except EventError as error:
        raise EventError(str(error), id_) from None


def _type(given: Given, policy: Policy) -> str:
    if given is None:
        raise EventError(f"an event needs a `type`: {', '.join(_known(policy))}")
    if not isinstance(given, str) or given not in policy.events:
        raise EventError(f"there is no event type {shown(given)}; {_hint(given, _known(policy))}")
    if _is_raised(given):
        raise EventError(f"`{given}` is raised by the engine itself, on a `tick`")
    return given


def _known(policy: Policy) -> list[str]:
    """The types of event that a host may send."""
    return [name for name in policy.events if not _is_raised(name)]


def _hint(word: object, known: Iterable[str]) -> str:
    """The known name that was probably meant, or all of them."""
    names = sorted(known)
    return did_you_mean(str(word)[:MAX_ID], names) or f"known: {', '.join(names)}"


def _is_raised(type_: str) -> bool:
    return type_ in EVENT_TYPES and EVENT_TYPES[type_].raised


def _build(id_: str, type_: str, given: Mapping[str, Any], policy: Policy) -> Event:
    fields = fields_of(type_, given, policy)
    inherit = {name: given[name] for name in ("contact", "customer", "advisor") if name in given}
    withheld = frozenset(name for name, value in inherit.items() if value is None)
    event = Event(
        id=id_,
        at=_moment(given.get("at")),
        type=type_,
        contact=_id(inherit.get("contact"), "contact"),
        customer=_id(inherit.get("customer"), "customer"),
        advisor=_id(inherit.get("advisor"), "advisor"),
        fields=fields,
        facts=_facts(given.get("facts"), policy),
        withheld=withheld,
    )
    if is_whole(type_) and event.customer is None:
        raise EventError(f"`{type_}` needs `customer`")
    if event.fields.get("other") == event.customer and is_whole(type_):
        raise EventError(f"`{type_}` needs two ids; {shown(event.customer)} is given twice")
    if type_ == "override":
        check_override(event, policy)
    return event


def _id(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value or len(value) > MAX_ID or not _is_clean(value):
        raise EventError(f"`{name}` is a text of 1 to {MAX_ID} characters, not {shown(value)}")
    return value


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _moment(value: object) -> datetime:
    """RFC 3339 with a zone, as UTC."""
    hint = "an event needs `at`, a moment with a zone such as 2026-03-02T09:00:00+00:00"
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value if _MOMENT.fullmatch(value) else "")
        except ValueError:
            raise EventError(f"{shown(value)} is not a moment: {hint}") from None
    else:
        raise EventError(hint)
    if moment.utcoffset() is None:
        raise EventError(f"{shown(value)} has no zone: {hint}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise EventError(f"{shown(value)} lies outside the calendar: {hint}") from None


def fields_of(type_: str, given: Mapping[str, Any], policy: Policy) -> dict[str, Plain]:
    """What the type has beside the common fields; defaults filled in."""
    described = EVENT_TYPES.get(type_)
    if described is None:
        return _own_fields(type_, given, policy)
    _refuse_unknown(type_, given, {*COMMON, *described.fields, *described.lists})
    fields: dict[str, Plain] = {}
    for name, one in described.fields.items():
        value = given.get(name)
        if value is None and one.default is not None:
            value = one.default
        if value is None:
            if one.required:
                raise EventError(f"`{type_}` needs `{name}`")
            continue
        fields[name] = _text(value, name) if one.private else _fit(name, one.type, value)
    for name in described.lists:
        if given.get(name) is not None:
            fields[name] = _LISTS[name](given[name])
    return fields


def _own_fields(type_: str, given: Mapping[str, Any], policy: Policy) -> dict[str, Plain]:
    """The fields of a type that the pack declares."""
    declared = {
        path.removeprefix("event."): fact
        for path, fact in policy.events[type_].items()
        if path.startswith("event.") and path.removeprefix("event.") not in COMMON
    }
    _refuse_unknown(type_, given, {*COMMON, *declared})
    fields: dict[str, Plain] = {}
    for name, fact in declared.items():
        value = given.get(name)
        if value is not None:
            fields[name] = _fit(name, fact.type, value)
        elif fact.default is not None:
            fields[name] = show(fact.type, fact.default)
        elif not fact.optional:
            raise EventError(f"`{type_}` needs `{name}`")
    return fields


def _fit(name: str, kind: Type, value: object) -> Plain:
    """A field's value in outer form; one that does not fit is an error of the event."""
    try:
        return show(kind, fit(name, kind, value))
    except FactError as error:
        raise EventError(f"`{name}` is {error.expected}, not {shown(error.given)}") from None


def _refuse_unknown(type_: str, given: Mapping[str, Any], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise EventError(f"`{type_}` has no field {shown(name)}; {_hint(name, known)}")


def _text(value: object, name: str) -> str:
    """What somebody said or wrote; it may be empty, and broken characters are replaced, never an error."""
    if not isinstance(value, str):
        raise EventError(f"`{name}` is a text")
    if len(value) > MAX_TEXT:
        raise EventError(f"`{name}` is longer than {MAX_TEXT:,} characters")
    return value.encode("utf-8", "replace").decode("utf-8")


def _before(value: object) -> list[Plain]:
    """Earlier turns: `[{"speaker", "text"}]`, oldest first."""
    if not isinstance(value, list) or len(value) > 1000:
        raise EventError("`before` is a list of at most 1,000 turns")
    turns: list[Plain] = []
    for turn in value:
        if not isinstance(turn, Mapping) or set(turn) != {"speaker", "text"}:
            raise EventError('a turn of `before` is {"speaker": …, "text": …}')
        turns.append({"speaker": _text(turn["speaker"], "speaker"), "text": _text(turn["text"], "text")})
    return turns


def _shows(value: object) -> list[Plain]:
    """Words that a draft must show."""
    if not isinstance(value, list) or len(value) > MAX_SHOWS:
        raise EventError(f"`shows` is a list of at most {MAX_SHOWS} texts")
    return [_text(one, "shows") for one in value]


_LISTS = {"before": _before, "shows": _shows}


def _facts(value: object, policy: Policy) -> dict[str, object]:
    """Facts by path; a name that the vocabulary does not have is an error of the event, a misfit value is not."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise EventError('`facts` is an object such as {"contact.wait": 40}')
    for path in value:
        if path not in policy.facts:
            raise EventError(f"there is no fact {shown(path)}; {_hint(path, policy.facts)}")
    return dict(value)


def fingerprint(event: Event) -> str:
    """A hash of what an event says, the same however its JSON is laid out."""
    told = {
        "id": event.id,
        "at": event.at.isoformat(),
        "type": event.type,
        "contact": event.contact,
        "customer": event.customer,
        "advisor": event.advisor,
        "withheld": sorted(event.withheld),
        "fields": event.fields,
        "facts": event.facts,
    }
    return hashlib.sha256(dumps(told).encode("utf-8", "surrogatepass")).hexdigest()
