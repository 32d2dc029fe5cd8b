"""As `examples.py`, for lists of candidates, rankings, tables and hit policies."""

from __future__ import annotations

from functools import partial

from language.examples import Example, add, change, when
from language.small_pack import RANKED, edited

_ranked, _more, _when = (partial(one, base=RANKED) for one in (change, add, when))


def _advisors(code: str, old: str, new: str) -> Example:
    """Another list of candidates, or other folds asked for each of them."""
    return _ranked(code, "advisors.yaml", old, new)


def _advisor(code: str, old: str, new: str) -> Example:
    """Another ranking."""
    return _ranked(code, "advisor.yaml", old, new)


def _decided(code: str, text: str, outcome: str = "[a, b]", fallback: str = "a", name: str = "more") -> Example:
    """One more decision."""
    return _more(code, f"decision: {name}\nasked_on: [utterance]\noutcome: {outcome}\nfallback: {fallback}\n{text}\n")


def _table(code: str, table: str) -> Example:
    return _decided(code, f"table:\n{table}")


def _rows(code: str, *rows: str, hit: str = "first", name: str = "more") -> Example:
    """A table of turns and targets."""
    listed = "".join(f"    - {row}\n" for row in rows)
    text = f"hit: {hit}\ntable:\n  inputs: [contact.turns, speech.target]\n  rows:\n{listed}"
    return _decided(code, text, name=name)


def _ranking(code: str, text: str) -> Example:
    """One more ranking."""
    return _more(code, f"decision: more\nasked_on: [tick]\nover: advisors\nfallback: as_given\n{text}\n")


REST = "{otherwise: b}"
WARNED_BY = "{any: warning, where: spoken, by: {advisor: candidate.id}}"

LISTS = [
    _advisors("missing-key", "    list_of:\n      id: string\n", "    list_of:\n      ⟦name⟧: string\n"),
    _advisors("wrong-shape", "id: string", "⟦id⟧: int"),
    _advisors("wrong-shape", "id: string", "⟦id⟧: {type: string, optional: true}"),
    _advisors("reserved-name", "id: string", "id: string\n      ⟦history⟧: bool"),
    _advisors("reserved-name", "id: string", "id: string\n      ⟦ranked⟧: bool"),
    _advisors("unknown-type", "free: bool", "free: ⟦boole⟧"),
    _advisors("wrong-value", "default: 0}", "default: ⟦-1⟧}"),
    _advisors("unknown-key", "  advisors:\n", "  advisors:\n    ⟦optional⟧: true\n"),
    _advisors("unknown-key", "  advisors:\n", "  more.here: {list_of: {id: string}, ⟦type⟧: string}\n  advisors:\n"),
    _advisors("wrong-shape", "  advisors:\n", "  more.here: {list_of: ⟦id⟧}\n  advisors:\n"),
    _advisors("bad-name", "  advisors:\n", "  ⟦callers⟧: bool\n  advisors:\n"),
    _more("duplicate-name", "facts: {⟦advisors.more⟧: bool}\n"),
    _more("unknown-type", "facts: {a.b: ⟦list of words⟧}\n"),
    _more("unknown-key", "facts: {a.b: {list_of: [c, d], ⟦unit⟧: calls}}\n"),
    _more("duplicate-name", "facts: {⟦advisors⟧: {list_of: {id: string}}}\n"),
    _more("duplicate-name", "facts: {⟦contact⟧: {list_of: {id: string}}}\n", "zz.yaml"),
    _more("reserved-name", "facts: {⟦event.who⟧: {list_of: {id: string}}}\n"),
    _more("reserved-name", "facts: {⟦candidate⟧: {list_of: {id: string}}}\n"),
    _more("wrong-shape", "events: {shift: {who: ⟦{⟧list_of: {id: string}}}}\n"),
    _more("wrong-shape", "settings: {who: ⟦{⟧list_of: {id: string}}}\n"),
    _more("wrong-value", "facts: {a.b: {type: string, default: ⟦{⟧en: x, zh: y}}}\n"),
    _more("missing-language", "settings: {word: {type: string, default: ⟦{⟧en: x}}}\n"),
    _more("unknown-language", "settings: {word: {type: string, default: {en: x, zh: y, ⟦fr⟧: z}}}\n"),
    _more("missing-language", "facts: {a.b: {type: string, about: ⟦{⟧en: x}}}\n"),
    _more("wrong-shape", "facts: {a.b: {type: string, about: ⟦[⟧x]}}\n"),
    _more("unknown-value", "facts: {a.b: {type: string, seen_by: [⟦advisors⟧]}}\n"),
    _advisor("unknown-value", "over: advisors\n", "over: advisors\nseen_by: ⟦boss⟧\n"),
    _advisors("unknown-name", WARNED_BY, "{any: warning, by: {advisor: ⟦candidate.idd⟧}}"),
    _advisors("type-mismatch", WARNED_BY, "{any: warning, by: {advisor: ⟦candidate.free⟧}}"),
    _advisors("type-mismatch", WARNED_BY, "{any: warning, by: {advisor: candidate.id, contact: ⟦advisors⟧}}"),
    Example(
        "not-a-candidate",
        edited(
            ("advisors.yaml", "history:", "  callers: {list_of: {id: string, line: string}}\nhistory:"),
            ("advisors.yaml", WARNED_BY, "{any: warning, by: {advisor: candidate.line}}"),
            ("advisor.yaml", "!candidate.history.warned_by", "!⟦candidate.history.warned_by⟧"),
            ("advisor.yaml", "ahead.history.warned_by && !behind.history.warned_by", "ahead.free"),
            base=RANKED,
        ),
    ),
]

