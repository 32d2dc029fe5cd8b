"""The second engine holds what a policy holds, keeps nothing, and says before deciding what it cannot hold."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from forbear.evaluate import Reference
from forbear.evaluate.durable import MAX_COMPARISONS, MAX_WAYS, Durable, DurableLimit, is_available
from forbear.evaluate.generate import event_function
from forbear.evaluate.protocol import Environment
from forbear.evaluate.size import size
from forbear.language import ir
from forbear.language.types import INT_MAX, INT_MIN, JSON_SAFE, Value
from strategies.kinds import HOSTILE, STRINGS
from strategies.packs import MANIFEST, build
from strategies.profile import examples
from strategies.yaml_text import Node, yaml_text

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules does not work on this Python")


def policy(facts: dict[str, Node], rules: list[Node], hit: str = "collect", **more: Node) -> ir.Policy:
    """One decision over some facts; its rules say `a` where they do not say otherwise."""
    decision: dict[str, Node] = {"decision": "said", "asked_on": ["utterance"], "outcome": ["a", "b"], "hit": hit}
    decision |= {"fallback": [] if hit == "collect" else "a", **more}
    decision["rules"] = rules
    sections: dict[str, Node] = {"facts": facts, "decisions": [decision]}
    text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in sections.items())
    return build({"pack.yaml": MANIFEST, "all.yaml": text})


def conditions(facts: dict[str, Node], *whens: str) -> ir.Policy:
    """A decision that collects every condition that holds."""
    return policy(facts, [{"rule": f"r{n}", "when": when, "then": "a"} for n, when in enumerate(whens)])


def agree(built: ir.Policy, *asked: Environment) -> None:
    reference, durable = Reference(built), Durable(built)
    for facts in asked:
        assert durable.decide("utterance", facts) == reference.decide("utterance", facts)


# --- values


TEXTS = [one for one in (*STRINGS, *HOSTILE) if one]
ODD = ["\\", "\\\\", '"', '\\"', "\x01", "\x7f", "\u2028", "$m", "null", "true", "{", "]", "1", "a\\u0041", "/", " "]


def test_texts_are_equal_only_to_themselves() -> None:
    """durable-rules compares the text of the JSON, escapes and all."""
    texts: Node = {"type": "list of string"}
    built = conditions({"a.one": "string", "a.two": "string", "a.all": texts}, "a.one == a.two", "a.one != a.two",
                       "a.one in a.all", '"a" in a.all', '!("a" in a.all)')  # fmt: skip
    asked: list[Environment] = [
        {"a.one": one, "a.two": two, "a.all": (two, "x")} for one, two in product([*TEXTS, *ODD], repeat=2)
    ]
    agree(built, *asked)


@pytest.mark.parametrize("text", ["x", "李", "😀", "\x01", '"'])
def test_a_text_may_be_as_long_as_a_fact_may_be(text: str) -> None:
    """Lengths are kept in 16 bits: 10,000 characters of six bytes each are the most that can come."""
    built = conditions({"a.one": "string", "a.two": "string"}, "a.one == a.two", "a.one != a.two")
    long = text * 10_000
    agree(
        built, {"a.one": long, "a.two": long}, {"a.one": long, "a.two": long[:-1] + "y"}, {"a.one": long, "a.two": text}
    )


SPEAKABLE = st.characters(categories=("L", "N", "P", "S"), exclude_characters="\\\"'")
ANY = st.characters(codec="utf-8", exclude_characters="\x00")


@examples(60)
@given(literal=st.text(SPEAKABLE, min_size=1, max_size=9), given=st.text(ANY, min_size=1, max_size=9))
def test_any_text_against_any_literal(literal: str, given: str) -> None:
    built = conditions({"a.one": "string"}, f'a.one == "{literal}"', f'a.one != "{literal}"')
    agree(built, {"a.one": literal}, {"a.one": given}, {"a.one": literal + given})


def test_numbers_of_64_bits_are_exact() -> None:
    wide: Node = {"type": "int", "range": [-JSON_SAFE, JSON_SAFE]}
    share: Node = {"type": "decimal", "places": 9, "range": [-1_000_000, 1_000_000]}
    built = conditions(
        {"a.one": wide, "a.two": wide, "a.share": share},
        "a.one == a.two", "a.one < a.two", "a.one >= a.two", "a.one * 1000 > 1000 * a.two", f"a.one == {JSON_SAFE}",
        f"a.one * 1000 + 7 == {JSON_SAFE * 1000 + 7}", "a.share > 0.000000001", "a.share == 1000000", "a.share <= -0.5",
    )  # fmt: skip
    numbers = (-JSON_SAFE, -JSON_SAFE + 1, -1, 0, 1, JSON_SAFE - 1, JSON_SAFE)
    shares = (-(10**15), -500_000_000, 0, 1, 2, 10**15 - 1, 10**15)
    agree(built, *({"a.one": one, "a.two": two, "a.share": three} for one, two in product(numbers, repeat=2)
                   for three in shares))  # fmt: skip


def test_the_ends_of_64_bits_can_be_compared() -> None:
    """A pack cannot write them as ranges, but arithmetic may reach them."""
    built = conditions({"a.one": {"type": "int", "range": [-JSON_SAFE, JSON_SAFE]}}, "a.one == 0")
    for n, operator in product((INT_MIN, INT_MIN + 1, -1, 0, INT_MAX - 1, INT_MAX), ("<", ">", "==", "!=", "<=", ">=")):
        for limit in (INT_MIN, INT_MAX, INT_MAX - 1):
            when = ir.Compare(operator, ir.Read("a.one"), ir.Constant(limit))
            agree(_with(built, when), {"a.one": n})


def _with(built: ir.Policy, when: ir.Expr) -> ir.Policy:
    """The policy with another condition in its only rule."""
    decision = built.decisions["said"]
    changed = evolve(decision, rules=(evolve(decision.rules[0], when=when),))
    return evolve(built, decisions={"said": changed})


def test_lists_may_be_empty_long_or_hold_a_value_twice() -> None:
    numbers: Node = {"type": "list of int", "range": [-5000, 5000]}
    built = conditions({"a.all": numbers, "a.on": "list of bool"}, "3 in a.all", "!(3 in a.all)", "true in a.on")
    lists: list[tuple[Value, ...]] = [(), (3,), (3, 3, 3), (1, 2), tuple(range(-5000, 5000)), (-3,)]
    switches: list[tuple[Value, ...]] = [(), (True,), (False, False), (False, True)]
    agree(built, *({"a.all": one, "a.on": two} for one, two in product(lists, switches)))


BOOLS: dict[str, Node] = {"a.all": "list of bool"}


def test_a_condition_sought_in_a_list_may_ask_what_is_missing() -> None:
    maybe: Node = {"type": "int", "range": [0, 9], "optional": True}
    built = conditions({**BOOLS, "a.n": maybe}, "has(a.n) in a.all", "!(has(a.n) in a.all)",
                       "(has(a.n) && a.n > 3) in a.all", "(!has(a.n) || a.n > 3) in a.all")  # fmt: skip
    lists: list[tuple[Value, ...]] = [(), (True,), (False,), (True, False)]
    numbers: list[dict[str, Value]] = [{}, {"a.n": 3}, {"a.n": 4}]
    agree(built, *({"a.all": one, **number} for one, number in product(lists, numbers)))


# --- rules


def test_a_rule_that_holds_in_several_ways_fires_once() -> None:
    """durable-rules fires a fact's rule once for each way through its `||`."""
    built = conditions({"a.one": "bool", "a.two": "bool"}, "a.one || a.two", "(a.one || a.two) && (a.two || a.one)")
    answer = Durable(built).decide("utterance", {"a.one": True, "a.two": True})
    assert answer.fired == ("said.r0", "said.r1")
    agree(built, {"a.one": True, "a.two": True}, {"a.one": False, "a.two": True})


