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


def numbers() -> dict[str, str]:
    """Numbers in every place and spelling."""
    return {
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
    }


def give(text: str, _: Path) -> str:
    return give_pack(edited(also={"bomb.yaml": text}))


TEXTS = [
    Family("structure", just(STRUCTURE), give),
    Family("number", just({name: (lambda text=text: text) for name, text in numbers().items()}), give),
]
