"""Obligations, texts and the calendar as a pack writes them."""

from __future__ import annotations

from forbear.language import obligations
from forbear.language.events import EXPIRED, HOW
from forbear.language.opening import DAYS
from forbear.language.shape import NAME, PATH
from forbear.language.texts import OTHERWISE
from forbear.schema.names import Names
from forbear.schema.shapes import (
    IN_EVERY_LANGUAGE,
    LANGUAGE_KEYS,
    SCALAR,
    TEXT,
    VALUE,
    Schema,
    about,
    closed,
    listed,
    named,
    ref,
    table,
    whole,
)
from forbear.schema.vocabulary import SEEN_BY

_WAYS = {
    "done": "It was carried out.",
    "unreachable": "Nobody was reached.",
    "waived": "Somebody was let off.",
}
TIME: Schema = {
    **TEXT,
    "examples": ["10 minutes", "3 working days", "90 minutes after opening", "end of next working day", "setting.x"],
}
_HOURS: Schema = {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{1,2}-[0-9]{1,2}:[0-9]{1,2}$"}


def definitions(names: Names) -> Schema:
    """The shapes to which the sections refer."""
    return {"obligation": _obligation(names), "closing": _closing(names), "expiry": _expiry(names), "text": _text()}


def _obligation(names: Names) -> Schema:
    ways = {one: about(_WAYS[one], ref("closing")) for one in HOW}
    closes = closed({**ways, EXPIRED: about("Nobody closed it in time; it needs nothing.", ref("expiry"))})
    keys: dict[str, Schema] = {
        "to": about("Who owes it: advisor, manager, host, …", named()),
        "from": about("Not before when; at once, if left out.", TIME),
        "due": about("Until when, by the centre's calendar where that matters.", TIME),
        "expires": about("When it lapses, if nobody has closed it; never, if left out.", TIME),
        "carries": about("What whoever owes it must know; an expression begins with `=`.", table(VALUE)),
        "say": about("The text that is said.", names.text),
        "once": about(
            "Never twice in a contact, or for a customer.",
            closed(
                {
                    "per": about("Where there is no second one.", {"enum": ["contact", "customer"]}),
                    "while": about("Only as long as one is open.", {"enum": ["open"]}),
                },
                required=("per",),
            ),
        ),
        "closes": about(
            "The ways in which it ends, each with what it needs and amends.", {**closes, "minProperties": 1}
        ),
        "seen_by": SEEN_BY,
    }
    return closed(keys, required=obligations.NEEDED, known=obligations.KEYS)


def _closing(names: Names) -> Schema:
    needs = about("What the closing event must bring.", listed({"enum": [*obligations.NEEDS]}))
    return closed({"needs": needs, "amend": _amend(names)}, empty=True)


def _expiry(names: Names) -> Schema:
    return closed({"amend": _amend(names)}, empty=True)


def _amend(names: Names) -> Schema:
    entries = None if names.recorded is None else [*names.recorded]
    amend = {**table(table(SCALAR), NAME, entries)}
    return about("What it amends in the entries that were recorded beside it.", amend)


def _text() -> Schema:
    shows = about("Values that every variant must show.", listed(named(PATH)))
    plain = closed({**LANGUAGE_KEYS, "shows": shows}, required=[*LANGUAGE_KEYS])
    chosen: Schema = {
        "type": "object",
        "required": ["by", OTHERWISE],
        "properties": {
            "by": about("The path of an enumeration, whose values choose the variant.", named(PATH)),
            "shows": shows,
            OTHERWISE: about("What is said for every other value.", IN_EVERY_LANGUAGE),
        },
        "patternProperties": {whole(NAME): {"if": {"type": "object"}, "then": IN_EVERY_LANGUAGE}},
        "additionalProperties": False,
    }
    return {"type": "object", "if": {"required": ["by"]}, "then": chosen, "else": plain}


def sections() -> dict[str, Schema]:
    """The sections of duties."""
    open_: dict[str, Schema] = {day: about("Opening hours, or a list of them.", listed(_HOURS)) for day in DAYS}
    calendar = closed(
        {
            "zone": about("The time zone, such as Europe/London.", TEXT),
            "open": about("Opening hours by day; a day left out is closed.", closed(open_, empty=True)),
            "closed_on": about(
                "Dates on which nobody works.",
                listed({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
            ),
        },
        empty=True,
    )
    return {
        "obligations": about("What is owed: by whom, until when, what is said, how it ends.", table(ref("obligation"))),
        "texts": about("What is said, in every language; {path} shows a value.", table(ref("text"))),
        "calendar": about("The centre's working time.", calendar),
        "retention": about("How long each kind of entry is kept, such as `90 days`; else for good.", table(TEXT)),
    }