@pytest.mark.parametrize("hit", ["first", "unique", "priority", "collect"])
@pytest.mark.parametrize("count", [64, 65, 300, 1200])
def test_a_decision_may_have_any_number_of_rules_that_hold(count: int, hit: str) -> None:
    """One network fails at 65 that hold, and cannot be made of more than some five hundred."""
    facts: dict[str, Node] = {f"a.f{n}": "bool" for n in range(count)}
    rules: list[Node] = [
        {"rule": f"r{n}", "when": f"a.f{n} && (a.f0 || true)", "then": "ab"[n % 2]} for n in range(count)
    ]
    if hit == "unique":
        rules = [{**rule, "when": f"a.f{n} && has(event.customer)"} for n, rule in enumerate(rules)]  # type: ignore[dict-item]
    rules += [] if hit == "collect" else [{"otherwise": "a"}]
    built = policy(facts, rules, hit)
    every: dict[str, Value] = {**dict.fromkeys(facts, True), "event.customer": "c"}
    none: dict[str, Value] = dict.fromkeys(facts, False)
    agree(built, every, none, none | {f"a.f{count - 1}": True, "event.customer": "c"}, none | {"a.f7": True})


def test_a_condition_may_hold_in_as_many_ways_as_a_network_can_follow() -> None:
    facts: dict[str, Node] = {f"a.f{n}": "bool" for n in range(MAX_WAYS)}
    built = conditions(facts, " || ".join(facts), "!(" + " || ".join(facts) + ")")
    agree(built, dict.fromkeys(facts, True), dict.fromkeys(facts, False), dict.fromkeys(facts, False) | {"a.f3": True})


