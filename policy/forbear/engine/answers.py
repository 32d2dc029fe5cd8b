"""What a plugin answered → data of our own, or the reason why it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import field, frozen

from forbear.calendar import WorkingCalendar
from forbear.engine.calling import Unusable
from forbear.engine.plain import Given, NotPlain, as_plain
from forbear.ledger import Store
from forbear.records import DraftSignals, Evidence, SpeechSignals

_KIND = re.compile("[a-z][a-z0-9_.:-]{0,59}")
_PATH = re.compile("[a-z][a-z0-9_.]{0,59}")
OWN_SPACES = ("customer.", "contact.", "advisor.")  # of facts that have a hook of their own


@frozen
class Told:
    """A plugin's answer about an event, checked and copied."""

    facts: Mapping[str, Given] = field(factory=dict)
    evidence: tuple[Evidence, ...] = ()


def is_centres(path: str) -> bool:
    """Whether a fact is the centre's: neither a customer's, a contact's nor an advisor's."""
    return not path.startswith(OWN_SPACES)


def facts_in(space: str) -> Callable[[object], Told]:
    """Reads a mapping of facts whose paths begin with `space`; where that is empty, facts of the centre."""

    def read(answer: object) -> Told:
        facts = _facts(answer)
        for path in facts:
            if not (path.startswith(space) if space else is_centres(path)):
                wanted = f"`{space}…`" if space else "the centre's; it has a hook of its own"
                raise Unusable(f"gave {path if _PATH.fullmatch(path) else 'a fact'}, which is not {wanted}")
        return Told(facts)

    return read


def _facts(answer: object) -> dict[str, Given]:
    """A mapping of facts, copied; None among them is as good as not given."""
    if not isinstance(answer, Mapping):
        raise Unusable(f"answered {type(answer).__name__}, not a mapping of facts")
    try:
        return {str(path): as_plain(value) for path, value in answer.items() if value is not None}
    except NotPlain as error:
        raise Unusable(f"its answer {error}") from None


def speech(answer: object) -> Told:
    """Speech signals, each part of the shape that records need."""
    if not isinstance(answer, SpeechSignals):
        raise Unusable(f"answered {type(answer).__name__}, not SpeechSignals")
    return _signals(answer, "speech.")


def drafts(answer: object) -> Told:
    """What was found in a draft, likewise."""
    if not isinstance(answer, DraftSignals):
        raise Unusable(f"answered {type(answer).__name__}, not DraftSignals")
    return _signals(answer, "draft.")


def _signals(answer: SpeechSignals | DraftSignals, space: str) -> Told:
    evidence = tuple(answer.evidence)
    for one in evidence:
        if not (isinstance(one, Evidence) and type(one.start) is type(one.end) is int):
            raise Unusable("its evidence is no list of Evidence(start, end, kind, text) with whole numbers")
        if not (isinstance(one.kind, str) and _KIND.fullmatch(one.kind)):
            raise Unusable("the kind of its evidence is no plain lower-case name")
        if not (isinstance(one.reason, str) and (not one.reason or _KIND.fullmatch(one.reason))):
            raise Unusable("the reason of its evidence is no plain lower-case name")
    return Told(facts_in(space)(answer.facts).facts, evidence)


def candidates(list_path: str) -> Callable[[object], Told]:
    """Reads a list of candidates; whether each has what the vocabulary asks for is seen when facts are fitted."""

    def read(answer: object) -> Told:
        if not isinstance(answer, list | tuple) or not all(isinstance(one, Mapping) for one in answer):
            raise Unusable(f"answered {type(answer).__name__}, not a list of mappings")
        try:
            return Told({list_path: as_plain(answer)})
        except NotPlain as error:
            raise Unusable(f"its answer {error}") from None

    return read


def signature(answer: object) -> tuple[str, bytes]:
    """The name of a key, and its signature."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Unusable(f"answered {type(answer).__name__}, not the name of a key and a signature")
    name, signed = answer
    if not isinstance(name, str) or not isinstance(signed, bytes):
        raise Unusable("answered something else than the name of a key, a text, and a signature, bytes")
    return name, signed


def nothing(answer: object) -> None:
    """What a plugin answers that is only told."""


def calendar(answer: object) -> WorkingCalendar:
    """A working calendar."""
    if not isinstance(answer, WorkingCalendar):
        raise Unusable(f"answered {type(answer).__name__}, not a WorkingCalendar")
    return answer


def store(answer: object) -> Store:
    """A store, as far as can be told before it is used."""
    if not all(callable(getattr(answer, name, None)) for name in ("reading", "writing", "close")):
        raise Unusable(f"answered {type(answer).__name__}, which is no Store")
    return answer  # type: ignore[return-value]


def packs(answer: object) -> dict[str, Path]:
    """Folders of packs by name."""
    if not isinstance(answer, Mapping) or not all(
        isinstance(name, str) and name and isinstance(folder, str | Path) for name, folder in answer.items()
    ):
        raise Unusable(f"answered {type(answer).__name__}, not a mapping of names to folders")
    return {name: Path(folder) for name, folder in answer.items()}


def vocabulary(answer: object) -> dict[str, str]:
    """Files of a vocabulary by name."""
    if not isinstance(answer, Mapping) or not all(
        isinstance(name, str) and isinstance(text, str) for name, text in answer.items()
    ):
        raise Unusable(f"answered {type(answer).__name__}, not a mapping of file names to texts")
    return dict(answer)
