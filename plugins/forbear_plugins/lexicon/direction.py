"""At whom a hostile word is aimed.

Each rule looks at the nearest person or thing that the clause speaks of. The answer is a target and the word that
decided it. No rule calls hostility aimed at the advisor unless the words themselves say so.
"""

from __future__ import annotations

from attrs import frozen

from .marks import Mark
from .scene import PARTICLES, Scene, Subject

ADVISOR, COMPANY, OTHER, NOBODY = "advisor", "company", "other", "nobody"
QUOTED, CALM = "quoted", "calm"
"""Targets; `quoted` are somebody else's words, `calm` says that nothing hostile is meant: denied or of oneself."""

FAR_SUBJECT = 2
"""Words that no table knows, before an attack, after which its subject is no longer looked for."""

NEAR_CONDUCT = 4
"""Words between what the advisor does and a swear word that closes the clause: "listening to my ****"."""

_TARGET_OF = {"thing": COMPANY, "company": COMPANY, "it": COMPANY, "your": COMPANY, "you_all": COMPANY}


@frozen(slots=True)
class Aim:
    """A target, the word that showed it (-1 if none), and whether nothing but the bare word showed it."""

    target: str
    word: int = -1
    bare: bool = False


def aim(scene: Scene, mark: Mark) -> Aim:
    """The target of one hostile mark."""
    match mark[2].kind:
        case "attack":
            return _attack(scene, mark)
        case "bodily":
            return _bodily(scene, mark)
        case "group":
            return Aim(QUOTED if scene.quoted(mark[0]) else OTHER)
        case "dirt" | "profanity" | "alone" | "intensifier":
            return _swearing(scene, mark)
        case _:
            return _insult(scene, mark)


def _attack(scene: Scene, mark: Mark) -> Aim:
    """A phrase that addresses somebody by itself: at the advisor, unless said to several, by others, or not at all."""
    start, end, _ = mark
    if scene.quoted(start):
        return Aim(QUOTED)
    if scene.denied(start):
        return Aim(CALM)
    inside = [scene.role(word) for word in range(start, end)]
    if "you_all" in inside or scene.role(end) == "you_all" or scene.words[end : end + 1] in (["guys"], ["people"]):
        return Aim(COMPANY, end - 1)
    spoken = next((start + place for place, role in enumerate(inside) if role in ("you", "your")), -1)
    return _spoken_by_another(scene, mark, spoken) or Aim(ADVISOR, spoken)


def _spoken_by_another(scene: Scene, mark: Mark, spoken: int) -> Aim | None:
    """Where an attack goes that has a subject of its own in front: "he should shut up"; `spoken` is its "you" or -1."""
    start, _, term = mark
    loose = 0
    for word in scene.back(start):
        role = scene.role(word)
        if role in ("he", "third"):
            return Aim(OTHER, word)
        if role == "you_all" or (role in ("it", "thing", "company") and spoken < 0):
            return Aim(COMPANY, word)
        if role == "self" and spoken < 0:
            return Aim(CALM)
        if role in ("you", "your", "report", "filler") or scene.words[word] in PARTICLES:
            break
        if role not in ("modal", "link", "not") and word not in scene.rude:
            loose += 1
            if loose == FAR_SUBJECT:
                break
    return Aim(OTHER) if loose and spoken < 0 and term.lang == "zh" else None


def _bodily(scene: Scene, mark: Mark) -> Aim:
    """Explicit words are harassment when the clause speaks of nobody and nothing but the two who are talking."""
    start, end, _ = mark
    if scene.quoted(start):
        return Aim(QUOTED)
    around = {scene.role(word) for word in [*scene.back(start), *scene.on(end)]}
    if around & {"he", "third"}:
        return Aim(OTHER)
    if around & {"thing", "company", "you_all"}:
        return Aim(COMPANY)
    if around & {"you", "your"} or len(scene.words) <= 5:
        return Aim(ADVISOR)
    return Aim(NOBODY)


def _swearing(scene: Scene, mark: Mark) -> Aim:
    """Swearing is anger, unless the advisor is called it or the advisor's own conduct is sworn at."""
    start, end, term = mark
    if term.kind == "alone" and not scene.alone(start, end):
        return Aim(CALM)
    if scene.quoted(start):
        return Aim(QUOTED)
    subject = scene.subject(start)
    described = scene.described(end)
    if described >= 0:
        return Aim(_TARGET_OF.get(scene.role(described), OTHER), described)
    you = _sworn_at(scene, mark, subject)
    if you >= 0:
        return Aim(ADVISOR, you)
    if subject.role == "your" and subject.word == start - 1 and scene.role(end) in ("personal", "conduct"):
        return Aim(ADVISOR, subject.word)
    if subject.role in ("he", "third"):
        return Aim(OTHER, subject.word)
    if subject.role in _TARGET_OF:
        return Aim(COMPANY, subject.word)
    if any(scene.role(word) in _TARGET_OF for word in scene.on(end)):
        return Aim(COMPANY)
    return Aim(NOBODY)


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


