"""The menu plugin: how far a person is from each place, what a queue announces, and what the pack makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear import Engine, Policy, Record, load_policy
from forbear_plugins.ivr import Graph, GraphError, Ivr, Node, apologises_first, names_keys, read_graph, steps_out
from forbear_plugins.ivr.graph import KINDS, OUT
from strategies.profile import examples

AT = "2026-03-02T10:00:00+00:00"
SORRY = {
    "en": "Sorry to keep you waiting. Press 1 and we ring you back, or press 2 to stay.",
    "zh": "抱歉让您久等。按1由我们回电，按2继续等候。",
}
MENU = {
    "main": {"goes": {"1": "bills", "2": "opening", "0": "line", "timeout": "main"}},
    "bills": {"goes": {"1": "balance", "9": "main"}},
    "balance": {"kind": "message", "goes": {"timeout": "bye"}},
    "opening": {"kind": "message"},
    "line": {"kind": "queue", "goes": {"1": "ring", "2": "team"}, "says": SORRY},
    "ring": {"kind": "call_back"},
    "team": {"kind": "person"},
    "bye": {"kind": "end"},
}


def menu(**changes: Mapping[str, Any]) -> Graph:
    return Graph({name: Node(**one) for name, one in (MENU | changes).items()})


@cache
def policy(pack: str) -> Policy:
    return load_policy(pack)


def decide(graph: Graph, type_: str, **fields: Any) -> Record:
    with Engine(policy("queues"), plugins=[Ivr(graph)], discover=False) as engine:
        return engine.decide({"id": "e1", "at": AT, "type": type_, **fields})


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    goes = st.dictionaries(st.sampled_from("123"), st.sampled_from(names), max_size=3)
    return Graph({name: Node(draw(st.sampled_from(KINDS)), draw(goes)) for name in names})


@given(graphs())
@examples(100)
def test_a_person_is_one_key_further_than_from_the_nearest_place_that_a_key_leads_to(graph: Graph) -> None:
    steps = steps_out(graph)
    for name, node in graph.nodes.items():
        if node.kind in OUT:
            assert steps[name] == 0
            continue
        beyond = [steps[to] for to in node.goes.values() if to in steps]
        assert steps.get(name) == (min(beyond) + 1 if beyond else None)


def test_a_circle_without_a_way_out_is_a_trap() -> None:
    graph = Graph({"a": Node(goes={"1": "b"}), "b": Node(goes={"1": "a"}), "c": Node("person")})
    assert steps_out(graph) == {"c": 0}


def test_the_pack_names_each_place_that_is_wrong_and_why() -> None:
    record = decide(menu(), "ivr_checked")
    assert record.outcome["ivr_check"] == ["trap"]
    assert record.outcome["ivr_nodes"] == ["main", "bills", "line", "ring", "team"]
    assert record.left_out == dict.fromkeys(["balance", "opening", "bye"], "leads-to-a-person")
    assert record.facts["ivr.traps"] == 2
    (said,) = record.said
    assert said.say["en"].startswith("Places of the menu that lead to no person: 2; places where it hangs up: 1.")


def test_a_menu_may_end_where_the_centre_says_so() -> None:
    graph = menu(opening={"kind": "end"})
    with Engine("queues", plugins=[Ivr(graph)], discover=False, settings={"ivr_may_end": True}) as engine:
        record = engine.decide({"id": "e1", "at": AT, "type": "ivr_checked"})
    assert record.left_out == {"balance": "leads-to-a-person"}


def test_a_person_who_is_too_far_away_is_found() -> None:
    chain = {f"n{n}": Node(goes={"1": f"n{n + 1}"}) for n in range(4)} | {"n4": Node("person")}
    record = decide(Graph(chain), "ivr_checked")
    assert record.outcome["ivr_check"] == ["too_far"]
    assert record.left_out == {"n0": "within-a-few-keys"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            {"goes": {"1": "ring", "2": "team"}, "says": SORRY | {"en": "Please hold. Press 1 or press 2."}},
            "sorry-first",
        ),
        ({"goes": {"1": "ring", "2": "team"}}, "sorry-first"),
        ({"goes": {"2": "team"}, "says": SORRY}, "both-choices"),
        ({"goes": {"1": "ring"}, "says": SORRY}, "both-choices"),
        ({"goes": {"1": "ring", "3": "team"}, "says": SORRY}, "both-keys-named"),
        ({"goes": {"1": "ring", "2": "team"}, "says": SORRY | {"zh": "抱歉，请稍候。"}}, "both-keys-named"),
    ],
)
def test_an_announcement_that_lacks_something_is_found(line: dict[str, Any], reason: str) -> None:
    record = decide(menu(line={"kind": "queue", **line}), "ivr_checked")
    assert record.left_out["line"] == reason
    assert "announcement" in record.outcome["ivr_check"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "text", [*SORRY.values(), "We apologise for the wait.", "We're sorry!", "非常对不起，让您久等了。"]
)
def test_an_apology_is_heard(text: str) -> None:
    assert apologises_first(text)


@pytest.mark.parametrize("text", ["", "Press 1. We are sorry.", "请按1。抱歉。", "All lines are busy."])
def test_an_apology_comes_first(text: str) -> None:
    assert not apologises_first(text)


@pytest.mark.parametrize(
    "text", ["Press 1 or 2.", "press one, or press the number 2", "请按一保留位置，或按二等候", "按1键回电，选2等候"]
)
def test_keys_are_heard_in_digits_and_words(text: str) -> None:
    assert names_keys(text, ["1", "2"])


@pytest.mark.parametrize(
    "text", ["", "Wait 1 or more of 2 minutes.", "Press 12.", "One of our team rings you.", "1、2"]
)
def test_a_number_is_not_a_key(text: str) -> None:
    assert not names_keys(text, ["1", "2"])


@pytest.mark.parametrize("pack", ["routing", "queues"])
def test_the_packs_own_announcement_begins_with_an_apology_and_names_both_keys(pack: str) -> None:
    event = {"id": "e1", "at": AT, "type": "contact_offered", "contact": "c1"}
    for facts in ({"queue.expected_wait": 400}, {"queue.length": 20}):
        with Engine(policy(pack), discover=False) as engine:
            (notice,) = engine.decide({**event, "facts": facts}).obligations
        assert notice.say is not None
        for text in notice.say.values():
            assert apologises_first(text)
            assert names_keys(text, ["1", "2"])


def test_no_call_back_is_offered_where_both_choices_have_one_key() -> None:
    event = {"id": "e1", "at": AT, "type": "contact_offered", "contact": "c1", "facts": {"queue.expected_wait": 400}}
    with Engine("routing", settings={"key_stay": 1}, discover=False) as engine:
        record = engine.decide(event)
    assert record.outcome["callback"] == "no"
    assert record.obligations == ()
    assert record.degraded is not None
    assert "Each of the two choices has a key of its own." in record.degraded["callback"]


def test_a_caller_in_a_trap_gets_a_person_at_once() -> None:
    facts = {"centre.open": True}
    common = {"contact": "c1", "customer": "u1", "facts": facts}
    assert decide(menu(), "ivr_input", node="opening", **common).outcome["ivr_exit"] == "person"
    assert decide(menu(), "ivr_input", node="bills", **common).outcome["ivr_exit"] == "stay"
    assert decide(menu(), "ivr_input", node="elsewhere", **common).outcome["ivr_exit"] == "stay"


def test_a_menu_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "menu.json"
    path.write_text(json.dumps(MENU), encoding="utf-8")
    assert read_graph(path) == menu()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "give an object"),
        ("{}", "no nodes"),
        ('{"main": 3}', "`main` is no object"),
        ('{"main": {"knd": "menu"}}', "`main` has knd"),
        ('{"main": {"goes": 3}}', "`goes` of `main`"),
        ('{"main": {"goes": {"1": 3}}}', "`goes` of `main`"),
        ('{"main": {"kind": "robot"}}', "`main` is a 'robot'"),
        ('{"main": {"goes": {"1": "away"}}}', "key '1' of `main` leads to `away`"),
    ],
)
def test_what_is_no_menu_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "menu.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GraphError, match=message):
        read_graph(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"menu\.json"):
        read_graph(tmp_path / "menu.json")
