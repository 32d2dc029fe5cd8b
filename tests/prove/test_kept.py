"""Proofs that are kept: with them the answers are those without them, whatever was changed; nothing false passes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve

from centre import small
from commands import inside, write_pack
from forbear import Policy
from forbear.language.pack import pack_from_texts
from forbear.prove import prove
from forbear.prove.certificate import Lemma, lemma_from
from forbear.prove.histories import Histories, Limits, Throughout
from forbear.prove.kept import Kept, kept_in
from forbear.prove.moment import Settings
from forbear.prove.proving import Report
from forbear.prove.terms import Codes
from forbear.testing.mutation import mutants_of
from prove.test_stories import EXCEPT_THREATS
from strategies.profile import FACTOR
from strategies.tiny import tiny_policy

LIMITS = Limits(seconds=60, depth=0)  # a story that cannot be found is not looked for
FACTS = """\
    - never: response == "end" && !speech.abuse && !history.ended
      because: Nobody is cut off for nothing.
    - never: recorded.ending && owed.warning
      because: Who is cut off is not warned as well.
    - never: history.heard > 0 && !history.heard_any
      because: What is counted is there.
"""
OVER_HISTORIES = """\
      - throughout: response != "end" || history.heard >= 2 || setting.threat_ends
        because: Nobody is cut off before two warnings were heard.
