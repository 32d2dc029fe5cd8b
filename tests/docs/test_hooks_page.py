"""`docs/reference/hooks.md`: every hook, its exact signature, and an example that runs."""

from __future__ import annotations

import inspect
import re

import pytest

from forbear.hooks import Hooks
from pages import DOCS, blocks

PAGE = DOCS / "reference" / "hooks.md"
HOOKS = [name for name, function in vars(Hooks).items() if inspect.isfunction(function)]


def section(hook: str) -> str:
    found = re.search(rf"^## {hook}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{hook} is not documented"
    return found.group(1)


def test_the_page_documents_all_hooks_and_no_others():
    assert re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_stands_with_its_exact_signature(hook):
    signature = str(inspect.signature(getattr(Hooks, hook))).replace("'", "")
    assert f"```python\ndef {hook}{signature}\n```" in section(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_each_hook_runs(hook):
    (setup,) = [one for one in blocks(PAGE, "python") if one.file == "setup.py"]
    _, example = re.findall(r"^```python\n(.*?)^```$", section(hook), re.MULTILINE | re.DOTALL)
    assert f"def {hook}(" in example
    assert "assert" in example
    exec(compile(setup.text + example, f"hooks.md: {hook}", "exec"), {})  # noqa: S102 — our own page


def test_every_hook_has_a_test_of_its_own():
    told = "".join(one.read_text(encoding="utf-8") for one in (DOCS.parent / "tests" / "hooks").glob("test_*.py"))
    assert [hook for hook in HOOKS if hook not in told] == []


def test_the_example_of_the_asyncio_page_prints_what_it_says(capsys):
    page = DOCS / "how-to" / "embed-asyncio.md"
    (example,) = blocks(page, "python")
    exec(compile(example.text, "embed-asyncio.md", "exec"), {"__name__": "host"})  # noqa: S102 — our own page
    assert f"It prints `{capsys.readouterr().out.strip()}`." in page.read_text(encoding="utf-8")
