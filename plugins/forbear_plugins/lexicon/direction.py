"""At whom a hostile word is aimed.

Each rule looks at the nearest person or thing that the clause speaks of. The answer is a target and the word that
decided it. No rule calls hostility aimed at the advisor unless the words themselves say so.
"""

from __future__ import annotations

from .address import called_out, closes_command, named_after, staff_called, talked_with, vocative
from .aims import ADVISOR, CALM, COMPANY, OTHER, QUOTED, TARGET_OF, Aim
from .chinese import (
    FAR_BEFORE,
    SHORT_TEXT,
    alone_with,
    behind_this,
    called,
    called_to,
    named_before,
    said_to,
    staff_opened,
)
from .marks import Mark
from .phrases import attack, barb, bodily, group, swearing
from .scene import NEW_CLAUSE, Scene, Subject

_ARE_SO = frozenset(
    ("so", "such", "really", "just", "too", "very", "all", "still", "always", "clearly", "literally", "actually")
)
"""Words after a misspelt "you're"."""

_NAMED = frozenset(("he", "third", "company", "you_all"))
"""Of whom a plain noun is an insult only where they are said to be it: "he is a rat"."""


def aim(scene: Scene, mark: Mark) -> Aim:
    """The target of one hostile mark."""
    match mark[2].kind:
        case "attack":
            return attack(scene, mark)
        case "barb":
            return barb(scene, mark)
        case "bodily":
            return bodily(scene, mark)
        case "group" | "people":
            return group(scene, mark)
        case "dirt" | "profanity" | "alone" | "intensifier":
            return swearing(scene, mark)
        case _:
            return _across(scene, mark, _insult(scene, mark))


def _across(scene: Scene, mark: Mark, found: Aim) -> Aim:
    """Whom a Chinese insult is aimed at that its clause aims at nobody: "you" where the sentence speaks of no other."""
    if mark[2].lang != "zh" or found.reason not in ("nobody", "far-from-you") or found.target == CALM:
        return found
    if mark[2].sort == "hate" and len(scene.words) <= SHORT_TEXT and alone_with(scene, mark):
        return Aim(ADVISOR, "bare")
    if mark[2].kind == "jibe" or (mark[2].kind == "slight" and said_to(scene, mark) < 0):
        return found
    you = barb(scene, mark)
    return Aim(ADVISOR, "far-from-you", you.word) if you.target == ADVISOR else found


def _insult(scene: Scene, mark: Mark) -> Aim:
    """An insult or a slight is aimed at whom the clause speaks of; a bare insult at the person spoken to."""
    start, end, term = mark
    if start in scene.quotes:
        return Aim(QUOTED, "quoted")
    described = scene.described(end)
    subject = scene.subject(start)
    if scene.compared_after(end) and subject.role != "report":
        return Aim(ADVISOR, "said-of-you", end)
    if not described >= 0 and subject.role != "report" and not scene.denied(start):
        if subject.role not in ("he", "third") and scene.spoken_to_after(end):
            return Aim(ADVISOR, "said-of-you", end)
        if subject.role in ("", "you") and scene.tagged(end):
            return Aim(ADVISOR, "said-of-you", end + 1)
        named = term.lang == "en" and (named_after(scene, end) or talked_with(scene, mark))
        if named and subject.role not in ("he", "third"):
            return Aim(ADVISOR, "said-of-you")
        if scene.of_oneself_after(end):
            return Aim(CALM, "of-oneself")
    if term.lang == "zh" or subject.role == "it":
        subject = behind_this(scene, subject)
    if subject.role == "report" or scene.quoted(subject.word if subject.role else start):
        return Aim(QUOTED, "quoted")
    if term.kind == "epithet" and called_out(scene, mark):
        return Aim(ADVISOR, "vocative")
    if term.kind == "jibe" and term.sort != "insult":
        you = said_to(scene, mark)
        return Aim(ADVISOR, "explicit", you) if you >= 0 else Aim(CALM, "nobody")
    if described >= 0 and term.lang == "zh" and not subject.role and staff_opened(scene, mark, described):
        return Aim(ADVISOR, "vocative", described)
    if described >= 0 and term.lang == "en" and not subject.role and staff_called(scene, described):
        return Aim(ADVISOR, "vocative", described)
    if described >= 0 and (scene.role(described) != "third" or subject.role != "you"):
        return Aim(TARGET_OF.get(scene.role(described), OTHER), "described", described)
    if term.kind == "epithet" and (subject.role in ("it", "thing") or _not_named(subject)):
        return Aim(CALM, "nobody")
    match subject.role:
        case "you":
            return _said_of_you(scene, mark, subject)
        case "your":
            return _said_of_yours(scene, mark, subject)
        case "self" if subject.loose <= 3 * (term.lang == "zh") and (
            subject.roles or term.lang == "zh" or _being(scene, subject)
        ):
            return Aim(CALM, "of-oneself")
        case "self":
            return (
                Aim(ADVISOR, "vocative")
                if term.kind == "insult" and term.lang == "en" and vocative(scene, mark)
                else Aim(OTHER, "of-oneself")
            )
        case "he" | "third":
            return Aim(OTHER, "subject", subject.word)
        case "it" | "thing" if term.lang == "en" and closes_command(scene, mark, subject.word):
            return Aim(ADVISOR, "vocative")
        case "it" | "thing" | "company" | "you_all":
            return Aim(COMPANY, "subject", subject.word)
        case _:
            return _said_bare(scene, mark, subject)


def _not_named(subject: Subject) -> bool:
    """Whether others are spoken of, but not said to be what a plain noun means: "my neighbour keeps a pig"."""
    return subject.role in _NAMED and not subject.roles & {"is", "be"}