"""
PACK = EXCEPT_THREATS.replace(
    "  ended: {any", "  heard_any: {any: warning, where: spoken, scope: contact}\n  ended: {any", 1
)
PACK += FACTS.replace("    -", "      -").replace("      because", "        because")
PLAIN = PACK.replace(OVER_HISTORIES, "")  # what is changed is asked of facts alone: that costs little
assert PLAIN != PACK
EDITS = {
    "a rule": ("when: '!speech.abuse', then: listen", "when: '!speech.abuse && !speech.threat', then: listen"),
    "an outcome": ("rule: ended, when: history.ended, then: end", "rule: ended, when: history.ended, then: warn"),
    "an effect": ("record: [{warning: {level: final}}]", "record: [ending]"),
    "what is owed": ("then: end, record: [ending], BECAUSE}\n      - {rule: first", "then: end, record: [ending], "
                     "owe: [warning], BECAUSE}\n      - {rule: first"),
    "how a rule is chosen": ("hit: first", "hit: priority"),
    "a fold": ("heard_any: {any: warning, where: spoken,", "heard_any: {any: warning, where: 'level == \"first\"',"),
    "the entries of a fold": ("heard_any: {any: warning, where: spoken, scope", "heard_any: {any: ending, scope"),
    "the scope of a fold": ("  heard: {count: warning, where: spoken, scope: contact}",
                            "  heard: {count: warning, where: spoken, scope: customer}"),
    "an obligation": ("waived: {}", "waived: {amend: {warning: {spoken: false}}}"),
    "an attribute": ("spoken: {type: bool, default: false}", "spoken: {type: bool, default: true}"),
    "a setting": ("threat_ends: {type: bool, default: false}", "threat_ends: {type: bool, default: true}"),
    "the events": ("asked_on: [utterance]", "asked_on: [utterance, contact_started]"),
    "who may set it": ("hit: first", "overridable: [listen, warn, end]\n    hit: first"),
    "a promise": ("history.heard > 0 &&", "history.heard > 1 &&"),
}  # fmt: skip


def answers(report: Report) -> list[Any]:
    """All that a report says, but for where it was known from."""
    told: list[Any] = [(one.code, one.decision, one.about, one.message) for one in report.findings]
    for one in report.verdicts:
        over = one.throughout
        how = (over.answer.around.left_out(), over.fixed) if over is not None and one.verdict == "proved" else None
        told.append((one.promise.name, one.verdict, one.over, one.regions, one.presumed, how))
    return told


def kept_of(policy: Policy, folder: Path) -> Path:
    kept = kept_in(folder, policy.name)
    prove(policy, LIMITS, kept=kept)
    kept.save()
    return folder


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proofs of the small pack."""
    return kept_of(small(PACK), tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def before_of_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, without the promise over histories."""
    return kept_of(small(PLAIN), tmp_path_factory.mktemp("kept"))


def again(policy: Policy, folder: Path) -> tuple[Report, Kept]:
    kept = kept_in(folder, policy.name)
    return prove(policy, LIMITS, kept=kept), kept


def test_of_a_policy_that_is_the_same_every_proof_is_taken(before: Path) -> None:
    policy = small(PACK)
    report, kept = again(policy, before)
    assert (report.kept, report.asked, kept.why) == (5, 5, "")
    assert all(one.kept for one in report.verdicts)
    assert answers(report) == answers(prove(policy, LIMITS))
    assert [one.verdict for one in report.verdicts] == ["proved"] * 4
    assert report.verdicts[0].over == "histories"


def test_words_and_places_change_no_answer(before: Path) -> None:
    report, _ = again(small("# a line more\n" + PACK.replace("Nobody is cut off for nothing.", "So.")), before)
    assert report.kept == report.asked
    assert report.verdicts[1].promise.because == "So."


@pytest.mark.parametrize("edit", EDITS)
def test_after_a_change_the_answers_are_those_of_the_pack_as_it_is(edit: str, before_of_facts: Path) -> None:
    _as_it_is(PLAIN, edit, before_of_facts)


@pytest.mark.parametrize("edit", EDITS if FACTOR > 1 else ["an obligation"])
def test_so_they_are_over_histories(edit: str, before: Path) -> None:
    _as_it_is(PACK, edit, before)


def _as_it_is(pack: str, edit: str, before: Path) -> None:
    old, new = EDITS[edit]
    assert old in pack
    policy = small(pack.replace(old, new, 1))
    report, _ = again(policy, before)
    assert answers(report) == answers(prove(policy, LIMITS))


def test_the_changes_above_change_answers() -> None:
    known = [one.verdict for one in prove(small(PLAIN), LIMITS).verdicts]
    for edit in ("a rule", "a fold", "an effect"):
        told = [one.verdict for one in prove(small(PLAIN.replace(*EDITS[edit], 1)), LIMITS).verdicts]
        assert told != known, edit


@pytest.mark.parametrize("seed", range(max(3, int(2 * FACTOR))))
def test_of_any_policy_that_is_changed_anywhere_the_answers_are_the_same(seed: int, tmp_path: Path) -> None:
    random, tiny = Random(seed), tiny_policy(Random(seed))
    kept_of(tiny.policy, tmp_path)
    mutants = [one for one in mutants_of(tiny.policy, [*pack_from_texts(tiny.files)]) if not one.is_fallback]
    for mutant in random.sample(mutants, min(3, len(mutants))):
        policy = mutant.policy(tiny.policy)
        assert answers(again(policy, tmp_path)[0]) == answers(prove(policy, LIMITS)), (seed, mutant.said)


# --- what is not believed


def lemma_in(folder: Path) -> Lemma:
    """What the proof over histories rests on."""
    (file,) = folder.glob("*.json")
    (told,) = [one for one in json.loads(file.read_bytes())["proofs"].values() if "text" in one]
    found = lemma_from(told)
    assert found is not None
    return found


def over_again(text: str, lemma: Lemma) -> Throughout | None:
    policy = small(text)
    return Histories(policy, Settings(policy, Codes()), LIMITS).again(policy.invariants[0], lemma)


@pytest.mark.parametrize(
    "lemma",
    [
        "(assert true)",
        "(assert false)",
        "(declare-const |after history.heard #| Int)(assert (>= |after history.heard #| 2))",
        "(declare-const |before history.heard #| Int)(assert (>= |before history.heard #| 2))",
        "(declare-const x Int)(assert (= x 1))",
        "(assert (",
        "",
    ],
)
def test_what_does_not_always_hold_is_no_proof_whoever_wrote_it(lemma: str, before: Path) -> None:
    assert over_again(PACK, evolve(lemma_in(before), text=lemma)) is None


def test_what_a_proof_rests_on_is_checked_against_the_rules_as_they_are(before: Path) -> None:
    lemma = lemma_in(before)
    assert over_again(PACK, lemma) is not None
    assert over_again(PACK.replace('level == "first" && spoken', 'level == "first"', 1), lemma) is None
    assert over_again(PACK, evolve(lemma, fixed=(("setting.threat_ends", True),))) is None
    assert over_again(PACK, evolve(lemma, folds=lemma.folds | {"history.unknown"})) is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.write_bytes(b""), "it is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:-40]), "it is damaged"),
        (lambda file: file.write_bytes(file.read_bytes().replace(b'"presumed": []', b'"presumed": [1]', 1)), "damaged"),
        (lambda file: file.write_bytes(b"[" * 100_000), "it is damaged"),
        (lambda file: file.write_bytes(b'{"by": 1, "sum": 2, "proofs": 3}'), "it is damaged"),
        (lambda file: file.chmod(0o666), "others may write to"),
        (lambda file: file.parent.chmod(0o777), "others may write to"),
        (
            lambda file: file.rename(file.with_suffix(".old")) and file.symlink_to(file.with_suffix(".old")),
            "is no file",
        ),
    ],
    ids=["empty", "cut", "changed", "deep", "of another form", "for all", "folder for all", "link"],
)
def test_a_file_that_may_be_false_is_not_believed(
    spoil: Callable[[Path], object], why: str, before_of_facts: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    (source,) = before_of_facts.glob("*.json")
    file = folder / source.name
    file.write_bytes(source.read_bytes())
    file.chmod(0o600)
    assert again(small(PLAIN), folder)[0].kept == 4
    spoil(file)
    kept = kept_in(folder, small(PLAIN).name)
    assert why in kept.why
    assert prove(small(PLAIN), LIMITS, kept=kept, only=["nothing"]).kept == 0
    assert kept.get(next(iter(json.loads(source.read_bytes())["proofs"]))) is None
    read = file.read_bytes()
    kept.save()
    assert (file.read_bytes() == read) == ("damaged" not in why)


def test_what_another_version_proved_is_asked_again(before_of_facts: Path, tmp_path: Path) -> None:
    (source,) = before_of_facts.glob("*.json")
    told = json.loads(source.read_bytes())
    file = tmp_path / source.name
    file.write_text(json.dumps({**told, "by": "another"}))
    assert kept_in(tmp_path, small(PLAIN).name).get(next(iter(told["proofs"]))) is None
    assert os.stat(file).st_mode & 0o022 == 0


# --- the command

DESK = {"pack.yaml": "pack: desk\nversion: 1.0.0\nlanguage: 1\n", "all.yaml": ""}


def test_the_command_says_what_it_took_and_asks_everything_when_told(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "desk", {**DESK, "all.yaml": _plain_text(PLAIN)})
    where = ["--cache", tmp_path / "c"]
    first, second, third = (inside("prove", pack, *where, *more) for more in ([], [], ["--no-cache"]))
    assert first.status == second.status == third.status == 0
    assert first.out == third.out
    told = "  proved before, and unchanged: 4 of 4 answers; --no-cache asks them all\n"
    assert told in second.out
    assert second.out.replace(told, "") == first.out
    kept = [line["kept"] for line in inside("prove", pack, "--json", *where).lines]
    assert kept == [True] * 3
    (tmp_path / "c" / "desk.json").write_text("no")
    spoilt_ = inside("prove", pack, *where)
    assert "desk.json are not used: it is damaged" in " ".join(spoilt_.err.split())
    assert spoilt_.out == first.out


def _plain_text(text: str) -> str:
    return text.replace("BECAUSE", "because: {en: So., zh: 如此。}")


def test_without_a_folder_of_its_own_it_keeps_them_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = write_pack(tmp_path / "desk", {**DESK, "all.yaml": _plain_text(PLAIN)})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    for variable, kept in (("", []), (str(tmp_path / "there"), ["there/desk.json"])):
        monkeypatch.setenv("FORBEAR_CACHE", variable)
        assert inside("prove", pack).status == 0
        assert [one.relative_to(tmp_path).as_posix() for one in tmp_path.glob("*/*.json")] == kept
    monkeypatch.delenv("FORBEAR_CACHE")
    assert inside("prove", pack).status == 0
    assert (tmp_path / "home" / "forbear" / "desk.json").is_file()
