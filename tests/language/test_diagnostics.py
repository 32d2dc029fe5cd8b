"""Every diagnostic stands at the very word and exists for a reason. `tests/docs` sees that each has its page."""

from __future__ import annotations

import pytest

from forbear.errors import Diagnostic, Span
from forbear.language.pack import load_policy
from language.codes import CODES
from language.examples import EXAMPLES as PLAIN
from language.examples import Example
from language.ranked_examples import EXAMPLES as RANKED_EXAMPLES
from language.small_pack import SMALL, assert_found, problems_of

EXAMPLES = [*PLAIN, *RANKED_EXAMPLES]
# Errors that want folders, bytes, tests or sheer size, and what is no error: the pages of the reference have examples.
ELSEWHERE = {
    "always-false", "always-true", "bad-file-name", "broken-promise", "file-too-large", "left-to-prove", "no-manifest",
    "not-utf8", "override-conflict", "overrides", "pack-cycle", "pack-too-large", "shadowed-rule", "symbolic-link",
    "test-shape", "too-many-problems", "unknown-override", "unknown-pack", "unread-decision", "unreadable-file",
    "unused-entry", "unused-event", "unused-fact", "unused-fold", "unused-obligation", "unused-setting", "unused-text",
    "wrong-suffix",
}  # fmt: skip


def test_the_small_pack_and_the_standard_pack_have_no_problem() -> None:
    assert problems_of(SMALL) == []
    assert load_policy("standard").name == "standard"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.code}")
def test_one_mistake_gives_one_diagnostic_at_the_very_word(example: Example) -> None:
    (found,) = assert_found(example.files, example.code)
    assert found.message
    assert found.message == found.message.strip()
    assert len(str(found)) < 700


def test_every_code_that_the_language_can_give_has_an_example() -> None:
    assert {one.code for one in EXAMPLES} | ELSEWHERE == set(CODES)


def test_a_diagnostic_is_plain_data() -> None:
    one = Diagnostic("bad-name", "`X` is not a name", Span("a.yaml", 3, 5, 1, "    X: 1"), "rename it")
    assert str(one) == "a.yaml:3:5: error[bad-name]: `X` is not a name"
    assert one.as_json() == {
        "code": "bad-name",
        "severity": "error",
        "message": "`X` is not a name",
        "file": "a.yaml",
        "line": 3,
        "column": 5,
        "length": 1,
        "hint": "rename it",
    }
