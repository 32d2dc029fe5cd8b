"""What happens on an event: decisions in order, and what each depends on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forbear.language.pack import load_policy
from forbear.language.walk import reads
from language.small_pack import SMALL, built, edited, problems_of


def chain(needs: dict[str, list[str]]) -> dict[str, str]:
    """A pack of decisions, each reading others and a fact of its own."""
    files = {
        "pack.yaml": SMALL["pack.yaml"],
        "facts.yaml": "facts:\n  own.x: bool\n" + "".join(f"  own.{n}: bool\n" for n in needs if n != "x"),
    }
    for name, read in needs.items():
        when = " || ".join([f"own.{name}", *read])
        files[f"{name}.yaml"] = (
            f"decision: {name}\nasked_on: [tick]\noutcome: bool\nfallback: false\n"
            f"rules:\n  - {{rule: r, when: '{when}', then: true}}\n  - otherwise: false\n"
        )
    return files


@given(st.permutations("abcdef"), st.data())
def test_a_decision_stands_after_all_that_it_reads_and_ties_go_by_name(order: list[str], data: st.DataObject) -> None:
    needs = {
        name: data.draw(st.lists(st.sampled_from(order[:n]), unique=True, max_size=2)) if n else []
        for n, name in enumerate(order)
    }
    policy = built(chain(needs))
    plan = policy.plans["tick"]
    done: set[str] = set()
    waiting = set(needs)
    for name in plan.decisions:
        assert name == min(one for one in waiting if set(needs[one]) <= done)
        done.add(name)
        waiting.remove(name)
    assert tuple(policy.decisions) == plan.decisions

    def closure(name: str) -> set[str]:
        return {f"own.{name}"}.union(*(closure(one) for one in needs[name]))

    assert {name: set(paths) for name, paths in plan.reads.items()} == {name: closure(name) for name in needs}
    assert plan.facts == {f"own.{name}" for name in needs}


def test_every_circle_is_printed_once_from_its_first_name() -> None:
    needs = {"a": ["c"], "b": ["a"], "c": ["b"], "d": ["a"], "p": ["q"], "q": ["p"], "s": ["s"]}
    found = problems_of(chain(needs))
    assert [one.code for one in found] == ["decision-cycle"] * 3
    assert [one.message for one in found] == [
        "decisions wait for each other: a → c → b → a",
        "decisions wait for each other: p → q → p",
        "the decision reads itself: s → s",
    ]


def test_an_event_asks_only_its_own_decisions_and_rules() -> None:
    head = "asked_on: [utterance, tick]\noutcome: [x, y]\nfallback: x\n"
    rules = (
        "rules:\n  - {rule: one, asked_on: [utterance], when: speech.hostile, then: y}\n"
        "  - {rule: two, asked_on: [tick], when: contact.turns > 3, then: y}\n  - otherwise: x\n"
    )
    policy = built(edited(also={"more.yaml": f"decision: more\n{head}{rules}"}))
    assert policy.plans["tick"].decisions == ("more",)
    assert policy.plans["tick"].reads == {"more": {"contact.turns"}}
    assert policy.plans["utterance"].reads["more"] == {"speech.hostile"}
    assert policy.plans["contact_ended"].decisions == ()


def test_a_decision_depends_on_what_its_effects_and_texts_show() -> None:
    plan = built(SMALL).plans["utterance"]
    assert plan.decisions == ("conduct", "response")
    assert plan.reads["response"] == {"speech.hostile", "speech.target", "history.warned"}
    shown = edited(
        ("duties.yaml", "about {conduct}.", "about {conduct} after {contact.turns}."),
        ("duties.yaml", "就{conduct}联系您。", "就{conduct}，{contact.turns}联系您。"),
        ("duties.yaml", "due: 10 minutes", "due: setting.patience"),
        ("response.yaml", "level: first", "level: first, spoken: = customer.value > 0.5"),
    )
    reads_of = built(shown).plans["utterance"].reads["response"]
    assert reads_of == plan.reads["response"] | {"contact.turns", "customer.value"}


def test_a_fold_depends_on_the_facts_by_which_its_entries_are_chosen() -> None:
    files = edited(("vocabulary.yaml", "scope: contact}", "scope: contact, by: {id: event.advisor}}"))
    plan = built(files).plans["utterance"]
    assert plan.folds == ("history.warned",)
    assert "event.advisor" in plan.reads["response"]
    assert "event.advisor" in plan.facts


def test_an_invariant_needs_its_facts_too() -> None:
    files = edited(("response.yaml", 'response == "warn" && ', 'contact.turns > 999 && response == "warn" && '))
    plan = built(files).plans["utterance"]
    assert "contact.turns" in plan.facts
    assert "contact.turns" not in plan.reads["response"]


def test_the_plans_of_the_standard_pack_close_over_themselves() -> None:
    policy = load_policy("standard")
    for event, plan in policy.plans.items():
        for n, name in enumerate(plan.decisions):
            before = set(plan.decisions[:n])
            for rule in policy.decisions[name].rules:
                if event in rule.asked_on:
                    for path in (*reads(rule.when), *reads(rule.then)):
                        if path in policy.decisions:
                            assert path in before
                            assert plan.reads[path] <= plan.reads[name]
                        elif not path.startswith("setting."):
                            assert path in plan.reads[name]
            assert plan.reads[name] <= plan.facts
