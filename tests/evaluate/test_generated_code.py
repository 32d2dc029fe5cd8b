"""Generated code holds nothing of a pack but through `repr`, has no size limits of its own, and is safely shared."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from forbear.errors import PackError
from forbear.evaluate import EVALUATORS, Compiled, Reference, make_evaluator
from forbear.evaluate.durable import is_available
from forbear.evaluate.expressions import predicate_function
from forbear.evaluate.generate import event_function
from forbear.evaluate.interned import interned
from forbear.evaluate.writer import Mode
from forbear.language import ir
from forbear.language.pack import load_policy
from forbear.language.types import Value
from strategies.cases import Case, cases
from strategies.kinds import HOSTILE, STRINGS
from strategies.packs import MANIFEST, build
from strategies.profile import examples
from strategies.yaml_text import Node, yaml_text

OWN_NAMES = {
    *("f", "a", "degraded", "fired", "happenings", "happened", "violated", "left_out", "conflicts"),
    *("one", "name", "value", "n", "_", "order", "matching", "then", "found", "number", "key", "answer", "doubt"),
    *("scores", "left", "held", "candidate", "score", "ranked_", "by_id", "id_", "ahead", "behind"),
}
OUTSIDE = {
    "Happening",
    "Evaluation",
    "new",
    "pairs",
    "bisect",
    "seen",
    "make",
    "slow",
    "inner",
    "KeyError",
    "TypeError",
    "int",
}
OUTSIDE |= {"tuple", "len", "max", "min", "set", "sorted"}
METHODS = {"__class__", "get", "append", "add", "items", "action", "name"}


def source(policy: ir.Policy) -> str:
    """Everything that is generated for a policy."""
    plans = policy.plans.values()
    events = [event_function("event", policy, plan, interned(policy, plan)) for plan in plans]
    modes: tuple[Mode, ...] = ("strict", "degraded")
    events += [event_function("event", policy, plan, mode=mode) for plan in plans for mode in modes]
    tests = [predicate_function("where", policy, one.where) for one in policy.folds.values() if one.where is not None]
    return "\n".join(events + tests)


@examples(40)
@given(case=cases(questions=1))
def test_every_name_in_the_code_is_the_generators_own(case: Case) -> None:
    """Text of a pack is inside constants only: drawn packs name things like Python's words and the generator's."""
    for node in ast.walk(ast.parse(source(case.policy))):
        match node:
            case ast.Name(name) | ast.arg(name):
                assert name in OWN_NAMES | OUTSIDE or (name[0] in "dfkrt" and name[1:].isdigit()), name
            case ast.Attribute(_, name):
                assert name in METHODS
            case ast.FunctionDef(name):
                assert name in ("event", "where")
            case ast.Constant(value):
                assert value is None or isinstance(value, bool | int | str)
            case ast.keyword(name) | ast.alias(name):
                assert name in OWN_NAMES | OUTSIDE | {None}, name
            case ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal() | ast.Lambda() | ast.JoinedStr():
                raise AssertionError(ast.dump(node))
            case ast.Try(_, [ast.ExceptHandler(_, None, _)], [], []):
                pass
            case ast.ClassDef() | ast.Try() | ast.With() | ast.Await() | ast.Match() | ast.NamedExpr() | ast.Delete():
                raise AssertionError(ast.dump(node))


def check_tokens(text: str) -> None:
    """Every name is the generator's own or Python's; every other word is exactly what `repr` writes of a value."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        match token.type:
            case tokenize.NAME:
                assert (
                    keyword.iskeyword(token.string)
                    or token.string in OWN_NAMES | OUTSIDE | METHODS | {"event", "where"}
                    or re.fullmatch("[dfkrt][0-9]+", token.string)
                ), token
            case tokenize.STRING | tokenize.NUMBER:
                assert token.string == repr(ast.literal_eval(token.string)), token
            case tokenize.OP | tokenize.NEWLINE | tokenize.NL | tokenize.INDENT | tokenize.DEDENT | tokenize.ENDMARKER:
                assert not token.string.strip() or token.string.isascii()
            case _:
                raise AssertionError(token)


