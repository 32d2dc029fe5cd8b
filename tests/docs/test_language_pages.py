"""`docs/reference/language`: its examples are one pack that loads, passes its own tests and uses all its rules."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from commands import forbear, write_pack
from docs.accepted_keys import accepted_words
from forbear import bounded
from forbear.calendar import UNIT_SECONDS, due, due_at, in_words, parse_due
from forbear.engine.pure import decide_facts
from forbear.errors import FactError, PackError
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available
from forbear.language import (
    bases,
    check,
    effects,
    ir,
    kinds,
    manifest,
    opening,
    problems,
    product,
    rankings,
    source,
    syntax,
    tree,
    types,
    vocabulary,
)
from forbear.language.check import plain
from forbear.language.events import EVENT_TYPES
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.shape import RESERVED
from forbear.language.tree import Mapping, parse_tree
from forbear.testing.runner import run_tests
from language.codes import SOURCES
from language.small_pack import problems_of
from pages import DOCS, blocks, language_pack

FOLDER = DOCS / "reference" / "language"
FILES = language_pack()
PACK = {name: text for name, text in FILES.items() if not name.endswith(".test.yaml")}
POLICY = build_policy(pack_from_texts(PACK))
_LINE = re.compile(r"(?P<expression>.+?) {2,}→ {2}(?P<gives>\S+)(?: +given (?P<facts>\{.*\}))?")


# --- the pack of the pages


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path, FILES)


def test_the_examples_are_a_pack_whose_tests_pass(pack: Path) -> None:
    try:
        report = run_tests(pack)
    except PackError as error:
        pytest.fail(str(error))
    assert [failure for result in report.results for failure in result.failures] == []
    assert len(report.results) == 14
    assert report.unfired() == []


def test_forbear_check_has_nothing_to_say_of_it(pack: Path) -> None:
    assert forbear("check", pack).out.endswith("no problems\n")


def test_the_pack_that_builds_on_it_changes_what_its_page_says(tmp_path: Path) -> None:
    write_pack(tmp_path / "parcels", FILES)
    above = {one.file: one.text for one in blocks(FOLDER / "building-on-packs.md", "yaml")}
    write_pack(tmp_path, above)
    report = run_tests(tmp_path / "parcels_express")
    own = [result for result in report.results if not result.test.span.file.startswith("parcels:")]
    assert [failure for result in own for failure in result.failures] == []
    assert len(own) == 3
    assert 0 < report.changed < len(report.results) - len(own)
    assert report.failed == 0
    (misspelt,) = problems_of({**PACK, "more.yaml": "overrides: {zzz: {}}\n"})
    kinds = misspelt.hint.removeprefix("known: ").split(", ")
    assert len(kinds) > 4
    assert [kind for kind in kinds if f"\n  {kind}:" not in above["parcels_express/changes.yaml"]] == []


def test_every_word_of_a_pack_and_its_tests_is_in_an_example() -> None:
    text = "\n".join(one.text for page in FOLDER.glob("*.md") for one in blocks(page, "yaml"))
    closed = {"saturday", "sunday"}  # which the table of due times wants
    assert sorted(word for word in accepted_words() - closed if not re.search(rf"\b{word}\b", text)) == []


# --- nothing is left out


def test_every_page_is_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    others = {page.name for page in FOLDER.glob("*.md")} - {"README.md"}
    assert sorted(name for name in others if f"({name})" not in index) == []


def test_every_word_that_a_pack_may_use_as_a_key_or_a_choice_is_on_a_page() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md"))
    words = accepted_words()
    assert {"asked_on", "list_of", "closes", "inputs", "over", "window", "left_out", "priority", "closed_on"} <= words
    assert sorted(word for word in words if f"`{word}`" not in text) == []


def test_every_event_type_is_on_its_page_with_the_facts_that_it_brings() -> None:
    rows = _rows(FOLDER / "events.md")
    assert set(EVENT_TYPES) <= rows.keys()
    for name, described in EVENT_TYPES.items():
        told = set(re.findall(r"`event\.(\w+)`", rows[name]))
        assert told == {field for field, one in described.fields.items() if not one.private}


def test_every_reserved_word_is_on_the_page_about_names() -> None:
    text = (FOLDER / "files-and-names.md").read_text(encoding="utf-8")
    assert sorted(word for word in RESERVED if f"`{word}`" not in text) == []
    assert sorted(word for word in vocabulary.TAKEN if f"`{word}.`" not in text) == []


def _rows(page: Path) -> dict[str, str]:
    """The lines of a page's tables by the word with which they begin."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return {found.group(1): line for line in lines if (found := re.match(r"\| `([^`]+)` \|", line))}


