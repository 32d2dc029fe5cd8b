"""Packs that are as large, or take as much work, as a stranger can make them."""

from __future__ import annotations

from hostile.family import Family, just
from hostile.texts import DECISION, give

SIZE = {
    "one long line of keys": lambda: "facts: {" + ", ".join(f"A{n}: 1" for n in range(90_000)) + "}",
    "one long line of lists": lambda: "facts: [" + "[], " * 150_000 + "]",
    "one long line of tags": lambda: "facts: [" + "!a b, " * 90_000 + "]",
    "one long line of aliases": lambda: "facts: [" + "*a, " * 90_000 + "]",
    "too many values": lambda: "facts: [" + "a, " * 200_000 + "]",
    "many facts": lambda: "facts:\n" + "".join(f"  a{n}.b: bool\n" for n in range(24_000)),
    "many facts deep in one namespace": lambda: (
        "facts:\n" + "".join(f"  a{'.b' * 20}.c{n}: bool\n" for n in range(12_000))
    ),
    "a fact with a thousand parts": lambda: "facts:\n" + "  a" + ".b" * 1_000 + ": bool\n",
    "facts that are each other's namespace": lambda: (
        "facts:\n" + "".join(f"  a{'.b' * n}: bool\n" for n in range(1, 900))
    ),
    "many enumeration values": lambda: "facts: {a.b: [" + ", ".join(f"v{n}" for n in range(40_000)) + "]}",
    "enumerations many times over": lambda: (
        "facts:\n" + "".join(f"  a.b{n}: [{', '.join(f'v{m}' for m in range(90))}]\n" for n in range(500))
    ),
    "many entries": lambda: "entries: {" + ", ".join(f"e{n}: {{}}" for n in range(20_000)) + "}",
    "one entry with many attributes": lambda: "entries: {e: {" + ", ".join(f"a{n}: bool" for n in range(20_000)) + "}}",
    "many events": lambda: "events: {" + ", ".join(f"e{n}: {{}}" for n in range(20_000)) + "}",
    "many fields of events": lambda: (
        "events:\n" + "".join(f"  e{n}: {{{', '.join(f'f{m}: bool' for m in range(200))}}}\n" for n in range(90))
    ),
    "many settings": lambda: "settings:\n" + "".join(f"  s{n}: {{type: bool, default: true}}\n" for n in range(7_000)),
    "many folds": lambda: "history:\n" + "".join(f"  h{n}: {{any: warning}}\n" for n in range(12_000)),
    "many texts": lambda: "texts:\n" + "".join(f"  t{n}: {{en: a, zh: b}}\n" for n in range(6_000)),
    "many obligations": lambda: (
        "obligations:\n" + "".join(f"  o{n}: {{to: x, due: 1 hour, closes: {{done: {{}}}}}}\n" for n in range(4_000))
    ),
    "many carried values": lambda: (
        "obligations:\n  o: {to: x, due: 1 hour, closes: {done: {}}, carries: {"
        + ", ".join(f"c{n}: a" for n in range(20_000))
        + "}}\n"
    ),
    "many decisions": lambda: (
        "decisions:\n"
        + "".join(
            f"  - {{decision: d{n}, asked_on: [tick], outcome: [a], fallback: a, rules: [{{otherwise: a}}]}}\n"
            for n in range(3_000)
        )
    ),
    "a long chain of decisions": lambda: (
        "decisions:\n"
        + "".join(
            f"  - {{decision: d{n}, asked_on: [utterance], outcome: bool, fallback: true, "
            f"rules: [{{rule: r, when: {f'd{n + 1}' if n < 1_999 else 'speech.hostile'}, then: true}}, "
            "{otherwise: false}]}\n"
            for n in range(2_000)
        )
    ),
    "a long cycle of decisions": lambda: (
        "decisions:\n"
        + "".join(
            f"  - {{decision: d{n}, asked_on: [utterance], outcome: bool, fallback: true, "
            f"rules: [{{rule: r, when: d{(n + 1) % 2_000}, then: true}}, {{otherwise: false}}]}}\n"
            for n in range(2_000)
        )
    ),
    "a decision that reads itself": lambda: (
        "decision: d\nasked_on: [tick]\noutcome: bool\nfallback: true\n"
        "rules:\n  - {rule: r, when: d, then: true}\n  - otherwise: false\n"
    ),
    "many rules": lambda: (
        DECISION + "".join(f"  - {{rule: r{n}, when: speech.hostile, then: a}}\n" for n in range(6_000))
    ),
    "many rules of one name": lambda: DECISION + "  - {rule: r, when: speech.hostile, then: a}\n" * 6_000,
    "many misspelt facts": lambda: (
        DECISION + "".join(f"  - {{rule: r{n}, when: speech.hostle, then: a}}\n" for n in range(6_000))
    ),
    "many unknown events": lambda: f"decision: d\nasked_on: [{'x, ' * 40_000}]\n",
    "many misspelt events": lambda: (
        "decision: d\nasked_on: [" + ", ".join(f"utterence{n}" for n in range(30_000)) + "]\n"
    ),
    "many invariants": lambda: (
        DECISION + "  - otherwise: a\ninvariants:\n" + '  - {never: d != "a", because: x}\n' * 9_000
    ),
    "many misspelt keys": lambda: DECISION + "  - otherwise: a\n" + "".join(f"asked_om{n}: x\n" for n in range(20_000)),
    "many misspelt attributes": lambda: (
        DECISION
        + "  - rule: r\n    when: speech.hostile\n    then: a\n    record: [{warning: {"
        + ", ".join(f"levle{n}: first" for n in range(20_000))
        + "}}]\n  - otherwise: a\n"
    ),
    "an effect many times": lambda: (
        DECISION
        + "  - rule: r\n    when: speech.hostile\n    then: a\n    record: ["
        + "{warning: {level: first}}, " * 9_000
        + "]\n  - otherwise: a\n"
    ),
    "an obligation owed many times": lambda: DECISION + "  - otherwise: a\n    owe: [" + "call, " * 40_000 + "]\n",
    "a long name": lambda: "facts: {a." + "b" * 500_000 + ": bool}",
    "a long rule name": lambda: DECISION + f"  - {{rule: {'r' * 500_000}, when: speech.hostile, then: a}}\n",
    "a long value": lambda: "facts: {a.b: [" + "v" * 500_000 + "]}",
    "a long text": lambda: "texts: {t: {en: '" + "x" * 900_000 + "', zh: y}}",
    "a long reason": lambda: (
        DECISION + "  - {rule: r, when: speech.hostile, then: a, because: {en: '" + "x" * 900_000 + "', zh: y}}\n"
    ),
    "a long source": lambda: (
        DECISION + "  - {rule: r, when: speech.hostile, then: a, source: '" + "S" * 900_000 + "'}\n"
    ),
    "a long question": lambda: "asks: " + "?" * 900_000 + "\n" + DECISION + "  - otherwise: a\n",
    "a long description": lambda: "facts: {a.b: {type: bool, about: '" + "x" * 900_000 + "'}}",
    "many placeholders": lambda: "texts: {t: {en: '" + "{a}" * 200_000 + "', zh: y}}",
    "many right placeholders": lambda: (
        "texts: {t: {en: '" + "{setting.patience}" * 40_000 + "', zh: '{setting.patience}'}}"
    ),
    "many braces": lambda: "texts: {t: {en: '" + "{" * 400_000 + "', zh: y}}",
    "placeholders that reach into objects": lambda: (
        "texts: {t: {en: '{setting.patience.__class__.__mro__}{0}{!r:>99999999}', zh: y}}"
    ),
    "trap upon trap": lambda: (
        DECISION + "".join(f'  - rule: r{n}\n    when: "a" == b\n    then: a\n' for n in range(3_000))
    ),
    "a trap behind spaces": lambda: DECISION + '  - rule: r\n    when: "a"' + " " * 500_000 + "== b\n",
    "a table of many rows": lambda: (
        "decision: d\nasked_on: [utterance]\noutcome: [a]\nfallback: a\nhit: first\ntable:\n"
        "  inputs: [contact.turns]\n  rows:\n"
        + "".join(f'    - {{rule: r{n}, when: ["< {n}"], then: a}}\n' for n in range(6_000))
    ),
    "a table of many columns": lambda: (
        "decision: d\nasked_on: [utterance]\noutcome: [a]\nfallback: a\nhit: first\ntable:\n"
        f"  inputs: [{', '.join(['contact.turns'] * 2_000)}]\n  rows:\n"
        f"    - {{rule: r, when: [{', '.join(['-'] * 2_000)}], then: a}}\n"
    ),
    "a table cell with many values": lambda: (
        "decision: d\nasked_on: [utterance]\noutcome: [a]\nfallback: a\nhit: unique\ntable:\n"
        "  inputs: [contact.turns]\n  rows:\n"
        f"    - {{rule: r, when: [[{', '.join(map(str, range(20_000)))}]], then: a}}\n"
    ),
    "a fact whose name the parser of YAML gives up on": lambda: "facts:\n  ? a" + ".b" * 600 + "\n  : bool\n",
    "a candidate with many fields": lambda: (
        "facts: {people: {list_of: {id: string, " + ", ".join(f"f{n}: bool" for n in range(15_000)) + "}}}"
    ),
    "many lists of candidates": lambda: (
        "facts:\n" + "".join(f"  p{n}: {{list_of: {{id: string}}}}\n" for n in range(7_000))
    ),
}


