"""The corners of the specification by hand, on every evaluator, through engine and ledger.

A case is a pack and some events. Under `expect` stand fields of the decision record that must be so; a mapping must
hold at least what is said (an empty one: nothing), a list exactly that. `pins` is a sentence of the reference, or a
part of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from forbear import Engine
from forbear.codec import record_as_plain
from forbear.errors import EventError
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available
from forbear.language import ir
from forbear.language.pack import build_policy, pack_from_texts
from strategies.packs import MANIFEST

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "docs" / "reference" / "language"
START = datetime.fromisoformat("2026-03-02T09:00:00+00:00")  # a Monday
Case = dict[str, Any]


def cases() -> list[tuple[str, Case]]:
    """Family and case; what a family says for all its cases stands in each."""
    found: list[tuple[str, Case]] = []
    for file in sorted((HERE / "families").glob("*.yaml")):
        family = yaml.safe_load(file.read_text(encoding="utf-8"))
        shared = {key: value for key, value in family.items() if key != "cases"}
        found += [(file.stem, {**shared, **case}) for case in family["cases"]]
    return found


CASES = cases()
IDS = [f"{family}: {case['case']}" for family, case in CASES]


@cache
def policy(pack: str, settings: tuple[tuple[str, Any], ...]) -> ir.Policy:
    return build_policy(pack_from_texts({"pack.yaml": MANIFEST, "all.yaml": pack}), dict(settings))


@pytest.mark.parametrize("evaluator", EVALUATORS)
@pytest.mark.parametrize(("family", "case"), CASES, ids=IDS)
def test_a_corner_of_the_specification(family: str, case: Case, evaluator: str) -> None:
    if evaluator == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    checked = policy(case["pack"], tuple(case.get("settings", {}).items()))
    with Engine(checked, discover=False, evaluator=evaluator, confirm="never") as engine:
        for n, told in enumerate(case["events"]):
            line = {key: value for key, value in told.items() if key not in ("expect", "after")}
            at = START + (timedelta(seconds=told["after"]) if "after" in told else timedelta(minutes=n))
            expected = told.get("expect", {})
            event = {"id": f"e{n + 1}", "at": at.isoformat(), **line}
            if "error" in expected:
                with pytest.raises(EventError, match=expected["error"]):
                    engine.decide(event)
                continue
            record = record_as_plain(engine.decide(event))
            for key, wanted in expected.items():
                found = shown(record, key)
                assert holds(found, wanted), f"event {n + 1}, {key}: {found!r} is not {wanted!r}"


def shown(record: Mapping[str, Any], key: str) -> Any:
    """A field of a record, shortened where only names matter."""
    match key:
        case "degraded":
            return sorted(record["degraded"] or {})
        case "reasons":
            return record["degraded"]
        case "owed":
            return [one["owe"] for one in record["obligations"]]
        case "due":
            return {one["owe"]: one["due"] for one in record["obligations"]}
        case "carried":
            return {one["owe"]: one["with"] for one in record["obligations"]}
        case "recorded":
            return [one["entry"] for one in record["recorded"]]
        case "closed":
            return [one["owe"] for one in record.get("closed", [])]
        case "known":
            return sorted(record["facts"])
        case "left_out" | "defaulted" | "amended" | "overdue" | "said":
            return record.get(key, {} if key in ("left_out", "said") else [])
        case _:
            return record[key]


def holds(found: Any, wanted: Any) -> bool:
    """Whether what was found is what was wanted; a mapping may hold more, unless it is empty. True is not 1."""
    if isinstance(wanted, dict) and wanted:
        return isinstance(found, Mapping) and all(
            key in found and holds(found[key], one) for key, one in wanted.items()
        )
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(holds, found, wanted))
    return type(found) is type(wanted) and bool(found == wanted)


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@cache
def reference() -> str:
    return _plain(" ".join(page.read_text(encoding="utf-8") for page in sorted(REFERENCE.glob("*.md"))))


@pytest.mark.parametrize(("family", "case"), CASES, ids=IDS)
def test_the_sentence_that_a_case_pins_stands_in_the_reference(family: str, case: Case) -> None:
    assert _plain(case["pins"]) in reference()


def test_there_is_a_family_for_each_part_of_the_specification() -> None:
    sizes = {family: len(list(those)) for family, those in groupby(CASES, key=lambda one: one[0])}
    assert sizes.keys() == {"absence", "numbers", "words", "hits", "deciding", "tables", "rankings", "folds", "effects",
                            "promises"}  # fmt: skip
    assert all(size >= 4 for size in sizes.values()), sizes
    assert len(set(IDS)) == len(IDS)
