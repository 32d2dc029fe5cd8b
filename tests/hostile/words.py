"""Characters that deceive or break, in every place where a pack may have a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hostile.family import Family, just
from hostile.giving import give_pack
from hostile.texts import DECISION
from language.small_pack import SMALL, edited

CHARACTERS = {
    "null": "\0",
    "escape": "\x1b",
    "delete": "\x7f",
    "next line": "\x85",
    "soft hyphen": "\xad",
    "combining grapheme joiner": "\u034f",
    "arabic letter mark": "\u061c",
    "hangul filler": "\u3164",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "right-to-left mark": "\u200f",
    "line separator": "\u2028",
    "right-to-left override": "\u202e",
    "right-to-left isolate": "\u2067",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "noncharacter": "\uffff",
    "tag letter": "\U000e0041",
    "variation selector supplement": "\U000e0100",
    "high surrogate": "\ud800",
    "low surrogate": "\udc00",
}

# Where an escape of YAML may hide a character from a look at the raw file; `⟪⟫` is the place.
HIDDEN_IN = {
    "a section": 'bomb.yaml|"fac⟪⟫ts": {a.b: bool}\n',
    "a fact": 'bomb.yaml|facts: {"a.b⟪⟫": bool}\n',
    "a value": 'bomb.yaml|facts: {a.b: [x, "y⟪⟫"]}\n',
    "a text": 'bomb.yaml|texts: {t: {en: "a⟪⟫b", zh: y}}\n',
    "a literal": f"bomb.yaml|{DECISION}  - {{rule: r, when: \"has(contact.id) && contact.id == 'a⟪⟫b'\", then: a}}\n",
    "a reason": f'bomb.yaml|{DECISION}  - {{rule: r, when: d, then: a, because: {{en: "a⟪⟫b", zh: y}}}}\n',
    "a source": f'bomb.yaml|{DECISION}  - {{rule: r, when: d, then: a, source: "S⟪⟫1"}}\n',
    "a default": 'bomb.yaml|settings: {s: {type: string, default: "a⟪⟫b"}}\n',
    "a description": 'bomb.yaml|facts: {a.b: {type: bool, about: "a⟪⟫b"}}\n',
    "a question": f'bomb.yaml|asks: "a⟪⟫b?"\n{DECISION}  - otherwise: a\n',
    "a version": 'pack.yaml|pack: small\nversion: "1⟪⟫"\nlanguage: 1\n',
}
ESCAPED = ("null", "right-to-left override", "zero-width space", "byte order mark", "low surrogate")


def hidden_words() -> dict[str, Any]:
    """Each character as it is in a name, and some of them through an escape in every place."""
    cases: dict[str, Any] = {}
    for name, character in CHARACTERS.items():
        cases[f"{name} as it is"] = lambda c=character: {"bomb.yaml": f"facts: {{a.b{c}: bool}}\n"}
    for n, (place, template) in enumerate(HIDDEN_IN.items()):
        for name in (ESCAPED[n % len(ESCAPED)], ESCAPED[(n + 2) % len(ESCAPED)]):
            file, _, text = template.replace("⟪⟫", f"\\u{ord(CHARACTERS[name]):04x}").partition("|")
            cases[f"{name} escaped in {place}"] = lambda file=file, text=text: {file: text}
    return cases


NAMES = {
    "cyrillic in a fact": lambda: {"bomb.yaml": "facts: {speесh.hostile2: bool}\n"},
    "cyrillic throughout": lambda: {"bomb.yaml": "facts: {ѕреесһ.х: bool}\n"},
    "greek in a decision": lambda: {
        "bomb.yaml": DECISION.replace("decision: d", "decision: dοd") + "  - otherwise: a\n"
    },
    "full-width in a value": lambda: {"bomb.yaml": "facts: {a.b: [ｘ, y]}\n"},
    "mathematical letters in a setting": lambda: {"bomb.yaml": "settings: {𝓼: {type: bool, default: true}}\n"},
    "a decomposed letter in an entry": lambda: {"bomb.yaml": "entries: {re\u0301sume: {}}\n"},
    "a ligature in a rule": lambda: {"bomb.yaml": DECISION + "  - {rule: ﬁrst, when: speech.hostile, then: a}\n"},
    "dotless i in an obligation": lambda: {
        "bomb.yaml": "obligations: {cıll: {to: x, due: 1 hour, closes: {done: {}}}}\n"
    },
    "kelvin sign in a text": lambda: {"bomb.yaml": "texts: {\u212a: {en: a, zh: b}}\n"},
    "one dot leader for a dot": lambda: {"bomb.yaml": "facts: {a\u2024b: bool}\n"},
    "full-width colon for a colon": lambda: {"bomb.yaml": "facts： {a.b: bool}\n"},
    "ideographic space for a space": lambda: {"bomb.yaml": "facts:\u3000{a.b: bool}\n"},
    "no-break space for an indent": lambda: {"bomb.yaml": "facts:\n\u00a0\u00a0a.b: bool\n"},
    "stacked accents": lambda: {"bomb.yaml": "facts: {a.b" + "\u0301" * 100_000 + ": bool}\n"},
    "emoji joined by joiners": lambda: {"bomb.yaml": "facts: {a.👩\u200d👩: bool}\n"},
    "python's words": lambda: {"bomb.yaml": "facts: {class.def: bool, lambda.yield: bool, self.__x: bool}\n"},
    "python's magic": lambda: {"bomb.yaml": "facts: {__class__.__mro__: bool}\n"},
    "words of the generator": lambda: {"bomb.yaml": "facts: {f.degraded: bool, f.fired: bool, r0.d0: bool}\n"},
    "a reserved namespace": lambda: {"bomb.yaml": "facts: {history.x: bool, setting.y: bool}\n"},
    "CEL's words": lambda: {"bomb.yaml": "decisions: [{decision: in, asked_on: [tick], outcome: [a]}]\n"},
    "a path for a name": lambda: {"bomb.yaml": "facts: {../../etc/passwd: bool}\n"},
    "markup for a name": lambda: {"bomb.yaml": "facts: {'[bold red]a.b[/]': bool}\n"},
    "terminal control for a name": lambda: {"bomb.yaml": 'facts: {"a\\e[2Jb": bool}\n'},
    "a format for a name": lambda: {"bomb.yaml": "facts: {'{0.__class__}': bool, '%s%n': bool}\n"},
    "a shell for a name": lambda: {"bomb.yaml": "facts: {'$(touch x)': bool, '`id`': bool}\n"},
    "two facts that differ in case": lambda: {"bomb.yaml": "facts: {a.b: bool, A.b: bool}\n"},
    "a decision named like a section": lambda: {
        "bomb.yaml": DECISION.replace("decision: d", "decision: facts") + "  - otherwise: a\n"
    },
    "a fact named like a decision": lambda: {"bomb.yaml": "facts: {conduct.x: bool}\n"},
    "a rule twice": lambda: {
        "bomb.yaml": DECISION + "  - {rule: r, when: speech.hostile, then: a}\n" * 2 + "  - otherwise: a\n"
    },
    "a decision in two files": lambda: {"bomb.yaml": SMALL["conduct.yaml"]},
    "a setting and its like in two files": lambda: {
        "a.yaml": "settings: {s: {type: bool, default: true}}\n",
        "b.yaml": "settings: {s: {type: int, default: 1}}\n",
    },
}


def give_files(files: dict[str, str], _: Path) -> str:
    return give_pack(edited(also=files))


WORDS = [
    Family("hidden", just(hidden_words()), give_files),
    Family("name", just(NAMES), give_files),
]