def test_a_condition_may_be_as_wide_as_a_network_can_hold() -> None:
    """Two fields to a comparison, and still within the 255 of a message."""
    facts: dict[str, Node] = {f"a.f{n}": {"type": "int", "range": [0, 9]} for n in range(2 * MAX_COMPARISONS)}
    names = list(facts)
    pairs = zip(names[::2], names[1::2], strict=True)
    built = conditions(facts, " && ".join(f"{one} <= {two}" for one, two in pairs))
    agree(built, dict.fromkeys(facts, 1), dict.fromkeys(facts, 1) | {names[-1]: 0})


def any_of(count: int) -> str:
    return " || ".join(f"a.f{n}" for n in range(count))


def all_of_ors(count: int) -> str:
    return " && ".join(f"(a.f{2 * n} || a.f{2 * n + 1})" for n in range(count))


def alternating(depth: int) -> str:
    text = "a.f0"
    for n in range(depth):
        text = f"a.f{2 * n + 1} || a.f{2 * n + 2} && ({text})"
    return text


def equals(depth: int) -> str:
    text = "a.f0"
    for n in range(depth):
        text = f"a.f{n} == !({text})"
    return text


TOO_LARGE = {
    "more than 64 ways open at once (error 303)": any_of(70),
    "a million ways": all_of_ors(20),
    "more junctions than a node's 32 (error 113)": alternating(9),
    "equality of conditions doubles them at each level": equals(20),
    "more fields than a message has (error 302)": " && ".join(f"a.f{n}" for n in range(260)),
}


@pytest.mark.parametrize("when", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_condition_that_no_network_can_hold_is_refused_before_deciding(when: str) -> None:
    built = conditions({f"a.f{n}": "bool" for n in range(260)}, when)
    with pytest.raises(DurableLimit, match="use compiled"):
        Durable(built)
    for plan in built.plans.values():
        compile(event_function("decide", built, plan), "generated", "exec")


@pytest.mark.parametrize("write", [any_of, all_of_ors, alternating, equals])
def test_what_is_accepted_can_be_decided(write: Callable[[int], str]) -> None:
    """Up to the very limit: every size is either refused when built or answered right, with all true and all false."""
    facts: dict[str, Node] = {f"a.f{n}": "bool" for n in range(130)}
    refused = False
    for n in range(1, 60):
        try:
            built = conditions(facts, write(n))
            Durable(built)
        except DurableLimit:
            refused = True
            break
        agree(built, dict.fromkeys(facts, True), dict.fromkeys(facts, False))
    assert refused


def test_a_long_list_of_constants_is_one_way() -> None:
    words: Node = {"type": "int", "range": [0, 999]}
    listed = ", ".join(str(2 * n) for n in range(90))
    built = conditions({"a.one": words}, f"a.one in [{listed}]", f"!(a.one in [{listed}])", "a.one in [1, 1, 1]")
    agree(built, *({"a.one": n} for n in range(200)))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("a.x", (1, 1, 1)),
        ("a.x || a.y", (2, 2, 1)),
        ("!(a.x || a.y)", (2, 1, 2)),
        ("(a.x || a.y) && (a.x || a.z)", (4, 4, 2)),
        ("(a.x || a.y) == a.z", (6, 3, 3)),
        ("(a.x || a.y) != a.z", (6, 3, 3)),
        ("a.n in [1, 2, 3]", (3, 1, 1)),
        ("!(a.n in [1, 2, 3])", (3, 1, 1)),
        ("a.n in [a.m, 2]", (2, 2, 1)),
        ("has(event.customer) in a.all", (4, 2, 4)),
    ],
)
def test_sizes_are_counted(when: str, expected: tuple[int, int, int]) -> None:
    number: Node = {"type": "int", "range": [0, 9]}
    built = conditions({"a.x": "bool", "a.y": "bool", "a.z": "bool", "a.n": number, "a.m": number, **BOOLS}, when)
    expr = built.decisions["said"].rules[0].when
    assert expr is not None
    found = size(expr)
    assert (found.comparisons, found.ways, found.ways_not) == expected


