"""A small pack that is right, edits of it, and marks `⟦…⟧` around the words at which diagnostics are expected."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forbear.errors import Diagnostic, PackError, Span
from forbear.language import ir
from forbear.language.pack import build_policy, pack_from_texts

Place = tuple[str, int, int, str]
"""File, line, column and underlined text."""

NOTHING_SAID = Diagnostic("nothing-said", "the pack was refused without a word", Span("", 1, 1))

SMALL = {
    "pack.yaml": """\
pack: small
version: 1.0.0
language: 1
""",
    "vocabulary.yaml": """\
facts:
  speech.hostile: bool
  speech.target: {type: [nobody, company, advisor], default: nobody}
  contact.channel: {type: [voice, email], default: voice}
  contact.wait: {type: int, unit: seconds, range: [0, 3600]}
  contact.turns: {type: int, range: [0, 1000]}
  customer.value: {type: decimal, places: 2, range: [0, 1]}
  customer.name: {type: string, optional: true}
  customer.tags: list of string
entries:
  warning: {level: [first, final], spoken: {type: bool, default: false}}
events:
  promise_made: {within: {type: int, unit: minutes, range: [1, 60]}}
history:
  warned: {any: warning, where: 'spoken && level == "first"', scope: contact}
  last_level: {last: warning, of: level, scope: customer}
settings:
  patience: {type: int, unit: seconds, range: [1, 600], default: 60}
""",
    "conduct.yaml": """\
decision: conduct
asks: Is it abuse?
asked_on: [utterance]
outcome: [civil, anger, abuse]
grave: [abuse]
fallback: civil
rules:
  - rule: aimed
    when: speech.hostile && speech.target == "advisor"
    then: abuse
    because: {en: It is aimed at the advisor., zh: 针对客服本人。}
    source: S3 D1
  - rule: vented
    when: speech.hostile
    then: anger
  - otherwise: civil
""",
    "response.yaml": """\
decision: response
asks: What is done?
asked_on: [utterance]
outcome: [listen, warn]
fallback: listen
rules:
  - rule: warn-once
    when: conduct == "abuse" && !history.warned
    then: warn
    record: [{warning: {level: first}}]
    owe: [call]
  - otherwise: listen
invariants:
  - never: response == "warn" && conduct != "abuse"
    because: Nobody is warned without abuse.
""",
    "duties.yaml": """\
obligations:
  call:
    to: manager
    due: 10 minutes
    say: calling
    carries: {how_bad: = conduct}
    closes: {done: {amend: {warning: {spoken: true}}}}
texts:
  calling:
    shows: [conduct]
    en: "We call you about {conduct}."
    zh: "我们就{conduct}联系您。"
""",
}


RANKED = SMALL | {
    "advisors.yaml": """\
facts:
  advisors:
    list_of:
      id: string
      free: bool
      wait: {type: int, unit: seconds, range: [0, 3600], default: 0}
      team: {type: [red, blue], optional: true}
      skills: {type: list of string, default: []}
history:
  warned_by: {any: warning, where: spoken, by: {advisor: candidate.id}}
  last_with: {last: warning, of: age, scope: customer, by: {advisor: candidate.id}}
""",
    "advisor.yaml": """\
decision: advisor
asks: Who may take this contact, best first?
asked_on: [contact_offered]
over: advisors
fallback: as_given
require:
  - rule: in-time
    when: candidate.free || candidate.wait <= setting.patience
    because: {en: Free now or soon., zh: 空闲或很快空闲。}
    source: S0 A9
  - {rule: of-a-team, when: has(candidate.team)}
prefer:
  - {rule: not-the-warner, when: '!candidate.history.warned_by', add: 5000}
  - {rule: our-team, when: candidate.team == "blue", add: = candidate.wait - 100}
  - {rule: anyone, add: 1}
invariants:
  - never: candidate.ranked && candidate.wait > 600 && !candidate.free
    because: Nobody waits for more than ten minutes.
  - never: ahead.history.warned_by && !behind.history.warned_by && has(behind.team)
    because: Another advisor comes before the one who warned.
""",
}


def edited(
    *edits: tuple[str, str, str], also: Mapping[str, str] | None = None, base: Mapping[str, str] = SMALL
) -> dict[str, str]:
    """A pack, the small one if no other is given, with `(file, old, new)` edits and further files."""
    files = dict(base)
    for file, old, new in edits:
        assert files[file].count(old) == 1, f"{old!r} stands {files[file].count(old)} times in {file}"
        files[file] = files[file].replace(old, new)
    return files | dict(also or {})


def built(files: Mapping[str, str], settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The policy of a pack in memory."""
    return build_policy(pack_from_texts(files), settings)


def problems_of(files: Mapping[str, str]) -> list[Diagnostic]:
    """The diagnostics of a pack in memory, none where it is right."""
    try:
        built(files)
    except PackError as error:
        return list(error.diagnostics) or [NOTHING_SAID]
    return []


def unmarked(files: Mapping[str, str]) -> tuple[dict[str, str], list[Place]]:
    """The files without their marks, and the places that were marked, in file order."""
    plain: dict[str, str] = {}
    places: list[Place] = []
    for name, text in sorted(files.items()):
        text_so_far = ""
        for piece in re.split("(⟦[^⟧]*⟧)", text):
            if piece.startswith("⟦"):
                begin = max(text_so_far.rfind("\n"), text_so_far.rfind("\r")) + 1
                line = text_so_far.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
                places.append((name, line, len(text_so_far) - begin + 1, piece[1:-1]))
                piece = piece[1:-1]
            text_so_far += piece
        plain[name] = text_so_far
    return plain, places


def place(one: Diagnostic) -> Place:
    """Where a diagnostic stands and what it underlines."""
    start = one.span.column - 1
    return one.span.file, one.span.line, one.span.column, one.span.text[start : start + one.span.length]


def assert_found(files: Mapping[str, str], *codes: str) -> list[Diagnostic]:
    """Check that exactly these codes are found, in file order, each at its mark."""
    plain, places = unmarked(files)
    found = problems_of(plain)
    assert [(one.code, place(one)) for one in found] == list(zip(codes, places, strict=True)), "\n".join(
        map(str, found)
    )
    return found
