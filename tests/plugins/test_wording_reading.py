"""What the plugin `wording` counts in a draft, where it says that it stands, and what it is made of."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import dump, event
from commands import Result, forbear
from forbear import Draft, DraftSignals, Engine, Turn
from forbear_plugins import wording
from forbear_plugins.lexicon.tables import TableError
from forbear_plugins.wording import Wording, read_draft
from forbear_plugins.wording.canned import MOST, nearest
from forbear_plugins.wording.layout import layout, length
from forbear_plugins.wording.lists import KINDS, TABLES, read_lists
from forbear_plugins.wording.reading import COUNTED, MOST_SHOWN
from strategies.profile import examples

LONGEST = 20_000


def facts(text: str, **more: object) -> dict[str, object]:
    return dict(read_draft(Draft(text, **more)).facts)  # type: ignore[arg-type]


def shown(text: str, kind: str) -> list[str]:
    return [one.text for one in read_draft(Draft(text)).evidence if one.kind == kind]


# --- where it stands


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("I can't do that.", 1),
        ("Hello. I can't do that.", 2),
        ("Hello! How are you? I can't do that.", 3),
        ("Mr. Reed paid 3.50 today. I can't do that.", 2),
        ("See a.example/help for it\nI can't do that", 2),
        ('He said "wait." I can\'t do that.', 2),
        ("\n\n  Hello... I can't do that.", 2),
        ("您好。我不能退款。", 2),
        ("您好！稍等……我不能退款。", 3),
    ],
)
def test_a_finding_is_told_with_the_number_of_its_sentence(text: str, sentence: int) -> None:
    assert facts(text)["draft.negative.sentence"] == sentence


def test_the_first_of_several_is_told_and_all_are_counted() -> None:
    found = facts("I have sent it. I can't refund it. We won't take it back.")
    assert (found["draft.negative.found"], found["draft.negative.sentence"]) == (2, 2)


def test_what_is_not_found_has_no_sentence() -> None:
    found = facts("I have sent it.")
    assert {found[f"draft.{kind}.sentence"] for kind in COUNTED if not found[f"draft.{kind}.found"]} == {0}


def test_evidence_points_at_the_very_characters() -> None:
    text = "Ｈｅｌｌｏ 😀 I ca\u200bn't, sorry. 您好，我不能退。"
    assert shown(text, "negative") == ["I ca\u200bn't", "我不能"]
    for one in read_draft(Draft(text)).evidence:
        assert text[one.start : one.end] == one.text


def test_two_findings_of_a_kind_that_overlap_are_one() -> None:
    assert facts("我不能给您退款。")["draft.negative.found"] == 1


def test_what_is_refused_is_no_offer() -> None:
    assert facts("我不能给您退款。")["draft.offer.found"] == 0
    assert facts("I can't do that, but I can send a new one.")["draft.offer.found"] == 1


def test_evidence_is_bounded_and_the_count_is_not() -> None:
    text = "I can't. " * 100
    assert facts(text)["draft.negative.found"] == 100
    assert len(shown(text, "negative")) == MOST_SHOWN


def test_only_what_may_have_to_be_mended_is_shown() -> None:
    assert read_draft(Draft("Hello, I have sent it. Thank you!")).evidence == ()


# --- length and paragraphs


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("?!", 0), ("It's 3 o'clock", 3), ("您好啊", 2), ("您好 Sam", 2), ("naïve café", 2), ("a-b c", 3)],
)
def test_two_chinese_characters_count_as_a_word(text: str, words: int) -> None:
    assert length(text) == words == facts(text)["draft.words"]


def test_the_longest_paragraph_is_told_by_its_number() -> None:
    found = facts("Hello there.\n\nThis one is the longest of all three.\nBye.")
    assert (found["draft.longest.words"], found["draft.longest.paragraph"]) == (8, 2)


def test_a_turn_to_something_else_or_a_further_question_is_an_idea() -> None:
    found = facts("Done.\nDid it work? And the app? By the way, thank you.")
    assert (found["draft.ideas.found"], found["draft.ideas.paragraph"]) == (3, 2)


def test_a_paragraph_may_begin_with_a_turn() -> None:
    assert facts("By the way, it is here.")["draft.ideas.found"] == 1


def test_nothing_has_no_paragraphs() -> None:
    found = facts(" \n ")
    assert (found["draft.longest.paragraph"], found["draft.ideas.found"], found["draft.ideas.paragraph"]) == (0, 0, 0)


@examples(50)
@given(st.text(alphabet="a .!?\n。您", max_size=40))
def test_sentences_and_paragraphs_hold_every_word_in_order(text: str) -> None:
    found = layout(text)
    for begins in (found.sentences, found.paragraphs):
        assert list(begins) == sorted(set(begins))
        assert all(text[start:end].strip() for start, end in pairwise((*begins, len(text))))
        assert bool(begins) is bool(text.strip())


# --- what came before


def said(*texts: str, speaker: str = "customer") -> tuple[Turn, ...]:
    return tuple(Turn(speaker, text) for text in texts)


@pytest.mark.parametrize("text", ["Why is it late?", "为什么还没到？"])
def test_the_customer_asked_why_in_the_last_turn(text: str) -> None:
    assert facts("x", before=said(text))["draft.why_asked"] is True
    assert facts("x", before=said(text, "ok"))["draft.why_asked"] is False
    assert facts("x", before=said(text, speaker="advisor"))["draft.why_asked"] is False
    assert facts(text)["draft.why_asked"] is False


@pytest.mark.parametrize("text", ["My wife passed away in May.", "我父亲上个月去世了。", "这是办葬礼用的。"])
def test_a_bereavement_is_known_from_either_side(text: str) -> None:
    assert facts("x", before=said(text, "ok"))["draft.grief"] is True
    assert facts(text)["draft.grief"] is True
    assert facts("x", before=said(*[text, *["ok"] * 20]))["draft.grief"] is False, "long ago"


@pytest.mark.parametrize("text", ["My phone died again.", "The late train was full.", "车走了。"])
def test_other_things_die_too(text: str) -> None:
    assert facts("x", before=said(text))["draft.grief"] is False


def test_the_same_words_before_are_counted_however_they_are_spaced() -> None:
    before = (*said("We look  into it.", "we look into it.", speaker="advisor"), *said("We look into it."))
    assert facts("We look into it.", before=before)["draft.repeats"] == 2


# --- names


def test_names_are_counted_and_nothing_counts_as_a_name() -> None:
    found = facts("I am SAM reed.", shows=("Sam Reed", "Dana Cole", " ", ""))
    assert (found["draft.shown"], found["draft.unshown"]) == (1, 1)


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Sam", "I end this, for the same reason.", False),
        ("Sam", "I'm Sam.", True),
        ("Sam", "Sam's away", True),
        ("Sam", "我是Sam，再见。", True),
        ("Sam Reed", "I am Sam\nReed.", True),
        ("A-17", "Agent A-17 here.", True),
        ("A-17", "Agent A-171 here.", False),
        ("Zoë", "I am ZOË.", True),
        ("小王", "我是小王。", True),
        ("小王", "我是小。王", False),
        ("...", "We end this...", True),
    ],
)
def test_a_name_is_shown_where_it_is_a_word_of_its_own(name: str, text: str, there: bool) -> None:
    assert facts(text, shows=(name,))["draft.shown"] == there


CAPITALS = [
    ("PLEASE READ THIS AGAIN", "PLEASE READ THIS AGAIN"),
    ("PLEASE, READ, THIS, AGAINst", "PLEASE, READ, THIS"),
    ("Please READ THIS again", None),
]


@pytest.mark.parametrize(("text", "shouted"), CAPITALS)
def test_words_in_capitals_are_a_slip(text: str, shouted: str | None) -> None:
    assert shown(text, "slip") == ([shouted] if shouted else [])


# --- a centre's own lists


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "en_tone.txt").write_text("[rude]\nbrill\n[nothing]\ncalm down\n", encoding="utf-8")
    (tmp_path / "en_typing.txt").write_text(
        "[slip]\nwidgit\n[blank]\nfavourite cake\n[nothing]\nthx\n", encoding="utf-8"
    )
    (tmp_path / "canned.txt").write_text(
        "received = Thank you, {name}, we have received it and will answer soon.\n"
        "收到 = 您好，已收到您的来信，会尽快答复。\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_centres_lists_add_and_take_away(folder: Path) -> None:
    own = Wording(folder).read_draft(Draft("Calm down, thx, that widgit is brill [favourite cake]."))
    assert sorted((one.kind, one.text) for one in own.evidence) == [
        ("blank", "[favourite cake]"),
        ("rude", "brill"),
        ("slip", "widgit"),
    ]
    bundled = read_draft(Draft("Calm down, thx, that widgit is brill [favourite cake]."))
    assert sorted((one.kind, one.text) for one in bundled.evidence) == [("rude", "Calm down"), ("slip", "thx")]


def test_what_is_dropped_is_dropped_however_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "en_typing.txt").write_text("[nothing]\nOrder Number\nThx\n", encoding="utf-8")
    text = "It is [order number], thx."
    assert shown(text, "blank") == ["[order number]"]
    assert Wording(tmp_path).read_draft(Draft(text)).evidence == ()


@pytest.mark.parametrize(
    ("text", "reply", "alike"),
    [
        ("Thank you, Ms Okoye, we have received it and will answer soon.", "received", range(100, 101)),
        ("Thank you, Ms Okoye, we have received your three letters and will answer soon.", "received", range(60, 90)),
        ("Thank you, we have received it and will answer soon.", "received", range(100, 101)),
        ("thank you! we have received it, and will answer soon", "received", range(100, 101)),
        ("Thank you, I have your letter and will ring you tonight.", "received", range(1, 50)),
        ("您好，已收到您的来信，会尽快答复。", "收到", range(100, 101)),
        ("您好，收到啦，今晚给您打电话。", "收到", range(1, 50)),
        ("Bye", None, range(1)),
        ("", None, range(1)),
    ],
)
def test_a_draft_is_set_beside_the_nearest_canned_reply(
    folder: Path, text: str, reply: str | None, alike: range
) -> None:
    found = Wording(folder).read_draft(Draft(text)).facts
    assert found.get("draft.canned.reply") == reply
    assert found["draft.canned.alike"] in alike


def test_without_canned_replies_a_draft_is_like_none() -> None:
    assert nearest("Thank you.", read_lists().canned) == ("", 0)
    assert "draft.canned.reply" not in facts("Thank you.")


BAD = {
    "en_tone.txt": ("[rued]\nbrill\n", r"en_tone.txt:1: \[rued\] is no kind that data/README.md knows"),
    "zh_tone.txt": ("您好\n", r"zh_tone.txt:1: put a \[kind\] heading above"),
    "en_cues.txt": ("[why]\nhow (come\n", r"en_cues.txt:2: close every bracket"),
    "canned.txt": ("received\n", r"canned.txt:1: write `left = right`"),
    "fr_tone.txt": ("[rude]\nzut\n", "fr_tone.txt: no table is called so; the tables are"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_list_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    text, complaint = BAD[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=complaint):
        Wording(tmp_path)


def test_there_is_an_end_to_canned_replies(tmp_path: Path) -> None:
    (tmp_path / "canned.txt").write_text("".join(f"r{n} = hello {n}\n" for n in range(MOST + 1)), encoding="utf-8")
    with pytest.raises(TableError, match=f"there are {MOST + 1} canned replies; give {MOST} at most"):
        Wording(tmp_path)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="there is no such folder of word lists"):
        Wording(tmp_path / "nowhere")


def test_every_kind_and_every_list_is_explained() -> None:
    text = Path(wording.__file__).with_name("data").joinpath("README.md").read_text(encoding="utf-8")
    assert [one for one in (*KINDS, *TABLES, "canned.txt") if f"`{one}`" not in text] == []


def test_every_kind_has_entries_in_both_languages() -> None:
    data = Path(wording.__file__).with_name("data")
    for lang in ("en", "zh"):
        told = "".join(data.joinpath(name).read_text(encoding="utf-8") for name in TABLES if name.startswith(lang))
        only_latin = {"twice"} if lang == "zh" else set()
        assert {kind for kind in KINDS if f"[{kind}]" not in told} == {"nothing"} | only_latin


# --- whatever is given

ODD = {
    "nothing": "",
    "nul": "\0",
    "surrogate": "\ud800 I can't \udfff",
    "many marks": "!" * LONGEST,
    "many stops": "." * LONGEST,
    "stops and letters": "a." * LONGEST,
    "curly": "{" * LONGEST,
    "brackets": "[(<【（" * LONGEST,
    "half a blank": "{" + "a " * LONGEST,
    "underscores": "_" * LONGEST,
    "crosses": "X" * LONGEST + "y",
    "capitals": "AA " * LONGEST + "a",
    "capitals and a small letter": "AA " * (LONGEST // 3) + "Aa",
    "one long word": "A" * LONGEST,
    "small i": "i " * LONGEST,
    "spaces": " " * LONGEST + ".",
    "lines": "\n" * LONGEST,
    "the same word": "the " * LONGEST,
    "negatives": "i can not " * LONGEST,
    "half a phrase": "i can i can " * LONGEST,
    "chinese": "我不能" * LONGEST,
    "slips": "的的" * LONGEST,
    "emoji": "😀" * LONGEST,
    "joiners": "\u200d" * LONGEST,
    "combining": "e" + "\u0301" * LONGEST,
    "right to left": "\u202ei can't\u202c " * 1000,
    "quotes": "\"'“”‘’" * LONGEST,
    "apart": "s-t-u-p-i-d " * LONGEST,
    "astral": "\U0001d400\U00020000\U000e0100" * LONGEST,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_and_huge_texts_are_read(text: str) -> None:
    """Each of these would take hours by an expression that backtracks."""
    found = read_draft(Draft(text, before=(Turn("customer", text), Turn("advisor", text)), shows=(text, "a")))
    holds(found, text)


@examples(100)
@given(st.text(max_size=200))
def test_any_text_gives_counts_that_fit_the_vocabulary(text: str) -> None:
    holds(read_draft(Draft(text)), text)


def holds(found: DraftSignals, text: str) -> None:
    for kind in COUNTED:
        number, sentence = found.facts[f"draft.{kind}.found"], found.facts[f"draft.{kind}.sentence"]
        assert isinstance(number, int)
        assert isinstance(sentence, int)
        assert 0 <= number <= LONGEST
        assert (number > 0) is (sentence > 0)
    for one in found.evidence:
        assert 0 <= one.start < one.end <= min(len(text), LONGEST)
        assert one.text == text[one.start : one.end]


def test_what_stands_behind_the_first_20000_characters_is_not_read() -> None:
    assert facts(" " * LONGEST + "I can't.")["draft.negative.found"] == 0


# --- what is kept


def test_no_word_of_a_draft_is_in_record_or_ledger() -> None:
    told = {"text": "Sorry Marigold, I can't, you idiot. {code} thx", "shows": ["Marigold"]}
    turns = [{"speaker": "customer", "text": "Marigold here, why?"}]
    with Engine("wording", plugins=[wording], discover=False) as engine:
        record = engine.decide(event("e1", "message_drafted", contact="c1", before=turns, **told))
        kept = repr(record) + "".join(dump(engine))
    assert set(record.outcome["wording"]) >= {"negative", "personal", "unfilled", "sloppy"}
    assert {one.kind for one in record.evidence} >= {"negative", "personal", "blank", "slip"}
    assert all(one.text == "" for one in record.evidence)
    assert "Marigold" not in kept
    assert "idiot" not in kept


# --- at the command line


def drafted(folder: Path) -> Result:
    told = {"contact": "c1", "text": "That widgit is here.", "lang": "en"}
    line = json.dumps(event("e1", "message_drafted", **told))
    return forbear("run", "--pack", "wording", "--json", given=line, env={"FORBEAR_WORDING": str(folder)})


def test_the_commands_read_drafts_with_a_centres_own_lists(folder: Path) -> None:
    (record,) = drafted(folder).lines
    assert record["outcome"]["wording"] == ["sloppy"]
    assert record["sources"]["draft.slip.found"] == "wording"
    assert "widgit" not in json.dumps(record)


def test_bad_lists_of_a_centre_are_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "en_tone.txt").write_text("[rued]\nbrill\n", encoding="utf-8")
    done = drafted(tmp_path)
    assert (done.status, done.out) == (2, "")
    assert f"{tmp_path / 'en_tone.txt'}:1: [rued] is no kind that data/README.md knows" in done.err
