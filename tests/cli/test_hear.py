"""`forbear hear`: what an utterance signals, and the words that say so."""

from __future__ import annotations

import pytest

from commands import events_text, forbear

FIELDS = ["id", "conduct", "target", "category", "hostile", "frustrated", "intensity", "impatience", "complaint"]
FIELDS += ["request", "confidence", "evidence"]


def heard(*lines, lang="auto"):
    result = forbear("hear", "--lang", lang, given=events_text(*lines))
    assert (result.status, result.err) == (0, "")
    return result.lines


def test_each_line_gets_the_fields_of_the_contract_and_evidence_that_points_at_its_words():
    lines = [
        {"id": "a", "text": "You stupid idiot, this router is crap 😀 and you are useless!", "lang": "en"},
        {"id": "b", "text": "你这个白痴，真没用！", "lang": "zh"},
        {"id": "c", "text": "Thank you, that helped."},
    ]
    answers = heard(*lines)
    assert [list(answer) for answer in answers] == [FIELDS] * 3
    for line, answer in zip(lines, answers, strict=True):
        assert answer["id"] == line["id"]
        for one in answer["evidence"]:
            assert {"start", "end", "kind", "text"} <= set(one) <= {"start", "end", "kind", "text", "entry", "reason"}
            assert line["text"][one["start"] : one["end"]] == one["text"] != ""
    assert [answer["conduct"] for answer in answers] == ["abuse", "abuse", "civil"]
    assert answers[0]["evidence"]
    assert answers[1]["evidence"]
    assert answers[2]["evidence"] == []


def test_anger_at_the_company_is_not_abuse_of_the_advisor():
    (angry,) = heard({"id": 1, "text": "Your company is a joke and I am sick of this crap service!"})
    assert (angry["conduct"], angry["target"]) == ("anger", "company")


def test_what_the_advisor_says_is_never_abuse():
    (answer,) = heard({"id": 1, "text": "You stupid idiot", "speaker": "advisor"})
    assert answer["conduct"] == "civil"


def test_a_centres_own_lists_count_before_the_bundled_ones(tmp_path):
    (tmp_path / "en_hostile.txt").write_text("[insult: insult]\nhobgoblin\n[nothing]\nmuppet", encoding="utf-8")
    lines = events_text({"text": "you are a hobgoblin"}, {"text": "you are a muppet"})
    assert [one["conduct"] for one in forbear("hear", given=lines).lines] == ["civil", "abuse"]
    ours = forbear("hear", given=lines, env={"FORBEAR_WORDS": str(tmp_path)})
    assert [one["conduct"] for one in ours.lines] == ["abuse", "civil"]


@pytest.mark.parametrize("plugin", [(), ("--plugin", "forbear_plugins.model")])
def test_bad_lists_of_a_centre_are_refused_with_file_and_line(tmp_path, plugin):
    (tmp_path / "en_hostile.txt").write_text("[nonsense]\nhobgoblin", encoding="utf-8")
    bad = forbear("hear", *plugin, given=b"", env={"FORBEAR_WORDS": str(tmp_path)})
    assert (bad.status, bad.out) == (2, "")
    assert f"{tmp_path / 'en_hostile.txt'}:1: [nonsense] is not a kind" in bad.err
    missing = forbear("hear", *plugin, given=b"", env={"FORBEAR_WORDS": str(tmp_path / "nowhere")})
    assert (missing.status, missing.out) == (2, "")
    assert f"{tmp_path / 'nowhere'}: there is no such folder of word lists" in missing.err


def test_earlier_turns_may_be_given():
    before = [{"speaker": "advisor", "text": "How can I help?"}, {"speaker": "customer", "text": "You cannot."}]
    (answer,) = heard({"id": 1, "text": "idiot", "before": before})
    assert answer["id"] == 1


def test_a_text_without_words_is_civil_and_an_id_may_be_left_out():
    answers = heard({"text": ""}, {"id": "2", "text": "😀"}, {"id": "3", "text": "… !"})
    assert [(one["id"], one["conduct"]) for one in answers] == [(None, "civil"), ("2", "civil"), ("3", "civil")]


def test_bad_lines_are_reported_and_the_others_answered():
    given = b"\n".join(
        [
            b"\xef\xbb\xbf" + b'{"id": "1", "text": "hello"}\r',
            b"",
            b'{"id": "2"}',
            b'{"id": "3", "text": 5}',
            b'{"id": "4", "text": "\xff"}',
            b'{"id": "5", "text": "' + b"a" * 5_000_000 + b'"}',
            b'{"id": "6", "text": "hello", "lang": "fr"}',
            b'{"id": "7", "text": "hello", "before": [{"speaker": "customer"}]}',
            b'{"id": [[8]], "text": "hello"}',
            b'{"id": 1e400, "text": "hello"}',
            b"null",
            b'{"id": "\\ud800", "text": "\\ud800 hello"}',
        ]
    )
    result = forbear("hear", given=given)
    assert result.status == 1
    assert [answer["id"] for answer in result.lines] == ["1", "\ud800"]
    assert [line.split(":")[0] for line in result.err.splitlines()] == [f"line {n}" for n in range(3, 12)]


def test_nothing_to_hear_is_no_problem():
    result = forbear("hear")
    assert (result.status, result.stdout, result.err) == (0, b"", "")


@pytest.mark.parametrize("lang", ["fr", ""])
def test_an_unknown_language_cannot_run(lang):
    result = forbear("hear", "--lang", lang)
    assert (result.status, result.stdout) == (2, b"")
    assert "auto, en or zh" in result.err
