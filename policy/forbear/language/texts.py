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
from forbear.language.types import MAX_STRING, BoolType, EnumType, ListType, Type, describe

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"\{[^{}]*\}|([{}])")
OTHERWISE = "otherwise"
KEYS = ("by", "shows", OTHERWISE)  # of a text with variants, beside the values that choose among them
APPEAL = "appeal"  # the text that tells customers how to disagree; explanations say it, no rule need


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
                found += [
                    (match.group(1), scalar, match.start(1)) for match in _STRAY.finditer(scalar.value) if match[1]
                ]
        return found


class Texts:
    """Reads texts: first the drafts, then, once the owing rules are known, the checked templates."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.drafts: dict[str, Draft] = {}

    def read(self, key: Scalar, node: Node) -> None:
        """One text: `{en: …, zh: …}`, or `{by: path, value: {en: …, zh: …}, otherwise: {…}}`."""
        if key.value in self.drafts or f"text.{key.value}" in self.names.broken:
            hint = "leave one of them out, or rename it"
            self.shape.error("duplicate-name", f"there is a text `{key.value}` already", key.span, hint)
            return
        mapping = self.shape.mapping(node, f"the text `{key.value}`")
        if mapping is None:
            self.names.broken.add(f"text.{key.value}")
            return
        keys = {one.value: (one, value) for one, value in mapping.items}
        shown = self.shape.items(keys["shows"][1], "`shows`") if "shows" in keys else ()
        shows = tuple(one for item in shown if (one := self.shape.text(item, "a value that is shown")) is not None)
        by = self.shape.text(keys["by"][1], "`by`") if "by" in keys else None
        rest = tuple((one, value) for name, (one, value) in keys.items() if name not in ("by", "shows"))
        variants: tuple[tuple[Scalar | None, dict[str, Scalar]], ...]
        if "by" in keys:
            variants = tuple(
                (None if one.value == OTHERWISE else one, self.shape.languages(value, f"`{one.value}`"))
                for one, value in rest
            )
            if not any(one is None for one, _ in variants):
                hint = "add what is said for every other value"
                self.shape.error("missing-key", f"the text `{key.value}` needs `{OTHERWISE}`", key.span, hint)
        elif any(isinstance(value, Mapping) for _, value in rest):
            hint = "add `by: path` of an enumeration, or write {en: …, zh: …}"
            self.shape.error("missing-key", f"the text `{key.value}` has variants and needs `by`", key.span, hint)
            variants = ()
        else:
            variants = ((None, self.shape.languages(Mapping(rest, mapping.span), f"the text `{key.value}`")),)
        for scalar in (one for _, languages in variants for one in languages.values()):
            if len(scalar.value) > MAX_STRING:
                self.shape.error(
                    "wrong-value", f"a text has at most {MAX_STRING:,} characters", scalar.span, "shorten it"
                )
                self.names.broken.add(f"text.{key.value}")
                return
        self.drafts[key.value] = Draft(key.value, by, shows, variants)

    def finish(self, name: str, events: tuple[str, ...]) -> None:
        """The text, every path checked to be present on the events on which it is said (on some event, if on none)."""
        draft = self.drafts[name]
        types: dict[str, Type] = {}
        wrong: set[str] = set()
        for path, scalar, offset in draft.paths():
            kind = self._type_at(path, scalar, offset, events, draft.by is scalar)
            if kind is None:
                wrong.add(path)
            else:
                types[path] = kind
        whole = not wrong and all(len(languages) == len(LANGUAGES) for _, languages in draft.variants)
        if draft.by is not None and draft.by.value in types:
            whole = self._values_exist(draft, types[draft.by.value]) and whole
        self._compare_placeholders(draft, wrong)
        if whole:
            self.names.texts[name] = ir.Text(
                name,
                draft.by.value if draft.by is not None else "",
                {
                    one.value if one is not None else OTHERWISE: {
                        language: _template(scalar.value, types) for language, scalar in languages.items()
                    }
                    for one, languages in draft.variants
                },
            )

    def _compare_placeholders(self, draft: Draft, wrong: set[str]) -> None:
        """The same placeholders in each language, and each of `shows` in all of them."""
        shown = {path for path, scalar, _ in draft.paths() if scalar is not draft.by}
        for one in draft.shows:
            if one.value not in shown and not (wrong - {draft.by.value if draft.by else ""}):
                hint = did_you_mean(one.value, shown)
                self.shape.error("missing-placeholder", f"no language shows {{{one.value}}}", one.span, hint)
        wanted = {one.value for one in draft.shows} & shown
        for _, languages in draft.variants:
            found = {language: set(_PLACEHOLDER.findall(scalar.value)) for language, scalar in languages.items()}
            strays = {one for scalar in languages.values() for one in _STRAY.findall(scalar.value) if one}
            if strays or any(paths & wrong for paths in found.values()):
                continue  # a misspelt placeholder, or a brace without its partner, is noted already
            everywhere = set().union(*found.values())
            for language, scalar in languages.items():
                for missing in sorted((everywhere | wanted) - found[language]):
                    message = f"`{language}` does not show {{{missing}}}"
                    hint = "`shows` asks for it" if missing in wanted else "every language shows the same values"
                    self.shape.error("missing-placeholder", message, scalar.span, hint)

    def _type_at(self, path: str, scalar: Scalar, offset: int, events: tuple[str, ...], bare: bool) -> Type | None:
        if not PATH.fullmatch(path):
            stray = path in ("{", "}")
            message = "a brace without its partner" if stray else f"`{path}` is not a path"
            place = scalar.at(offset, len(path)) if path else scalar.at(offset - 1, 2)
            hint = "write the path of a value in braces: {contact.channel}"
            self.shape.error("bad-placeholder", message, place, hint)
            return None
        name = Name(path, offset, offset + len(path))
        checker = Checker(Scope(self.names, events), scalar, self.shape.problems)
        found = checker.resolve(name)
        if found is None:
            return None
        if found.optional:
            hint = "let a decision give a value that is always there, and show that"
            checker.error("optional-read", f"`{path}` may be missing, and a text has no gaps", name, hint)
            return None
        if isinstance(found.type, BoolType | ListType) and not bare:
            message = f"`{path}` has no words: it is {describe(found.type)}"
            checker.error("bad-placeholder", message, name, "choose a text by it with `by`, or show another value")
            return None
        return found.type

    def _values_exist(self, draft: Draft, kind: Type) -> bool:
        assert draft.by is not None
        if not isinstance(kind, EnumType):
            message = f"a text is chosen by an enumeration; `{draft.by.value}` is {describe(kind)}"
            self.shape.error("type-mismatch", message, draft.by.span, "choose another path")
            return False
        taken = [f"`{value}`" for value in KEYS if value in kind.values]
        if taken:
            message = f"a text has a key {' and a key '.join(taken)}, which `{draft.by.value}` has as a value too"
            hint = "rename the value, or choose by a decision that gives another word for it"
            self.shape.error("reserved-name", message, draft.by.span, hint)
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
