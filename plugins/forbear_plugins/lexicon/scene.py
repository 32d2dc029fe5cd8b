"""What stands around a hostile word: whom the clause speaks of, who is quoted, where it ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Set
from functools import cached_property
from itertools import compress, count
from typing import NamedTuple

from attrs import define

REACH = 9
"""Words on either side that are looked at; Chinese counts characters."""

FAR = 14
"""Words on either side, across commas, in which "you" is looked for where only "you" can be meant."""

NEAR = 4
"""Words that may stand between a reporting verb and what it reports."""

PARTICLES = frozenset("吧啊呀吗呢嘛么了的啦喔哦欸诶咧嘞呗咯哈噢吼")
"""Chinese words that carry a mood only."""

_ENDS = frozenset(".!?\n")
STOPS = _ENDS | frozenset(",;:")
NEW_CLAUSE = frozenset(("but", "because", "and", "so", "when", "if", "sorry", "cos", "cause", "since"))
"""Words after which a denial no longer holds."""

REFERENTS = frozenset(("you", "your", "you_all", "self", "he", "third", "it", "thing", "company"))
_SPOKEN_OF = REFERENTS | {"report"}
_ONESELF = ("i", "we")
"""Before a reporting verb: what I said are my own words."""

_TAGS = ((",", "are", "you"), (",", "are", "we"), (",", "are", "not", "you"), (",", "are", "not", "we"))
"""What asks the person spoken to whether it is so."""

_COMPLEMENTS = frozenset("了到起上下动出完好清懂着住见得然")
"""After 不 these say that something cannot be done, or what if."""

_SOMEBODY = frozenset(("people", "person", "woman", "man", "one"))

_BETWEEN = frozenset(("的", "little", "old", "fat", "ugly", "rude", "lazy", "young", "ass"))
"""Words between a rude word and the noun it describes."""

_NOUNS = frozenset(("third", "thing", "company"))
_LIGHT = frozenset(("link", "be", "is", "a", "the", "modal", "not", "filler"))


class Subject(NamedTuple):
    """Whom the words before a mark speak of, and how the two are joined."""

    role: str
    word: int  # where it is said
    loose: int  # words in between that no table knows
    roles: Set[str]  # what the others in between are


_BEYOND = [""] * 32
"""For the places before and after a text, of which there may be as many as are asked for a word or a role."""


@define
class Scene:
    """A text of words with the roles of its cues; `rude` are the words inside hostile marks.

    Nobody changes it; it is not frozen because one is made for each hostile text, and a frozen one takes twice as long.
    """

    words: list[str]
    roles: list[str]
    role: Callable[[int], str]  # at a place; empty if the word there has none, or none is there
    word: Callable[[int], str]  # at a place; empty if none is there
    present: Set[str]  # every role that is there
    stops: list[int]  # where clauses end, and the places before and after the text
    rude: Set[int]
    quotes: Set[int]  # words inside quotation marks

    @cached_property
    def reaches(self) -> Mapping[str, tuple[int, int]]:
        """Of each role in the text its first word and its last."""
        found: dict[str, tuple[int, int]] = {}
        for word, role in enumerate(self.roles):
            if role:
                found[role] = (found.get(role, (word, word))[0], word)
        return found

    @cached_property
    def others(self) -> tuple[int, int]:
        """The first and the last word that names somebody else, outside hostile marks; (length, -1) if none does."""
        named = [word for word, role in enumerate(self.roles) if role in ("he", "third") and word not in self.rude]
        return (named[0], named[-1]) if named else (len(self.words), -1)

    def run(self, word: int) -> tuple[int, int]:
        """The stretch of words around this one that share its role, such as the characters of 你们."""
        start, end, role = word, word + 1, self.role(word)
        if role:
            while start > 0 and word - start < REACH and self.role(start - 1) == role:
                start -= 1
            while end - word < REACH and self.role(end) == role:
                end += 1
        return start, end

    def ends(self, word: int) -> bool:
        """Whether the clause ends before this word."""
        return word < 0 or word >= len(self.words) or self.words[word] in STOPS

    def back(self, start: int, reach: int = REACH) -> range:
        """The words before `start` in its clause, nearest first."""
        opened = self.stops[bisect_left(self.stops, start) - 1]
        return range(start - 1, max(opened, start - 1 - reach), -1)

    def on(self, end: int, reach: int = REACH) -> range:
        """The words from `end` on in its clause."""
        return range(end, min(self.stops[bisect_left(self.stops, end)], end + reach))

    def sentence_back(self, start: int) -> Iterator[int]:
        """The words before `start` in its sentence, nearest first."""
        for word in range(start - 1, max(-1, start - 1 - FAR), -1):
            if self.words[word] in _ENDS:
                return
            yield word

    def sentence_on(self, end: int) -> Iterator[int]:
        """The words from `end` on in its sentence."""
        for word in range(end, min(len(self.words), end + FAR)):
            if self.words[word] in _ENDS:
                return
            yield word

    def subject(self, start: int) -> Subject:
        """The nearest referent before `start`; role "" and the clause's first word if there is none."""
        loose, first = 0, start
        roles: set[str] = set()
        for word in self.back(start):
            role, first = self.role(word), word
            if role in _SPOKEN_OF:
                return Subject(role, word, loose, roles)
            if word in self.rude and role != "not":
                continue
            roles.add(role)
            loose += role not in _LIGHT
        parted = self._parted(first)
        return Subject("you", parted, 0, roles | {"be"}) if parted >= 0 else Subject("", first, loose, roles)

    def _parted(self, first: int) -> int:
        """The "you" that a remark between commas parts from its verb: "you, on the other hand, are"; -1 if none."""
        if first < 3 or self.word(first - 1) != "," or self.word(first) not in ("are", "were", "a", "an"):
            return -1
        said = ["you"] if self.words[first] in ("are", "were") else ["you", "are"]
        for word in range(first - 2, max(-1, first - 14), -1):
            if self.words[word] in STOPS:
                start = word - len(said)
                return start if start >= 0 and self.words[start:word] == said and self.words[word] == "," else -1
        return -1

    def described(self, end: int) -> int:
        """The noun that a mark stands in front of, past other rude words: "useless company"; -1 if none."""
        if self.present.isdisjoint(_NOUNS):
            return -1
        for word in self.on(end, 5):
            if word not in self.rude and self.words[word] not in _BETWEEN:
                return word if self.role(word) in _NOUNS else -1
        return -1

    def quoted(self, start: int) -> bool:
        """Whether `start` stands in quotation marks, or somebody else's words are reported right before it."""
        if start in self.quotes:
            return True
        if "report" not in self.present:
            return False
        for word in range(start - 1, max(-1, start - 1 - NEAR), -1):
            if self.words[word] in _ENDS:
                return False
            if self.role(word) == "report":
                return self.word(word - 1) not in _ONESELF
        return False

    def denied(self, start: int) -> bool:
        """Whether a denial stands right before `start`, past words that carry no weight."""
        if "not" not in self.present:
            return False
        for word in self.back(start, NEAR):
            role = self.role(word)
            if self.words[word] in NEW_CLAUSE:
                return False
            if role == "not":
                return not self._of_a_verb(word)
            if role in ("you", "your"):
                return False
        return False

    def _of_a_verb(self, word: int) -> bool:
        """Whether 不 belongs to what stands around it, and denies nothing that follows: 恢复不了我先…, 再不退款我…."""
        if self.words[word] != "不":
            return False
        return self.words[word + 1] in _COMPLEMENTS or self.word(word - 1) in ("再", "要")

    def spoken_to_after(self, end: int) -> bool:
        """Whether "you" closes the clause right after `end`: "how stupid are you", 傻逼吧你."""
        if "you" not in self.present:
            return False
        for word in self.on(end, 5):
            role = self.role(word)
            if role == "you":
                return self._closes_with_you(self.run(word)[1])
            if self.words[word] == "that" and self.role(word + 1) == "you":
                continue
            if role not in ("be", "is", "link", "modal", "a", "third") and self.words[word] not in PARTICLES:
                return False
        return False

    def _closes_with_you(self, after: int) -> bool:
        """Whether the clause ends with "you" or "you are", or with a name after them: "what a fool you are, Gareth"."""
        if self.ends(after) or self.role(after) == "is":
            return True
        if self.words[after] not in ("are", "were", "be", "really"):
            return False
        return self.ends(after + 1) or (self.ends(after + 2) and not self.words[after + 1].endswith("ing"))

    def tagged(self, end: int) -> bool:
        """Whether a tag asks "you" whether it is so, right after `end`: "bit slow, are you?"."""
        if self.word(end) != ",":
            return False
        return any(tuple(self.words[end : end + len(tag)]) == tag and self.ends(end + len(tag)) for tag in _TAGS)

    def compared_after(self, end: int) -> bool:
        """Whether "like you" or "as you" follows and closes the clause: "an idiot like you", "as dim as you"."""
        at = end + 1 if self.word(end) in _SOMEBODY else end
        if self.word(at) not in ("like", "as", "than") or self.word(at + 1) != "you":
            return False
        return self.ends(at + 2) or self.role(at + 2) in ("modal", "be", "is", "not", "link", "filler")

    def of_oneself_after(self, end: int) -> bool:
        """Whether "that I am" follows."""
        first, second = self.word(end), self.word(end + 1)
        if first == "that":
            first, second = second, self.word(end + 2)
        elif first == "like":
            return second == "me"
        return first == "i" and second in ("am", "was")

    def alone(self, start: int, end: int) -> bool:
        """Whether the clause says nothing else, save words that carry no weight."""
        before = (word for word in self.back(start) if word not in self.rude)
        after = (word for word in self.on(end) if word not in self.rude and self.words[word] not in PARTICLES)
        return all(self.role(word) in _LIGHT for word in before) and not any(True for _ in after)


def scene(words: list[str], roles: list[str], rude: Set[int], quotes: Set[int]) -> Scene:
    """The scene of these words, each with its role."""
    stops = [-1, *compress(count(), map(STOPS.__contains__, words)), len(words)]
    role, word = [*roles, *_BEYOND].__getitem__, [*words, *_BEYOND].__getitem__
    return Scene(words, roles, role, word, set(roles), stops, rude, quotes)
