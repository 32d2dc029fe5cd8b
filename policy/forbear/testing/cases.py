"""`*.test.yaml` → cases and stories, every word of them checked against the pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from forbear.errors import PackError, Span
from forbear.language import ir
from forbear.language.bases import folders_below
from forbear.language.check import check_value, plain
from forbear.language.files import TEST_SUFFIX, name_of
from forbear.language.scope import Names, Scope
from forbear.language.shape import Shape, did_you_mean
from forbear.language.source import MAX_PACK_BYTES, Problems, Source, list_files, read_source, refuse_link
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, parse_tree
from forbear.language.types import show
from forbear.testing.foreign import Named, foreign_names

LISTS = ("fired", "owes", "records", "amends", "closed", "overdue")
FLAGS = ("degraded", "late")
CHECKS = (*LISTS, *FLAGS, "error", "left_out", "says")
_SHAPE = "add given: {…} and expect: {…}, or story: […] alone"


@frozen
class Expectation:
    """One thing that a test expects: a decision's value, or one of the checks such as `fired`."""

    name: str
    value: Any
    span: Span


@frozen
class Step:
    """One event of a story, with what is expected of its decision."""

    event: Mapping[str, Any]
    expect: tuple[Expectation, ...]
    span: Span


@frozen
class PackTest:
    """A case (facts given, one pure decision) or a story (events through engine and ledger).

    `foreign` are the entries, obligations, texts and decisions that a test of a pack below cannot know of, as they
    stand in other packs.
    """

    name: str
    settings: Mapping[str, Any]
    given: Mapping[str, Any]
    expect: tuple[Expectation, ...]
    story: tuple[Step, ...]
    span: Span
    foreign: frozenset[Named] = frozenset()


def all_tests(
    folder: Path, policy: ir.Policy, sources: list[Source], supplied: Mapping[str, Path] | None = None
) -> list[tuple[str, PackTest]]:
    """The tests of a pack and, before them, of those that it builds on, each with the name of its pack below.

    `supplied` are the packs that plugins bring. Raises PackError where a test file is not well formed.
    """
    folders = {**folders_below(sources, folder, supplied or {}), "": folder}
    foreign = foreign_names(sources)
    return [
        (name, evolve(test, foreign=foreign.get(name, frozenset())))
        for name, one in folders.items()
        for test in read_tests(one, policy, name)
    ]


def read_tests(folder: Path, policy: ir.Policy, pack: str = "") -> list[PackTest]:
    """The tests of a pack, in file order. Raises PackError where a test file is not well formed.

    `pack` is its name where another pack builds on it.
    """
    problems = Problems()
    shape = Shape(problems)
    tests: list[PackTest] = []
    total = 0
    for path in list_files(folder, problems):
        name = name_of(path.relative_to(folder).as_posix(), pack)
        if not name.endswith(TEST_SUFFIX) or refuse_link(path, name, problems) or not path.is_file():
            continue
        source = read_source(path, name, problems, pack)
        total += len(source.text) if source is not None else 0
        if total > MAX_PACK_BYTES:
            message = f"the pack has more than {MAX_PACK_BYTES:,} characters of tests"
            shape.error("pack-too-large", message, Span(name, 1, 1), "make two packs of it")
            break
        tree = parse_tree(source, problems) if source is not None else None
        if tree is not None:
            tests += _file(tree, shape, policy)
    if problems.errors:
        raise PackError(problems.errors)
    return tests


def _file(tree: Node, shape: Shape, policy: ir.Policy) -> list[PackTest]:
    keys = shape.keys(tree, "a test file", required=("tests",))
    found = [_test(node, shape, policy) for node in shape.items(keys["tests"], "`tests`")] if "tests" in keys else []
    return [one for one in found if one is not None]


def _test(node: Node, shape: Shape, policy: ir.Policy) -> PackTest | None:
    before = len(shape.problems.errors)
    keys = shape.keys(node, "a test", required=("test",), optional=("settings", "given", "expect", "story"))
    name = shape.text(keys["test"], "a test's name") if "test" in keys else None
    if name is None:
        return None
    if len(shape.problems.errors) > before:
        return None  # a misspelt key is one problem, not also a missing one
    if ("story" in keys) == ("given" in keys or "expect" in keys):
        shape.error("test-shape", "a test has `given` and `expect`, or a `story`", name.span, _SHAPE)
        return None
    settings = _data(keys["settings"], shape, "`settings`") if "settings" in keys else {}
    if "story" in keys:
        events = shape.items(keys["story"], "`story`")
        if not events:
            shape.error("test-shape", "a story has at least one event", name.span, "add `- {at: …, type: …}`")
        steps = tuple(_step(item, shape, policy) for item in events)
        return PackTest(name.value, settings, {}, (), tuple(one for one in steps if one is not None), name.span)
    if "expect" not in keys or "given" not in keys:
        shape.error("missing-key", "a test needs `given` and `expect`", name.span, _SHAPE)
        return None
    expect = _expectations(keys["expect"], shape, policy)
    return PackTest(name.value, settings, _data(keys["given"], shape, "`given`"), expect, (), name.span)


