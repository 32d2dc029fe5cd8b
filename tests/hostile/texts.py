"""Files of YAML that a stranger may put into a pack: broken, enormous, tricky."""

from __future__ import annotations

from pathlib import Path

from hostile.family import Family, just
from hostile.giving import give_pack
from language.small_pack import edited

DECISION = "decision: d\nasked_on: [tick]\noutcome: [a]\nfallback: a\nrules:\n"


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "x" + closing * depth


STRUCTURE = {
    "alias bomb": lambda: "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "billion laughs of maps": lambda: (
        "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 40))
    ),
    "alias to itself": lambda: "facts: &f\n  a.b: *f\n",
    "alias to nothing": lambda: "facts: *nowhere\n",
    "alias as a key": lambda: "facts: {&k a.b: bool, *k : int}\n",
    "many anchors": lambda: "".join(f"k{n}: &a{n} x\n" for n in range(20_000)),
    "one anchor a megabyte long": lambda: "facts: &" + "a" * 900_000 + " x\n",
    "brackets": lambda: "[" * 200_000,
    "spaced brackets": lambda: "[ " * 200_000,
    "closed brackets": lambda: "[" * 200_000 + "]" * 200_000,
    "brackets on lines of their own": lambda: "[\n" * 200_000,
    "braces": lambda: "{a: " * 100_000,
    "braces and brackets by turns": lambda: "[{a: " * 100_000,
    "closing brackets only": lambda: "]" * 200_000,
    "block sequences": lambda: "- " * 200_000,
    "question marks": lambda: "? " * 200_000,
    "colons": lambda: ": " * 200_000,
    "deep blocks": lambda: "\n".join(" " * n + "a:" for n in range(1_000)),
    "deep sequences by indentation": lambda: "\n".join(" " * n + "-" for n in range(1_000)),
    "nesting just within the bound": lambda: f"facts: {nested('[', ']', 38)}\n",
    "nesting just past the bound": lambda: f"facts: {nested('[', ']', 41)}\n",
    "a list as a key": lambda: "? [a, b]\n: c\n",
    "a mapping as a key": lambda: "? {a: b}\n: c\n",
    "a key a megabyte long": lambda: "k" * 900_000 + ": x\n",
    "an empty key": lambda: ": x\n",
    "a null key": lambda: "~: x\n",
    "a number as a key": lambda: "facts: {1: bool}\n",
    "duplicate section": lambda: "facts: {a.b: bool}\nfacts: {a.c: bool}\n",
    "duplicate keys": lambda: "facts:\n" + "  a.b: bool\n" * 40_000,
    "duplicate keys in another spelling": lambda: 'facts:\n  a.b: bool\n  "a.b": int\n  ? a.b\n  : int\n',
    "duplicate keys through an escape": lambda: 'facts:\n  a.b: bool\n  "a.\\x62": int\n',
    "merge key": lambda: "facts:\n  <<: {a.b: bool}\n",
    "quoted merge key": lambda: 'facts:\n  "<<": {a.b: bool}\n',
    "merge key of a list": lambda: "facts:\n  <<: [{a.b: bool}, {a.b: int}]\n",
    "two documents": lambda: "facts: {a.b: bool}\n---\nfacts: {a.c: bool}\n",
    "many documents": lambda: "--- a\n" * 100_000,
    "a second empty document": lambda: "facts: {a.b: bool}\n---\n",
    "document end marks": lambda: "...\n...\n",
    "only a document mark": lambda: "---",
    "directive of a version": lambda: "%YAML 9.9\n---\na: b\n",
    "directive of YAML 1.1": lambda: "%YAML 1.1\n---\nfacts: {a.b: bool}\n",
    "unknown directive": lambda: "%PYTHON import os\n---\nfacts: {a.b: bool}\n",
    "tag directive": lambda: "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [ls]\n",
    "many tag directives": lambda: (
        "".join(f"%TAG !t{n}! tag:{n}\n" for n in range(30_000)) + "---\nfacts: {a.b: bool}\n"
    ),
    "python tag": lambda: "facts: !!python/object/apply:os.system ['true']\n",
    "python name tag": lambda: "facts: !!python/name:os.system\n",
    "binary tag": lambda: "facts: !!binary aGk=\n",
    "set tag": lambda: "facts: !!set {a.b, a.c}\n",
    "ordered map tag": lambda: "facts: !!omap [a.b: bool]\n",
    "timestamp tag": lambda: "version: !!timestamp 2001-01-01\n",
    "float tag": lambda: "settings: {s: {type: int, default: !!float 1}}\n",
    "verbatim tag": lambda: "facts: !<tag:yaml.org,2002:str> x\n",
    "non-specific tag": lambda: "facts: ! x\n",
    "tag of an unknown handle": lambda: "facts: !nobody!x y\n",
    "tag on a key": lambda: "!!str facts: {a.b: bool}\n",
    "a tag a megabyte long": lambda: "facts: !" + "t" * 900_000 + " x\n",
    "tag with percent escapes": lambda: "facts: !%00%ff%e2%80%ae x\n",
    "bare value": lambda: "=",
    "nothing": lambda: "",
    "a comment only": lambda: "#" * 900_000,
    "a text": lambda: "just some words",
    "an unclosed quote": lambda: 'texts: {t: {en: "' + "x\n" * 200_000,
    "an unclosed bracket": lambda: "facts: {a.b: bool\n",
    "an unclosed block text": lambda: "texts:\n  t: |99\n    x\n",
    "a block text with a huge indent": lambda: "texts:\n  t:\n    en: |9\n" + " " * 9 + "x\n    zh: y\n",
    "a block text that strips and keeps": lambda: "texts:\n  t:\n    en: |+-\n      x\n    zh: y\n",
    "a folded text of blank lines": lambda: "texts:\n  t:\n    en: >\n" + "\n" * 800_000 + "      x\n    zh: y\n",
    "tabs": lambda: "facts:\n\ta.b: bool\n",
    "tabs behind dashes": lambda: "facts:\n  -\ta\n",
    "nothing but line breaks": lambda: "\n" * 900_000,
    "nothing but carriage returns": lambda: "\r" * 900_000,
    "nothing but spaces": lambda: " " * 900_000,
    "one line of spaces and a key": lambda: " " * 900_000 + "facts: {a.b: bool}",
    "json": lambda: '{"facts": {"a.b": "bool", "a.c": {"type": ["x", "y"]}}}',
    "xml": lambda: '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "b">]><facts>&a;</facts>',
    "python": lambda: "import os; os.system('true')",
    "a template": lambda: "facts: {{ facts }}\n",
    "a null byte in the middle": lambda: "facts:\n  a.b\0: bool\n",
    "a byte order mark in the middle": lambda: "facts:\n  \ufeffa.b: bool\n",
    "next-line characters": lambda: "facts:\x85  a.b: bool\n",
    "line separators": lambda: "facts:\u2028  a.b: bool\n",
    "form feeds": lambda: "facts:\x0c  a.b: bool\n",
}

