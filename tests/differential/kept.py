"""Findings in a folder: the pack as it is read by every command, the request, what each evaluator answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from forbear.language.types import Value
from strategies.cases import Question
from strategies.packs import Files, pack_texts

REQUEST, ANSWERS, PACK = "request.json", "answers.txt", "pack"


def keep(folder: Path, files: Files, asked: Question, answers: Mapping[str, str]) -> None:
    """Write a finding; the folder is made."""
    (folder / PACK).mkdir(parents=True, exist_ok=True)
    for name, text in pack_texts(files).items():
        (folder / PACK / name).write_text(text + "\n", encoding="utf-8")
    request = {"event": asked.event, "facts": asked.facts, "degraded": sorted(asked.degraded)}
    (folder / REQUEST).write_text(json.dumps(request, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    told = "\n\n".join(f"{name}\n  {answer}" for name, answer in answers.items())
    (folder / ANSWERS).write_text(told + "\n", encoding="utf-8")


def kept(folder: Path) -> tuple[dict[str, str], Question]:
    """The texts of the pack and the request of a finding."""
    texts = {one.name: one.read_text(encoding="utf-8") for one in sorted((folder / PACK).glob("*.yaml"))}
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    facts = {path: _inner(value) for path, value in request["facts"].items()}
    return texts, Question(request["event"], facts, frozenset(request["degraded"]))


def _inner(value: object) -> Value:
    """A value as evaluators hold it: lists are tuples."""
    if isinstance(value, list):
        return tuple(map(_inner, value))
    if isinstance(value, dict):
        return {str(name): _inner(one) for name, one in value.items()}
    assert isinstance(value, bool | int | str)
    return value
