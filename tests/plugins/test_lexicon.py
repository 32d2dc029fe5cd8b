"""What the lexicon plugin hears: kinds, targets, evidence, disguises, and texts that mean no harm."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from itertools import product
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pluggy import PluginManager

from forbear.hooks import Hooks
from forbear.records import SpeechSignals, Turn, Utterance
from forbear_plugins import lexicon
from forbear_plugins.lexicon import Lexicon, bundled
from forbear_plugins.lexicon.tables import (
    CALM,
    CATEGORIES,
    CUES,
    HOSTILE,
    IMPATIENCE,
    SWEARING,
    TABLES,
    WEIGHTS,
    Source,
    TableError,
    entries,
)
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


def test_the_language_of_a_text_is_that_of_the_characters_considered() -> None:
    considered = "sb ".ljust(LONGEST)
    assert heard(considered[:-1] + "你").facts["speech.target"] == "advisor"
    assert heard(considered + "你").facts["speech.target"] == "nobody"


def test_endings_that_are_piled_up_are_read() -> None:
    assert facts("the f**k's wrong with you")[0]
    assert facts("f**k" + "'s" * (LONGEST // 2 - 2)) == (False, False, "nobody", "none")


def lines_run(text: str) -> int:
    """The lines of Python that hearing a text runs, turns of a loop among them."""
    found = 0

    def count(frame: FrameType, event: str, _: object) -> object:
        nonlocal found
        found += event == "line"
        return count

    heard(text)  # the lists are read
    before = sys.gettrace()
    sys.settrace(count)
    try:
        heard(text)
    finally:
        sys.settrace(before)
    return found


@pytest.mark.parametrize(
    "piece",
    [
        *("a", '"', "'", "[", "!", "*", "a ", "you ", "you idiot, ", "fucking idiot ", "the fucking "),
        *(
            "a&",
            "a#",
            "i&d",
            '"a ',
            "'a' \"b\" ",
            "'s",
            "*'s",
            "!a",
            "你",
            "你傻逼",
            "他妈的",
            "印度人都是骗子",
            "支那",
            "死外地的",
        ),
    ],
)
def test_work_grows_with_the_length_of_a_text_and_with_nothing_else(piece: str) -> None:
    short, long = (lines_run("idiot " + piece * (size // len(piece))) for size in (500, 2_000))
    assert long < 5 * short


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
    found = any(signals.facts[f"speech.{name}"] for name in ("hostile", "frustrated", "request"))
    assert bool(signals.evidence) == found


@given(st.lists(PIECES.filter(str.isprintable)).map(" ".join))
@settings(deadline=None)
def test_white_space_between_words_does_not_matter(text: str) -> None:
    signals, spaced = lexicon.hear(Utterance(text)), lexicon.hear(Utterance(text.replace(" ", " \t  ")))
    assert (signals and signals.facts) == (spaced and spaced.facts)


@given(TEXTS)
@settings(deadline=None)
def test_every_word_read_has_a_place(text: str) -> None:
    spelling = bundled().of(Utterance(text)).spelling
    assert len(read(text, spelling)) == len(places(text, spelling))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("en_hostile.txt", "[nonsense]\nword", r"1: \[nonsense\] is not a kind"),
        ("en_hostile.txt", "[insult]\nword", r"1: say what \[insult\] is, for example \[insult: insult\]"),
        ("en_hostile.txt", "# a note\nword", r"2: put a \[kind\] heading"),
        ("en_cues.txt", "[you]\na (b", "2: close every bracket"),
        ("en_cues.txt", "[you]\n" + "(a/b)" * 20, "2: .* too many readings"),
        ("en_impatient.txt", "[impatient: insult]\nhurry", "1: .* is not a kind and category"),
        ("spelling.txt", "u you", "1: write `left = right`"),
        ("numbers.txt", "intensity.insult = many", "1: .* whole number from 0 to 100"),
        ("numbers.txt", "# a note\nintensity.insult = 101", "2: .* whole number from 0 to 100"),
        ("numbers.txt", f"intensity.insult = {'9' * 5_000}", "1: .* whole number from 0 to 100"),
        ("numbers.txt", "intensity.insults = 33", "1: there is no number called `intensity.insults`"),
        ("traditional.txt", "罵骂骂", "1: .* no pair of characters"),
        ("en_weights.txt", "whoever", "1: write `left = right`"),
        ("en_weights.txt", "# a note\nwhoever = a lot", "2: .* whole number from -999 to 999"),
        ("zh_weights.txt", "到底 = 1000", "1: .* whole number from -999 to 999"),
        ("zh_weights.txt", "到底 = --3", "1: .* whole number from -999 to 999"),
        ("en_weights_abuse.txt", "whoever = 1000", "1: .* whole number from -999 to 999"),
        ("en_hostil.txt", "[insult]\nword", "no table is called so"),
    ],
)
def test_a_broken_table_is_refused_with_file_and_line(name: str, content: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=rf"{name}.*{problem}"):
        Lexicon(tmp_path)


def test_whatever_heading_is_taken_is_heard(tmp_path: Path) -> None:
    """Each kind with each category: refused when the list is read, or heard without failing."""
    table = tmp_path / "en_hostile.txt"
    taken: dict[str, str] = {}  # word → section
    kinds = HOSTILE + SWEARING + CALM + CUES
    for kind, sort in product(kinds, dict.fromkeys(("", *CATEGORIES, *IMPATIENCE))):
        word = "qqqq" + chr(ord("a") + len(taken) // 26) + chr(ord("a") + len(taken) % 26)
        section = f"[{kind}{f': {sort}' if sort else ''}]\n{word}\n"
        table.write_text(section, encoding="utf-8")
        try:
            assert [text for text, _ in entries(table.name, Source(tmp_path))] == [word]
        except TableError:
            continue
        taken[word] = section
    assert len(taken) > len(kinds)
    table.write_text("".join(taken.values()), encoding="utf-8")
    ours = Lexicon(tmp_path)
    for word in taken:
        for text in ("{}", "you are a {}", "your app is {}", "he called me {}", "you {}, why"):
            assert ours.hear(Utterance(text.format(word))).facts["speech.category"] in CATEGORIES


def test_a_table_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en_cues.txt").write_bytes(b"[you]\n\xff\xfe")
    with pytest.raises(TableError, match="is not UTF-8"):
        Lexicon(tmp_path)
    with pytest.raises(TableError, match="no such folder"):
        Lexicon(tmp_path / "nowhere")


def test_a_centre_adds_entries_and_changes_what_bundled_ones_stand_for(tmp_path: Path) -> None:
    (tmp_path / "en_hostile.txt").write_text(
        "[insult: insult]\nhobgoblin\n[nothing]\n(muppet/plonker)", encoding="utf-8"
    )
    (tmp_path / "en_cues.txt").write_text("[you]\nyou guys", encoding="utf-8")
    (tmp_path / "numbers.txt").write_text("intensity.insult = 33", encoding="utf-8")
    ours = Lexicon(tmp_path)

    def said(text: str) -> tuple[object, object]:
        found = ours.hear(Utterance(text)).facts
        return found["speech.target"], found["speech.intensity"]

    assert facts("you are a hobgoblin") == (False, False, "nobody", "none")
    assert said("you are a hobgoblin") == ("advisor", 33)
    assert facts("you muppet")[2] == "advisor"
    assert said("you muppet") == ("nobody", 0)
    assert facts("screw you guys")[2] == "company"
    assert said("screw you guys")[0] == "advisor"


def test_a_centre_spells_a_single_sign_out(tmp_path: Path) -> None:
    (tmp_path / "spelling.txt").write_text("🤡 = clown\n7 = idiot", encoding="utf-8")
    ours = Lexicon(tmp_path)
    assert [one.text for one in ours.hear(Utterance("you are an 7")).evidence] == ["you", "7"]
    assert [one.text for one in ours.hear(Utterance("you 🤡")).evidence] == ["you", "🤡"]


def test_anger_is_heard_in_words_that_no_list_holds(tmp_path: Path) -> None:
    text = "nobody at this place has bothered to answer"
    found = heard(text)
    assert found.facts["speech.frustrated"] is True
    assert [(one.text, one.entry, one.reason) for one in found.evidence] == [("nobody", "nobody", "learnt")]
    assert facts(f"{text}, please") == (False, False, "nobody", "none"), "polite words stand beside them"
    (tmp_path / "en_weights.txt").write_text("(least) = 999", encoding="utf-8")
    assert Lexicon(tmp_path).hear(Utterance(text)).facts["speech.frustrated"] is False
    (tmp_path / "en_weights.txt").write_text("Blithering hobgoblins = 500", encoding="utf-8")
    ours = Lexicon(tmp_path).hear(Utterance("nobody at this place but blithering hobgoblins"))
    assert [one.entry for one in ours.evidence] == ["blithering hobgoblins"]


def test_abuse_is_heard_in_words_that_no_list_holds(tmp_path: Path) -> None:
    weights = "Blithering = 300\ngubbins = 300\nwotsit = 300\n"
    (tmp_path / "en_weights_abuse.txt").write_text(weights, encoding="utf-8")
    ours = Lexicon(tmp_path)

    def said(text: str) -> object:
        return ours.hear(Utterance(text)).facts["speech.target"]

    text = "blithering gubbins and wotsit to you"
    found = ours.hear(Utterance(text))
    assert (found.facts["speech.target"], found.facts["speech.category"]) == ("advisor", "insult")
    assert [(one.text, one.reason) for one in found.evidence] == [("blithering", "weighed")]
    assert found.facts["speech.confidence"] < 70, "no contact ends by it alone"
    assert said("blithering gubbins and wotsit to him") == "nobody", "nobody is spoken to"
    assert said(f"{text}, please") == "nobody", "polite words stand beside them"
    assert said(f"@BritFly {text}") == "nobody", "a public post speaks to the brand"
    assert heard(text).facts["speech.hostile"] is False
    (tmp_path / "en_weights_abuse.txt").write_text(f"(least) = 999\n{weights}", encoding="utf-8")
    assert Lexicon(tmp_path).hear(Utterance(text)).facts["speech.hostile"] is False


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        ("en_weights.txt", "Nobody = -999", "nobody at this place has bothered to answer"),
        ("zh_weights.txt", "我电 = -999", "崩，我电，保安，又欺"),
    ],
)
def test_a_centre_weighs_words_anew_however_it_writes_them(tmp_path: Path, file: str, line: str, text: str) -> None:
    assert facts(text)[1] is True
    (tmp_path / file).write_text(line, encoding="utf-8")
    assert Lexicon(tmp_path).hear(Utterance(text)).facts["speech.frustrated"] is False


def test_what_words_weigh_counts_for_a_customer_only_and_not_for_a_word_or_two() -> None:
    said = heard("nobody at this place has bothered to answer", speaker="advisor")
    assert said.facts["speech.frustrated"] is False
    assert facts("your firm") == (False, False, "nobody", "none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("holy shit that was fast, thank you so much", (False, False, "nobody", "none")),
        ("oh shit sorry, that was my old card", (False, False, "nobody", "none")),
        ("卧槽这也太快了吧，谢了", (False, False, "nobody", "none")),
        ("holy shit, you idiot, thank you so much", (True, False, "advisor", "insult")),
        ("holy shit, useless app, cheers", (True, True, "nobody", "none")),
    ],
)
def test_swearing_for_joy_is_no_anger(text: str, expected: tuple[bool, bool, str, str]) -> None:
    assert facts(text) == expected


def test_an_insult_in_a_public_post_is_aimed_at_the_brand_that_it_names() -> None:
    assert facts("@BritFly you suck") == (True, False, "company", "insult")
    assert facts("fuck you @BritFly") == (True, False, "company", "insult")
    assert facts("@BritFly I know where you live")[2:] == ("advisor", "threat")
    assert facts("you suck, mail me at jo@britfly.example")[2] == "advisor"
    answered = heard("@BritFly you suck", before=(Turn("advisor", "Hi, Jo here, how can I help?"),))
    assert answered.facts["speech.target"] == "advisor"


def test_alternatives_of_an_entry_are_spelt_out(tmp_path: Path) -> None:
    (tmp_path / "en_hostile.txt").write_text("[insult: insult]\nold (goat/trout (face/)) qqq", encoding="utf-8")
    ours = Lexicon(tmp_path)
    found = [ours.hear(Utterance(f"you old {one} qqq")).evidence for one in ("goat", "trout face", "trout")]
    assert [[one.entry for one in each if one.entry] for each in found] == [
        ["old goat qqq"],
        ["old trout face qqq"],
        ["old trout  qqq"],
    ]


def test_every_table_is_there_and_every_number_that_is_read() -> None:
    data = files("forbear_plugins.lexicon") / "data"
    assert {*TABLES, *WEIGHTS, "spelling.txt", "traditional.txt", "numbers.txt", "README.md"} == {
        one.name for one in data.iterdir()
    }
    code = [one for one in files("forbear_plugins.lexicon").iterdir() if one.name.endswith(".py")]
    sources = "".join(one.read_text(encoding="utf-8") for one in code)
    reasons = set(re.findall(r'Aim\(\w+, "([a-z-]+)"', sources)) - {"quoted", "denied", "not-alone"}
    weighed = ("frustrated", "hint", "gripe", "polite", "further-polite", "exclaimed", "asks", "least")
    strong = ("frustration", "impatience", "profanity", *CATEGORIES[1:], "further", "capitals", "exclaimed")
    read_in_code = {f"confidence.{one}" for one in (*reasons, "quiet", "frustrated")}
    read_in_code |= {f"intensity.{one}" for one in strong}
    read_in_code |= {f"{of}{one}" for of in ("weight.", "weight.zh.") for one in weighed}
    assert bundled().latin.numbers.keys() == read_in_code