SIZE = {
    "one long line of keys": lambda: "facts: {" + ", ".join(f"A{n}: 1" for n in range(90_000)) + "}",
    "one long line of lists": lambda: "facts: [" + "[], " * 90_000 + "]",
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
    "one entry with many attributes": lambda: (
        "entries: {e: {" + ", ".join(f"a{n}: bool" for n in range(20_000)) + "}}"
    ),
    "many events": lambda: "events: {" + ", ".join(f"e{n}: {{}}" for n in range(20_000)) + "}",
    "many fields of events": lambda: (
        "events:\n"
        + "".join(f"  e{n}: {{{', '.join(f'f{m}: bool' for m in range(200))}}}\n" for n in range(90))
    ),
    "many settings": lambda: (
        "settings:\n" + "".join(f"  s{n}: {{type: bool, default: true}}\n" for n in range(7_000))
    ),
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
            f"rules: [{{rule: r, when: {f'd{n + 1}' if n < 1_999 else 'speech.hostile'}, then: true}}, {{otherwise: false}}]}}\n"
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
        "decision: d\nasked_on: [tick]\noutcome: bool\nfallback: true\nrules:\n  - {rule: r, when: d, then: true}\n  - otherwise: false\n"
    ),
    "many rules": lambda: DECISION + "".join(f"  - {{rule: r{n}, when: speech.hostile, then: a}}\n" for n in range(6_000)),
    "many rules of one name": lambda: DECISION + "  - {rule: r, when: speech.hostile, then: a}\n" * 6_000,
    "many misspelt facts": lambda: (
        DECISION + "".join(f"  - {{rule: r{n}, when: speech.hostle, then: a}}\n" for n in range(6_000))
    ),
    "many unknown events": lambda: f"decision: d\nasked_on: [{'x, ' * 40_000}]\n",
    "many misspelt events": lambda: (
        "decision: d\nasked_on: [" + ", ".join(f"utterence{n}" for n in range(30_000)) + "]\n"
    ),
    "many invariants": lambda: (
        DECISION + "  - otherwise: a\ninvariants:\n" + "  - {never: d != \"a\", because: x}\n" * 9_000
    ),
    "many misspelt keys": lambda: DECISION + "  - otherwise: a\n" + "".join(f"asked_om{n}: x\n" for n in range(20_000)),
    "many misspelt attributes": lambda: (
        DECISION + "  - rule: r\n    when: speech.hostile\n    then: a\n    record: [{warning: {"
        + ", ".join(f"levle{n}: first" for n in range(20_000)) + "}}]\n  - otherwise: a\n"
    ),
    "an effect many times": lambda: (
        DECISION + "  - rule: r\n    when: speech.hostile\n    then: a\n    record: ["
        + "{warning: {level: first}}, " * 9_000 + "]\n  - otherwise: a\n"
    ),
    "an obligation owed many times": lambda: DECISION + "  - otherwise: a\n    owe: [" + "call, " * 40_000 + "]\n",
    "a long name": lambda: "facts: {a." + "b" * 500_000 + ": bool}",
    "a long rule name": lambda: DECISION + f"  - {{rule: {'r' * 500_000}, when: speech.hostile, then: a}}\n",
    "a long value": lambda: "facts: {a.b: [" + "v" * 500_000 + "]}",
    "a long text": lambda: "texts: {t: {en: '" + "x" * 900_000 + "', zh: y}}",
    "a long reason": lambda: DECISION + "  - {rule: r, when: speech.hostile, then: a, because: {en: '" + "x" * 900_000 + "', zh: y}}\n",
    "a long source": lambda: DECISION + "  - {rule: r, when: speech.hostile, then: a, source: '" + "S" * 900_000 + "'}\n",
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
        UTTERANCE + each(300, "  - {rule: r@, when: '" + " && ".join(f"contact.turns != {n}" for n in range(20))
                         + " && contact.wait > @', then: a}\n")
    ),
    "products of alternatives": lambda: (
        UTTERANCE + each(200, "  - {rule: r@, when: '" + " && ".join(
            f"(contact.turns > {n} || contact.wait == {n})" for n in range(40)) + "', then: a}\n")
    ),
    "rules that leave ever smaller gaps": lambda: (
        UTTERANCE + each(900, "  - {rule: r@, when: contact.turns == @ && contact.wait != @, then: a}\n")
    ),
    "rules that must be told apart pair by pair": lambda: (
        UTTERANCE.replace("rules:", "hit: unique\nrules:")
        + each(1_000, "  - {rule: r@, when: contact.turns == @, then: a}\n") + "  - otherwise: a\n"
    ),
    "a table of ranges that cross": lambda: (
        UTTERANCE.replace("rules:\n", "hit: unique\ntable:\n  inputs: [contact.turns, contact.wait]\n  rows:\n")
        + each(900, '    - {rule: r@, when: ["<= @", ">= @"], then: a}\n')
    ),
    "decisions that read all others": lambda: (
        "decisions:\n" + "".join(
            f"  - {{decision: d{n}, asked_on: [utterance], outcome: bool, fallback: true, rules: [{{rule: r, when: '"
            + (" || ".join(f"d{m}" for m in range(n + 1, 150)) or "speech.hostile")
            + "', then: true}, {otherwise: false}]}\n" for n in range(150)
        )
    ),
    "decisions asked on every event": lambda: (
        "events: {" + ", ".join(f"e{n}: {{}}" for n in range(90)) + "}\ndecisions:\n"
        + each(300, f"  - {{decision: d@, asked_on: {EVENTS}, outcome: bool, fallback: true, rules: "
               "[{rule: r, when: speech.hostile, then: true}, {otherwise: false}]}\n")
    ),
    "rules asked on every event": lambda: (
        "events: {" + ", ".join(f"e{n}: {{}}" for n in range(90)) + "}\ndecisions:\n  - decision: d\n"
        f"    asked_on: {EVENTS}\n    outcome: [a]\n    fallback: a\n    rules:\n"
        + each(400, "    - {rule: r@, when: speech.hostile, then: a}\n") + "    - otherwise: a\n"
    ),
    "conditions as long as they may be": lambda: (
        UTTERANCE + each(90, "  - {rule: r@, when: '" + " || ".join(["speech.hostile"] * 270) + "', then: a}\n")
        + "  - otherwise: a\n"
    ),
    "conditions as deep as they may be": lambda: (
        UTTERANCE + each(800, f"  - {{rule: r@, when: '{'!(' * 19}speech.hostile{')' * 19}', then: a}}\n")
        + "  - otherwise: a\n"
    ),
    "more expressions than a pack may have": lambda: (
        UTTERANCE + each(190, "  - {rule: r@, when: '" + " || ".join(["speech.hostile"] * 270) + "', then: a}\n")
        + "  - otherwise: a\n"
    ),
    "promises that read everything": lambda: (
        UTTERANCE + "  - otherwise: a\ninvariants:\n"
        + each(200, "  - {never: '" + " && ".join(f"contact.turns != {n}" for n in range(60)) + "', because: x@}\n")
    ),
}  # fmt: skip


