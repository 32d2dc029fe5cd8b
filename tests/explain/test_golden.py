"""Every sentence that the demo's decisions give, in both languages, was read by a person and is kept.

After a change of the pack or of the words: `FORBEAR_GOLDEN=write python -m pytest tests/explain/test_golden.py`, then
read what changed, as the person who is told it would.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from forbear import Engine
from forbear.cli.demo import story
from forbear.engine import parse_line
from forbear.explain import AUDIENCES, Audience, explain

GOLDEN = Path(__file__).parent / "golden"
_CHANGING = re.compile(r"sha256:[0-9a-f]+|(?<=forbear )[0-9][\w.+-]*")

# Where durable-rules does not work, `reference` is the second engine.
_SECOND = re.compile("reference(?= came to the same result| 得出了相同的结果)")


def sentences(audience: Audience) -> str:
    """Each different sentence that an audience is told about the demo, by what it tells, English above Chinese."""
    with Engine() as engine:
        records = engine.decide_all(parse_line(line) for line in story("en"))
        explanations = [explain(engine.policy, record, audience) for record in records]
    found: dict[tuple[str, str, str], None] = {}
    for each in explanations:
        for one in each.sentences:
            found[one.kind, one.text["en"], one.text["zh"]] = None
    kinds = dict.fromkeys(kind for kind, _, _ in found)
    lines: list[str] = []
    for kind in kinds:
        lines += [f"== {kind}", ""]
        for _, english, chinese in (key for key in found if key[0] == kind):
            lines += [english, chinese, ""]
    return _SECOND.sub("durable", _CHANGING.sub("…", "\n".join(lines)))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_sentences_of_the_demo_are_those_that_were_read(audience: Audience) -> None:
    path, text = GOLDEN / f"demo.{audience}.txt", sentences(audience)
    if os.environ.get("FORBEAR_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