# --- limits


LIMITS = {
    "bytes of a file": bounded.MAX_FILE_BYTES,
    "values in a pack: keys, items and what stands behind keys": tree.MAX_NODES,
    "levels of nesting in a file": tree.MAX_NESTING,
    "files of a pack": source.MAX_PACK_FILES,
    "characters of a pack": source.MAX_PACK_BYTES,
    "characters of all expressions of a pack": check.MAX_EXPRESSIONS,
    "packs that a pack builds on, directly and through others": bases.MAX_BASES,
    "folders within each other": bounded.MAX_FOLDER_DEPTH,
    "files and folders of a pack's folder, whatever they hold": bounded.MAX_ENTRIES,
    "types of event": vocabulary.MAX_EVENTS,
    "rules, rows and promises, each counted for every event on which it is asked": product.MAX_PRODUCT,
    "characters of a version": manifest.MAX_VERSION,
    "values of an enumeration": kinds.MAX_CHOICES,
    "effects of one kind of a rule": effects.MAX_EFFECTS,
    "stretches of opening hours in a day": opening.MAX_STRETCHES,
    "characters of a name": 100,
    "characters of an expression": syntax.MAX_LENGTH,
    "brackets and signs of an expression within each other": syntax.MAX_DEPTH,
    "arithmetic signs of an expression": syntax.MAX_ARITHMETIC,
    "characters of a string or a text": types.MAX_STRING,
    "candidates in a list": types.MAX_CANDIDATES,
    "decimal places": 9,
    "a decimal, in units of its last place": types.DECIMAL_SAFE,
    "a declared whole number": types.JSON_SAFE,
    "a whole number while it is worked out": types.INT_MAX,
    "what one preference adds to a score": rankings.SCORE.high,
    "the number of a due time": due.LARGEST_NUMBER,
    "problems that one run reports": problems.MAX_PROBLEMS,
}
OF_NO_PACK = {"MAX_LINE_BYTES", "MAX_SKIPPED_BYTES", "MAX_REPAIRS"}


def test_the_limits_are_those_of_the_code() -> None:
    lines = (FOLDER / "limits.md").read_text(encoding="utf-8").splitlines()
    told = [re.fullmatch(r"\| (.+) \| ([0-9,]+) \|", line) for line in lines]
    assert {one.group(1): int(one.group(2).replace(",", "")) for one in told if one} == LIMITS


def test_no_limit_of_the_code_is_left_out() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (Path(bounded.__file__), *SOURCES))
    found = dict(re.findall(r"^(MAX_\w+) = ([0-9_]+)", text, re.MULTILINE))
    assert {"MAX_NODES", "MAX_FILE_BYTES", "MAX_LENGTH"} <= found.keys()
    said = set(LIMITS.values())
    assert [name for name, value in found.items() if int(value) not in said and name not in OF_NO_PACK] == []


@pytest.mark.parametrize(("longest", "what"), [(100, "a{}: bool"), (9, "{{type: decimal, places: {}}}")])
def test_the_limits_that_have_no_name_hold(longest: int, what: str) -> None:
    def found(number: int) -> list[str]:
        if longest == 100:
            facts = f"facts: {{more.{'a' * (number - 5)}: bool}}\n"
        else:
            facts = f"facts: {{more.a: {{type: decimal, places: {number}, range: [0, 1]}}}}\n"
        return [one.code for one in problems_of({**PACK, "more.yaml": facts})]

    assert found(longest) == []
    assert found(longest + 1) in (["bad-name"], ["wrong-value"])


# --- types and texts


@pytest.mark.parametrize(("given", "kept"), [("0.715", 72), ("0.725", 72), ("0.7251", 73)])
def test_a_decimal_is_rounded_as_the_page_says(given: str, kept: int) -> None:
    assert types.fit("x", types.DecimalType(2, 0, 100), float(given)) == kept


@pytest.mark.parametrize(("kind", "given"), [(types.IntType(), "3"), (types.BoolType(), 1), (types.IntType(), 3.0)])
def test_nothing_is_coerced(kind: types.Type, given: object) -> None:
    with pytest.raises(FactError):
        types.fit("x", kind, given)


def test_a_duration_is_said_as_the_page_says() -> None:
    text = (FOLDER / "texts.md").read_text(encoding="utf-8")
    for seconds in (172_800, 5_400):
        assert f"`{in_words(seconds, 'en')}`" in text
        assert f"`{in_words(seconds, 'zh')}`" in text


