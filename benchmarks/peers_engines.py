"""The policy of `peers_pack` in the languages of other engines, each asked the fastest way that its documents offer.

No other engine keeps apart which rule decided; they are asked for the outcomes alone. What may be prepared before the
clock runs is prepared: rules are compiled, facts stand in the form that the engine reads fastest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen
from benchmarks.peers_facts import Facts, nested

Outcomes = list[dict[str, str]]


@frozen
class Peer:
    """Somebody to be compared with: what is done before the clock runs, and what is timed."""

    name: str
    package: str  # distribution, for the version
    prepare: Callable[[Sequence[Facts]], Any]
    run: Callable[[Any], Any]
    outcomes: Callable[[Any], Outcomes]
    traced: bool = False


def _each(name: str, package: str, decide: Callable[[Facts], Any]) -> Peer:
    """A peer that decides one set of facts after the other, and gives the outcomes as they are."""

    def prepare(facts: Sequence[Facts]) -> list[Facts]:
        return [nested(one) for one in facts]

    return Peer(name, package, prepare, lambda given: [decide(one) for one in given], list)


# In these languages nothing can be named on the way, so that what others decided is written out.
ABUSE = '(speech.hostile && speech.target == "advisor" && speech.category != "none" && speech.confidence >= 50)'
ENDED = f"({ABUSE} && contact.warnings >= 2 && speech.confidence >= 70)"
CONDUCT = f'{ABUSE} ? "abuse" : (speech.hostile || speech.frustrated ? "anger" : "civil")'
STRIKES = """(contact.warnings == 0 ? "warn" :
 (contact.warnings == 1 || speech.confidence < 70 ? "final_warning" : "end_contact"))"""
RESPONSE = f'{ABUSE} ? {STRIKES} : (speech.hostile || speech.frustrated ? "listen" : "carry_on")'
STEPS = """(customer.offences == 0 ? "manager_callback" : (customer.offences == 1 ? "specialist_only" :
 (customer.offences == 2 || customer.vulnerable ? "email_only" : "exit")))"""
LADDER = f'{ENDED} ? {STEPS} : "none"'
PRIORITY = f"""contact.wait >= 900 && !{ENDED} ? "urgent" : (contact.wait >= 3600 ? "urgent" :
 ({ENDED} && customer.offences >= 2 ? "nuisance" : (customer.vulnerable || customer.value >= 80 ? "high" :
 (customer.value <= 20 && contact.wait <= 20 ? "low" : "normal"))))"""
HURRY = "(contact.wait >= 900 || customer.vulnerable || customer.value >= 80)"  # where nobody was cut off
ROUTE = f"""{ENDED} && customer.offences == 0 ? "manager" : ({ENDED} || customer.offences >= 2 ? "specialist" :
 (contact.intent == "complaint" && {HURRY} ? "retention" : (contact.intent in ["billing", "account"] ? "billing" :
 (contact.intent == "tech_support" ? "tech" : (contact.intent == "sales" ? "sales" : "general")))))"""
EXPRESSIONS = {"conduct": CONDUCT, "response": RESPONSE, "ladder": LADDER, "priority": PRIORITY, "route": ROUTE}


def cel() -> Peer:
    """common-expression-language: one program that makes the map of all outcomes."""
    from cel import compile as compile_cel

    program = compile_cel("{" + ", ".join(f'"{name}": {text}' for name, text in EXPRESSIONS.items()) + "}")
    return _each("CEL", "common-expression-language", program.execute)


# --- zen-engine: one expression node, whose later lines read what the earlier came to


def _zen_words(text: str) -> str:
    return text.replace("&&", "and").replace("||", "or").replace("!(", "not (").replace("\n", " ")


ZEN_ENDED = '$.response == "end_contact"'
ZEN = {
    "conduct": CONDUCT,
    "response": f'$.conduct == "abuse" ? {STRIKES} : ($.conduct == "anger" ? "listen" : "carry_on")',
    "ladder": f'{ZEN_ENDED} ? {STEPS} : "none"',
    "priority": """contact.wait >= 900 && $.ladder == "none" ? "urgent" : (contact.wait >= 3600 ? "urgent" :
 ($.ladder in ["email_only", "exit"] ? "nuisance" : (customer.vulnerable || customer.value >= 80 ? "high" :
 (customer.value <= 20 && contact.wait <= 20 ? "low" : "normal"))))""",
    "route": """$.ladder == "manager_callback" ? "manager" :
 ($.ladder != "none" || customer.offences >= 2 ? "specialist" :
 (contact.intent == "complaint" && $.priority in ["urgent", "high"] ? "retention" :
 (contact.intent in ["billing", "account"] ? "billing" :
 (contact.intent == "tech_support" ? "tech" : (contact.intent == "sales" ? "sales" : "general")))))""",
}


def _zen_decision() -> Any:
    import zen

    at = {"x": 0, "y": 0}
    lines = [{"id": name, "key": name, "value": _zen_words(text)} for name, text in ZEN.items()]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": at},
        {"id": "all", "type": "expressionNode", "name": "all", "position": at, "content": {"expressions": lines}},
        {"id": "out", "type": "outputNode", "name": "out", "position": at},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "all"},
        {"id": "b", "type": "edge", "sourceId": "all", "targetId": "out"},
    ]
    return zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps({"nodes": nodes, "edges": edges})))


def zen(*, traced: bool = False) -> Peer:
    """zen-engine: its decision, with or without the trace."""
    decision, options = _zen_decision(), {"trace": traced}
    return Peer(
        "zen-engine" + (", traced" if traced else ""),
        "zen-engine",
        lambda facts: [nested(one) for one in facts],
        lambda given: [decision.evaluate(one, options) for one in given],
        lambda found: [one["result"] for one in found],
        traced,
    )


def zen_expression() -> Peer:
    """zen-engine: its compiled expressions without a decision around them, one object of all outcomes."""
    import zen

    text = "{" + ", ".join(f"{name}: {_zen_words(text)}" for name, text in EXPRESSIONS.items()) + "}"
    expression = zen.compile_expression(text)
    return _each("zen-engine, bare expression", "zen-engine", expression.evaluate)


# --- datalogic-py


def _var(path: str) -> Any:
    return {"var": path}


def _logic() -> dict[str, Any]:
    """The five outcomes as one JSONLogic template."""
    warnings, offences, vulnerable = _var("contact.warnings"), _var("customer.offences"), _var("customer.vulnerable")
    wait, value, intent = _var("contact.wait"), _var("customer.value"), _var("contact.intent")
    hostile, confidence = _var("speech.hostile"), _var("speech.confidence")
    aimed = [{"==": [_var("speech.target"), "advisor"]}, {"!=": [_var("speech.category"), "none"]}]
    abuse = {"and": [hostile, *aimed, {">=": [confidence, 50]}]}
    ended = {"and": [hostile, *aimed, {">=": [warnings, 2]}, {">=": [confidence, 70]}]}
    angry = {"or": [hostile, _var("speech.frustrated")]}
    unsure = {"or": [{"==": [warnings, 1]}, {"<": [confidence, 70]}]}
    strikes = {"if": [{"==": [warnings, 0]}, "warn", unsure, "final_warning", "end_contact"]}
    third = {"or": [{"==": [offences, 2]}, vulnerable]}
    first, second = {"==": [offences, 0]}, {"==": [offences, 1]}
    steps = {"if": [first, "manager_callback", second, "specialist_only", third, "email_only", "exit"]}
    hurry = {"or": [{">=": [wait, 900]}, vulnerable, {">=": [value, 80]}]}
    return {
        "conduct": {"if": [abuse, "abuse", angry, "anger", "civil"]},
        "response": {"if": [abuse, strikes, angry, "listen", "carry_on"]},
        "ladder": {"if": [ended, steps, "none"]},
        "priority": {
            "if": [
                *({"or": [{">=": [wait, 3600]}, {"and": [{">=": [wait, 900]}, {"!": [ended]}]}]}, "urgent"),
                *({"and": [{">=": [offences, 2]}, ended]}, "nuisance"),
                *({"or": [vulnerable, {">=": [value, 80]}]}, "high"),
                *({"and": [{"<=": [value, 20]}, {"<=": [wait, 20]}]}, "low"),
                "normal",
            ]
        },
        "route": {
            "if": [
                *({"and": [first, ended]}, "manager"),
                *({"or": [{">=": [offences, 2]}, ended]}, "specialist"),
                *({"and": [{"==": [intent, "complaint"]}, hurry]}, "retention"),
                *({"in": [intent, ["billing", "account"]]}, "billing"),
                *({"==": [intent, "tech_support"]}, "tech"),
                *({"==": [intent, "sales"]}, "sales"),
                "general",
            ]
        },
    }


def datalogic() -> Peer:
    """datalogic-py: a compiled template on Python objects."""
    from datalogic_py import Engine

    rule = Engine().compile_template(_logic())
    return _each("datalogic-py", "datalogic-py", rule.evaluate)


def datalogic_parsed() -> Peer:
    """datalogic-py: its batch call, on documents that somebody parsed before the clock ran."""
    from datalogic_py import DataHandle, Engine

    engine = Engine()
    rule, session = engine.compile_template(_logic()), engine.session()
    return Peer(
        "datalogic-py, batch of parsed documents",
        "datalogic-py",
        lambda facts: [DataHandle(json.dumps(nested(one))) for one in facts],
        lambda given: session.evaluate_batch(rule, given),
        lambda found: [json.loads(one) for one in found],
    )


def datalogic_traced() -> Peer:
    """datalogic-py: with its trace, which it makes of and into JSON texts."""
    from datalogic_py import Engine

    engine, logic = Engine(templating=True), json.dumps(_logic())
    return Peer(
        "datalogic-py, traced",
        "datalogic-py",
        lambda facts: [json.dumps(nested(one)) for one in facts],
        lambda given: [engine.evaluate_with_trace(logic, one) for one in given],
        lambda found: [_result(one) for one in found],
        traced=True,
    )


def _result(envelope: str) -> dict[str, str]:
    found = json.loads(envelope)["result"]
    return json.loads(found) if isinstance(found, str) else found  # type: ignore[no-any-return]


# --- regopy


REGO = """package centre
import rego.v1
default conduct := "civil"
conduct := "abuse" if {
    input.speech.hostile
    input.speech.target == "advisor"
    input.speech.category != "none"
    input.speech.confidence >= 50
} else := "anger" if input.speech.hostile
else := "anger" if input.speech.frustrated
default response := "carry_on"
response := "warn" if { conduct == "abuse"; input.contact.warnings == 0 }
else := "final_warning" if { conduct == "abuse"; input.contact.warnings == 1 }
else := "final_warning" if { conduct == "abuse"; input.speech.confidence < 70 }
else := "end_contact" if conduct == "abuse"
else := "listen" if conduct == "anger"
default ladder := "none"
ladder := "manager_callback" if { response == "end_contact"; input.customer.offences == 0 }
else := "specialist_only" if { response == "end_contact"; input.customer.offences == 1 }
else := "email_only" if { response == "end_contact"; input.customer.offences == 2 }
else := "email_only" if { response == "end_contact"; input.customer.vulnerable }
else := "exit" if response == "end_contact"
default priority := "normal"
priority := "urgent" if { input.contact.wait >= 900; ladder == "none" }
else := "urgent" if input.contact.wait >= 3600
else := "nuisance" if ladder == "email_only"
else := "nuisance" if ladder == "exit"
else := "high" if input.customer.vulnerable
else := "high" if input.customer.value >= 80
else := "low" if { input.customer.value <= 20; input.contact.wait <= 20 }
default route := "general"
route := "manager" if ladder == "manager_callback"
else := "specialist" if ladder != "none"
else := "specialist" if input.customer.offences >= 2
else := "retention" if { input.contact.intent == "complaint"; priority == "urgent" }
else := "retention" if { input.contact.intent == "complaint"; priority == "high" }
else := "billing" if input.contact.intent == "billing"
else := "billing" if input.contact.intent == "account"
else := "tech" if input.contact.intent == "tech_support"
else := "sales" if input.contact.intent == "sales"
"""


def rego() -> Peer:
    """regopy: a bundle built beforehand, asked with the input of each."""
    from regopy import Interpreter

    interpreter = Interpreter()
    interpreter.add_module("centre", REGO)
    bundle = interpreter.build("x=data.centre", [])

    def ask(given: Facts) -> Any:
        interpreter.set_input(given)
        return interpreter.query_bundle(bundle)

    return Peer(
        "regopy",
        "regopy",
        lambda facts: [nested(one) for one in facts],
        lambda given: [ask(one) for one in given],
        lambda found: [json.loads(one.binding("x").json()) for one in found],
    )
