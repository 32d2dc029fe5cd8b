"""The benchmark of hearing reads both forms of labelled utterances, and its figures are right."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

# Stand-ins for the peers, which say what the text tells them to.
PEERS = {
    "profanity_check.py": "import re\n"
    "def predict_prob(texts):\n    return [float((re.findall(r'p=(\\S+)', one) or [0])[0]) for one in texts]\n",
    "better_profanity.py": "class profanity:\n"
    "    @staticmethod\n    def contains_profanity(text):\n        return 'darn' in text\n",
    "vaderSentiment/vaderSentiment.py": "import re\nclass SentimentIntensityAnalyzer:\n"
    "    def polarity_scores(self, text):\n"
    "        return {'compound': float((re.findall(r'c=(\\S+)', text) or [0])[0])}\n",
}


def labelled(gold: str, text: str, target: str = "none", ok: str = "bin", **more: Any) -> dict[str, Any]:
    base = {"id": text[:12], "text": text, "lang": "en", "gold_class": gold, "target": target, "gold_ok": ok}
    return {**base, "source": "made", "meta": {}, **more}


ASKED = {"agent": "What did he call you?", "topic": "words"}
ABUSE_OR_NOT = [
    labelled("abuse", "You are an idiot. darn p=0.8 c=-0.6", "individual", meta={"topic": "people"}),
    labelled("abuse", "Nobody hears this p=0.4 c=-0.4", "individual", meta={"topic": "people"}),
    labelled("neutral", "Good morning. darn p=0.6 c=-0.2", meta=ASKED),
    labelled("neutral", "Thank you. p=0.2 c=0.5", meta={"topic": "words"}),
]
ANGER_OR_NOT = [
    labelled("anger", "You are an idiot. darn p=0.9 c=-0.9", "company_or_thing", "emo"),
    labelled("anger", "Still waiting p=0.1 c=-0.1", "company_or_thing", "emo"),
    labelled("neutral", "Good morning. p=0.1 c=0.4", ok="emo"),
]
GROUPS = [
    labelled("abuse", "You are an idiot.", "group", lang="zh"),
    labelled("neutral", "你好。", lang="zh"),
]


def pair(name: str, conduct: str, text: str, target: str, category: str = "none", **more: Any) -> dict[str, Any]:
    given = {"pair": name, "kind": "plain", "text": text, "lang": "en", "conduct": conduct, "target": target}
    return {**given, "category": category, **more}


PAIRS = [
    pair("a", "abuse", "You are an idiot. p=0.9 c=-0.9", "advisor", "insult"),
    pair("a", "anger", "Your company is shit. darn p=0.5 c=-0.5", "company"),
    pair("b", "civil", "Good morning. p=0.1 c=0.5", "nobody"),
    pair("b", "civil", "You are an idiot. p=0.2 c=0.6", "nobody", kind="wrongly labelled"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows as sets of each form, one that nobody tunes to, and a file of something else."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "kept").mkdir()
    files = {"either-dev.jsonl.xz": ABUSE_OR_NOT, "shop-train.jsonl": ANGER_OR_NOT, "groups-dev.jsonl": GROUPS}
    files |= {"pairs_en.jsonl": PAIRS, "kept/either-test.jsonl": ABUSE_OR_NOT, "log.jsonl": [{"level": "info"}]}
    for name, rows in files.items():
        with (lzma.open if name.endswith(".xz") else open)(folder / name, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return folder


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peers")
    for name, text in PEERS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The benchmark in this process."""
    monkeypatch.syspath_prepend(ROOT)
    return import_module("benchmarks.hearing")