# --- expressions


def _lines() -> list[tuple[str, str, str]]:
    """Expression, what it gives (a value, or the code of a diagnostic), and the facts given."""
    found = []
    for block in blocks(FOLDER / "expressions.md", "expressions"):
        for line in block.text.splitlines():
            match = _LINE.fullmatch(line.rstrip())
            assert match, line
            found.append((match["expression"].strip(), match["gives"], match["facts"] or "{}"))
    return found


LINES = _lines()
VALUES = [one for one in LINES if re.fullmatch(r"true|false|-?[0-9]+", one[1])]
REFUSED = [one for one in LINES if one not in VALUES]


def _asking(expression: str, outcome: str) -> dict[str, str]:
    """The pack with one decision more, on the event that brings the fewest facts."""
    quoted = "'" + expression.replace("'", "''") + "'"
    rules = f"[{{rule: holds, when: {quoted}, then: true}}, {{otherwise: false}}]"
    if outcome == "int":
        rules = f"[{{rule: is, then: {quoted.replace(chr(39), chr(39) + '= ', 1)}}}]"
    fallback = "0" if outcome == "int" else "false"
    text = f"decision: asked\nasked_on: [tick]\noutcome: {outcome}\nfallback: {fallback}\nrules: {rules}\n"
    return {**PACK, "asked.yaml": text}


@pytest.mark.parametrize(("expression", "gives", "facts"), VALUES, ids=[one[0] for one in VALUES])
def test_every_evaluator_gives_what_the_page_says(expression: str, gives: str, facts: str) -> None:
    outcome = "bool" if gives in ("true", "false") else "int"
    policy = build_policy(pack_from_texts(_asking(expression, outcome)))
    given = parse_flow(facts)
    for evaluator in EVALUATORS:
        if evaluator == "durable" and not is_available():
            continue
        answer = decide_facts(policy, given, asked=frozenset({"asked"}), evaluator=evaluator)
        assert not answer.degraded
        assert str(answer.evaluation.outcome["asked"]).lower() == gives


@pytest.mark.parametrize(("expression", "code", "_facts"), REFUSED, ids=[one[0] for one in REFUSED])
def test_forbear_check_refuses_what_the_page_says(expression: str, code: str, _facts: str) -> None:
    assert [one.code for one in problems_of(_asking(expression, "bool"))] == [code]


def test_the_examples_use_every_operator() -> None:
    text = " ".join(expression for expression, _, _ in VALUES)
    signs = ("&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", " in ", "+", "-", "*", "has(", "[", "(")
    assert [sign for sign in signs if sign not in text] == []


def parse_flow(text: str) -> dict[str, object]:
    """A mapping in YAML's short form."""
    told = problems.Problems()
    node = parse_tree(source.Source("facts", text), told)
    assert isinstance(node, Mapping)
    assert not told.found
    return {key.value: plain(value) for key, value in node.items}


# --- due times


def _due_times() -> list[tuple[str, str, str]]:
    text = (FOLDER / "obligations.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([^`]+)` \| (\w{3} \S+ \S+) \| (\w{3} \S+ \S+) \|$", text, re.MULTILINE)


DUE_TIMES = _due_times()


def test_each_form_of_a_due_time_has_an_example() -> None:
    assert {type(parse_due(phrase)) for phrase, _, _ in DUE_TIMES} == set(due.Due.__args__)
    ends = {one for phrase, _, _ in DUE_TIMES if isinstance(one := parse_due(phrase), due.EndOf)}
    assert len(ends) == 4


@pytest.mark.parametrize(("phrase", "owed", "falls_due"), DUE_TIMES)
def test_a_due_time_falls_when_the_page_says(phrase: str, owed: str, falls_due: str) -> None:
    zone = ZoneInfo(POLICY.calendar.zone)

    def seconds_of(path: str) -> int:
        setting: ir.Setting = POLICY.settings[path]
        assert isinstance(setting.type, types.IntType)
        assert isinstance(setting.value, int)
        return setting.value * UNIT_SECONDS[setting.type.unit]

    at = datetime.strptime(owed, "%a %Y-%m-%d %H:%M").replace(tzinfo=zone)
    assert f"{at:%a}" == owed[:3]
    moment = due_at(POLICY.calendar, at, parse_due(phrase), seconds_of).astimezone(zone)
    assert f"{moment:%a %Y-%m-%d %H:%M}" == falls_due
