"""How a type is written in a pack: short (`string`, `[a, b]`) or long (`{type: int, range: [0, 9], …}`)."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from decimal import Decimal

from attrs import frozen

from forbear.errors import FactError
from forbear.language.check import plain
from forbear.language.ir import AUDIENCES, MANAGERS
from forbear.language.shape import LANGUAGES, UNSPEAKABLE, Shape, did_you_mean
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import (
    DECIMAL_SAFE,
    EXACT,
    JSON_SAFE,
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    fit,
)
from forbear.language.types import Scalar as ScalarType

MAX_CHOICES = 200
LIST_OF = "list_of"
NAMES = ("bool", "int", "decimal", "string")
OF_A_TYPE = ("type", "unit", "range", "places")
OF_A_SETTING = (*OF_A_TYPE, "default", "about", "seen_by")
OF_A_FACT = (*OF_A_SETTING, "optional")
ID = FieldType("id", StringType())
_FITTING = {"bool": (), "string": (), "int": ("range", "unit"), "decimal": ("range", "unit", "places")}


@frozen
class Declared:
    """A type with the other keys of its declaration."""

    type: ScalarType | ListType
    keys: dict[str, Node]
    optional: bool
    default: Value | None
    about: Mapping_[str, str]
    seen_by: tuple[str, ...]
    words: Mapping_[str, str]


def declared(shape: Shape, node: Node, what: str, allowed: tuple[str, ...]) -> Declared | None:
    """A declaration with the `allowed` keys, or None where its type is wrong, which has been noted."""
    if not isinstance(node, Mapping):
        kind = _type(shape, node, {}, what)
        return None if kind is None else Declared(kind, {}, False, None, {}, MANAGERS, {})
    several = next((value for key, value in node.items if key.value == LIST_OF), None)
    if isinstance(several, Mapping):
        shape.wrong(node, f"{what} cannot be a list of candidates", "declare the list under `facts`")
        return None
    if several is not None:
        keys = shape.keys(node, what, required=(LIST_OF,), optional=[one for one in allowed if one not in OF_A_TYPE])
        kind = _list_of(shape, several, what)
    else:
        keys = shape.keys(node, what, required=("type",), optional=allowed)
        kind = _type(shape, keys["type"], keys, what) if "type" in keys else None
    if kind is None:
        return None
    optional = "optional" in keys and shape.flag(keys["optional"], "`optional`")
    if optional and "default" in keys:
        shape.error(
            "wrong-shape", "what has a default is never missing", keys["optional"].span, "leave one of them out"
        )
    in_words = allowed == OF_A_SETTING and isinstance(kind, StringType) and isinstance(keys.get("default"), Mapping)
    words = {one: text.value for one, text in shape.languages(keys["default"], "`default`").items()} if in_words else {}
    default = words.get(LANGUAGES[0]) if in_words else _default(shape, keys, kind)
    return Declared(kind, keys, optional, default, about(shape, keys), seen_by(shape, keys, MANAGERS), words)


def about(shape: Shape, keys: Mapping_[str, Node]) -> Mapping_[str, str]:
    """What a name stands for: a noun phrase in every language, or one in English."""
    if "about" not in keys:
        return {}
    if isinstance(keys["about"], Mapping):
        return {language: one.value for language, one in shape.languages(keys["about"], "`about`").items()}
    text = shape.text(keys["about"], "`about`")
    return {} if text is None else {LANGUAGES[0]: text.value}


def seen_by(shape: Shape, keys: Mapping_[str, Node], default: tuple[str, ...]) -> tuple[str, ...]:
    """Who may see it in an explanation; an auditor sees everything."""
    if "seen_by" not in keys:
        return default
    chosen = shape.choices(keys["seen_by"], "audience", AUDIENCES)
    return tuple(one for one in AUDIENCES if one in chosen or one == "auditor")


def candidates(shape: Shape, node: Node) -> RecordsType | None:
    """What each candidate of a list has: `{id: string, available: bool, …}`."""
    fields: dict[str, FieldType] = {}
    good = isinstance(node, Mapping)
    for key, value in shape.named(node, "`list_of`"):
        found = declared(shape, value, f"`{key.value}`", OF_A_FACT)
        if key.value in ("history", "ranked"):
            message = f"`candidate.{key.value}` means something else"
            shape.error("reserved-name", message, key.span, "choose another name")
        elif found is None:
            good = False
        else:
            fields[key.value] = FieldType(key.value, found.type, found.optional, found.default)
            if key.value == "id" and fields["id"] != ID:
                shape.error("wrong-shape", "an `id` is a text that every candidate has", key.span, "write id: string")
    if good and "id" not in fields:
        shape.error("missing-key", "a candidate has an `id`", node.span, "add id: string")
    return RecordsType(tuple((fields | {"id": ID}).values())) if good else None


def bounds(shape: Shape, node: Node, places: int = 0) -> tuple[int, int] | None:
    """A range as [lowest, highest], scaled by its decimal places."""
    if not isinstance(node, Sequence) or len(node.items) != 2:
        shape.wrong(node, "a range is [lowest, highest]", "for example [0, 100]")
        return None
    found: list[int] = []
    for item in node.items:
        number = shape.number(item, "a bound") if places else shape.whole(item, "a bound")
        if number is None:
            return None
        scaled = EXACT.scaleb(Decimal(number), places)
        if scaled != scaled.to_integral_value(context=EXACT) or abs(scaled) > (DECIMAL_SAFE if places else JSON_SAFE):
            hint = f"it has more than {places} decimal places, or is too large" if places else "it is too large"
            shape.error("wrong-value", "this bound cannot be kept exactly", item.span, hint)
            return None
        found.append(int(scaled))
    if found[0] > found[1]:
        shape.error("wrong-value", "the lowest stands first", node.items[0].span, "swap the two")
        return None
    return found[0], found[1]


def _type(shape: Shape, node: Node, keys: dict[str, Node], what: str) -> ScalarType | ListType | None:
    if isinstance(node, Sequence):
        _refuse_unfitting(shape, keys, "an enumeration", ())
        return _enumeration(shape, node, what)
    word = shape.text(node, "a type")
    if word is None:
        return None
    name = word.value.removeprefix("list of ")
    kind = _named(shape, name, word, keys)
    return ListType(kind) if kind is not None and name != word.value else kind


def _list_of(shape: Shape, node: Node, what: str) -> ListType | None:
    """`list_of: [a, b]`: each item is one of these."""
    if not isinstance(node, Sequence):
        shape.wrong(node, "a list is of values, or of candidates", "write list_of: [a, b] or list_of: {id: string, …}")
        return None
    kind = _enumeration(shape, node, what)
    return None if kind is None else ListType(kind)


def _named(shape: Shape, name: str, word: Scalar, keys: dict[str, Node]) -> ScalarType | None:
    if name not in NAMES:
        hint = f"{did_you_mean(name, NAMES)} To choose among values, list them: [a, b]".strip()
        if name != word.value:
            hint = f"write {{list_of: {name if name.startswith('[') else '[a, b]'}}} for a list of some values"
        shape.error("unknown-type", f"there is no type `{name}`", word.span, hint)
        return None
    _refuse_unfitting(shape, keys, f"a {name}", _FITTING[name])
    if name == "bool":
        return BoolType()
    if name == "string":
        return StringType()
    unit = shape.name(keys["unit"], "a unit") if "unit" in keys else ""
    if name == "decimal":
        return _decimal(shape, word, keys, unit or "")
    if "range" not in keys:
        return IntType(0 if unit else -JSON_SAFE, JSON_SAFE, unit or "")
    ends = bounds(shape, keys["range"])
    return None if ends is None else IntType(*ends, unit or "")


def _decimal(shape: Shape, word: Scalar, keys: dict[str, Node], unit: str) -> DecimalType | None:
    missing = [key for key in ("places", "range") if key not in keys]
    if missing:
        hint = "for example {type: decimal, places: 2, range: [0, 1]}"
        shape.error("missing-key", f"a decimal needs {' and '.join(f'`{key}`' for key in missing)}", word.span, hint)
        return None
    places = shape.whole(keys["places"], "`places`")
    if places is None:
        return None
    if not 1 <= places <= 9:
        hint = "" if places else "a number without decimal places is an int"
        shape.error("wrong-value", "`places` is from 1 to 9", keys["places"].span, hint)
        return None
    ends = bounds(shape, keys["range"], places)
    return None if ends is None else DecimalType(places, *ends, unit)


def _refuse_unfitting(shape: Shape, keys: dict[str, Node], what: str, fitting: tuple[str, ...]) -> None:
    for key in ("range", "unit", "places"):
        if key in keys and key not in fitting:
            shape.error("wrong-shape", f"{what} has no `{key}`", keys[key].span, "leave it out")


def _enumeration(shape: Shape, node: Sequence, what: str) -> EnumType | None:
    values: dict[str, None] = {}
    for item in node.items:
        value = shape.name(item, "a value", reserved=UNSPEAKABLE)
        if value is None:
            return None
        if value in values:
            shape.error("duplicate-name", f"`{value}` stands in this list already", item.span, "leave it out")
        values[value] = None
    if len(values) > MAX_CHOICES:
        shape.wrong(node, f"{what} has at most {MAX_CHOICES} values", "make it a string")
        return None
    if not values:
        shape.wrong(node, f"{what} needs at least one value", "write [a, b]")
        return None
    return EnumType(tuple(values))


def _default(shape: Shape, keys: dict[str, Node], kind: Type) -> Value | None:
    if "default" not in keys:
        return None
    try:
        return fit("default", kind, plain(keys["default"]))
    except FactError as error:
        if not (isinstance(keys["default"], Scalar) and keys["default"].broken):
            shape.error(
                "wrong-value", f"the default is not {error.expected}", keys["default"].span, "change one of them"
            )
        return None
