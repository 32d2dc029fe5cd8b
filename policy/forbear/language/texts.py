"""`texts:` → what is said, in every language, with placeholders that cannot be missing."""

from __future__ import annotations

import re

from attrs import frozen

from forbear.language import ir
from forbear.language.infer import Checker
from forbear.language.scope import Names, Scope
from forbear.language.shape import LANGUAGES, PATH, Shape, did_you_mean
from forbear.language.syntax import Name
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.types import BoolType, EnumType, ListType, Type

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OTHERWISE = "otherwise"


@frozen
class Draft:
    """A text whose placeholders are not yet checked against the events on which it is said."""

    name: str
    by: Scalar | None
    shows: tuple[Scalar, ...]
    variants: tuple[tuple[Scalar | None, dict[str, Scalar]], ...]

    def paths(self) -> list[tuple[str, Scalar, int]]:
        """Every path that the text reads, with the scalar and the offset where it stands."""
        found = [(self.by.value, self.by, 0)] if self.by is not None else []
        for _, languages in self.variants:
            for scalar in languages.values():
                found += [(match.group(1), scalar, match.start(1)) for match in _PLACEHOLDER.finditer(scalar.value)]
        return found


class Texts:
    """Reads texts: first the drafts, then, once the owing rules are known, the checked templates."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.drafts: dict[str, Draft] = {}

    def read(self, key: Scalar, node: Node) -> None:
        """One text: `{en: …, zh: …}`, or `{by: path, value: {en: …, zh: …}, otherwise: {…}}`."""
        if key.value in self.drafts:
            self.shape.error("duplicate-name", f"there is a text `{key.value}` already", key.span)
            return
        mapping = self.shape.mapping(node, f"the text `{key.value}`")
        if mapping is None:
            self.names.broken.add(f"text.{key.value}")
            return
        keys = {one.value: (one, value) for one, value in mapping.items}
        shows: tuple[Scalar, ...] = ()
        if "shows" in keys:
            items = self.shape.items(keys["shows"][1], "`shows`")
            shows = tuple(one for one in items if isinstance(one, Scalar))
        by = self.shape.text(keys["by"][1], "`by`") if "by" in keys else None
        rest = tuple((one, value) for name, (one, value) in keys.items() if name not in ("by", "shows"))
        if "by" in keys:
            variants = tuple(
                (None if one.value == OTHERWISE else one, self.shape.languages(value, f"`{key.value}`"))
                for one, value in rest
            )
            if not any(one is None for one, _ in variants):
                self.shape.error("missing-key", f"the text `{key.value}` needs `otherwise`", key.span)
        else:
            variants = ((None, self.shape.languages(Mapping(rest, mapping.span), f"`{key.value}`")),)
        draft = Draft(key.value, by, shows, variants)
        self._compare_placeholders(draft)
        self.drafts[key.value] = draft

    def _compare_placeholders(self, draft: Draft) -> None:
        """The same placeholders in each language, and each of `shows` in all of them."""
        wanted = {one.value for one in draft.shows}
        for _, languages in draft.variants:
            shown = {language: set(_PLACEHOLDER.findall(scalar.value)) for language, scalar in languages.items()}
            everywhere = set().union(*shown.values()) if shown else set()
            for language, scalar in languages.items():
                for missing in sorted((everywhere | wanted) - shown[language]):
                    message = f"`{language}` does not show {{{missing}}}"
                    hint = "`shows` asks for it" if missing in wanted else "every language shows the same values"
                    self.shape.error("missing-placeholder", message, scalar.span, hint)
                stray = re.search(r"[{}]", _PLACEHOLDER.sub("", scalar.value))
                if stray:
                    self.shape.error("bad-placeholder", "a brace without its partner", scalar.span, "write {path}")

    def finish(self, name: str, events: tuple[str, ...]) -> ir.Text | None:
        """The text, every path checked to be present on the events on which it is said."""
        draft = self.drafts[name]
        types: dict[str, Type] = {}
        whole = True
        for path, scalar, offset in draft.paths():
            kind = self._type_at(path, scalar, offset, events)
            if kind is None:
                whole = False
            else:
                types[path] = kind
        if draft.by is not None and draft.by.value in types:
            whole = self._values_exist(draft, types[draft.by.value]) and whole
        if not whole or any(len(languages) < len(LANGUAGES) for _, languages in draft.variants):
            return None
        variants = {
            one.value if one is not None else OTHERWISE: {
                language: _template(scalar.value, types) for language, scalar in languages.items()
            }
            for one, languages in draft.variants
        }
        return ir.Text(name, draft.by.value if draft.by is not None else "", variants)

    def _type_at(self, path: str, scalar: Scalar, offset: int, events: tuple[str, ...]) -> Type | None:
        if not PATH.fullmatch(path):
            place = scalar.at(offset, max(1, len(path)))
            self.shape.error("bad-placeholder", f"`{path}` is not a path", place, "write {contact.channel}, say")
            return None
        checker = Checker(Scope(self.names, events), scalar, self.shape.problems)
        typed = checker.check(Name(path, offset, offset + len(path)), frozenset())
        if typed is None:
            return None
        if isinstance(typed.type, BoolType | ListType):
            self.shape.error("bad-placeholder", f"`{path}` has no words", scalar.at(offset, len(path)))
            return None
        return typed.type

    def _values_exist(self, draft: Draft, kind: Type) -> bool:
        assert draft.by is not None
        if not isinstance(kind, EnumType):
            self.shape.error("type-mismatch", f"`{draft.by.value}` is not an enumeration", draft.by.span)
            return False
        good = True
        for one, _ in draft.variants:
            if one is not None and one.value not in kind.values:
                hint = did_you_mean(one.value, (*kind.values, OTHERWISE))
                self.shape.error("unknown-value", f"there is no value `{one.value}` here", one.span, hint)
                good = False
        return good


def _template(text: str, types: dict[str, Type]) -> ir.Template:
    pieces = _PLACEHOLDER.split(text)  # plain, path, plain, path, …
    parts = [ir.Placeholder(piece, types[piece]) if n % 2 else piece for n, piece in enumerate(pieces)]
    return tuple(part for part in parts if part != "")