def _being(scene: Scene, subject: Subject) -> bool:
    """Whether one speaks of what one is oneself: "I am useless with computers"."""
    return scene.words[subject.word] in ("am", "was", "feel")


def _said_of_you(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    start, _, term = mark
    joined = subject.roles & {"be", "link"} or scene.role(subject.word - 1) == "be"
    if scene.word(mark[1]) == "'s" and term.kind == "insult":
        return Aim(OTHER, "far-from-you")
    counted = scene.word(subject.word - 1) == "if" or "such" in scene.words[subject.word : mark[0]]
    if "not" in subject.roles and term.lang == "en" and counted:
        return Aim(ADVISOR, "said-of-you", subject.word)
    if "not" in subject.roles or _denied(scene, subject.word, 3 if joined else 1 if term.lang == "zh" else 0):
        return Aim(CALM, "denied")
    at_you = Aim(ADVISOR, "said-of-you", subject.word)
    if term.kind == "insults" and term.lang == "en":
        return at_you if subject.word == start - 1 else Aim(COMPANY, "far-from-you", subject.word)
    if not subject.loose and not subject.roles - {"be", "link", "modal", "filler", "a", "the" if joined else "a"}:
        return at_you
    if term.lang == "zh":
        return at_you if called(scene, mark, subject) else Aim(COMPANY, "far-from-you")
    if "is" in subject.roles:
        return at_you if not subject.loose and scene.role(subject.word + 1) == "is" else Aim(COMPANY, "far-from-you")
    if scene.role(subject.word + 1) in ("be", "link") or scene.role(subject.word - 1) == "be":
        if term.lang == "en" and "than" in scene.words[subject.word : start]:
            return Aim(OTHER, "far-from-you", subject.word)
        reach = 0 if scene.words[subject.word + 1] in _ARE_SO else 3
        return at_you if subject.loose <= reach else Aim(COMPANY, "far-from-you")
    if term.kind == "slight" and scene.words[subject.word + 1] in ("have", "had", "got") and subject.loose <= 2:
        return at_you
    if term.kind == "insult" and not subject.roles & {"a", "the"} and (subject.loose <= 1 or scene.ends(mark[1])):
        return at_you
    return Aim(OTHER, "far-from-you")


def _denied(scene: Scene, you: int, reach: int) -> bool:
    """Whether what "you" are is only said not to be thought or said: "I never said you are stupid", 我没骂你傻逼."""
    for word in scene.back(you, reach):
        if scene.words[word] in NEW_CLAUSE:
            return False
        if scene.role(word) == "not":
            return True
    return False


def _said_of_yours(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    """What is personal is the advisor's, all else the company's; "your an idiot" is a misspelt "you're"."""
    _, end, term = mark
    following = scene.role(subject.word + 1)
    if any(scene.role(word) == "personal" for word in range(mark[0], end)) and subject.word == mark[0] - 1:
        return Aim(ADVISOR, "your-own", subject.word)
    if following == "personal" and "not" not in subject.roles:
        return Aim(ADVISOR, "your-own", subject.word)
    if scene.words[subject.word + 1] in _ARE_SO and not subject.loose and "is" not in subject.roles:
        return Aim(ADVISOR, "your-own", subject.word)
    if (
        not subject.loose
        and (term.kind != "jibe" or following == "a")
        and "is" not in subject.roles
        and (following == "a" or scene.ends(end))
    ):
        return Aim(ADVISOR, "your-own", subject.word)
    return Aim(COMPANY, "subject", subject.word)


def _said_bare(scene: Scene, mark: Mark, subject: Subject) -> Aim:
    """No referent in front: look behind, else only a vocative or a clause that is nothing else is aimed."""
    start, end, term = mark
    if scene.spoken_to_after(end):
        return Aim(ADVISOR, "said-of-you", end)
    if subject.roles & {"is", "the", "not"}:
        return Aim(COMPANY if "is" in subject.roles and term.kind == "slight" else OTHER, "nobody")
    if term.kind != "insult":
        return Aim(COMPANY, "nobody")
    if term.lang == "zh" and (spoken := _spoken_of_before(scene, mark)):
        return spoken
    if term.lang == "en" and ("a" in subject.roles or _said_of_another(scene, start)):
        return Aim(OTHER, "nobody")
    if scene.alone(start, end) and not (term.lang == "zh" and "link" in subject.roles):
        return Aim(ADVISOR, "bare")
    if term.lang == "en" and vocative(scene, mark):
        return Aim(ADVISOR, "vocative")
    return Aim(OTHER, "nobody")


def _spoken_of_before(scene: Scene, mark: Mark) -> Aim | None:
    """At whom a Chinese insult is aimed whose clause names nobody: whom the words before it name, else who follows."""
    named = named_before(scene, mark[0])
    match scene.role(named):
        case "":
            return Aim(ADVISOR, "vocative", mark[1]) if called_to(scene, mark) else None
        case "you" | "your":
            return Aim(ADVISOR, "far-from-you", named)
        case "company" | "you_all":
            return Aim(COMPANY, "subject", named)
        case _:
            return Aim(OTHER, "subject", named)


def _said_of_another(scene: Scene, start: int) -> bool:
    """Whether the sentence before has spoken of a third person and not of "you": "the seller, lying rat, ..."."""
    another = False
    for word in range(start - 1, max(-1, start - FAR_BEFORE), -1):
        if scene.words[word] in ".!?\n" or scene.role(word) in ("you", "your"):
            return False if scene.role(word) in ("you", "your") else another
        another = another or scene.role(word) in ("he", "third")
    return another