def _step(node: Node, shape: Shape, policy: ir.Policy) -> Step | None:
    mapping = shape.mapping(node, "an event of a story")
    if mapping is None:
        return None
    event = {key.value: plain(value) for key, value in mapping.items if key.value != "expect"}
    expect = [value for key, value in mapping.items if key.value == "expect"]
    return Step(event, _expectations(expect[0], shape, policy) if expect else (), mapping.span)


def _data(node: Node, shape: Shape, what: str) -> dict[str, Any]:
    mapping = shape.mapping(node, what)
    return {key.value: plain(value) for key, value in mapping.items} if mapping is not None else {}


def _expectations(node: Node, shape: Shape, policy: ir.Policy) -> tuple[Expectation, ...]:
    mapping: Tree | None = shape.mapping(node, "`expect`")
    found: list[Expectation] = []
    decisions = (*policy.decisions, *policy.rankings)
    known = {
        "fired": set(rules_of(policy)),
        "owes": set(policy.obligations),
        "closed": set(policy.obligations),
        "overdue": set(policy.obligations),
        "records": set(policy.entries),
        "amends": set(policy.entries),
    }
    for key, value in mapping.items if mapping is not None else ():
        if key.value not in decisions and key.value not in CHECKS:
            hint = did_you_mean(key.value, (*decisions, *CHECKS))
            shape.error("unknown-name", f"there is no decision `{key.value}`", key.span, hint)
            continue
        if key.value in decisions and key.value in CHECKS:
            message = f"`{key.value}` is a check of tests and a decision of this pack"
            shape.error("reserved-name", message, key.span, "give the decision another name")
            continue
        if key.value in LISTS:
            found.append(Expectation(key.value, _names(key.value, value, known[key.value], shape), key.span))
        elif key.value in FLAGS:
            found.append(Expectation(key.value, shape.flag(value, f"`{key.value}`"), key.span))
        elif key.value == "error":
            word = shape.text(value, "`error`")
            found.append(Expectation(key.value, word.value if word is not None else "", key.span))
        elif key.value == "left_out":
            found.append(Expectation(key.value, _left_out(value, shape, policy), key.span))
        elif key.value == "says":
            found.append(Expectation(key.value, _says(value, shape, policy), key.span))
        else:
            kind = policy.outcome_type(key.value)
            expected = check_value(value, kind, Scope(Names()), shape.problems)
            if isinstance(expected, ir.Constant):
                found.append(Expectation(key.value, show(kind, expected.value), key.span))
            elif expected is not None:
                shape.error("wrong-value", "a test expects a plain value", value.span, "leave the `=` out")
    return tuple(found)


def rules_of(policy: ir.Policy) -> list[str]:
    """Every rule as `decision.rule`, those of rankings last."""
    rules = [f"{one.name}.{rule.name}" for one in policy.decisions.values() for rule in one.rules]
    for ranking in policy.rankings.values():
        rules += [f"{ranking.name}.{rule.name}" for rule in ranking.require]
        rules += [f"{ranking.name}.{rule.name}" for rule in ranking.prefer]
    return rules


def _left_out(node: Node, shape: Shape, policy: ir.Policy) -> dict[str, str]:
    """Candidate → the requirement that excluded it."""
    known = {rule.name for ranking in policy.rankings.values() for rule in ranking.require}
    mapping = shape.mapping(node, "`left_out`")
    chosen = {key.value: shape.choice(value, "requirement", known) for key, value in (mapping.items if mapping else ())}
    return {candidate: rule for candidate, rule in chosen.items() if rule is not None}


def _says(node: Node, shape: Shape, policy: ir.Policy) -> list[tuple[str, dict[str, str]]]:
    """The texts that are said, each with words that it has in it, by language."""
    if not isinstance(node, Tree):
        return [(name, {}) for name in _names("says", node, set(policy.texts), shape)]
    found: list[tuple[str, dict[str, str]]] = []
    for key, value in node.items:
        name = shape.choice(key, "text", policy.texts.keys())
        mapping = shape.mapping(value, f"`{key.value}`") if name is not None else None
        if name is None or mapping is None:
            continue
        languages = {language for each in policy.texts[name].variants.values() for language in each}
        words: dict[str, str] = {}
        for language, told in mapping.items:
            said = shape.text(told, "what is said")
            if shape.choice(language, "language", languages) is not None and said is not None:
                words[language.value] = said.value
        found.append((name, words))
    return found


def _names(check: str, node: Node, known: set[str], shape: Shape) -> list[str]:
    """Names of rules, obligations or entries, as often as the test gives them."""
    chosen = [shape.choice(item, f"name for `{check}`", known) for item in shape.items(node, f"`{check}`")]
    return [one for one in chosen if one is not None]
