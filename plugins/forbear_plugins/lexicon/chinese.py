"""At whom Chinese words are aimed, where English has no like of it: clauses without a subject, 你 far from the word."""

from __future__ import annotations

from .marks import Mark
from .scene import Scene, Subject

SHORT_ATTACK = 3
"""Characters of an attack that may be part of another word: after unknown words it is not aimed."""

FAR_INSULT = 6
"""Characters that no table knows, between 你是, 你这个 and what the advisor is called."""

FAR_BEFORE = 24
"""Characters before an insult in which the person it is said of is looked for, across clauses."""

SHORT_TEXT = 24
"""Characters and signs of a text in which a hateful name that speaks of nobody is taken as a form of address."""

SAID_OF_ALL = 10
"""Characters after a name for people in which what all of them are said to be begins."""

_ALL_OF_THEM = (
    "都",
    "全",
    "就",
    "果然",
    "天生",
    "没一个",
    "没几个",
    "没有一个",
    "没好",
    "不该",
    "只配",
    "懂",
    "不讲",
    "不可信",
    "生下来",
    "生来",
    "个个",
)
_CONTEMPT = (
    "好东西",
    "好人",
    "骗",
    "偷",
    "懒",
    "脏",
    "臭",
    "该死",
    "不该",
    "只配",
    "懂什么",
    "懂个",
    "懂啥",
    "不讲",
    "不可信",
    "素质",
)
_YOU, _GREETED = frozenset("你您"), frozenset("好看说知懂")
_ELSEWHERE = frozenset(("he", "third", "you_all", "company", "thing"))


def behind_this(scene: Scene, subject: Subject) -> Subject:
    """你什么狗东西, 你才是那个废物: "this" and "what" between "you" and an insult only point at it."""
    if subject.role != "it":
        return subject
    roles: set[str] = set(subject.roles)
    for word in scene.back(scene.run(subject.word)[0]):
        role = scene.role(word)
        if role == "you":
            return Subject("you", word, subject.loose, roles)
        if role not in ("link", "be", "modal"):
            break
        roles.add(role)
    return subject


def said_to(scene: Scene, mark: Mark) -> int:
    """The 你 in the clause of what hurts or threatens only when said to somebody; -1 if others stand there too."""
    start, end, _ = mark
    around = [*scene.back(start), *scene.on(end)]
    if any(scene.role(word) in _ELSEWHERE for word in around):
        return -1
    inside = range(start, end)
    return next((word for word in (*around, *inside) if is_you(scene, word)), -1)


def called(scene: Scene, mark: Mark, subject: Subject) -> bool:
    """Whether an insult is said of "you" across words that no table knows: 你这条阴沟里的臭虫."""
    kind = mark[2].kind
    if kind not in ("insult", "insults", "jibe"):
        return False
    first, after = scene.run(subject.word)
    joined = after - first > 1 or scene.role(after) in ("be", "link") or "be" in subject.roles
    near = 1 if kind != "jibe" else 0
    return subject.loose <= (FAR_INSULT if joined else near)


def named_before(scene: Scene, start: int) -> int:
    """The last person named before a clause that names nobody; -1 if none is. 这 and things are no persons, 那 is."""
    for word in range(start - 1, max(-1, start - 1 - FAR_BEFORE), -1):
        role = scene.role(word)
        if scene.words[word] == "\n":
            return -1
        if role in ("you", "your", "he", "third", "report", "company", "you_all"):
            return word
        if role == "it" and scene.words[word] == "那":
            return word
    return -1


def called_to(scene: Scene, mark: Mark) -> bool:
    """Whether an insult opens a clause that goes on with "you": 王八蛋你再说一遍."""
    start, end, _ = mark
    opens = all(word in scene.rude or scene.role(word) in ("modal", "filler") for word in scene.back(start))
    return opens and scene.role(end) == "you"


def staff_opened(scene: Scene, mark: Mark, described: int) -> bool:
    """Whether a clause opens with the advisor's post and an insult before it: 伞兵客服，别回了."""
    start, end, term = mark
    post = scene.words[described : described + 2] == ["客", "服"] and described <= end + 1
    return post and term.kind in ("insult", "insults") and scene.ends(start - 1)


def alone_with(scene: Scene, mark: Mark) -> bool:
    """Whether a text speaks, save in the mark itself, of nobody but the two who are talking."""
    others = [scene.reaches[role] for role in ("he", "third", "you_all") if role in scene.reaches]
    return all(mark[0] <= first and last < mark[1] for first, last in others)


def between_the_two(scene: Scene, mark: Mark) -> int:
    """The 你 of a text that speaks of nobody else; -1 otherwise. Hatred of a group in it is meant for the advisor."""
    if not alone_with(scene, mark):
        return -1
    return min((scene.reaches[role][0] for role in ("you", "your") if role in scene.reaches), default=-1)


def one_of_them(scene: Scene, mark: Mark) -> int:
    """The 你 of a text that counts the person spoken to among a group, 你们河南人…你; -1 if none is spoken to."""
    first, last = scene.others
    if first < mark[0] or last >= mark[1]:
        return -1
    return min((scene.reaches[role][0] for role in ("you", "your") if role in scene.reaches), default=-1)


def threatens_another(scene: Scene, mark: Mark) -> bool:
    """Whether a threat that does not say "you" goes on with whom it means: 别让我逮着偷电瓶的那孙子."""
    start, end, term = mark
    if term.sort != "threat" or any(is_you(scene, word) for word in (*range(start, end), *scene.back(start))):
        return False
    after = list(scene.on(end))
    if any(is_you(scene, word) for word in after):
        return False
    return any(word in scene.rude or scene.role(word) in ("he", "third") for word in after)


def said_of_oneself(scene: Scene, start: int) -> bool:
    """Whether the clause begins with "I" and says nothing of "you" before `start`: 我这记性跟金鱼一样."""
    first = ""
    for word in scene.back(start):
        if is_you(scene, word):
            return False
        first = scene.role(word)
    return first == "self"


def hated(scene: Scene, mark: Mark) -> bool:
    """Whether a name for people is followed by what all of them are said to be, and that is rude or contemptuous."""
    end = mark[1]
    said = "".join(scene.words[word] for word in scene.on(end, SAID_OF_ALL))
    if not said.startswith(_ALL_OF_THEM):
        return False
    return any(word in said for word in _CONTEMPT) or any(word in scene.rude for word in scene.on(end, SAID_OF_ALL))


def is_you(scene: Scene, word: int) -> bool:
    """Whether a word speaks to "you"; also in 给你, 让你, which are fillers elsewhere."""
    if scene.role(word) == "filler" and scene.words[word] in _YOU:
        return not set(scene.words[word + 1 : word + 2]) & _GREETED
    return scene.role(word) in ("you", "your")
