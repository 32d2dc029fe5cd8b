"""The event types that the engine knows: what each brings, and which entry it names."""

from __future__ import annotations

from attrs import frozen

from forbear.language.types import BoolType, EnumType, IntType, Scalar, StringType

HOW = ("done", "unreachable", "waived")
EXPIRED = "expired"  # the engine closes so; no event and no rule does
ENDS = (*HOW, EXPIRED)
AS_DECIDED = "as_decided"  # the outcome of an `override` that withdraws the one before


@frozen
class Field:
    """A field of an event. `default` stands in where the field is missing; without one it is required or optional."""

    type: Scalar
    required: bool = False
    default: str | None = None
    private: bool = False  # customer text: never a fact, never logged


@frozen
class EventType:
    """A type of event: its own fields, and the kind of entry that it names by id (or `latest`).

    `lists` are lists of customer text beside the fields, as private as these can be.
    `waiting` are the values of that entry's `status` with which it still waits for such an event. `through` is a
    field that may name it by one of its attributes. `whole` says that it needs a customer, and may touch everything
    that is kept of everyone who is joined to it.
    """

    fields: dict[str, Field]
    names: str = ""
    raised: bool = False  # by the engine only
    waiting: tuple[str, ...] = ()
    through: str = ""
    whole: bool = False
    lists: tuple[str, ...] = ()


TEXT = StringType()
COMMON = frozenset({"id", "at", "type", "contact", "customer", "advisor", "facts"})

_OTHER = {"other": Field(TEXT, required=True), "by": Field(TEXT), "reason": Field(TEXT)}
EVENT_TYPES: dict[str, EventType] = {
    "contact_started": EventType({"channel": Field(TEXT)}),
    "contact_offered": EventType({"channel": Field(TEXT)}),
    "utterance": EventType(
        {
            "speaker": Field(EnumType(("customer", "advisor", "bot", "other")), default="customer"),
            "text": Field(TEXT, private=True),
            "lang": Field(EnumType(("en", "zh", "auto")), default="auto"),
        },
        lists=("before",),
    ),
    "message_drafted": EventType(
        {
            "author": Field(EnumType(("advisor", "bot")), default="advisor"),
            "kind": Field(EnumType(("reply", "promotion", "announcement", "farewell")), default="reply"),
            "text": Field(TEXT, private=True),
            "lang": Field(EnumType(("en", "zh", "auto")), default="auto"),
        },
        lists=("before", "shows"),
    ),
    "contact_ended": EventType({"reason": Field(TEXT)}),
    "obligation_closed": EventType(
        {
            "obligation": Field(TEXT, required=True),
            "how": Field(EnumType(HOW), required=True),
            "reason": Field(TEXT),
            "by": Field(TEXT),
            "note": Field(TEXT, private=True),
        },
        names="obligation",
    ),
    "obligation_overdue": EventType({"obligation": Field(TEXT, required=True)}, names="obligation", raised=True),
    "offence_reviewed": EventType(
        {
            "offence": Field(TEXT, required=True),
            "verdict": Field(EnumType(("upheld", "overturned")), required=True),
            "by": Field(TEXT),
            "reason": Field(TEXT),
        },
        names="offence",
        waiting=("provisional",),
    ),
    "appeal_lodged": EventType(
        {"offence": Field(TEXT, required=True), "by": Field(TEXT), "reason": Field(TEXT)},
        names="offence",
        waiting=("provisional", "upheld"),
    ),
    "appeal_decided": EventType(
        {
            "appeal": Field(TEXT, default="latest"),
            "offence": Field(TEXT),
            "verdict": Field(EnumType(("granted", "refused")), required=True),
            "by": Field(TEXT, required=True),
            "reason": Field(TEXT),
        },
        names="appeal",
        waiting=("lodged",),
        through="offence",
    ),
    "override": EventType({name: Field(TEXT, required=True) for name in ("decision", "outcome", "by", "reason")}),
    "need_noted": EventType({"need": Field(TEXT, required=True), "by": Field(TEXT)}),
    "consent_changed": EventType(
        {
            "purpose": Field(TEXT, required=True),
            "channel": Field(TEXT),
            "state": Field(EnumType(("given", "withdrawn")), required=True),
            "by": Field(TEXT),
        }
    ),
    "customers_merged": EventType(_OTHER, whole=True),
    "customers_split": EventType(_OTHER, whole=True),
    "erase": EventType({"by": Field(TEXT), "reason": Field(TEXT)}, whole=True),
    "tick": EventType({}),
}


def is_whole(event: str) -> bool:
    """Whether an event of a type may touch everything that is kept of everyone who is joined to its customer."""
    return event in EVENT_TYPES and EVENT_TYPES[event].whole


TEXTS = "text"  # what was said, kept only where a pack says for how long
RECORDS = "decision"  # decision records, kept as long as a pack says

# What every entry has beside its declared attributes, and what the built-in kinds hold.
ENTRY_ATTRIBUTES: dict[str, tuple[Scalar, bool]] = {  # name → type, optional
    "id": (TEXT, False),
    "age": (IntType(0, 2**40, "seconds"), False),
    "contact": (TEXT, True),
    "customer": (TEXT, True),
    "advisor": (TEXT, True),
}
CONTACT_ATTRIBUTES: dict[str, tuple[Scalar, bool]] = {"channel": (TEXT, True), "ended": (BoolType(), False)}
OVERRIDE_ATTRIBUTES: dict[str, tuple[Scalar, bool]] = dict.fromkeys(
    ("decision", "outcome", "by", "reason"), (TEXT, False)
)
KEPT_BY_ENGINE = frozenset({"obligation", "contact", "override"})  # kinds of entry that no rule records or amends
