"""Expressions, manifests, calendars, folds and rankings that ask for what they should not."""

from __future__ import annotations

from pathlib import Path

from hostile.family import Family, just
from hostile.giving import give_pack
from hostile.texts import DECISION
from hostile.words import give_files
from language.small_pack import RANKED, SMALL, edited


def deep(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "speech.hostile" + closing * depth


EXPRESSIONS = {
    "a long sum": lambda: " + ".join(["contact.turns"] * 300) + " > 1",
    "a longer sum": lambda: " + ".join(["contact.turns"] * 5_000),
    "a long junction": lambda: " || ".join(["speech.hostile"] * 270),
    "and and or by turns": lambda: "speech.hostile" + " && speech.hostile || speech.hostile" * 120,
    "negations": lambda: "!" * 4_900 + "speech.hostile",
    "negations within the bound": lambda: "!" * 40 + "speech.hostile",
    "mixed signs": lambda: "!-" * 2_400 + "speech.hostile",
    "minus signs": lambda: "contact.turns > " + "- " * 2_000 + "1",
    "parentheses": lambda: deep("(", ")", 2_000),
    "parentheses within the bound": lambda: deep("(", ")", 39),
    "parentheses that never open": lambda: "speech.hostile" + ")" * 4_000,
    "parentheses that never close": lambda: "(" * 4_000 + "speech.hostile",
    "lists in lists": lambda: deep("[", "]", 30) + " == 1",
    "a long list": lambda: "contact.turns in [" + ", ".join(["1"] * 1_600) + "]",
    "a list of all texts": lambda: "speech.target in [" + ", ".join(f'"t{n}"' for n in range(400)) + "]",
    "a long chain of comparisons": lambda: " == ".join(["contact.turns"] * 300),
    "a long misspelt name": lambda: "a." + "b" * 4_000,
    "a name of a thousand parts": lambda: "a" + ".b" * 2_400,
    "a number of thirty-one digits": lambda: "contact.turns > " + "9" * 31,
    "a number of five thousand digits": lambda: "contact.turns > " + "9" * 4_900,
    "a number beyond 64 bits": lambda: f"contact.turns > {2**63}",
    "the smallest number": lambda: "contact.turns > -9223372036854775808",
    "a product beyond 64 bits": lambda: "contact.turns * " + " * ".join(["1000"] * 30) + " > 0",
    "a sum at the edge of 64 bits": lambda: f"contact.turns + {2**63 - 1001} > 0",
    "an exponent": lambda: "contact.turns > 1e400",
    "a number with a hundred places": lambda: "customer.value > 0." + "1" * 30,
    "hexadecimal": lambda: "contact.turns > 0xff",
    "an unsigned suffix": lambda: "contact.turns > 1u",
    "not a number": lambda: "contact.turns > NaN",
    "infinity": lambda: "contact.turns < Infinity",
    "a comparison of a decision with itself": lambda: 'conduct == conduct && conduct != "abuse"',
    "a backslash in a text": lambda: 'speech.target == "a\\"b"',
    "a text in three quotes": lambda: 'speech.target == """a"""',
    "a raw text": lambda: 'speech.target == r"a"',
    "a byte text": lambda: 'speech.target == b"a"',
    "an empty text": lambda: 'speech.target == ""',
    "a text of a page": lambda: 'has(customer.name) && customer.name == "' + "x" * 4_900 + '"',
    "a text that is code": lambda: 'has(customer.name) && customer.name == "__import__(os).system(1)"',
    "a text with braces": lambda: 'has(customer.name) && customer.name == "{f!r:>9999999999}{0}%s$x"',
    "a text that looks like another": lambda: 'has(customer.name) && customer.name == "аdvisor"',
    "an unclosed text": lambda: 'speech.target == "adv',
    "many unclosed texts": lambda: '"' + "'" * 4_900,
    "a call": lambda: "eval(speech.hostile)",
    "a method call": lambda: 'speech.target.matches("(a+)+$")',
    "a macro": lambda: "customer.tags.all(t, t != 1)",
    "an index": lambda: "customer.tags[0] == 1",
    "a map": lambda: '{"a": 1}.a == 1',
    "a lambda": lambda: "(lambda: speech.hostile)()",
    "an assignment": lambda: "speech.hostile := true",
    "a conditional": lambda: "speech.hostile ? true : false",
    "a division by zero": lambda: "contact.turns / 0 > 1",
    "a remainder": lambda: "contact.turns % 0 == 1",
    "a power": lambda: "9 ** 9 ** 9 > 1",
    "a shift": lambda: "1 << 999999999 > 1",
    "has of a literal": lambda: 'has("a")',
    "has of has": lambda: "has(has(customer.name))",
    "has of what is always there": lambda: "has(speech.hostile)",
    "has of nothing": lambda: "has()",
    "has without its path": lambda: "has",
    "python's attributes": lambda: "speech.hostile.__class__.__base__",
    "a semicolon": lambda: "speech.hostile; import os",
    "a comment": lambda: "speech.hostile // true",
    "a line break": lambda: "speech.hostile\n&&\r\n!speech.hostile",
    "a null byte": lambda: "speech.hostile\0",
    "nothing": lambda: "",
    "spaces": lambda: " " * 4_900,
    "a dot": lambda: ".",
    "dots": lambda: "a..b",
    "a leading dot": lambda: ".speech.hostile",
    "a word of Python": lambda: "None",
    "a Chinese condition": lambda: "客户。愤怒 ＝＝ “真”",
    "words of another language": lambda: "speech.hostile and not speech.hostile",
    "a decision of another event": lambda: 'response == "warn"',
    "a candidate outside a ranking": lambda: "candidate.free",
    "a comparison of kinds": lambda: 'speech.hostile == "true"',
    "everything compared": lambda: " && ".join(f"contact.turns != {n}" for n in range(200)),
    "a tangle of ranges": lambda: " || ".join(f"contact.turns > {n} && contact.wait < {n}" for n in range(90)),
}

MANIFESTS = {
    "empty": lambda: "",
    "a list": lambda: "[pack, version]",
    "no name": lambda: "version: 1.0.0\nlanguage: 1\n",
    "a path for a name": lambda: "pack: ../../etc/passwd\nversion: 1.0.0\nlanguage: 1\n",
    "a number for a name": lambda: "pack: 42\nversion: 1.0.0\nlanguage: 1\n",
    "a huge name": lambda: f"pack: {'p' * 900_000}\nversion: 1.0.0\nlanguage: 1\n",
    "markup in a version": lambda: "pack: small\nversion: '[link=file:///etc/passwd]1'\nlanguage: 1\n",
    "a huge version": lambda: f"pack: small\nversion: {'1.' * 450_000}0\nlanguage: 1\n",
    "a version of several lines": lambda: "pack: small\nversion: |\n  1\n  2\nlanguage: 1\n",
    "a number for a version": lambda: "pack: small\nversion: 1.0\nlanguage: 1\n",
    "an empty version": lambda: "pack: small\nversion: ''\nlanguage: 1\n",
    "a language to come": lambda: "pack: small\nversion: 1.0.0\nlanguage: 99999999999999999999999999\n",
    "a language of minus one": lambda: "pack: small\nversion: 1.0.0\nlanguage: -1\n",
    "a language of a million digits": lambda: "pack: small\nversion: 1.0.0\nlanguage: " + "9" * 900_000 + "\n",
    "a language in quotes": lambda: "pack: small\nversion: 1.0.0\nlanguage: '1'\n",
    "a true language": lambda: "pack: small\nversion: 1.0.0\nlanguage: true\n",
    "the language twice": lambda: "pack: small\nversion: 1.0.0\nlanguage: 1\nlanguage: 2\n",
    "a section of another file": lambda: "pack: small\nversion: 1.0.0\nlanguage: 1\nfacts: {a.b: bool}\n",
    "an about of a thousand languages": lambda: (
        "pack: small\nversion: 1.0.0\nlanguage: 1\nabout: {" + ", ".join(f"l{n}: x" for n in range(20_000)) + "}\n"
    ),
}

CALENDARS = {
    "a path for a zone": lambda: "{zone: ../../etc/passwd}",
    "an absolute path for a zone": lambda: "{zone: /etc/localtime}",
    "a zone of dots": lambda: "{zone: ../zoneinfo/UTC}",
    "a folder for a zone": lambda: "{zone: Europe}",
    "a table for a zone": lambda: "{zone: zone.tab}",
    "a module for a zone": lambda: "{zone: __init__.py}",
    "a null byte in a zone": lambda: '{zone: "UTC\\0x"}',
    "a long zone": lambda: "{zone: " + "Europe/" * 100_000 + "}",
    "a long zone of one part": lambda: "{zone: " + "E" * 500_000 + "}",
    "an empty zone": lambda: "{zone: ''}",
    "a number for a zone": lambda: "{zone: 8}",
    "an offset for a zone": lambda: "{zone: +99:99}",
    "a zone in another case": lambda: "{zone: europe/london}",
    "a rule of POSIX for a zone": lambda: '{zone: "EST5EDT,M3.2.0,M11.1.0"}',
    "many holidays": lambda: (
        "{closed_on: ["
        + ", ".join(f"{y:04}-{m:02}-{d:02}" for y in range(1900, 1980) for m in range(1, 13) for d in range(1, 29))
        + "]}"
    ),
    "one holiday many times": lambda: "{closed_on: [" + "2026-12-25, " * 50_000 + "]}",
    "a holiday that never comes": lambda: "{closed_on: [2026-02-30]}",
    "a holiday of the year zero": lambda: "{closed_on: [0000-01-01]}",
    "a holiday of the year ten thousand": lambda: "{closed_on: [10000-01-01]}",
    "a holiday in other digits": lambda: "{closed_on: [２０２６-１２-２５]}",
    "a holiday for a mapping": lambda: "{closed_on: {2026-12-25: true}}",
    "closed for ever": lambda: "{open: {}}",
    "closed on all days by name": lambda: "{open: {monday: [], sunday: []}}",
    "an eighth day": lambda: "{open: {monday: '09:00-17:00', someday: '09:00-17:00'}}",
    "hours minute by minute": lambda: (
        "{open: {monday: ["
        + ", ".join(f"'{h:02}:{m:02}-{h:02}:{m + 1:02}'" for h in range(24) for m in range(0, 59, 2))
        + "]}}"
    ),
    "hours past midnight": lambda: "{open: {monday: '22:00-06:00'}}",
    "hours of twenty-five": lambda: "{open: {monday: '09:00-25:00'}}",
    "hours that end before they begin": lambda: "{open: {monday: '17:00-09:00'}}",
    "hours of nothing": lambda: "{open: {monday: '09:00-09:00'}}",
    "hours that overlap": lambda: "{open: {monday: ['09:00-12:00', '11:00-13:00']}}",
    "as many hours as a day may have": lambda: (
        "{open: {monday: [" + ", ".join(f"'{h:02}:00-{h:02}:59'" for h in range(24)) + "]}}"
    ),
    "the same hours many times": lambda: "{open: {monday: [" + "'09:00-10:00', " * 20_000 + "]}}",
    "hours a megabyte long": lambda: "{open: {monday: '" + "09:00-" * 150_000 + "'}}",
    "hours with seconds": lambda: "{open: {monday: '09:00:00-17:00:00'}}",
    "hours without quotes": lambda: "{open: {monday: 09:00-17:00}}",
    "two calendars": lambda: "{zone: UTC}\nfacts: {a.b: bool}\ncalendar: {zone: UTC}",
}

FOLDS = {
    "of itself": lambda: {"bomb.yaml": "history: {h: {count: warning, where: history.h > 1}}\n"},
    "of each other": lambda: {
        "bomb.yaml": "history: {g: {any: warning, where: history.h}, h: {any: warning, where: history.g}}\n"
    },
    "of nothing": lambda: {"bomb.yaml": "history: {h: {any: nothing}}\n"},
    "by a key of every kind": lambda: {
        "bomb.yaml": "history: {h: {any: warning, by: {level: speech.target, spoken: contact.turns, x: y}}}\n"
    },
    "by a hundred keys": lambda: {
        "bomb.yaml": "entries: {e: {"
        + ", ".join(f"a{n}: string" for n in range(300))
        + "}}\nhistory: {h: {any: e, by: {"
        + ", ".join(f"a{n}: event.contact" for n in range(300))
        + "}}}\n"
    },
    "in a scope of its own": lambda: {"bomb.yaml": "history: {h: {any: warning, scope: everybody}}\n"},
    "with a window before now": lambda: {"bomb.yaml": "history: {h: {any: warning, window: -1 days}}\n"},
    "with a window that a setting stretches": lambda: {
        "bomb.yaml": "settings: {s: {type: int, unit: days, range: [1, 9007199254740991], default: 9007199254740991}}\n"
        "history: {h: {any: warning, window: setting.s}}\n"
    },
    "that compares a text with a number": lambda: {"bomb.yaml": "history: {h: {any: warning, where: level == 1}}\n"},
    "of candidates outside a ranking": lambda: {
        "bomb.yaml": "history: {h: {any: warning, by: {advisor: candidate.id}}}\n"
    },
}

_METRIC = "metrics: {m: {about: {en: a, zh: b}, part: {count: warning}, whole: {count: warning}, "
METRICS = {
    "beside itself": lambda: {"bomb.yaml": _METRIC + "beside: [m]}}\n"},
    "beside each other, a thousand": lambda: {
        "bomb.yaml": "metrics:\n"
        + "".join(
            f"  m{n}: {{about: {{en: a, zh: b}}, part: {{count: warning}}, beside: [m{(n + 1) % 1_000}]}}\n"
            for n in range(1_000)
        )
    },
    "of fewer than none": lambda: {"bomb.yaml": _METRIC + "least: -9007199254740993}}\n"},
    "of a fact": lambda: {"bomb.yaml": _METRIC + "by: [speech.target]}}\n"},
    "of another metric": lambda: {"bomb.yaml": _METRIC.replace("{count: warning}", "{count: m}") + "by: []}}\n"},
    "grouped thousands of times": lambda: {"bomb.yaml": _METRIC + "by: [" + ", ".join(["level"] * 5_000) + "]}}\n"},
}

RANKINGS = {
    "that reads itself": ("advisor.yaml", "when: has(candidate.team)", "when: advisor == 1"),
    "that adds too much": ("advisor.yaml", "add: 5000", "add: 99999999999999999999"),
    "that multiplies": (
        "advisor.yaml",
        "add: = candidate.wait - 100",
        "add: = candidate.wait * " + "1000 * " * 9 + "1",
    ),
    "without an end": ("advisor.yaml", "add: = candidate.wait - 100", "add: = " + "(" * 3_000),
    "with a fallback that punishes": ("advisor.yaml", "fallback: as_given", "fallback: nobody"),
    "over what is no list": ("advisor.yaml", "over: advisors", "over: speech.hostile"),
    "over nothing": ("advisor.yaml", "over: advisors", "over: ''"),
    "of a hundred requirements": (
        "advisor.yaml",
        "  - {rule: of-a-team, when: has(candidate.team)}\n",
        "".join(f"  - {{rule: q{n}, when: candidate.wait > {n}}}\n" for n in range(2_000)),
    ),
    "whose promise looks at three": (
        "advisor.yaml",
        "never: ahead.history.warned_by && !behind.history.warned_by",
        "never: ahead.free && behind.free && candidate.free && !behind.history.warned_by",
    ),
    "whose candidates have no id": ("advisors.yaml", "      id: string\n", ""),
}


def give_condition(when: str, _: Path) -> str:
    quoted = when.replace("'", "''")
    return give_pack(
        edited(
            also={
                "bomb.yaml": f"{DECISION.replace('tick', 'utterance')}  - rule: r\n    when: '{quoted}'\n"
                "    then: a\n  - otherwise: a\n"
            }
        )
    )


def give_manifest(text: str, _: Path) -> str:
    return give_pack(SMALL | {"pack.yaml": text})


def give_calendar(text: str, _: Path) -> str:
    return give_pack(edited(also={"bomb.yaml": f"calendar: {text}\n"}))


def give_ranking(edit: tuple[str, str, str], _: Path) -> str:
    return give_pack(edited(edit, base=RANKED))


GRAMMAR = [
    Family("expression", just(EXPRESSIONS), give_condition),
    Family("manifest", just(MANIFESTS), give_manifest),
    Family("calendar", just(CALENDARS), give_calendar),
    Family("fold", just(FOLDS), give_files),
    Family("metric", just(METRICS), give_files),
    Family("ranking", just({name: (lambda edit=edit: edit) for name, edit in RANKINGS.items()}), give_ranking),
]
