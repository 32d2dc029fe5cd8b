"""At whom a phrase, an explicit word or swearing is aimed, and hatred towards a group."""

from __future__ import annotations

from .aims import ADVISOR, CALM, COMPANY, NOBODY, OTHER, QUOTED, TARGET_OF, Aim
from .chinese import (
    SHORT_ATTACK,
    between_the_two,
    hated,
    is_you,
    one_of_them,
    said_of_oneself,
    threatens_another,
)
from .marks import Mark
from .scene import PARTICLES, Scene, Subject
from .tables import Term

FAR_SUBJECT = 2
"""Words that no table knows, before an attack, after which its subject is no longer looked for."""

NEAR_CONDUCT = 4
"""Words between what the advisor does and a swear word that closes the clause: "listening to my ****"."""


_SAID_OF_ANY = frozenset(("suck", "sucked", "stink", "blow"))
"""Last words of attacks that are said to companies as often as to persons: "you suck"."""

_NOT_YOU = frozenset(("he", "third", "company", "you_all", "report"))
"""Of whom a barb is said if they stand nearer to it than "you"."""

_PERSONS = frozenset(("he", "third", "report"))
"""The same for a threat: 你们 only says where "you" are found."""

_ARTICLES = frozenset(("is", "be", "a", "the"))
"""Roles across which a thing may be the subject of an attack, but not oneself: "I've been typing to a potato"."""


def group(scene: Scene, mark: Mark) -> Aim:
    """Hatred of a group is at others; in a Chinese text that speaks of nobody but "you" it is at the advisor."""
    if mark[2].kind == "people" and not hated(scene, mark):
        return Aim(CALM, "nobody")
    if scene.quoted(mark[0]):
        return Aim(QUOTED, "quoted")
    you = -1
    if mark[2].lang == "zh":
        you = one_of_them(scene, mark) if scene.role(mark[0] - 1) == "you_all" else between_the_two(scene, mark)
    return Aim(ADVISOR, "group", you) if you >= 0 else Aim(OTHER, "group")


def attack(scene: Scene, mark: Mark) -> Aim:
    """A phrase that addresses somebody by itself: at the advisor, unless said to several, by others, or not at all."""
    start, end, term = mark
    if scene.quoted(start):
        return Aim(QUOTED, "quoted")
    if scene.denied(start) and not (term.lang == "en" and term.sort == "hate"):
        return Aim(CALM, "denied")
    inside = scene.roles[start:end]
    if "you_all" in inside or scene.role(end) == "you_all":
        return Aim(COMPANY, "several", end - 1)
    if term.lang == "en":
        if _said_to_company(scene, end) or (scene.words[end - 1] in _SAID_OF_ANY and _is_company(scene)):
            return Aim(COMPANY, "described")
        if scene.spoken_to_after(end) or scene.compared_after(end):
            return Aim(ADVISOR, "said-of-you", end)
    if term.lang == "zh" and threatens_another(scene, mark):
        return Aim(OTHER, "described")
    described = scene.described(end) if term.lang == "zh" and term.sort == "insult" else -1
    if described >= 0 and scene.role(described) != "third" and not {"you", "your"} & set(inside):
        return Aim(COMPANY, "described", described)
    spoken = next((start + place for place, role in enumerate(inside) if role in ("you", "your")), -1)
    return _spoken_by_another(scene, mark, spoken) or Aim(ADVISOR, "addressed", spoken)


def barb(scene: Scene, mark: Mark) -> Aim:
    """Words that hurt wherever the sentence speaks to "you" and of nobody nearer: "did you learn that at the zoo"."""
    start, end, term = mark
    if scene.quoted(start):
        return Aim(QUOTED, "quoted")
    if any(is_you(scene, word) for word in range(start, end)):
        return Aim(ADVISOR, "addressed", start)
    if term.lang == "zh" and term.sort == "insult" and said_of_oneself(scene, start):
        return Aim(CALM, "of-oneself")
    others = _PERSONS if term.lang == "zh" and term.sort == "threat" else _NOT_YOU
    for words in (scene.sentence_back(start), scene.sentence_on(end)):
        for word in words:
            yours = scene.role(word) == "your" and scene.role(word + 1) in ("thing", "company", "third")
            if yours or scene.role(word) in others:
                break
            if is_you(scene, word):
                return Aim(ADVISOR, "addressed", word)
    return Aim(CALM, "nobody")


def _is_company(scene: Scene) -> bool:
    """Whether "you" in a text may be a company, as it speaks of one or of what one sells."""
    return "company" in scene.reaches or "thing" in scene.reaches


def _may_be_of_things(term: Term) -> bool:
    """Whether a phrase with a thing for its subject is said of it: threats and advances are not."""
    return term.sort == "insult"


