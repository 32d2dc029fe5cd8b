"""What stands around a hostile word: whom the clause speaks of, who is quoted, where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import cached_property

from attrs import frozen

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
_ONESELF = (["i"], ["we"])
"""Before a reporting verb: what I said are my own words."""

_TAGS = ((",", "are", "you"), (",", "are", "we"), (",", "are", "not", "you"), (",", "are", "not", "we"))
"""What asks the person spoken to whether it is so."""

_COMPLEMENTS = frozenset("了到起上下动出完好清懂着住见得然")
"""After 不 these say that something cannot be done, or what if."""

_BETWEEN = frozenset(("的", "little", "old", "fat", "ugly", "rude", "lazy", "young", "ass"))
"""Words between a rude word and the noun it describes."""

_NOUNS = frozenset(("third", "thing", "company"))
_LIGHT = frozenset(("link", "be", "is", "a", "the", "modal", "not", "filler"))


@frozen(slots=True)
class Subject:
    """Whom the words before a mark speak of, and how the two are joined."""

    role: str
    word: int  # where it is said
    loose: int  # words in between that no table knows
    roles: Set[str]  # what the others in between are


@frozen(slots=True)
class Scene:
    """A text of words with the roles of its cues; `rude` are the words inside hostile marks."""

    words: list[str]
    cues: Mapping[int, str]
    rude: Set[int]
    quotes: Set[int] = frozenset()  # words inside quotation marks

    def role(self, word: int) -> str:
        """The role of a word; empty if it has none or is not there."""
        return self.cues.get(word, "")

    @cached_property
    def reaches(self) -> Mapping[str, tuple[int, int]]:
        """Of each role in the text its first word and its last."""
        found: dict[str, tuple[int, int]] = {}
        for word, role in sorted(self.cues.items()):
            found[role] = (found.get(role, (word, word))[0], word)
        return found

    def run(self, word: int) -> tuple[int, int]:
        """The stretch of words around this one that share its role, such as the characters of 你们."""
        start, end, role = word, word + 1, self.role(word)
        while role and start > 0 and word - start < REACH and self.role(start - 1) == role:
            start -= 1
        while role and end - word < REACH and self.role(end) == role:
            end += 1
        return start, end

    def ends(self, word: int) -> bool:
        """Whether the clause ends before this word."""
        return word < 0 or word >= len(self.words) or self.words[word] in STOPS

    def back(self, start: int, reach: int = REACH) -> Iterator[int]:
        """The words before `start` in its clause, nearest first."""
        for word in range(start - 1, max(-1, start - 1 - reach), -1):
            if self.words[word] in STOPS:
                return
            yield word

    def on(self, end: int, reach: int = REACH) -> Iterator[int]:
        """The words from `end` on in its clause."""
        for word in range(end, min(len(self.words), end + reach)):
            if self.words[word] in STOPS:
                return
            yield word

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
            role, first = self.cues.get(word, ""), word
            if role in REFERENTS:
                return Subject(role, word, loose, roles)
            if role == "report":
                return Subject(role, word, loose, roles)
            if word in self.rude and role != "not":
                continue
            roles.add(role)
            loose += role not in _LIGHT
        parted = self._parted(first)
        return Subject("you", parted, 0, roles | {"be"}) if parted >= 0 else Subject("", first, loose, roles)

    def _parted(self, first: int) -> int:
        """The "you" that a remark between commas parts from its verb: "you, on the other hand, are"; -1 if none."""
        if self.words[first] not in ("are", "were", "a", "an") or first < 3 or self.words[first - 1] != ",":
            return -1
        said = ["you"] if self.words[first] in ("are", "were") else ["you", "are"]
        for word in range(first - 2, max(-1, first - 14), -1):
            if self.words[word] in STOPS:
                start = word - len(said)
                return start if start >= 0 and self.words[start:word] == said and self.words[word] == "," else -1
        return -1

    def described(self, end: int) -> int:
        """The noun that a mark stands in front of, past other rude words: "useless company"; -1 if none."""
        for word in self.on(end, 5):
            if word not in self.rude and self.words[word] not in _BETWEEN:
                return word if self.role(word) in _NOUNS else -1
        return -1

    def quoted(self, start: int) -> bool:
        """Whether `start` stands in quotation marks, or somebody else's words are reported right before it."""
        if start in self.quotes:
            return True
        for word in range(start - 1, max(-1, start - 1 - NEAR), -1):
            if self.words[word] in _ENDS:
                return False
            if self.cues.get(word) == "report":
                return self.words[word - 1 : word] not in _ONESELF
        return False

    def denied(self, start: int) -> bool:
        """Whether a denial stands right before `start`, past words that carry no weight."""
        for word in self.back(start, NEAR):
            role = self.cues.get(word, "")
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
        return self.words[word + 1] in _COMPLEMENTS or self.words[word - 1 : word] in (["再"], ["要"])

    def spoken_to_after(self, end: int) -> bool:
        """Whether "you" closes the clause right after `end`: "how stupid are you", 傻逼吧你."""
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
        return any(tuple(self.words[end : end + len(tag)]) == tag and self.ends(end + len(tag)) for tag in _TAGS)

    def compared_after(self, end: int) -> bool:
        """Whether "like you" or "as you" follows and closes the clause: "an idiot like you", "as dim as you"."""
        at = end + 1 if self.words[end : end + 1] in (["people"], ["person"], ["woman"], ["man"], ["one"]) else end
        if self.words[at : at + 1] not in (["like"], ["as"], ["than"]) or self.words[at + 1 : at + 2] != ["you"]:
            return False
        return self.ends(at + 2) or self.role(at + 2) in ("modal", "be", "is", "not", "link", "filler")

    def of_oneself_after(self, end: int) -> bool:
        """Whether "that I am" follows."""
        after = self.words[end : end + 3]
        return after in (["that", "i", "am"], ["that", "i", "was"]) or after[:2] in (
            ["like", "me"],
            ["i", "am"],
            ["i", "was"],
        )

    def alone(self, start: int, end: int) -> bool:
        """Whether the clause says nothing else, save words that carry no weight."""
        before = (word for word in self.back(start) if word not in self.rude)
        after = (word for word in self.on(end) if word not in self.rude and self.words[word] not in PARTICLES)
        return all(self.role(word) in _LIGHT for word in before) and not any(True for _ in after)