RANKINGS = [
    _advisor("unknown-name", "over: advisors", "over: ⟦advisor⟧"),
    _advisor("unknown-name", "over: advisors", "over: ⟦speech.hostile⟧"),
    _advisor("wrong-shape", "over: advisors", "over: ⟦[⟧advisors]"),
    _advisor("unknown-value", "as_given", "⟦as_givn⟧"),
    _advisor("unknown-event", "[contact_offered]", "[⟦contact_offred⟧]"),
    _more(
        "missing-key", "⟦decision⟧: more\nasked_on: [tick]\nover: advisors\nprefer: [{rule: x, add: 1}]\n", "zz.yaml"
    ),
    _more("missing-key", "decision: ⟦more⟧\nasked_on: [tick]\nover: advisors\nfallback: as_given\n"),
    _advisor("unknown-key", "over: advisors", "⟦outcome⟧: [a, b]\nover: advisors"),
    _advisor("unknown-key", "over: advisors", "⟦grave⟧: [a]\nover: advisors"),
    _advisor("unknown-key", "over: advisors", "⟦hit⟧: first\nover: advisors"),
    _advisor("unknown-key", "over: advisors", "⟦rules⟧: []\nover: advisors"),
    _advisor("unknown-key", "over: advisors", "⟦table⟧: {}\nover: advisors"),
    _advisor("unknown-key", "require:", "⟦requires⟧:"),
    _advisor("unknown-key", "rule: of-a-team,", "rule: of-a-team, ⟦then⟧: x,"),
    _advisor("unknown-key", "rule: of-a-team,", "rule: of-a-team, ⟦owe⟧: [call],"),
    _advisor("missing-key", "prefer:\n", "  - ⟦{⟧rule: all}\nprefer:\n"),
    _advisor("missing-key", "{rule: anyone, add: 1}", "⟦{⟧rule: anyone}"),
    _advisor("wrong-shape", "{rule: anyone, add: 1}", "{rule: anyone, add: 1}\n  - ⟦otherwise⟧: 3"),
    _advisor("wrong-shape", "{rule: anyone, add: 1}", "⟦anyone⟧"),
    _ranking("wrong-shape", "prefer: ⟦{⟧rule: anyone, add: 1}"),
    _ranking("wrong-shape", "prefer: ⟦~⟧"),
    _advisor("duplicate-name", "rule: anyone", "rule: ⟦of-a-team⟧"),
    _advisor("duplicate-name", "decision: advisor", "decision: ⟦advisors⟧"),
    _decided("duplicate-name", "rules: [otherwise: a]", name="⟦advisor⟧"),
    _decided("duplicate-name", "rules: [otherwise: a]", name="⟦advisors⟧"),
    _more("duplicate-name", "decision: ⟦conduct⟧\nasked_on: [tick]\nover: advisors\nfallback: as_given\n", "zz.yaml"),
    _more("duplicate-name", "decision: ⟦advisor⟧\nasked_on: [tick]\nover: advisors\nfallback: as_given\n"),
    _advisor("type-mismatch", "add: 1}", "add: = ⟦candidate.free⟧}"),
    _advisor("wrong-value", "add: 1}", "add: ⟦much⟧}"),
    _advisor("wrong-value", "add: 1}", "add: ⟦2000000000000⟧}"),
    _ranking("optional-read", "prefer: [{rule: x, when: '⟦candidate.team⟧ == \"blue\"', add: 1}]"),
    _ranking("optional-read", "require: [{rule: x, when: '⟦candidate.team⟧ == \"blue\"'}]"),
    _ranking("optional-read", "prefer: [{rule: x, when: has(candidate.team), add: = ⟦candidate.history.last_with⟧}]"),
    _advisor("optional-read", "has(behind.team)", '⟦behind.team⟧ == "red"'),
    _advisor("optional-read", "has(behind.team)", "⟦behind.history.last_with⟧ > 3"),
    _advisor("unknown-name", "candidate.free || ", "⟦candidate.fre⟧ || "),
    _advisor("unknown-name", "!candidate.history.warned_by", "!⟦candidate.history.warned_bye⟧"),
    _advisor("unknown-name", 'candidate.team == "blue"', "candidate.team == ⟦blue⟧"),
    _advisor("unknown-name", "candidate.free || ", "⟦candidate.ranked⟧ || "),
    _advisor("unknown-name", "has(behind.team)", "⟦behind.ranked⟧"),
    _advisor("unknown-value", '"blue"', '⟦"bleu"⟧'),
    _advisor("not-asked", "candidate.free || ", '⟦conduct⟧ == "abuse" || '),
    _advisor("missing-language", "{en: Free now or soon., zh: 空闲或很快空闲。}", "⟦{⟧en: Free now or soon.}"),
    _advisor("missing-key", "invariants:\n", "invariants:\n  - ⟦{⟧}\n"),
]