def _insult(scene: Scene, mark: Mark) -> Aim:
    """An insult or a slight is aimed at whom the clause speaks of; a bare insult at the person spoken to."""
    start, end, term = mark
    described = scene.described(end)
    subject = scene.subject(start)
    if subject.role == "report" or scene.quoted(subject.word if subject.role else start):
        return Aim(QUOTED)
    if described >= 0 and (scene.role(described) != "third" or subject.role != "you"):
        return Aim(_TARGET_OF.get(scene.role(described), OTHER), described)
    match subject.role:
        case "you":
            return _said_of_you(scene, mark, subject)
        case "your":
            return _said_of_yours(scene, mark, subject)
        case "self" if not subject.loose and (subject.roles or term.lang == "zh"):
            return Aim(CALM)
        case "self":
            return Aim(ADVISOR, bare=True) if term.kind == "insult" and _vocative(scene, mark) else Aim(OTHER)
        case "he" | "third":
            return Aim(OTHER, subject.word)
        case "it" | "thing" | "company" | "you_all":
            return Aim(COMPANY, subject.word)
        case _:
            return _said_bare(scene, mark, subject)


def _said_of_you(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    start, _, term = mark
    joined = subject.roles & {"be", "link"} or scene.role(subject.word - 1) == "be"
    if "not" in subject.roles or _denied(scene, subject.word, 3 if joined else 1 if term.lang == "zh" else 0):
        return Aim(CALM)
    at_you = Aim(ADVISOR, subject.word)
    if term.kind == "insults" and term.lang == "en":
        return at_you if subject.word == start - 1 else Aim(COMPANY, subject.word)
    if not subject.loose and not subject.roles - {"be", "link", "modal", "filler", "a", "the" if joined else "a"}:
        return at_you
    if term.lang == "zh":
        return at_you if subject.loose <= 1 and term.kind in ("insult", "insults") else Aim(COMPANY)
    if "is" in subject.roles:
        return at_you if not subject.loose and scene.role(subject.word + 1) == "is" else Aim(COMPANY)
    if scene.role(subject.word + 1) in ("be", "link") or scene.role(subject.word - 1) == "be":
        return at_you if subject.loose <= 3 else Aim(COMPANY)
    if term.kind == "insult" and not subject.roles & {"a", "the"} and (subject.loose <= 1 or scene.ends(mark[1])):
        return at_you
    return Aim(OTHER)


def _denied(scene: Scene, you: int, reach: int) -> bool:
    """Whether what "you" are is only said not to be thought or said: "I never said you are stupid", 我没骂你傻逼."""
    return any(scene.role(word) == "not" for word in scene.back(you, reach))


def _said_of_yours(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    """What is personal is the advisor's, all else the company's; "your an idiot" is a misspelt "you're"."""
    _, end, term = mark
    following = scene.role(subject.word + 1)
    if following == "personal" and "not" not in subject.roles:
        return Aim(ADVISOR, subject.word)
    if not subject.loose and term.kind != "jibe" and (following == "a" or scene.ends(end)):
        return Aim(ADVISOR, subject.word)
    return Aim(COMPANY, subject.word)


def _said_bare(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    """No referent in front: look behind, else only a vocative or a clause that is nothing else is aimed."""
    start, end, term = mark
    if scene.spoken_to_after(end):
        return Aim(ADVISOR, end)
    if subject.roles & {"is", "the", "not"}:
        return Aim(COMPANY if "is" in subject.roles and term.kind == "slight" else OTHER)
    if term.kind != "insult":
        return Aim(COMPANY)
    if scene.alone(start, end) and not (term.lang == "zh" and "link" in subject.roles):
        return Aim(ADVISOR, bare=True)
    if "a" not in subject.roles and _vocative(scene, mark):
        return Aim(ADVISOR, bare=True)
    return Aim(OTHER)


def _vocative(scene: Scene, mark: Mark) -> bool:
    """Whether the word opens or closes its clause as a form of address: "idiot why don't you", "tell me idiot"."""
    start, end, term = mark
    if term.lang == "zh":
        return False
    if scene.ends(end):
        return scene.role(start - 1) not in ("link", "be", "is", "a", "the", "not")
    opens = all(word in scene.rude or scene.role(word) in ("modal", "filler") for word in scene.back(start))
    return opens and scene.role(end) not in ("is", "modal", "he")
