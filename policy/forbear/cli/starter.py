"""The files with which a new pack starts: one small question of its own, with words and a test."""

from __future__ import annotations

from typing import Final

from forbear.format import format_source
from forbear.language.problems import Problems
from forbear.language.source import Source

_MANIFEST: Final = """\
# What the pack is called and on what it builds: the rules and words of that pack hold here too.
pack: {name}
version: 0.1.0
language: 1
builds_on: [{base}]
about:
  en: What our centre decides beside what it takes over.
  zh: 本中心在所沿用的策略之外的规定。
"""

_WORDS: Final = """\
# The words that the rules use. Facts are what your software tells with an event; settings are what a centre chooses.
# What is below is an example. Change it, or write your own beside it and delete it.
facts:
  {outage}:
    {{type: int, unit: minutes, range: [0, 100000], default: 0,
     about: {{en: how long the outage has lasted, zh: 故障已持续的时间}}}}
settings:
  {told_from}:
    {{type: int, unit: minutes, range: [1, 1440], default: 15,
     about: {{en: the length from which customers are told of an outage, zh: 故障持续多久后告知客户}}}}
"""

_DECISION: Final = """\
# A decision is a question that is asked on an event. The first rule that holds decides; each says why.
decision: {notice}
asks: Do we tell the customer of the outage?
asked_on: [contact_started]
outcome: [none, tell]                         # what may come out, mildest first
fallback: none                                # what holds when a fact cannot be read
rules:
  - rule: lasts-long
    when: {outage} >= setting.{told_from}
    then: tell
    because: {{en: Who rings about a long outage should hear of it at once., zh: 故障较久时，应立即告知来电客户。}}
    source: ours
  - otherwise: none
"""

_TEST: Final = """\
# What you expect of the decision, on each side of its number. `forbear test` runs this.
tests:
  - test: from a quarter of an hour on we tell
    given: {{{outage}: 15}}
    expect: {{{notice}: tell, fired: [{notice}.lasts-long]}}
  - test: a minute earlier we do not
    given: {{{outage}: 14}}
    expect: {{{notice}: none}}
  - test: a length that cannot be read changes nothing
    given: {{{outage}: long}}
    expect: {{{notice}: none, degraded: true}}
"""


def starter(name: str, base: str, prefix: str = "") -> dict[str, str]:
    """The files of a new pack of a name, which builds on another, by file name.

    `prefix` stands before the names of its words, where the pack below has such words already.
    """
    words = {"outage": f"outage.{prefix}minutes", "told_from": f"{prefix}outage_told_from"}
    words |= {"notice": f"{prefix}outage_notice", "name": name, "base": base}
    files = {
        "pack.yaml": _MANIFEST,
        "words.yaml": _WORDS,
        f"{words['notice']}.yaml": _DECISION,
        f"{words['notice']}.test.yaml": _TEST,
    }
    return {file: _laid_out(file, text.format_map(words)) for file, text in files.items()}


def _laid_out(file: str, text: str) -> str:
    """The text as `forbear fmt` leaves it, however long the names are."""
    return format_source(Source(file, text), Problems()) or text