READINGS = [
    _advisor("not-a-candidate", "candidate.free || ", "⟦ahead.free⟧ || "),
    _advisor("not-a-candidate", "!candidate.history.warned_by", "!⟦history.warned_by⟧"),
    _advisor("not-a-candidate", "!candidate.history.warned_by", "!⟦candidate.history.warned⟧"),
    _advisor("not-a-candidate", "has(behind.team)", "⟦candidate⟧.free"),
    _when("not-a-candidate", "has(⟦candidate.team⟧)"),
    _when("not-a-candidate", "⟦candidate.free⟧"),
    _when("not-a-candidate", "⟦history.warned_by⟧"),
    _when("not-a-candidate", "⟦advisors⟧"),
    _when("not-a-candidate", "has(⟦advisors⟧)"),
    _when("not-a-candidate", '"a7" in ⟦advisors⟧'),
    _ranked("not-a-candidate", "duties.yaml", "= conduct", "= ⟦history.warned_by⟧"),
    _ranked("not-a-candidate", "duties.yaml", "= conduct", "= ⟦advisors⟧"),
    _ranked("not-a-candidate", "duties.yaml", "about {conduct}.", "about {conduct} {⟦history.warned_by⟧}."),
    _ranked("not-a-candidate", "duties.yaml", "about {conduct}.", "about {conduct} {⟦advisors⟧}."),
    _ranked("not-a-candidate", "response.yaml", 'response == "warn" && ', "⟦ahead.free⟧ && "),
    _more("not-a-candidate", "texts: {other: {by: ⟦advisors⟧, otherwise: {en: a, zh: b}}}\n"),
    _when("ranked-outcome", '⟦advisor⟧ == "a7"'),
    _when("ranked-outcome", "has(⟦advisor⟧)"),
    _ranked("ranked-outcome", "duties.yaml", "= conduct", "= ⟦advisor⟧"),
    _ranked("ranked-outcome", "duties.yaml", "about {conduct}.", "about {conduct} {⟦advisor⟧}."),
    _advisor("ranked-outcome", "has(behind.team)", '⟦advisor⟧ == "a7"'),
    _advisor("ranked-outcome", "candidate.free || ", "candidate.id in ⟦advisor⟧ || "),
    _ranked("unknown-attribute", "vocabulary.yaml", "spoken && level", "⟦candidate.free⟧ && level"),
    _ranked("only-settings", "conduct.yaml", "otherwise: civil", "otherwise: = ⟦candidate.team⟧"),
]

