"""From a draft to facts: what was found, how often, in which sentence, and the evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from forbear.records import Draft, DraftSignals, Evidence, Plain, Turn, Utterance

from .. import lexicon
from ..lexicon.words import LONGEST
from .canned import nearest
from .found import Found, search
from .layout import Layout, layout, length
from .lists import FOUND, Lists
from .typing_slips import blanks, slips

COUNTED: Final = (*FOUND, "friendly", "slip", "blank", "emoji")
SHOWN: Final = frozenset(COUNTED) - {"offer", "friendly", "opt_out", "sorry", "call_back", "stay"}
"""What evidence points at: what may have to be mended."""
MOST_SHOWN: Final = 20  # pieces of evidence of a kind
LATEST_TURNS: Final = 20  # of the customer, in which bereavement is looked for

_EMOJI: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_PIECE: Final = re.compile(r"[a-z0-9\u00c0-\u024f]++|\S")
_HOSTILE: Final = frozenset(("insult", "sexual", "hate", "threat", "profanity"))
_OUTWEIGHED: Final = {"offer": "negative", "rude": "personal"}  # what is refused is no offer
_AT_THE_CUSTOMER: Final = "said-by-advisor"


def signals(draft: Draft, lists: Lists) -> DraftSignals:
    """What is found in a draft, and in what the customer said before it."""
    text = draft.text[:LONGEST]
    words, found = search(text, lists.said)
    found += [one for one in search(text, lists.typed)[1] if one.kind == "slip"]
    found += [*slips(text, lists.single["twice"]), *blanks(text, lists.single["blank"])]
    found += _hostile(draft, text, [one for one in found if one.kind == "serving"])
    found += [Found("emoji", one.start(), one.end()) for one in _EMOJI.finditer(text)]
    found = _joined(found)
    laid_out = layout(text)
    facts: dict[str, Plain] = {"draft.words": length(text)}
    facts |= {f"draft.{kind}": bool(lists.single[kind].intersection(words)) for kind in ("writer", "reader")}
    facts |= _counts(found, laid_out) | _paragraphs(text, found, laid_out) | _canned(draft, text, lists)
    facts |= _before(draft, found, lists) | _shown(draft)
    return DraftSignals(facts, _evidence(found, text))


def _joined(found: list[Found]) -> list[Found]:
    """What was found in order; of two of a kind that overlap the first, and nothing that another kind outweighs."""
    kept: list[Found] = []
    reached: dict[str, int] = {}
    for one in sorted(found, key=_left_then_long):
        outweighed = one.start < reached.get(_OUTWEIGHED.get(one.kind, ""), 0)
        if one.start >= reached.get(one.kind, 0) and not outweighed:
            kept.append(one)
        reached[one.kind] = max(one.end, reached.get(one.kind, 0))
    return kept


def _left_then_long(one: Found) -> tuple[int, int]:
    return one.start, -one.end


def _hostile(draft: Draft, text: str, serving: Sequence[Found]) -> list[Found]:
    """Hostile words, but for those that serve customers: at the customer they are personal, otherwise rude."""
    heard = lexicon.hear(Utterance(text, draft.lang, "advisor"))
    served = frozenset(place for one in serving for place in range(one.start, one.end))
    return [
        Found("personal" if one.reason == _AT_THE_CUSTOMER else "rude", one.start, one.end, one.kind)
        for one in heard.evidence
        if one.kind in _HOSTILE and served.isdisjoint(range(one.start, one.end))
    ]


def _counts(found: Sequence[Found], laid_out: Layout) -> dict[str, Plain]:
    """Of each kind how often it is found, and in which sentence first; 0 for one that is not."""
    count = Counter(one.kind for one in found)
    first: dict[str, int] = {}
    for one in found:
        first.setdefault(one.kind, laid_out.sentence(one.start))
    facts: dict[str, Plain] = {f"draft.{kind}.found": count[kind] for kind in COUNTED}
    return facts | {f"draft.{kind}.sentence": first.get(kind, 0) for kind in COUNTED}


def _paragraphs(text: str, found: Sequence[Found], laid_out: Layout) -> dict[str, Plain]:
    """The longest paragraph, and that with the most ideas: one, each turn to something else, each further question."""
    starts = laid_out.paragraphs
    parts = [text[start:end] for start, end in pairwise((*starts, len(text)))]
    begun = {start + len(part) - len(part.lstrip()) for start, part in zip(starts, parts, strict=True)}
    turns = Counter(laid_out.paragraph(one.start) for one in found if one.kind == "further" and one.start not in begun)
    lengths = [length(part) for part in parts]
    ideas = [1 + turns[number] + max(0, _questions(part) - 1) for number, part in enumerate(parts, start=1)]
    longest, most = max(lengths, default=0), max(ideas, default=0)
    return {
        "draft.longest.words": longest,
        "draft.longest.paragraph": lengths.index(longest) + 1 if lengths else 0,
        "draft.ideas.found": most,
        "draft.ideas.paragraph": ideas.index(most) + 1 if ideas else 0,
    }


def _questions(part: str) -> int:
    return len(re.findall(r"[?？]++", part))


def _canned(draft: Draft, text: str, lists: Lists) -> dict[str, Plain]:
    """The canned reply that it is, how nearly, and how often the same words were sent in this contact before."""
    name, alike = nearest(text, lists.canned)
    same = _plain(draft.text)
    repeats = sum(_plain(turn.text) == same for turn in draft.before if turn.speaker in ("advisor", "bot"))
    facts: dict[str, Plain] = {"draft.canned.alike": alike, "draft.repeats": repeats}
    return facts | ({"draft.canned.reply": name} if name else {})


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _before(draft: Draft, found: Sequence[Found], lists: Lists) -> dict[str, Plain]:
    """What the customer said that bears on it: a question why in the last turn, a bereavement in the latest ones."""
    said = [turn for turn in draft.before if turn.speaker == "customer"]
    asked = {one.kind for one in search(said[-1].text, lists.said)[1]} if said else set[str]()
    told = {one.kind for one in search(_latest(said), lists.said)[1]} if said else set[str]()
    grief = "grief" in told or any(one.kind == "grief" for one in found)
    return {"draft.why_asked": "why" in asked, "draft.grief": grief}


def _latest(said: Sequence[Turn]) -> str:
    """The latest turns, the newest first, so that what is too long is cut where it is oldest."""
    return "\n".join(turn.text[:LONGEST] for turn in reversed(said[-LATEST_TURNS:]))


def _shown(draft: Draft) -> dict[str, Plain]:
    """How many of the words that it must show are there, and how many are not."""
    text, wanted = _apart(draft.text), [_apart(one) for one in draft.shows if one.strip()]
    shown = sum(one in text for one in wanted)
    return {"draft.shown": shown, "draft.unshown": len(wanted) - shown}


def _apart(text: str) -> str:
    """Words, Chinese characters and marks with a space around each, so that no name is found within a word."""
    return f" {' '.join(_PIECE.findall(text.casefold()))} "


def _evidence(found: Sequence[Found], text: str) -> tuple[Evidence, ...]:
    told: Counter[str] = Counter()
    evidence: list[Evidence] = []
    for one in found:
        told[one.kind] += 1
        if one.kind in SHOWN and told[one.kind] <= MOST_SHOWN:
            evidence.append(Evidence(one.start, one.end, one.kind, text[one.start : one.end], one.entry))
    return tuple(evidence)
