"""English forms of address: whether an insult is called out to the person spoken to, or said of whom one talks with."""

from __future__ import annotations

from collections.abc import Sequence, Set

from .marks import Mark
from .scene import STOPS, Scene
from .tables import Term

_BEFORE_NOUNS = frozenset(("to", "by", "with", "for", "of", "from", "at", "like", "as", "than", "and", "or"))
"""Words after which a noun is no form of address."""

_DETERMINERS = frozenset(("a", "the", "is", "be", "link", "not", "your"))
_NOUNS = frozenset(("thing", "third", "company", "self", "you", "personal"))
_CALLED_OUT = frozenset(("modal", "filler", "conduct"))
_TALKED = frozenset(
    [
        "talking",
        "talk",
        "speaking",
        "speak",
        "dealing",
        "deal",
        "lectured",
        "lecture",
        "served",
        "stuck",
        "through",
        "arguing",
        "argue",
        "chatting",
        "typing",
        "listening",
        "patronised",
        "patronized",
        "insulted",
        "advised",
        "explaining",
        "explain",
        "discussing",
        "discuss",
        "wasting",
        "judged",
        "handled",
        "advice",
        "orders",
        "instructions",
        "serviced",
        "helped",
        "answered",
        "messed",
        "reasoning",
        "reason",
    ]
)
_AFTERWARDS = frozenset(("in", "on", "who", "again", "here", "like", "now"))
_STAFF = frozenset(
    ("agent", "advisor", "adviser", "operator", "rep", "person", "human", "man", "woman", "girl", "boy", "kid")
)
_POINTED_AT = frozenset(("it", "here", "there", "everything", "something"))
_NAMED = (
    *(("that", "is", "you"), ("that", "is", "what", "you", "are"), ("that", "is", "all", "you", "are"), ("yes", "you")),
    *(
        ("it", "is", "you"),
        ("you", "personally"),
        ("is", "what", "you", "are"),
        ("you", "are", "one"),
        ("and", "that", "is", "you"),
    ),
    *(
        ("and", "that", "person", "is", "you"),
        ("that", "describes", "you"),
        ("i", "mean", "you"),
        ("is", "what", "you", "is"),
    ),
)


LONGEST_NAME = 4
"""Words that somebody is called at most."""

_CALLED = Term("attack", "insult", "en", "you ...")
_NO_NOUN = ("ed", "ing", "ly")


def names(words: Sequence[str], ordinary: Set[str]) -> list[Mark]:
    """What somebody is called who is spoken to, in any words: "come off it, you snide little ferret".

    It opens or closes a clause with "you", and has none of the `ordinary` words, among them words of praise.
    """
    found: list[Mark] = []
    start = -1
    for _ in range(words.count("you")):
        start = words.index("you", start + 1)
        if start and words[start - 1] not in STOPS:
            continue
        end = start + 1
        while end < len(words) and words[end] not in STOPS and end <= start + LONGEST_NAME:
            end += 1
        called = words[start + 1 : end]
        closed = end == len(words) or (words[end] in STOPS and words[end] != "?")
        noun = called[-1] if called else ""
        if (
            closed
            and all(map(str.isalpha, called))
            and noun
            and not noun.endswith(_NO_NOUN)
            and ordinary.isdisjoint(called)
        ):
            found.append((start, end, _CALLED))
    return found


def vocative(scene: Scene, mark: Mark) -> bool:
    """Whether the word opens or closes its clause as a form of address: "idiot why don't you", "tell me idiot"."""
    start, end, _ = mark
    if scene.ends(end):
        return _closes(scene, start)
    opens = all(word in scene.rude or scene.role(word) in _CALLED_OUT for word in scene.back(start))
    if not opens or end in scene.rude:
        return False
    if scene.words[end] in ("please", "just", "still") or scene.words[end : end + 2] == ["can", "not"]:
        return True
    return scene.role(end) not in ("is", "modal", "he", "a", "the", "link", "thing", "company", "third")


def _closes(scene: Scene, start: int) -> bool:
    """Whether a noun that ends its clause may be a form of address: no article or preposition belongs to it."""
    for place, word in enumerate(scene.back(start, 3)):
        role = scene.role(word)
        if role in _DETERMINERS or (place == 0 and scene.words[word] in _BEFORE_NOUNS):
            return False
        if role in _NOUNS:
            return True
    return True


def closes_command(scene: Scene, mark: Mark, subject: int) -> bool:
    """Whether an insult follows the object of a command and ends it: "answer the question idiot", "fix it moron"."""
    start, end, term = mark
    if term.kind != "insult" or subject != start - 1 or not scene.ends(end):
        return False
    if scene.role(subject) == "it" and scene.words[subject] not in _POINTED_AT:
        return False
    return not any(scene.role(word) in ("is", "be", "he", "third", "a") for word in scene.back(start))


def talked_with(scene: Scene, mark: Mark) -> bool:
    """Whether it is said of the person one speaks with: "lectured by a cretin", "talking to an idiot"."""
    start, end, _ = mark
    word = start - 1
    while word >= 0 and scene.role(word) == "link":
        word -= 1
    if scene.role(word) not in ("a", "the") or scene.word(word - 1) not in ("to", "with", "by", "from"):
        return False
    if scene.words[end : end + 3] == ["in", "a", "call"]:
        return True
    said = any(scene.words[before] in _TALKED for before in scene.back(word - 1, 6))
    return said and (scene.ends(end) or scene.words[end] in _AFTERWARDS)


def staff_called(scene: Scene, described: int) -> bool:
    """Whether a clause begins with a rude word and who is spoken to: "useless agent"."""
    return scene.words[described] in _STAFF and all(
        word in scene.rude or scene.role(word) in ("modal", "link") for word in scene.back(described)
    )


def named_after(scene: Scene, end: int) -> bool:
    """Whether what follows says who was meant: "no brain. That's you", "idiot, you"."""
    word = end
    while word < len(scene.words) and word < end + 3 and scene.ends(word):
        word += 1
    following = tuple(scene.words[word : word + 5])
    if "you" not in following:
        return False
    if word > end and following[:1] == ("you",) and scene.ends(word + 1):
        return True
    return any(following[: len(named)] == named for named in _NAMED)


def called_out(scene: Scene, mark: Mark) -> bool:
    """Whether a noun that is no insult by itself is called after a clause: "answer me, pig", "hello, chimp"."""
    start, end, _ = mark
    if not scene.ends(end) or not scene.ends(start - 1):
        return False
    if len(scene.words) <= 2:
        return True
    closes = end >= len(scene.words) - 1 or scene.words[end] != ","
    return start > 1 and scene.words[start - 1] == "," and closes