TABLES = [
    _decided("missing-key", "table: ⟦{⟧inputs: [speech.hostile]}"),
    _table("wrong-shape", "  inputs: [speech.hostile]\n  rows: ⟦[⟧]\n"),
    _table("wrong-shape", "  inputs: ⟦[⟧]\n  rows: [{rule: x, when: [], then: a}]\n"),
    _table("wrong-shape", "  inputs: [⟦a + b⟧]\n  rows: [{rule: x, when: [3], then: a}]\n"),
    _table("unknown-name", "  inputs: [⟦speech.hostle⟧]\n  rows: [{rule: x, when: [true], then: a}]\n"),
    _table("optional-read", "  inputs: [⟦customer.name⟧]\n  rows: [{rule: x, when: [Li], then: a}]\n"),
    _table("not-a-candidate", "  inputs: [⟦candidate.free⟧]\n  rows: [{rule: x, when: [true], then: a}]\n"),
    _decided(
        "wrong-shape",
        "table:\n  inputs: [conduct]\n  rows:\n    - {rule: x, when: [-], then: a}\nrules: ⟦[⟧otherwise: a]",
    ),
    _rows("wrong-shape", "{rule: x, when: ⟦[⟧3], then: a}", REST),
    _rows("wrong-shape", "{rule: x, when: ⟦[⟧3, nobody, -], then: a}"),
    _rows("wrong-shape", "{rule: x, when: ⟦contact.turns > 3⟧, then: a}"),
    _rows("wrong-shape", "⟦{⟧rule: x, then: a}"),
    _rows("wrong-shape", "⟦x⟧"),
    _rows("wrong-shape", "{rule: x, when: [⟦{⟧low: 3}, -], then: a}"),
    _rows("wrong-shape", "{rule: x, when: [[3, ⟦[⟧4]], -], then: a}"),
    _rows("wrong-shape", "{rule: x, when: [3, ⟦[⟧]], then: a}"),
    _rows("wrong-shape", "{rule: x, when: [3, ⟦~⟧], then: a}"),
    _rows("wrong-shape", '{rule: x, when: [⟦">"⟧, -], then: a}'),
    _rows("wrong-shape", "⟦otherwise⟧: b", "{rule: x, when: [3, -], then: a}"),
    _rows("type-mismatch", "{rule: x, when: [⟦few⟧, -], then: a}"),
    _rows("type-mismatch", "{rule: x, when: [[3, ⟦few⟧], -], then: a}"),
    _rows("type-mismatch", '{rule: x, when: [-, "⟦>= 3⟧"], then: a}'),
    _rows("unknown-value", "{rule: x, when: [-, ⟦nobdy⟧], then: a}"),
    _rows("unknown-value", "{rule: x, when: [-, [nobody, ⟦adviser⟧]], then: a}"),
    _rows("unknown-value", "{rule: x, when: [-, nobody], then: ⟦c⟧}"),
    _rows("unquoted-expression", "{rule: x, when: [⟦>= 300⟧, -], then: a}"),
    _rows("unquoted-expression", "{rule: x, when: [3, ⟦-⟧ ], then: a}"),
    _rows("unquoted-expression", "{rule: x, when: [ ⟦-⟧ , nobody], then: a}"),
    _rows("unquoted-expression", "rule: x\n      when:\n        - ⟦> 300⟧\n        - nobody\n      then: a"),
    _rows("yaml-tag", "{rule: x, when: [3, ⟦!=⟧ nobody], then: a}"),
    _rows("missing-key", "⟦{⟧rule: x, when: [3, nobody]}"),
    _rows("duplicate-name", "{rule: x, when: [3, -], then: a}", "{rule: ⟦x⟧, when: [4, -], then: a}", REST),
    _ranking("wrong-shape", "prefer: {inputs: [candidate.free], rows: ⟦[⟧]}"),
    _ranking("unknown-name", "prefer: {inputs: [⟦candidate.fre⟧], rows: [{rule: x, when: [true], add: 3}]}"),
    _ranking("unknown-key", "require: {inputs: [candidate.free], rows: [{rule: x, when: [true], ⟦then⟧: 3}]}"),
    _ranking("missing-key", "prefer: {inputs: [candidate.free], rows: [⟦{⟧rule: x, when: [true]}]}"),
]

HITS = [
    _decided("type-mismatch", "hit: priority\nrules: [otherwise: true]", "⟦bool⟧", "true"),
    _decided("type-mismatch", "hit: collect\nrules: [{rule: x, then: y}]", "⟦string⟧", "x"),
    _decided("wrong-shape", "hit: collect\nrules: [{rule: x, then: 3}, ⟦{⟧otherwise: 3}]", "int", "0"),
    _decided("wrong-value", "hit: collect\nrules: [{rule: x, then: ⟦10⟧}]", "{type: int, range: [0, 9]}", "0"),
    _decided("wrong-shape", "hit: collect\nrules: [{rule: x, then: 1}]", "int", "⟦[⟧1]"),
    _rows("not-covered", '{rule: x, when: ["<= 3", -], then: a}', name="⟦more⟧"),
    _rows("not-covered", '{rule: x, when: ["<= 3", -], then: a}', hit="priority", name="⟦more⟧"),
    _rows(
        "not-unique",
        '{rule: few, when: ["<= 3", -], then: a}',
        "{rule: ⟦three⟧, when: [3, nobody], then: b}",
        REST,
        hit="unique",
    ),
    Example(
        "not-unique",
        edited(
            ("conduct.yaml", "fallback: civil", "hit: unique\nfallback: civil"),
            ("conduct.yaml", "rule: vented", "rule: ⟦vented⟧"),
        ),
    ),
]

EXAMPLES = [*LISTS, *RANKINGS, *READINGS, *TABLES, *HITS]