def each(count: int, text: str) -> str:
    """The text for each number, which stands for `@`."""
    return "".join(text.replace("@", str(n)) for n in range(count))


UTTERANCE = DECISION.replace("tick", "utterance")
EVENTS = "[" + ", ".join(f"e{n}" for n in range(90)) + "]"
WORK = {
    "misspelt names among names that are all alike": lambda: (
        "facts:\n" + each(600, f"  a.{'a' * 80}@: bool\n") + "decisions:\n  - decision: d\n    asked_on: [utterance]\n"
        "    outcome: [a]\n    fallback: a\n    rules:\n"
        + each(450, f"    - {{rule: r@, when: a.{'a' * 80}x@, then: a}}\n")
    ),
    "boxes of many paths": lambda: (
        UTTERANCE
        + each(
            300,
            "  - {rule: r@, when: '"
            + " && ".join(f"contact.turns != {n}" for n in range(20))
            + " && contact.wait > @', then: a}\n",
        )
    ),
    "products of alternatives": lambda: (
        UTTERANCE
        + each(
            200,
            "  - {rule: r@, when: '"
            + " && ".join(f"(contact.turns > {n} || contact.wait == {n})" for n in range(40))
            + "', then: a}\n",
        )
    ),
    "rules that leave ever smaller gaps": lambda: (
        UTTERANCE + each(900, "  - {rule: r@, when: contact.turns == @ && contact.wait != @, then: a}\n")
    ),
    "rules that must be told apart pair by pair": lambda: (
        UTTERANCE.replace("rules:", "hit: unique\nrules:")
        + each(1_000, "  - {rule: r@, when: contact.turns == @, then: a}\n")
        + "  - otherwise: a\n"
    ),
    "a table of ranges that cross": lambda: (
        UTTERANCE.replace("rules:\n", "hit: unique\ntable:\n  inputs: [contact.turns, contact.wait]\n  rows:\n")
        + each(900, '    - {rule: r@, when: ["<= @", ">= @"], then: a}\n')
    ),
    "decisions that read all others": lambda: (
        "decisions:\n"
        + "".join(
            f"  - {{decision: d{n}, asked_on: [utterance], outcome: bool, fallback: true, rules: [{{rule: r, when: '"
            + (" || ".join(f"d{m}" for m in range(n + 1, 150)) or "speech.hostile")
            + "', then: true}, {otherwise: false}]}\n"
            for n in range(150)
        )
    ),
    "decisions asked on every event": lambda: (
        "events: {"
        + ", ".join(f"e{n}: {{}}" for n in range(90))
        + "}\ndecisions:\n"
        + each(
            300,
            f"  - {{decision: d@, asked_on: {EVENTS}, outcome: bool, fallback: true, rules: "
            "[{rule: r, when: speech.hostile, then: true}, {otherwise: false}]}\n",
        )
    ),
    "rules asked on every event": lambda: (
        "events: {" + ", ".join(f"e{n}: {{}}" for n in range(90)) + "}\ndecisions:\n  - decision: d\n"
        f"    asked_on: {EVENTS}\n    outcome: [a]\n    fallback: a\n    rules:\n"
        + each(400, "    - {rule: r@, when: speech.hostile, then: a}\n")
        + "    - otherwise: a\n"
    ),
    "conditions as long as they may be": lambda: (
        UTTERANCE
        + each(90, "  - {rule: r@, when: '" + " || ".join(["speech.hostile"] * 270) + "', then: a}\n")
        + "  - otherwise: a\n"
    ),
    "conditions as deep as they may be": lambda: (
        UTTERANCE
        + each(800, f"  - {{rule: r@, when: '{'!(' * 19}speech.hostile{')' * 19}', then: a}}\n")
        + "  - otherwise: a\n"
    ),
    "more expressions than a pack may have": lambda: (
        UTTERANCE
        + each(190, "  - {rule: r@, when: '" + " || ".join(["speech.hostile"] * 270) + "', then: a}\n")
        + "  - otherwise: a\n"
    ),
    "promises that read everything": lambda: (
        UTTERANCE
        + "  - otherwise: a\ninvariants:\n"
        + each(200, "  - {never: '" + " && ".join(f"contact.turns != {n}" for n in range(60)) + "', because: x@}\n")
    ),
}

SIZES = [
    Family("size", just(SIZE), give),
    Family("work", just(WORK), give),
]