def numbers() -> dict[str, str]:
    """Numbers in every place and spelling."""
    found = {
        "a million digits": "facts: {a.b: {type: int, range: [0, " + "9" * 900_000 + "]}}",
        "a long exponent": "facts: {a.b: {type: int, range: [0, 1e999999999]}}",
        "an exponent in a decimal": "facts: {a.b: {type: decimal, places: 2, range: [0, 1e3]}}",
        "a bound beyond JSON": f"facts: {{a.b: {{type: int, range: [0, {2**53}]}}}}",
        "a bound beyond 64 bits": f"facts: {{a.b: {{type: int, range: [0, {2**64}]}}}}",
        "a bound of minus zero": "facts: {a.b: {type: int, range: [-0, 0]}}",
        "bounds the wrong way": "facts: {a.b: {type: int, range: [1, 0]}}",
        "infinity as a bound": "facts: {a.b: {type: int, range: [0, .inf]}}",
        "not a number as a bound": "facts: {a.b: {type: decimal, places: 2, range: [.nan, 1]}}",
        "hexadecimal": "facts: {a.b: {type: int, range: [0, 0xff]}}",
        "octal": "settings: {s: {type: int, range: [0, 9], default: 010}}",
        "underscores": "facts: {a.b: {type: int, range: [0, 1_000]}}",
        "sexagesimal": "facts: {a.b: {type: int, range: [0, 1:30]}}",
        "digits of another script": "facts: {a.b: {type: int, range: [0, ٣]}}",
        "full-width digits": "facts: {a.b: {type: int, range: [0, １２]}}",
        "a plus sign": "facts: {a.b: {type: int, range: [0, +7]}}",
        "a lone sign": "facts: {a.b: {type: int, range: [0, +]}}",
        "a billion decimal places": "facts: {a.b: {type: decimal, places: 1000000000, range: [0, 1]}}",
        "negative decimal places": "facts: {a.b: {type: decimal, places: -1, range: [0, 1]}}",
        "a fraction of forty digits": f"facts: {{a.b: {{type: decimal, places: 2, range: [0, 0.{'3' * 40}]}}}}",
        "true as a bound": "facts: {a.b: {type: int, range: [false, true]}}",
        "a default outside its range": "settings: {s: {type: int, range: [0, 9], default: 10}}",
        "a due time of a million digits": (
            "obligations: {o: {to: x, due: " + "9" * 900_000 + " hours, closes: {done: {}}}}"
        ),
        "a due time of a thousand years": "obligations: {o: {to: x, due: 365000 days, closes: {done: {}}}}",
        "a due time of nothing": "obligations: {o: {to: x, due: 0 minutes, closes: {done: {}}}}",
        "a due time before now": "obligations: {o: {to: x, due: -5 minutes, closes: {done: {}}}}",
        "a window of a million digits": "history: {h: {any: warning, window: " + "9" * 900_000 + " days}}",
        "a window of ages": "history: {h: {any: warning, window: 99999999 days}}",
        "a sum over all numbers": (
            f"entries: {{e: {{n: int}}}}\nhistory: {{h: {{sum: e, of: n, range: [0, {2**70}]}}}}"
        ),
        "a carried number beyond JSON": (
            "obligations: {o: {to: x, due: 1 hour, closes: {done: {}}, carries: {n: = 9007199254740992}}}"
        ),
    }  # fmt: skip
    return found


def give(text: str, _: Path) -> str:
    return give_pack(edited(also={"bomb.yaml": text}))


TEXTS = [
    Family("structure", just(STRUCTURE), give),
    Family("size", just(SIZE), give),
    Family("work", just(WORK), give),
    Family("number", just({name: (lambda text=text: text) for name, text in numbers().items()}), give),
]