def _said_to_company(scene: Scene, end: int) -> bool:
    """Whether a company follows an attack: "you useless bank", or one is named as whom it is sent to."""
    if scene.word(end) not in ("to", "at"):
        several = scene.role(end) in ("company", "thing") or scene.word(end) == "people"
        return several and scene.words[end - 1] not in ("you", "off", "up")
    return any(scene.role(word) in ("company", "thing", "you_all") for word in scene.on(end, 4))


def _spoken_by_another(scene: Scene, mark: Mark, spoken: int) -> Aim | None:
    """Where an attack goes that has a subject of its own in front: "he should shut up"; `spoken` is its "you" or -1."""
    start, _, term = mark
    loose = joined = 0
    for word in scene.back(start):
        role = scene.role(word)
        if role in ("he", "third"):
            yours = scene.word(word - 1) == "your"
            if term.lang == "en" and spoken >= 0 and (term.sort == "threat" or yours):
                break
            return Aim(OTHER, "subject", word)
        if role == "you_all" or (
            role in ("it", "thing", "company") and spoken < 0 and (word == start - 1 or _may_be_of_things(term))
        ):
            return Aim(COMPANY, "subject", word)
        if role == "self" and spoken < 0 and joined < FAR_SUBJECT and _may_be_of_things(term):
            return Aim(CALM, "of-oneself")
        if role in ("you", "your", "report", "filler") or scene.words[word] in PARTICLES:
            break
        if role not in ("modal", "link", "not") and word not in scene.rude:
            joined += 1
            loose += role not in _ARTICLES
            if loose == FAR_SUBJECT:
                break
    short = mark[1] - start <= SHORT_ATTACK
    return Aim(OTHER, "subject") if loose and spoken < 0 and short and term.lang == "zh" else None


def bodily(scene: Scene, mark: Mark) -> Aim:
    """Explicit words are harassment when the clause speaks of nobody and nothing but the two who are talking."""
    start, end, term = mark
    if scene.quoted(start):
        return Aim(QUOTED, "quoted")
    nearby = [*scene.back(start), *scene.on(end)]
    around = {scene.role(word) for word in nearby}
    if around & {"he", "third"} or (term.lang == "en" and scene.word(start - 1) in ("some", "that")):
        return Aim(OTHER, "subject")
    if around & {"thing", "company", "you_all"}:
        return Aim(COMPANY, "subject")
    asked = any(scene.words[word] == "you" and scene.words[word - 1] in ("from", "with", "for") for word in nearby)
    if around & {"you", "your"} or asked or len(scene.words) <= 5:
        return Aim(ADVISOR, "explicit")
    return Aim(NOBODY, "nobody")


def swearing(scene: Scene, mark: Mark) -> Aim:
    """Swearing is anger, unless the advisor is called it or the advisor's own conduct is sworn at."""
    start, end, term = mark
    if term.kind == "alone" and not scene.alone(start, end):
        return Aim(CALM, "not-alone")
    if scene.quoted(start):
        return Aim(QUOTED, "quoted")
    subject = scene.subject(start)
    described = scene.described(end)
    if described >= 0:
        return Aim(TARGET_OF.get(scene.role(described), OTHER), "described", described)
    you = _sworn_at(scene, mark, subject)
    if you >= 0:
        return Aim(ADVISOR, "said-of-you", you)
    if subject.role == "your" and subject.word == start - 1 and scene.role(end) in ("personal", "conduct"):
        return Aim(ADVISOR, "your-own", subject.word)
    if subject.role in ("he", "third"):
        return Aim(OTHER, "subject", subject.word)
    if subject.role in TARGET_OF:
        return Aim(COMPANY, "subject", subject.word)
    if any(scene.role(word) in TARGET_OF for word in scene.on(end)):
        return Aim(COMPANY, "described")
    return Aim(NOBODY, "nobody")


def _sworn_at(scene: Scene, mark: Mark, subject: Subject) -> int:
    """The "you" in front that is called the word, or sworn at for what only the advisor in person does; -1 if none."""
    start, end, term = mark
    if term.lang == "zh":
        stressed = subject.role == "you" and subject.word == start - 1 and term.kind == "intensifier"
        return subject.word if stressed else -1
    closes = scene.ends(end) or scene.words[end] == "at"
    if subject.role == "you" and term.kind == "dirt" and closes and not subject.loose:
        return subject.word if "not" not in subject.roles else -1
    sworn_at = scene.role(end) == "conduct" or (
        scene.ends(end) and any(scene.role(word) == "conduct" for word in scene.back(start, NEAR_CONDUCT))
    )
    if sworn_at:
        for word in scene.back(start):
            if scene.role(word) in ("you", "your"):
                return word
            if scene.role(word) in ("he", "third", "thing", "company"):
                return -1
    return -1
