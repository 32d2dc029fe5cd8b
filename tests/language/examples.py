"""One small mistake per way in which a diagnostic can come about: its code, the pack, a mark around the very word."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from language.small_pack import SMALL, edited


@frozen
class Example:
    """A code and a pack that brings it about, once, at the mark."""

    code: str
    files: Mapping[str, str]


def change(code: str, file: str, old: str, new: str, base: Mapping[str, str] = SMALL) -> Example:
    """Other words in one file of a pack."""
    return Example(code, edited((file, old, new), base=base))


def add(code: str, text: str, file: str = "more.yaml", base: Mapping[str, str] = SMALL) -> Example:
    """One more file in a pack."""
    return Example(code, edited(also={file: text}, base=base))


def when(code: str, condition: str, base: Mapping[str, str] = SMALL) -> Example:
    """Another condition for the second rule of `conduct`, single-quoted."""
    return change(code, "conduct.yaml", "    when: speech.hostile\n", f"    when: '{condition}'\n", base)


def _vocabulary(code: str, old: str, new: str) -> Example:
    return change(code, "vocabulary.yaml", old, new)


def _conduct(code: str, old: str, new: str) -> Example:
    return change(code, "conduct.yaml", old, new)


def _response(code: str, old: str, new: str) -> Example:
    return change(code, "response.yaml", old, new)


def _duties(code: str, old: str, new: str) -> Example:
    return change(code, "duties.yaml", old, new)


FILES = [
    add("hidden-character", "texts: {a: {en: x⟦\u202e⟧y, zh: z}}\n"),
    add("hidden-character", "# a comment⟦\u2028⟧facts: {}\n"),
    change("language-version", "pack.yaml", "language: 1", "language: ⟦2⟧"),
    Example("missing-key", edited(("pack.yaml", "pack: small\nversion", "⟦version⟧"))),
    change("unknown-key", "pack.yaml", "language: 1\n", "language: 1\n⟦author⟧: me\n"),
    add("unknown-key", "⟦settngs⟧: {}\n"),
    add("wrong-shape", "⟦just a text⟧\n"),
    add("wrong-shape", "⟦-⟧ a\n- b\n"),
    add("wrong-shape", "decisions: [⟦conduct⟧]\n"),
]

YAML = [
    add("yaml-syntax", "texts:\n  a: [1, 2\nmore⟦:⟧ 1\n"),
    add("yaml-syntax", 'texts:\n  a: {en: ⟦"⟧never closed, zh: x}\n'),
    add("yaml-syntax", "texts:\n⟦\t⟧a: {en: x, zh: y}\n"),
    add("yaml-documents", "facts: {}\n⟦---⟧\nfacts: {}\n"),
    _vocabulary("yaml-anchor", "speech.hostile: bool", "speech.hostile: ⟦&b⟧ bool"),
    add("yaml-alias", "facts: {more.fact: ⟦*b⟧}\n"),
    _vocabulary("yaml-tag", "speech.hostile: bool", "speech.hostile: ⟦!!str⟧ bool"),
    _conduct("yaml-tag", "    when: speech.hostile\n", "    when: ⟦!speech.hostile⟧\n"),
    _conduct("yaml-tag", "    when: speech.hostile\n", "    when: ⟦!has(customer.name)⟧\n"),
    add("yaml-merge", "facts:\n  ⟦<<⟧: {more.fact: bool}\n"),
    add("yaml-key", "facts:\n  ⟦[⟧a, b]: bool\n"),
    add("duplicate-key", "facts:\n  more.fact: bool\n  ⟦more.fact⟧: int\n"),
    add("too-deep", "facts: " + "[" * 40 + "⟦[⟧" + "]" * 41 + "\n"),
    _conduct("unquoted-expression", "    when: speech.hostile\n", '    when: ⟦"abuse" == conduct⟧\n'),
    _conduct("unquoted-expression", "    when: speech.hostile\n", "    when: ⟦!speech.hostile || contact.turns > 3⟧\n"),
    _conduct("unquoted-expression", "    when: speech.hostile\n", '    when: ⟦speech.target == "a: b"⟧ # why\n'),
    _conduct(
        "unquoted-expression",
        "  - rule: vented\n    when: speech.hostile\n    then: anger\n",
        '  - {rule: vented, when: ⟦speech.target in ["company", "nobody"]⟧, then: anger}\n',
    ),
    _response("unquoted-expression", 'response == "warn" && conduct != "abuse"', '⟦"warn" == response⟧'),
]

VOCABULARY = [
    _vocabulary("bad-name", "speech.hostile: bool", "speech.hostile: bool\n  ⟦hostile⟧: bool"),
    _vocabulary("bad-name", "contact.turns: ", "⟦Contact.Turns⟧: "),
    _vocabulary("bad-name", "[voice, email]", "[voice, ⟦E-mail⟧]"),
    _vocabulary("reserved-name", "speech.hostile: bool", "speech.hostile: bool\n  ⟦event.mood⟧: bool"),
    _vocabulary("reserved-name", "speech.hostile: bool", "speech.hostile: bool\n  ⟦contact.in⟧: bool"),
    Example("wrong-shape", edited(("vocabulary.yaml", "[voice, email]", "[voice, ⟦null⟧]"))),
    _vocabulary("reserved-name", "[voice, email]", "[voice, ⟦true⟧]"),
    _vocabulary("reserved-name", "warning: {level", "warning: {⟦which⟧: string, level"),
    _vocabulary("reserved-name", "warning: {level", "warning: {⟦age⟧: int, level"),
    _vocabulary("reserved-name", "  warning: ", "  ⟦contact⟧: {}\n  warning: "),
    _vocabulary("reserved-name", "  warning: ", "  ⟦text⟧: {}\n  warning: "),
    _vocabulary("reserved-name", "  warning: ", "  ⟦decision⟧: {}\n  warning: "),
    _vocabulary("reserved-name", "{within:", "{⟦customer⟧: string, within:"),
    add("duplicate-name", "facts: {⟦speech.hostile⟧: bool}\n", "zz.yaml"),
    add("duplicate-name", "facts: {⟦speech.hostile.how⟧: bool}\n", "zz.yaml"),
    add("duplicate-name", "events: {⟦utterance⟧: {}}\n"),
    add("duplicate-name", "history: {⟦warned⟧: {any: warning}}\n", "zz.yaml"),
    _vocabulary("duplicate-name", "[voice, email]", "[voice, email, ⟦voice⟧]"),
    _vocabulary("unknown-type", "speech.hostile: bool", "speech.hostile: ⟦boolean⟧"),
    _vocabulary("unknown-key", "type: decimal, places", "type: decimal, ⟦digits⟧: 2, places"),
    _vocabulary("unknown-key", "unit: seconds, range: [1", "⟦optional⟧: true, unit: seconds, range: [1"),
    _vocabulary("missing-key", "type: decimal, places: 2,", "type: ⟦decimal⟧,"),
    _vocabulary(
        "missing-key",
        "  patience: {type: int, unit: seconds, range: [1, 600], default: 60}",
        "  ⟦patience⟧: {type: int, unit: seconds, range: [1, 600]}",
    ),
    _vocabulary("missing-key", "  contact.turns: {type: int, range", "  contact.turns: ⟦{⟧range"),
    _vocabulary("wrong-shape", "range: [0, 1000]", "range: ⟦1000⟧"),
    _vocabulary("wrong-shape", "type: [voice, email],", "type: [voice, email], unit: ⟦calls⟧,"),
    Example("wrong-shape", edited(("vocabulary.yaml", "contact.turns: {", "contact.turns: {optional: ⟦yes⟧, "))),
    _vocabulary("wrong-shape", "contact.turns: {", "contact.turns: {default: 1, optional: ⟦true⟧, "),
    _vocabulary("wrong-shape", "  patience:", "  words: ⟦list of string⟧\n  patience:"),
    _vocabulary("wrong-shape", "level: [first, final]", "all: ⟦list of string⟧, level: [first, final]"),
    _vocabulary("wrong-value", "places: 2, range: [0, 1]", "places: ⟦0⟧, range: [0, 1]"),
    _vocabulary("wrong-value", "places: 2, range: [0, 1]", "places: 2, range: [0, ⟦0.125⟧]"),
    _vocabulary("wrong-value", "range: [0, 1000]", "range: [⟦1000⟧, 0]"),
    _vocabulary("wrong-value", "range: [0, 1000]", "range: [0, ⟦9999999999999999999⟧]"),
    _vocabulary("wrong-value", "default: 60", "default: ⟦0⟧"),
]

HISTORY = [
    _vocabulary("missing-key", "  warned: ", "  ⟦again⟧:\n  warned: "),
    _vocabulary("missing-key", "  warned: ", "  ⟦again⟧: {any: warning, count: warning}\n  warned: "),
    Example(
        "missing-key",
        edited(("vocabulary.yaml", "  last_level: {last: warning, of: level,", "  ⟦last_level⟧: {last: warning,")),
    ),
    _vocabulary("missing-key", "  warned: ", "  ⟦total⟧: {sum: warning, of: age}\n  warned: "),
    _vocabulary("unknown-entry", "{any: warning,", "{any: ⟦waring⟧,"),
    _vocabulary("unknown-attribute", "of: level", "of: ⟦levle⟧"),
    _vocabulary("unknown-attribute", "spoken && level", "spoken && ⟦levle⟧"),
    _vocabulary("unknown-attribute", "spoken && level", "spoken && ⟦speech.hostile⟧"),
    _vocabulary("unknown-attribute", "scope: contact}", "scope: contact, by: {⟦levle⟧: event.speaker}}"),
    _vocabulary("unknown-name", "scope: contact}", "scope: contact, by: {id: ⟦event.warning⟧}}"),
    _vocabulary("unknown-name", "spoken && level", "⟦setting.patence⟧ > 3 && level"),
    _vocabulary("unknown-value", 'level == "first"', 'level == ⟦"frist"⟧'),
    _vocabulary("unknown-value", "scope: contact}", "scope: ⟦contacts⟧}"),
    _vocabulary("unknown-value", "of: level, scope", "of: level, else: ⟦frist⟧, scope"),
    _vocabulary("wrong-value", "of: level, scope", "of: age, else: ⟦soon⟧, scope"),
    _vocabulary("wrong-value", "of: level, scope", "of: age, else: ⟦= setting.patience⟧, scope"),
    _vocabulary("wrong-shape", "{any: warning,", "{any: warning, else: ⟦true⟧,"),
    _vocabulary("wrong-shape", "{any: warning,", "{any: warning, of: ⟦level⟧,"),
    _vocabulary("type-mismatch", "scope: contact}", "scope: contact, by: {spoken: ⟦event.speaker⟧}}"),
    _vocabulary("type-mismatch", "{last: warning, of: level,", "{sum: warning, of: ⟦level⟧,"),
    _vocabulary("bad-time", "scope: contact}", "scope: contact, window: 3 ⟦fortnights⟧}"),
    _vocabulary("bad-time", "scope: contact}", "scope: contact, window: ⟦end of next working day⟧}"),
    _vocabulary("unknown-name", "scope: contact}", "scope: contact, window: ⟦setting.patence⟧}"),
    Example(
        "bad-time",
        edited(
            ("vocabulary.yaml", "scope: contact}", "scope: contact, window: ⟦setting.tries⟧}"),
            ("vocabulary.yaml", "settings:", "settings:\n  tries: {type: int, range: [1, 3], default: 1}"),
        ),
    ),
]

EXPRESSIONS = [
    when("expression-syntax", "speech.hostile ⟦and⟧ contact.turns > 3"),
    when("expression-syntax", "⟦not⟧ speech.hostile"),
    when("expression-syntax", 'speech.target ⟦=⟧ "advisor"'),
    when("expression-syntax", "speech.target == ⟦“⟧advisor”"),
    when("expression-syntax", "speech.hostile ⟦&&⟧"),
    when("expression-syntax", "size⟦(⟧customer.tags) > 3"),
    when("expression-syntax", "contact.turns > ⟦3rd⟧"),
    when("expression-syntax", "s⟦р⟧eech.hostile"),
    _conduct("expression-syntax", "    when: speech.hostile\n", "    when:⟦⟧\n"),
    _conduct("expression-syntax", "    when: speech.hostile\n", '    when: speech.target == ⟦"⟧a #b"\n'),
    _conduct("wrong-shape", "    when: speech.hostile\n", "    when: ⟦[⟧speech.hostile]\n"),
    when("unknown-name", "⟦speech.hostle⟧"),
    when("unknown-name", "speech.hostile && contact.wait > ⟦setting.patence⟧"),
    when("unknown-name", "⟦history.wraned⟧"),
    when("unknown-name", '⟦respons⟧ == "warn"'),
    when("unknown-name", "speech.target == ⟦advisor⟧"),
    when("unknown-name", "⟦recorded.warning⟧"),
    when("unknown-name", "has(⟦customer.nmae⟧)"),
    when("unknown-value", 'speech.target == ⟦"advisr"⟧'),
    when("unknown-value", 'speech.target in ["nobody", ⟦"advisr"⟧]'),
    when("type-mismatch", "speech.hostile && ⟦contact.wait⟧"),
    when("type-mismatch", "⟦speech.hostile⟧ > 3"),
    when("type-mismatch", "speech.target == ⟦3⟧"),
    when("type-mismatch", "contact.turns == ⟦1.5⟧"),
    when("type-mismatch", "⟦customer.value⟧ + 1 > 2"),
    when("type-mismatch", "⟦contact.wait * contact.turns⟧ > 2"),
    when("type-mismatch", "speech.target in ⟦speech.hostile⟧"),
    when("type-mismatch", "contact.turns in ⟦[]⟧"),
    when("type-mismatch", "customer.value in [0.5, ⟦0.125⟧]"),
    when("type-mismatch", "⟦[1]⟧ == contact.turns"),
    when("type-mismatch", "contact.turns in ⟦customer.tags⟧"),
    when("type-mismatch", 'speech.target == ⟦""⟧'),
    _conduct("type-mismatch", "    when: speech.hostile\n", "    when: ⟦contact.wait⟧\n"),
    when("unit-mismatch", "contact.wait > ⟦contact.turns⟧"),
    when("unit-mismatch", "contact.wait - ⟦contact.turns⟧ > 1"),
    when("overflow", "⟦contact.turns * 9000000000000000000⟧ > 1"),
    when("overflow", "contact.turns < ⟦9223372036854775808⟧"),
    when("overflow", "⟦customer.value⟧ < 0.0000000000000000001"),
    when("optional-read", '⟦customer.name⟧ == "Li"'),
    when("optional-read", 'has(customer.name) || ⟦customer.name⟧ == "Li"'),
    when("optional-read", '⟦history.last_level⟧ == "first"'),
    when("not-on-event", "⟦event.within⟧ > 3"),
]

DECISIONS = [
    Example(
        "missing-key",
        edited(also={"more.yaml": "⟦decision⟧: more\nasked_on: [tick]\noutcome: [a]\nrules: [otherwise: a]\n"}),
    ),
    _conduct("unknown-key", "asks: Is", "⟦ask⟧: Is"),
    _conduct("unknown-key", "    then: anger", "    then: anger\n    ⟦says⟧: calling"),
    _conduct("unknown-event", "[utterance]", "[utterance, ⟦utterence⟧]"),
    _conduct("unknown-value", "    then: anger", "    then: ⟦angry⟧"),
    _conduct("unknown-value", "    then: anger", '    then: = ⟦"angry"⟧'),
    _conduct("unknown-value", "fallback: civil", "fallback: ⟦civl⟧"),
    _conduct("unknown-value", "fallback: civil", "hit: ⟦uniqe⟧\nfallback: civil"),
    _conduct("wrong-shape", "    then: anger", "    then: ⟦[⟧anger]"),
    _conduct("wrong-shape", "  - rule: vented", "  - ⟦vented⟧\n  - rule: vented"),
    _conduct("wrong-shape", "  - rule: vented", "  - ⟦otherwise⟧: civil\n  - rule: vented"),
    _conduct("grave-fallback", "fallback: civil", "fallback: ⟦abuse⟧"),
    Example(
        "not-covered",
        edited(
            ("conduct.yaml", "decision: conduct", "decision: ⟦conduct⟧"), ("conduct.yaml", "  - otherwise: civil\n", "")
        ),
    ),
    _conduct("duplicate-name", "rule: vented", "rule: ⟦aimed⟧"),
    _conduct("bad-name", "rule: vented", "rule: ⟦Vented_Anger⟧"),
    Example(
        "reserved-name",
        edited(
            also={"more.yaml": "decision: ⟦has⟧\nasked_on: [tick]\noutcome: [a]\nfallback: a\nrules: [otherwise: a]\n"}
        ),
    ),
    add(
        "duplicate-name",
        "decision: ⟦conduct⟧\nasked_on: [tick]\noutcome: [a]\nfallback: a\nrules: [otherwise: a]\n",
        "zz.yaml",
    ),
    _conduct("not-asked", "    then: anger", "    then: anger\n    asked_on: [⟦tick⟧]"),
    Example(
        "not-asked",
        edited(
            ("response.yaml", "[utterance]", "[utterance, tick]"),
            ("response.yaml", 'when: conduct == "abuse" && !', 'when: ⟦conduct⟧ == "abuse" && !'),
            ("duties.yaml", "= conduct", "x"),
            ("duties.yaml", "shows: [conduct]\n", "shows: []\n"),
            ("duties.yaml", "about {conduct}", ""),
            ("duties.yaml", "就{conduct}", ""),
        ),
    ),
    _conduct(
        "missing-language",
        "{en: It is aimed at the advisor., zh: 针对客服本人。}",
        "⟦{⟧en: It is aimed at the advisor.}",
    ),
    _conduct("unknown-language", "zh: 针对客服本人。", "⟦cn⟧: 针对客服本人。"),
    _conduct("unknown-language", "It is aimed at the advisor.", "It is aimed, ⟦truly⟧"),
    _conduct(
        "wrong-shape", "because: {en: It is aimed at the advisor., zh: 针对客服本人。}", "because: ⟦It is aimed.⟧"
    ),
    _conduct("only-settings", "otherwise: civil", "otherwise: = ⟦speech.target⟧"),
    _conduct("only-settings", "fallback: civil", "fallback: = ⟦conduct⟧"),
    _conduct("type-mismatch", "    then: anger", "    then: = ⟦speech.target⟧"),
    Example(
        "type-mismatch",
        edited(
            also={
                "more.yaml": "decision: more\nasked_on: [tick]\noutcome: bool\ngrave: ⟦[⟧true]\n"
                "fallback: true\nrules: [otherwise: true]\n"
            }
        ),
    ),
    add(
        "wrong-value", "decision: more\nasked_on: [tick]\noutcome: bool\nfallback: ⟦maybe⟧\nrules: [otherwise: true]\n"
    ),
    add(
        "unit-mismatch",
        "decision: more\nasked_on: [tick]\noutcome: {type: int, unit: minutes, range: [0, 9999]}\n"
        "fallback: 1\nrules:\n  - {rule: a, then: = ⟦contact.wait⟧}\n",
    ),
    Example(
        "decision-cycle",
        edited(
            ("conduct.yaml", "decision: conduct", "decision: ⟦conduct⟧"),
            ("conduct.yaml", "    when: speech.hostile\n", '    when: response == "warn"\n'),
        ),
    ),
    _response("missing-key", '  - never: response == "warn" && conduct != "abuse"\n    because', "  - ⟦because⟧"),
    _response("unknown-name", 'response == "warn" && ', '⟦respnse⟧ == "warn" && '),
    _response("unknown-entry", 'response == "warn" && ', "⟦recorded.wraning⟧ && "),
    _response("unknown-obligation", 'response == "warn" && ', "⟦owed.cal⟧ && "),
]

EFFECTS = [
    _response("unknown-entry", "{warning: {level: first}}", "{⟦waring⟧: {level: first}}"),
    _response("unknown-obligation", "owe: [call]", "owe: [⟦cal⟧]"),
    _response("unknown-attribute", "level: first", "level: first, ⟦levl⟧: x"),
    _response("missing-attribute", "[{warning: {level: first}}]", "[⟦warning⟧]"),
    _response("unknown-value", "level: first", "level: ⟦frist⟧"),
    _response("missing-key", "    owe:", "    amend: [{⟦warning⟧: {level: final}}]\n    owe:"),
    _response("missing-key", "    owe:", "    close: [⟦call⟧]\n    owe:"),
    _response("unknown-value", "    owe:", "    close: [{call: {how: ⟦waived⟧}}]\n    owe:"),
    _response("unknown-value", "    owe:", "    close: [{call: {how: ⟦wavied⟧}}]\n    owe:"),
    _response("unknown-attribute", "owe: [call]", "owe: [{call: {carries: {⟦how_bd⟧: x}}}]"),
    _response("wrong-shape", "[{warning: {level: first}}]", "[{warning: ⟦first⟧}]"),
    _response("wrong-shape", "owe: [call]", "owe: [⟦[⟧call]]"),
    _response("unknown-key", "owe: [call]", "owe: [{call: {⟦carry⟧: {how_bad: x}}}]"),
    _response("type-mismatch", "level: first", "level: = ⟦conduct⟧"),
]

OBLIGATIONS = [
    _duties("missing-key", "    to: manager\n    due: 10", "    ⟦due⟧: 10"),
    _duties("unknown-key", "    say: calling", "    say: calling\n    ⟦repeats⟧: 3 days"),
    _duties("bad-time", "due: 10 minutes", "due: 10 ⟦minuets⟧"),
    _duties("bad-time", "due: 10 minutes", "due: ⟦1.5⟧ hours"),
    _duties("unknown-name", "due: 10 minutes", "due: ⟦setting.patince⟧"),
    _duties("not-on-event", "due: 10 minutes", "due: ⟦event.within⟧"),
    _duties("bad-time", "due: 10 minutes", "due: ⟦contact.turns⟧"),
    _duties("unknown-text", "say: calling", "say: ⟦caling⟧"),
    _duties("reserved-name", "{how_bad:", "{⟦due⟧: x, how_bad:"),
    _duties("reserved-name", "{how_bad:", "{⟦advisor⟧: x, how_bad:"),
    _duties("type-mismatch", "= conduct", "⟦= customer.value⟧"),
    Example(
        "type-mismatch",
        edited(
            (
                "duties.yaml",
                "texts:\n",
                "  again: {to: legal, due: 1 day, carries: {how_bad: ⟦= contact.turns⟧}, closes: {done: {}}}\ntexts:\n",
            )
        ),
    ),
    _duties("missing-key", "closes: {done: {amend: {warning: {spoken: true}}}}", "closes: ⟦{⟧}"),
    _duties("unknown-value", "closes: {done:", "closes: {⟦finished⟧: {}, done:"),
    _duties("unknown-value", "closes: {done: {", "closes: {done: {needs: [⟦nots⟧], "),
    _duties("unknown-entry", "amend: {warning:", "amend: {⟦waning⟧:"),
    _duties("unknown-attribute", "spoken: true", "⟦spokn⟧: true"),
    _duties("wrong-value", "spoken: true", "spoken: ⟦maybe⟧"),
    _duties("wrong-value", "spoken: true", "spoken: ⟦= speech.hostile⟧"),
    _duties("unknown-value", "    say: calling", "    say: calling\n    once: {per: ⟦day⟧}"),
    _duties("missing-key", "    say: calling", "    say: calling\n    once: ⟦{⟧while: open}"),
    add("duplicate-name", "obligations: {⟦call⟧: {to: x, due: 1 day, closes: {done: {}}}}\n", "zz.yaml"),
]

TEXTS = [
    add("duplicate-name", "texts: {⟦calling⟧: {en: a, zh: b}}\n", "zz.yaml"),
    add("missing-language", "texts: {other: ⟦{⟧en: a}}\n"),
    add("missing-key", "texts: {⟦other⟧: {by: contact.channel, voice: {en: a, zh: b}}}\n"),
    add("missing-key", "texts: {⟦other⟧: {voice: {en: a, zh: b}, otherwise: {en: a, zh: b}}}\n"),
    add("unknown-value", "texts: {other: {by: contact.channel, ⟦vioce⟧: {en: a, zh: b}, otherwise: {en: a, zh: b}}}\n"),
    add("unknown-name", "texts: {other: {by: ⟦contact.chanel⟧, otherwise: {en: a, zh: b}}}\n"),
    add("type-mismatch", "texts: {other: {by: ⟦contact.turns⟧, otherwise: {en: a, zh: b}}}\n"),
    _duties("missing-placeholder", 'zh: "我们就{conduct}联系您。"', 'zh: ⟦"我们联系您。"⟧'),
    _duties("missing-placeholder", "shows: [conduct]", "shows: [⟦condct⟧]"),
    _duties("unknown-name", "about {conduct}.", "about {conduct} and {⟦contact.trns⟧}."),
    _duties("bad-placeholder", "about {conduct}.", "about {conduct} {⟦a b⟧}."),
    _duties("bad-placeholder", "about {conduct}.", "about {conduct} ⟦}⟧."),
    _duties("bad-placeholder", "about {conduct}.", "about {conduct} {⟦speech.hostile⟧}."),
    _duties("optional-read", "about {conduct}.", "about {conduct}, {⟦customer.name⟧}."),
    _duties("wrong-shape", "shows: [conduct]", "shows: [⟦[⟧conduct]]"),
]

CALENDAR = [
    add("bad-calendar", "calendar: {zone: ⟦Europe/Lodon⟧}\n"),
    add("bad-calendar", "calendar: {open: {monday: [⟦9 to 5⟧]}}\n"),
    add("bad-calendar", 'calendar: {open: {monday: ["09:00-12:00", ⟦"11:00-17:00"⟧]}}\n'),
    add("bad-calendar", "calendar: {closed_on: [⟦2026-02-30⟧]}\n"),
    add("unknown-key", 'calendar: {open: {⟦mon⟧: "09:00-12:00"}}\n'),
    Example("duplicate-name", edited(also={"a.yaml": "calendar: {}\n", "b.yaml": "calendar: ⟦{⟧}\n"})),
]

RETENTION = [
    add("short-retention", "retention: {warning: ⟦90 days⟧}\n"),
    add(
        "short-retention",
        "entries: {note: {level: [a, b]}}\nhistory: {noted: {any: note, window: 91 days}}\n"
        "retention: {note: ⟦90 days⟧}\n",
    ),
    add("unknown-entry", "retention: {⟦waring⟧: 90 days}\n"),
    add("unknown-entry", "retention: {⟦contact⟧: 90 days}\n"),
    add("bad-time", "retention: {text: 90 ⟦dayz⟧}\n"),
    Example(
        "duplicate-name",
        edited(also={"a.yaml": "retention: {text: 90 days}\n", "b.yaml": "retention: {⟦text⟧: 9 days}\n"}),
    ),
]


def _metric(code: str, keys: str, more: str = "") -> Example:
    return add(code, f"metrics:\n  heard: {{about: {{en: a, zh: b}}, {keys}}}\n{more}")


_SHARE = "part: {count: warning, where: spoken}, whole: {count: warning}"
METRICS = [
    add("missing-key", "metrics: {heard: ⟦{⟧part: {count: warning}}}\n"),
    add("missing-key", "metrics: {heard: ⟦{⟧about: {en: a, zh: b}}}\n"),
    add("missing-language", "metrics: {heard: {about: ⟦{⟧en: a}, part: {count: warning}}}\n"),
    add("wrong-shape", "metrics: {heard: ⟦[⟧count]}\n"),
    add("wrong-shape", "metrics: {heard: {about: ⟦warnings⟧, part: {count: warning}}}\n"),
    add("bad-name", "metrics: {⟦Heard⟧: {about: {en: a, zh: b}, part: {count: warning}}}\n"),
    Example(
        "duplicate-name",
        edited(
            also={
                "a.yaml": "metrics: {heard: {about: {en: a, zh: b}, part: {count: warning}}}\n",
                "b.yaml": "metrics: {⟦heard⟧: {about: {en: a, zh: b}, part: {count: warning}}}\n",
            }
        ),
    ),
    _metric("unknown-key", "part: {count: warning}, ⟦grouped⟧: [level]"),
    _metric("unknown-key", "part: {⟦any⟧: warning}"),
    _metric("unknown-key", "part: {count: warning, ⟦scope⟧: contact}"),
    _metric("missing-key", "part: ⟦{⟧where: spoken}"),
    _metric("missing-key", "part: ⟦{⟧count: warning, sum: warning, of: age}"),
    _metric("missing-key", "part: ⟦{⟧sum: warning}"),
    _metric("wrong-shape", "part: {count: warning, of: ⟦age⟧}"),
    _metric("unknown-entry", "part: {count: ⟦waring⟧}"),
    _metric("unknown-attribute", "part: {sum: warning, of: ⟦lenght⟧}"),
    _metric("unknown-attribute", "part: {count: warning, where: ⟦spokn⟧}"),
    _metric("unknown-attribute", "part: {count: warning, where: '⟦late⟧'}"),
    _metric("type-mismatch", "part: {sum: warning, of: ⟦level⟧}"),
    _metric("type-mismatch", "part: {count: warning, where: ⟦age⟧}"),
    _metric("unknown-value", "part: {count: warning, where: 'level == ⟦\"frist\"⟧'}"),
    _metric("optional-read", "part: {count: obligation, where: '⟦took⟧ > 3'}"),
    _metric("wrong-shape", f"{_SHARE}, per: ⟦{{⟧count: contact}}"),
    _metric("metric-mismatch", "part: {count: warning}, whole: ⟦{⟧count: contact}"),
    _metric("metric-mismatch", "part: {count: warning}, whole: ⟦{⟧sum: warning, of: age}"),
    _metric("unknown-attribute", f"{_SHARE}, by: [level, ⟦levl⟧]"),
    _metric("unknown-attribute", "part: {count: warning}, per: {count: contact}, by: [⟦channel⟧]"),
    _metric("wrong-value", f"{_SHARE}, by: [⟦id⟧]"),
    _metric("duplicate-name", f"{_SHARE}, by: [level, ⟦level⟧]"),
    _metric("wrong-value", f"{_SHARE}, least: ⟦0⟧"),
    _metric("wrong-shape", f"{_SHARE}, least: ⟦1.5⟧"),
    _metric("wrong-shape", "part: {count: warning}, least: ⟦30⟧"),
    _metric("unknown-name", f"{_SHARE}, least: ⟦setting.patence⟧"),
    Example(
        "type-mismatch",
        edited(
            ("vocabulary.yaml", "settings:", "settings:\n  tries: {type: int, range: [0, 3], default: 1}"),
            also={
                "more.yaml": "metrics: {heard: {about: {en: a, zh: b}, part: {count: warning}, per: {count: contact}, "
                "least: ⟦setting.tries⟧}}\n"
            },
        ),
    ),
    _metric("unknown-metric", f"{_SHARE}, beside: [⟦herd⟧]"),
    _metric("wrong-value", f"{_SHARE}, beside: [⟦heard⟧]"),
    _metric(
        "metric-mismatch",
        f"{_SHARE}, by: [level], beside: [⟦all⟧]",
        "  all: {about: {en: a, zh: b}, part: {count: warning}}\n",
    ),
    Example(
        "metric-mismatch",
        edited(
            ("vocabulary.yaml", "entries:", "entries:\n  note: {level: [low, high]}"),
            also={
                "more.yaml": "metrics: {heard: {about: {en: a, zh: b}, part: {count: warning}, per: {count: note}, "
                "by: [⟦level⟧]}}\n"
            },
        ),
    ),
]
EXAMPLES = [
    *FILES, *YAML, *VOCABULARY, *HISTORY, *EXPRESSIONS, *DECISIONS, *EFFECTS, *OBLIGATIONS, *TEXTS, *CALENDAR,
    *RETENTION, *METRICS,
]  # fmt: skip