@pytest.fixture(scope="module")
def results(folder: Path, peers: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.hearing", str(folder), "--by", "meta", "--json"]
    env = {**os.environ, "PYTHONPATH": str(peers), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def of(results: dict[str, Any], name: str, system: str) -> dict[str, Any]:
    found = next(one for one in results["sets"] if one["name"] == name)
    return next(one for one in found["systems"] if one["name"] == system)


def test_each_labelled_file_is_a_set_and_its_labels_say_what_is_scored(results: dict[str, Any]) -> None:
    scored = {one["name"]: (one["scored"], one["unseen"], one["rows"]) for one in results["sets"]}
    assert scored == {
        "either-dev": ("bin", False, 4),
        "groups-dev": ("hostile", False, 2),
        "kept/either-test": ("bin", True, 4),
        "pairs_en": ("3class", False, 4),
        "shop-train": ("emo", False, 3),
    }


def test_the_figures_of_abuse_against_the_rest(results: dict[str, Any]) -> None:
    ours, theirs = (of(results, "either-dev", name) for name in ("lexicon", "better-profanity"))
    assert (ours["precision"], ours["recall"]) == (1, 0.5)
    assert ours["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert (theirs["precision"], theirs["recall"], theirs["macro_f1"]) == (0.5, 0.5, 0.5)
    assert theirs["false_strikes_civil"] == {"called_abuse": 1, "rows": 2}
    assert theirs["false_strikes_angry"] is None
    assert theirs["microseconds"] > 0


def test_a_false_strike_on_an_angry_row_counts_where_only_anger_is_scored(results: dict[str, Any]) -> None:
    ours, vader = (of(results, "shop-train", name) for name in ("lexicon", "VADER"))
    assert ours["false_strikes_angry"] == {"called_abuse": 1, "rows": 2}
    assert (ours["precision"], ours["recall"]) == (None, None)
    assert (vader["macro_f1"], vader["false_strikes_angry"]) == (1, None)


def test_pairs_are_scored_for_target_category_and_as_wholes(results: dict[str, Any]) -> None:
    ours = of(results, "pairs_en", "lexicon")
    assert (ours["pairs"], ours["target"], ours["category"]) == (0.5, 0.75, 0.75)
    assert ours["false_strikes_civil"] == {"called_abuse": 1, "rows": 2}


def test_an_attack_on_a_group_is_hostile_and_what_is_called_abuse_of_the_advisor_is_told(
    results: dict[str, Any],
) -> None:
    ours = of(results, "groups-dev", "lexicon")
    assert (ours["macro_f1"], ours["attacks_on_groups"]["called_abuse"]) == (1, 1)
    assert any(note.startswith("groups-dev, lexicon: 1 attacks on groups") for note in results["notes"])


def test_peers_are_not_scored_on_a_language_that_they_do_not_know(results: dict[str, Any]) -> None:
    assert of(results, "groups-dev", "VADER") == {"name": "VADER", "peer": True}


def test_a_score_is_also_given_its_best_cut(results: dict[str, Any]) -> None:
    vader = of(results, "either-dev", "VADER")
    assert vader["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert vader["best_cut"] == {"macro_f1": 1, "cuts": [0.4]}
    three = of(results, "pairs_en", "VADER")
    assert three["best_cut"] == {"macro_f1": 1, "cuts": [0.5, 0.9]}
    assert of(results, "either-dev", "better-profanity")["best_cut"] is None


def test_calibration_is_how_far_confidence_is_from_what_is_right(results: dict[str, Any]) -> None:
    """Confidences .8, .6, .6, .8, right the first and the last: 2/4 of |.8 - 1| and 2/4 of |.6 - 0|."""
    assert of(results, "either-dev", "alt-profanity-check")["calibration_error"] == pytest.approx(0.4)
    assert of(results, "either-dev", "VADER")["calibration_error"] is None


def test_a_field_gives_figures_within_a_set(results: dict[str, Any]) -> None:
    groups = of(results, "either-dev", "better-profanity")["groups"]
    assert {name: one["rows"] for name, one in groups.items()} == {
        "meta.agent=What did he call you?": 1,
        "meta.topic=people": 2,
        "meta.topic=words": 2,
    }
    assert groups["meta.topic=people"]["recall"] == 0.5


def test_memory_is_that_of_a_process_of_its_own(results: dict[str, Any]) -> None:
    loaded = {one["name"]: one for one in results["systems"] if "missing" not in one}
    assert {"lexicon", "VADER"} <= loaded.keys()
    assert loaded["lexicon"]["peak_mb"] > loaded["lexicon"]["loading_mb"] > 0


def test_wrong_rows_are_listed_by_cause_with_false_strikes_first(
    folder: Path, hearing: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    hearing.main([str(folder), "--without-peers", "--errors", "pairs_en", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["sets"]] == ["pairs_en"]
    (listed,) = [one for one in found["errors"] if one["system"] == "lexicon"]
    first = listed["causes"][0]
    assert (first["wrong"], first["kind"], first["count"]) == ("civil → abuse", "wrongly labelled", 1)
    assert "insult" in first["evidence"]
    assert "'idiot'" in " ".join(first["rows"][0]["evidence"])


def test_a_listing_shows_the_words_with_those_before_even_where_only_anger_is_scored(
    folder: Path, hearing: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = labelled("anger", "You are an idiot.", ok="emo", meta={"agent": "How can I help [you]?"})
    (tmp_path / "shop-dev.jsonl").write_text(json.dumps(row), encoding="utf-8")
    hearing.main([str(tmp_path), "--without-peers", "--errors", "shop-dev"])
    shown = capsys.readouterr().out
    assert "anger → abuse" in shown
    assert "[How can I help [you]?] You are an idiot." in shown


def test_rows_of_a_set_that_nobody_tunes_to_are_not_listed_unasked(
    folder: Path, hearing: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="--show-unseen lists them"):
        hearing.main([str(folder), "--without-peers", "--errors", "either-test"])
    assert capsys.readouterr().out == ""
    hearing.main([str(folder), "--without-peers", "--errors", "either-test", "--show-unseen"])
    assert "Nobody hears this" in capsys.readouterr().out


def test_a_limit_keeps_pairs_whole(folder: Path, hearing: ModuleType) -> None:
    (pairs,) = hearing.read_sets([folder / "pairs_en.jsonl"])
    assert [row.given["pair"] for row in pairs.thinned(2).rows] == ["a", "a"]
    (shop,) = hearing.read_sets([folder / "shop-train.jsonl"])
    assert [row.utterance.text[:5] for row in shop.thinned(2).rows] == ["You a", "Still"]


def test_a_missing_peer_is_said(hearing: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "better_profanity", None)
    systems, (told,) = hearing.load(["better-profanity"])
    assert systems == []
    assert told["missing"].startswith("not installed: ")


def test_a_row_that_is_no_labelled_utterance_is_told_at_its_line(tmp_path: Path, hearing: ModuleType) -> None:
    good = json.dumps(labelled("neutral", "Good morning."))
    (tmp_path / "bad.jsonl").write_text(f'{good}\n{{"text": "no label"}}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"bad\.jsonl:2: not a labelled utterance"):
        hearing.main([str(tmp_path), "--without-peers"])
