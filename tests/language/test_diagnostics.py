"""Every diagnostic stands at the very word, exists for a reason, and is explained in the reference."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import forbear.language
from forbear.errors import Diagnostic, Span
from forbear.language.pack import load_policy
from language.examples import EXAMPLES as PLAIN
from language.examples import Example
from language.ranked_examples import EXAMPLES as RANKED_EXAMPLES
from language.small_pack import SMALL, assert_found, problems_of, unmarked

EXAMPLES = [*PLAIN, *RANKED_EXAMPLES]
PACKAGE = Path(forbear.language.__file__).parent
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "diagnostics.md"
# Their examples need a folder, bytes or sheer size: see test_pack.py and test_hostile.py.
ELSEWHERE = {
    "bad-file-name",
    "file-too-large",
    "no-manifest",
    "not-utf8",
    "pack-too-large",
    "symbolic-link",
    "too-many-problems",
    "unreadable-file",
    "wrong-suffix",
}


def codes_in_the_source() -> Iterator[str]:
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", node.value) and node.value != "utf-8":
                    yield node.value
            elif (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("error", "report")
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value


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
    assert {one.code for one in EXAMPLES} | ELSEWHERE == set(codes_in_the_source())


@pytest.mark.parametrize("code", sorted(set(codes_in_the_source())))
def test_every_code_is_explained_in_the_reference(code: str) -> None:
    section = re.search(rf"^### `{code}`\n(.+?)(?=^##|\Z)", REFERENCE.read_text(), re.MULTILINE | re.DOTALL)
    assert section, f"{code} has no section in {REFERENCE}"
    assert "**Mend it:**" in section.group(1)
    if code not in ELSEWHERE | {"hidden-character"}:  # which cannot be shown
        example = re.search(r"```yaml\n(.+?)```", section.group(1), re.DOTALL)
        assert example, f"{code} has no example"
        packs = ["\n".join(unmarked(one.files)[0].values()) for one in EXAMPLES if one.code == code]
        wanted = [line.strip() for line in example.group(1).splitlines() if line.strip()]
        assert any(all(line in pack for line in wanted) for pack in packs), f"the example of {code} is not tested"


def test_the_reference_explains_no_code_that_is_gone() -> None:
    written = set(re.findall(r"^### `(.+)`$", REFERENCE.read_text(), re.MULTILINE))
    assert written == set(codes_in_the_source())


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