@examples(40)
@given(case=cases(questions=1))
def test_every_text_in_the_code_is_what_repr_writes(case: Case) -> None:
    check_tokens(source(case.policy))


def test_the_code_of_the_standard_pack_is_made_of_names_and_values_only() -> None:
    check_tokens(source(load_policy("standard")))


@examples(25)
@given(case=cases(questions=1))
def test_the_code_compiles_without_warnings(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(source(case.policy), "generated", "exec")


def words_policy(word: str) -> ir.Policy:
    """A policy in which a text stands everywhere where a text of a pack may stand."""
    quote = "'" if '"' in word else '"'
    literal = not ({"\\", "\n", "\r", quote} & set(word))
    rules: list[Node] = [
        {
            "rule": "same",
            "when": f"a.text == {quote}{word}{quote} || a.text == setting.text"
            if literal
            else "a.text == setting.text",
            "then": word,
            "record": [{"note": {"text": word}}],
            "close": [{"call": {"how": "done", "by": {"who": word}, "reason": f"for {word}"}}],
            "owe": [{"call": {"carries": {"who": word}}}],
        },
        {"otherwise": "other"},
    ]
    whole: dict[str, Node] = {
        "facts": {"a.text": "string"},
        "settings": {"text": {"type": "string", "default": "unset"}},
        "entries": {"note": {"text": "string"}},
        "history": {"same": {"any": "note", "where": "text == setting.text"}},
        "obligations": {"call": {"to": "manager", "due": "1 hour", "carries": {"who": "a"}, "closes": {"done": {}}}},
    }
    decision: Node = {
        "decision": "said", "asked_on": ["utterance"], "outcome": "string", "fallback": word, "rules": rules,
    }  # fmt: skip
    text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in {**whole, "decisions": [decision]}.items())
    built = build({"pack.yaml": MANIFEST, "all.yaml": text})
    setting = ir.Setting("setting.text", built.settings["setting.text"].type, word)
    return evolve(built, settings={setting.path: setting})


def check_word(word: str) -> None:
    policy = words_policy(word)
    for evaluator in (make_evaluator(name, policy) for name in EVALUATORS if name != "durable" or is_available()):
        answer = evaluator.decide("utterance", {"a.text": word})
        assert answer.outcome == {"said": word}
        assert [one.values for one in answer.happenings] == [{"text": word}, {"who": word}, {"who": word}]
        assert answer.happenings[1].reason == f"for {word}"
        assert evaluator.decide("utterance", {"a.text": word + "x"}).outcome == {"said": "other"}
        assert evaluator.decide("utterance", {"a.text": word}, frozenset({"said"})).outcome == {"said": word}
        test = evaluator.predicate(policy.folds["history.same"])
        assert test is not None
        assert test({"text": word})
        assert not test({"text": word + "x"})


WORDS = [*STRINGS[:9], *STRINGS[10:], *HOSTILE, "{0}{f!r}", "1 if True else 0", "\\", "# x", "\\N{BULLET}"]


@pytest.mark.parametrize("word", WORDS)
def test_a_hostile_text_is_only_a_text(word: str) -> None:
    check_word(word)
    check_tokens(source(words_policy(word)))


@pytest.mark.parametrize("word", ["\u2028", "\x85", "\x00", "\u202e", "\ufeff"])
def test_a_hidden_character_is_refused_in_a_pack_and_only_a_text_in_a_setting(word: str) -> None:
    with pytest.raises(PackError, match="hidden-character"):
        words_policy(word)
    policy = words_policy("x")
    setting = evolve(policy.settings["setting.text"], value=word)
    policy = evolve(policy, settings={setting.path: setting})
    check_tokens(source(policy))
    test = Compiled(policy).predicate(policy.folds["history.same"])
    assert test is not None
    assert test({"text": word})
    assert not test({"text": "x"})


PRINTABLE = st.characters(
    exclude_categories=("C", "M", "Z"), include_characters=" \t\n\r\\'\"", exclude_characters="\x7f"
)


