"""What the lexicon plugin hears: kinds, targets, evidence, disguises, and texts that mean no harm."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pluggy import PluginManager

from forbear.hooks import Hooks
from forbear.records import SpeechSignals, Turn, Utterance
from forbear_plugins import lexicon
from forbear_plugins.lexicon.marks import lexicon as tables
from forbear_plugins.lexicon.tables import TableError, Term, entries
from forbear_plugins.lexicon.words import LONGEST, places, read


def heard(text: str, lang: str = "auto", **more: object) -> SpeechSignals:
    signals = lexicon.hear(Utterance(text, lang, **more))  # type: ignore[arg-type]
    assert signals is not None
    return signals


def facts(text: str, lang: str = "auto") -> tuple[object, object, object, object]:
    found = heard(text, lang).facts
    return tuple(found[f"speech.{name}"] for name in ("hostile", "frustrated", "target", "category"))  # type: ignore[return-value]


def test_the_module_is_a_plugin_object() -> None:
    manager = PluginManager("forbear")
    manager.add_hookspecs(Hooks)
    manager.register(lexicon)
    (signals,) = manager.hook.hear(utterance=Utterance("you idiot"))
    assert signals.facts["speech.target"] == "advisor"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This isn't good enough", (False, True, "nobody", "none")),
        ("这还不够好", (False, True, "nobody", "none")),
        ("I am getting more and more frustrated, this keeps happening", (False, True, "nobody", "none")),
        ("Finally, I've been waiting ages", (False, True, "nobody", "none")),
        ("your IVR is so confusing, I just pressed an option", (False, True, "nobody", "none")),
        ("What a lovely day", (False, False, "nobody", "none")),
        ("请问营业厅几点开门", (False, False, "nobody", "none")),
        ("You're not listening to my ****", (True, True, "advisor", "insult")),
        ("your company is shit", (True, False, "company", "none")),
        ("your company is run by idiots", (True, False, "company", "insult")),
        ("my husband is an idiot", (True, False, "other", "insult")),
        ("I know where you live", (True, False, "advisor", "threat")),
        ("我弄死你", (True, False, "advisor", "threat")),
        ("what are you wearing", (True, False, "advisor", "sexual")),
        ("you faggot", (True, False, "advisor", "hate")),
        ("bloody foreigners", (True, False, "other", "hate")),
        ("印度人都是骗子", (True, False, "other", "hate")),
        ("I'll sue you", (False, True, "nobody", "none")),
        ("我要投诉你", (False, True, "nobody", "none")),
    ],
)
def test_facts(text: str, expected: tuple[bool, bool, str, str]) -> None:
    assert facts(text) == expected


def test_the_gravest_category_of_the_words_aimed_counts() -> None:
    assert facts("you idiot, I will kill you")[2:] == ("advisor", "threat")


def test_hostility_at_the_advisor_outweighs_hostility_at_the_company() -> None:
    assert facts("your company is shit and you are an idiot")[2] == "advisor"


def test_hate_speech_is_reported_whoever_else_is_insulted() -> None:
    assert facts("you idiot. my neighbour is a faggot")[2:] == ("advisor", "hate")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You idiot!", [("target:you", "You"), ("insult", "idiot")]),
        ("wow, your fucking website", [("target:company", "website"), ("profanity", "fucking")]),
        ("shut the fuck up", [("insult", "shut the fuck up"), ("profanity", "the fuck")]),
        ("你们公司就是骗子", [("target:company", "你们公司"), ("insult", "骗子")]),
        (
            "you f\u200bu\u200bcking idi0t",
            [("target:you", "you"), ("profanity", "f\u200bu\u200bcking"), ("insult", "idi0t")],
        ),
        ("ｙｏｕ ｉｄｉｏｔ", [("target:you", "ｙｏｕ"), ("insult", "ｉｄｉｏｔ")]),
    ],
)
def test_evidence_points_at_the_words(text: str, expected: list[tuple[str, str]]) -> None:
    found = heard(text).evidence
    assert sorted((one.kind, one.text) for one in found) == sorted(expected)
    assert all(text[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize(
    "disguise",
    [
        "f**k you",
        "fuuuuck you",
        "FUCK YOU",
        "fück you",
        "f u c k you",
        "ｆｕｃｋ you",
        "fu\u0301ck you",
        "f*** u",
        "fcuk u",
        "phuck u",
    ],
)
def test_disguised_words_are_heard(disguise: str) -> None:
    assert facts(disguise)[2] == "advisor"


@pytest.mark.parametrize(
    "disguise", ["你傻B", "你煞笔", "你傻 逼", "你這個白癡", "你傻\u200b逼", "草泥马", "cnm", "你sb"]
)
def test_disguised_chinese_words_are_heard(disguise: str) -> None:
    assert facts(disguise, "zh")[2] == "advisor"


@pytest.mark.parametrize(
    "text",
    [
        "Please kill the order and shut the account down",
        "I bought it at Dick Smith in Scunthorpe",
        "my phone died and the line went dead",
        "would next Monday suit you",
        "is it an analysis of my assets",
        "can you shoot me an email",
        "日本的快递要几天",
        "这个操作要几步",
        "干净吗",
        "滚筒洗衣机保修多久",
        "垃圾桶什么颜色",
        "祝你生日快乐",
        "我妈妈的手机号",
        "谢谢你，你真好",
    ],
)
def test_harmless_look_alikes_signal_nothing(text: str) -> None:
    assert facts(text) == (False, False, "nobody", "none")


def test_latin_initials_count_only_in_chinese_text() -> None:
    assert facts("can sb call me", "en") == (False, False, "nobody", "none")
    assert facts("sb", "zh")[2] == "advisor"


def test_a_bare_insult_that_answers_a_question_about_words_is_quoted() -> None:
    asked = (Turn("advisor", "I am sorry to hear that. What did he call you?"),)
    assert heard("Idiot.", before=asked).facts["speech.hostile"] is False
    assert heard("Idiot.", before=(Turn("advisor", "How can I help?"),)).facts["speech.target"] == "advisor"
    assert heard("白痴", before=(Turn("advisor", "他骂了什么？"),)).facts["speech.hostile"] is False


def test_what_an_advisor_says_is_never_aimed_at_the_advisor() -> None:
    signals = heard("you idiot", speaker="advisor")
    assert signals.facts["speech.target"] == "other"
    assert {one.kind for one in signals.evidence} == {"insult"}


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\ud800\udfff", "\x00"])
def test_a_text_without_words_gives_no_answer(text: str) -> None:
    quiet = lexicon.hear(Utterance(text))
    assert (quiet.facts["speech.hostile"], quiet.facts["speech.frustrated"], quiet.evidence) == (False, False, ())


def test_only_the_first_20_000_characters_are_considered() -> None:
    assert facts("a " * (LONGEST // 2) + "you idiot") == (False, False, "nobody", "none")
    assert facts("you idiot " + "a " * 500_000)[2] == "advisor"


def test_long_hostile_text_keeps_every_span_right() -> None:
    text = "fuck you, 你妈死了! f\u0301*ck " * 50_000
    found = heard(text).evidence
    assert len(found) > 1_000
    assert all(one.end <= LONGEST and text[one.start : one.end] == one.text for one in found)


PIECES = st.sampled_from(
    [
        "you",
        "your",
        "are",
        "not",
        "an",
        "idiot",
        "fuck",
        "f**k",
        "fucking",
        "the",
        "hell",
        "website",
        "my",
        "boss",
        "is",
        "said",
        "你",
        "你们",
        "公司",
        "是",
        "不",
        "傻逼",
        "滚",
        "他",
        "骂我",
        "他妈的",
        "系统",
        "笨",
        ",",
        ".",
        "！",
        "́",
        "\u200b",
        "�",
        "İ",
        "ß",
        "🖕",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))


@given(TEXTS, st.sampled_from(["en", "zh", "auto"]))
@settings(max_examples=400, deadline=None)
@example("İdiot you İ", "auto")
def test_any_text_is_heard_and_evidence_is_what_the_text_says(text: str, lang: str) -> None:
    signals = lexicon.hear(Utterance(text, lang))
    if signals is None:
        return
    assert all(text[one.start : one.end] == one.text and one.text for one in signals.evidence)
    if not signals.facts["speech.hostile"]:
        assert signals.facts["speech.target"] == "nobody"
        assert signals.facts["speech.category"] == "none"
    assert bool(signals.evidence) == bool(signals.facts["speech.hostile"] or signals.facts["speech.frustrated"])


@given(st.lists(PIECES.filter(str.isprintable)).map(" ".join))
@settings(deadline=None)
def test_white_space_between_words_does_not_matter(text: str) -> None:
    signals, spaced = lexicon.hear(Utterance(text)), lexicon.hear(Utterance(text.replace(" ", " \t  ")))
    assert (signals and signals.facts) == (spaced and spaced.facts)


@given(TEXTS)
@settings(deadline=None)
def test_every_word_read_has_a_place(text: str) -> None:
    assert len(read(text, tables().spelling)) == len(places(text))


@pytest.mark.parametrize(
    ("content", "problem"), [("[nonsense]\nword", "kind"), ("word", "heading"), ("[you]\na (b", "bracket")]
)
def test_a_broken_table_is_refused_with_file_and_line(
    content: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(number, line) for number, line in enumerate(content.splitlines(), start=1)]
    monkeypatch.setattr("forbear_plugins.lexicon.tables._lines", lambda name: iter(lines))
    with pytest.raises(TableError, match=rf"en_x\.txt:\d+: .*{problem}"):
        list(entries("en_x.txt"))


def test_alternatives_of_an_entry_are_spelt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forbear_plugins.lexicon.tables._lines", lambda name: iter([(1, "[you]"), (2, "a (b/c (d/))")]))
    assert {text.strip() for text, _ in entries("en_x.txt")} == {"a b", "a c d", "a c"}
    assert {term for _, term in entries("en_x.txt")} == {Term("you", "none", "en", True)}