# --- what is kept


ONE: dict[str, Node] = {"a.n": {"type": "int", "range": [0, 9]}}


@pytest.mark.parametrize("hit", ["first", "collect"])
def test_nothing_is_kept_between_decisions(hit: str) -> None:
    """At most 1,024 states can live at once: five thousand decisions, half of which no rule takes, need each freed."""
    closing: list[Node] = [] if hit == "collect" else [{"otherwise": "b"}]
    built = policy(dict(ONE), [{"rule": "r", "when": "a.n < 5", "then": "a"}, *closing], hit)
    durable, reference = Durable(built), Reference(built)
    expected = [reference.decide("utterance", {"a.n": n}) for n in range(10)]
    assert all(durable.decide("utterance", {"a.n": n % 10}) == expected[n % 10] for n in range(5000))


def test_threads_share_one_evaluator() -> None:
    built = conditions({**ONE, "a.on": "bool"}, "a.n < 5 || a.on", "a.n > 2", "!a.on && a.n != 7")
    durable, reference = Durable(built), Reference(built)
    asked: list[dict[str, Value]] = [{"a.n": n, "a.on": on} for n in range(10) for on in (True, False)]
    expected = [reference.decide("utterance", facts) for facts in asked]

    def ask(turn: int) -> bool:
        order = [*range(turn, 20), *range(turn)]
        return all(durable.decide("utterance", asked[n]) == expected[n] for n in order for _ in range(5))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, [n % 20 for n in range(40)]))


def test_rulesets_go_with_their_evaluator(monkeypatch: pytest.MonkeyPatch) -> None:
    import durable_rules_engine as engine

    made, freed = engine.create_ruleset, engine.delete_ruleset
    live: list[int] = []

    def create(name: str, rules: str) -> int:
        live.append(made(name, rules))
        return live[-1]

    def delete(handle: int) -> None:
        live.remove(handle)
        freed(handle)

    monkeypatch.setattr(engine, "create_ruleset", create)
    monkeypatch.setattr(engine, "delete_ruleset", delete)
    durable = Durable(conditions(dict(ONE), *["a.n == 3"] * 120))
    assert len(live) == 3
    durable.decide("utterance", {"a.n": 3})
    del durable
    gc.collect()
    assert live == []
    with pytest.raises(DurableLimit):
        Durable(conditions({f"a.f{n}": "bool" for n in range(70)}, "a.f0", any_of(70)))
    gc.collect()
    assert live == []


HALF_MADE = """
import durable_rules_engine as engine
import sys
always = ', "1": {"all": [{"m": {"one": 1}}], "pri": 1}' if "always" in sys.argv else ""
handle = engine.create_ruleset("r", '{"0": {"all": [{"m": {"a": 1}}], "pri": 0}%s}' % always)
for sid in range(1000):
    _, state = engine.assert_event(handle, '{"a": 0, "one": 1, "id": "%d", "sid": "%d"}' % (sid, sid))
    engine.start_action_for_state(handle, state)
    engine.delete_state(handle, "%d" % sid)
engine.delete_ruleset(handle)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="MALLOC_PERTURB_ is glibc's")
@pytest.mark.parametrize(("argument", "survives"), [("always", True), ("", False)])
def test_only_where_some_rule_always_matches_is_a_state_freed_whole(argument: str, survives: bool) -> None:
    """MALLOC_PERTURB_ fills what is never set up with garbage; freeing that ends the process.

    Where the second case survives, durable-rules was mended, and the rule that always matches can go.
    """
    arguments = [sys.executable, "-c", HALF_MADE, argument]
    done = subprocess.run(arguments, env={"MALLOC_PERTURB_": "165"}, capture_output=True, timeout=60, check=False)
    assert (done.returncode == 0) is survives, done.stderr