@examples(100)
@given(word=st.text(PRINTABLE, min_size=1, max_size=20).filter(lambda one: one.strip() and not one.startswith("=")))
def test_any_text_is_only_a_text(word: str) -> None:
    check_word(word)


def rules_policy(count: int, hit: str) -> ir.Policy:
    """A decision with many rules."""
    outcome: Node = {"type": "int", "range": [0, count]} if hit == "first" else ["even", "odd"]
    rules: list[Node] = [
        {"rule": f"r{n}", "when": f"a.n == {n}", "then": n if hit == "first" else ("even", "odd")[n % 2]}
        for n in range(count)
    ]
    if hit == "first":
        rules.append({"otherwise": count})
    decision: dict[str, Node] = {"decision": "many", "asked_on": ["utterance"], "outcome": outcome, "hit": hit}
    decision |= {"fallback": 0 if hit == "first" else []}
    head = "\n".join(f"{key}: {yaml_text(node)}" for key, node in decision.items())
    listed = "\n".join(f"- {yaml_text(rule)}" for rule in rules)
    words = f"facts: {{a.n: {{type: int, range: [0, {count}]}}}}"
    return build({"pack.yaml": MANIFEST, "many.yaml": f"{head}\nrules:\n{listed}", "words.yaml": words})


@pytest.mark.parametrize(("hit", "last"), [("first", 4999), ("collect", ("odd",))])
def test_a_decision_may_have_thousands_of_rules(hit: str, last: Value) -> None:
    """CPython's compiler gives up on some three thousand nested `elif`."""
    policy = rules_policy(5000, hit)
    assert Compiled(policy).decide("utterance", {"a.n": 4999}).outcome == {"many": last}


def deep_policy(depth: int) -> ir.Policy:
    """A condition nested so deep, each level with every kind of operator."""
    deep = "a.b"
    for _ in range(depth):
        deep = f"a.b && false || true && a.b == !({deep})"
    rules: list[Node] = [{"rule": "r", "when": deep, "then": True}, {"otherwise": False}]
    head = "decision: deep\nasked_on: [utterance]\noutcome: bool\nfallback: false\nrules: "
    return build({"pack.yaml": MANIFEST, "deep.yaml": head + yaml_text(rules), "words.yaml": "facts: {a.b: bool}"})


def accepted(depth: int) -> bool:
    try:
        deep_policy(depth)
    except PackError:
        return False
    return True


def test_an_expression_as_deep_as_the_checker_allows_compiles() -> None:
    """CPython's parser gives up on 200 nested brackets."""
    deepest = max(depth for depth in range(50) if accepted(depth))
    assert deepest >= 10
    policy = deep_policy(deepest)
    for value in (True, False):
        expected = Reference(policy).decide("utterance", {"a.b": value})
        assert Compiled(policy).decide("utterance", {"a.b": value}) == expected


@examples(15)
@given(case=cases(questions=4))
def test_threads_that_share_a_policy_get_the_same_answers(case: Case) -> None:
    compiled = Compiled(case.policy)
    alone = [compiled.decide(one.event, one.facts, one.degraded) for one in case.questions]

    def ask_all(turn: int) -> list[object]:
        turned = [*case.questions[turn:], *case.questions[:turn]]
        answers = [compiled.decide(one.event, one.facts, one.degraded) for one in turned]
        return [*answers[len(answers) - turn :], *answers[: len(answers) - turn]]

    with ThreadPoolExecutor(8) as threads:
        turns = [n % max(1, len(case.questions)) for n in range(32)]
        assert all(answers == alone for answers in threads.map(ask_all, turns))


@pytest.mark.parametrize("hit", ["first", "collect"])
def test_an_answer_cannot_be_changed_for_the_next(hit: str) -> None:
    """The same answer is given again: whoever holds it cannot change it."""
    compiled = Compiled(rules_policy(3, hit))
    facts: dict[str, Value] = {"a.n": 1}
    first = compiled.decide("utterance", facts)
    outcome = dict(first.outcome)
    with pytest.raises(TypeError):
        first.outcome["many"] = 3  # type: ignore[index]
    assert compiled.decide("utterance", facts) == first
    assert first.outcome == outcome
    assert facts == {"a.n": 1}
