"""The policy of `peers_pack` as BlazeRules: whole columns in, rules by their numbers out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

# By decision: the rules in file order with their outcomes; the last is what holds otherwise.
DECISIONS: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    "conduct": (
        ("conduct.abuse-of-the-advisor", "abuse"),
        ("conduct.too-unsure", "anger"),
        ("conduct.hostile-to-things", "anger"),
        ("conduct.frustrated", "anger"),
        (None, "civil"),
    ),
    "response": (
        ("response.first-strike", "warn"),
        ("response.second-strike", "final_warning"),
        ("response.too-unsure-to-end", "final_warning"),
        ("response.third-strike", "end_contact"),
        ("response.let-them-vent", "listen"),
        (None, "carry_on"),
    ),
    "ladder": (
        ("ladder.first-offence", "manager_callback"),
        ("ladder.second-offence", "specialist_only"),
        ("ladder.third-offence", "email_only"),
        ("ladder.fourth-offence", "exit"),
        (None, "none"),
    ),
    "priority": (
        ("priority.waited-long-enough", "urgent"),
        ("priority.nuisance-waited-long-enough", "urgent"),
        ("priority.nuisance", "nuisance"),
        ("priority.vulnerable", "high"),
        ("priority.valued", "high"),
        ("priority.low-value", "low"),
        (None, "normal"),
    ),
    "route": (
        ("route.a-manager-calls", "manager"),
        ("route.known-for-abuse", "specialist"),
        ("route.a-complaint", "retention"),
        ("route.money", "billing"),
        ("route.a-fault", "tech"),
        ("route.a-purchase", "sales"),
        (None, "general"),
    ),
}
READ = (
    "speech.hostile",
    "speech.frustrated",
    "speech.target",
    "speech.category",
    "speech.confidence",
    "contact.warnings",
    "contact.wait",
    "contact.intent",
    "customer.offences",
    "customer.value",
    "customer.vulnerable",
)
INTENTS = ("billing", "tech_support", "sales", "complaint", "account", "delivery", "other")


# --- BlazeRules: one engine a decision, each given what those before it decided

Condition = Mapping[str, Any]


def _is(field: str, value: object) -> Condition:
    return {"field": field, "op": "eq", "value": value}


def _at(field: str, op: str, value: int) -> Condition:
    return {"field": field, "op": op, "value": value}


def _both(*parts: Condition) -> Condition:
    return {"and": list(parts)}


def _either(*parts: Condition) -> Condition:
    return {"or": list(parts)}


def _any_of(field: str, numbers: Iterable[int]) -> Condition:
    return _either(*(_is(field, number) for number in numbers))


_ABUSE, _ENDED, _NO_STEP = _is("conduct", 0), _is("response", 3), _is("ladder", 4)
BLAZE: Mapping[str, tuple[Condition, ...]] = {
    "conduct": (
        _both(
            _is("speech_hostile", 1),
            _is("speech_target", "advisor"),
            {"field": "speech_category", "op": "neq", "value": "none"},
            _at("speech_confidence", "gte", 50),
        ),
        _both(_is("speech_hostile", 1), _is("speech_target", "advisor")),
        _is("speech_hostile", 1),
        _is("speech_frustrated", 1),
    ),
    "response": (
        _both(_ABUSE, _is("contact_warnings", 0)),
        _both(_ABUSE, _is("contact_warnings", 1)),
        _both(_ABUSE, _at("speech_confidence", "lt", 70)),
        _ABUSE,
        _any_of("conduct", (1, 2, 3)),
    ),
    "ladder": (
        _both(_ENDED, _is("customer_offences", 0)),
        _both(_ENDED, _is("customer_offences", 1)),
        _both(_ENDED, _either(_is("customer_offences", 2), _is("customer_vulnerable", 1))),
        _ENDED,
    ),
    "priority": (
        _both(_at("contact_wait", "gte", 900), _NO_STEP),
        _at("contact_wait", "gte", 3600),
        _any_of("ladder", (2, 3)),
        _is("customer_vulnerable", 1),
        _at("customer_value", "gte", 80),
        _both(_at("customer_value", "lte", 20), _at("contact_wait", "lte", 20)),
    ),
    "route": (
        _is("ladder", 0),
        _either(_at("ladder", "lt", 4), _at("customer_offences", "gte", 2)),
        _both(_is("contact_intent", "complaint"), _any_of("priority", (0, 1, 3, 4))),
        {"field": "contact_intent", "op": "in", "values": ["billing", "account"]},
        _is("contact_intent", "tech_support"),
        _is("contact_intent", "sales"),
    ),
}
CLOSED = {
    "speech_target": ["nobody", "company", "advisor", "other"],
    "speech_category": ["none", "insult", "sexual", "hate", "threat"],
    "contact_intent": list(INTENTS),
}


def blaze_batch(frame: pl.DataFrame) -> Any:
    """The rows as BlazeRules reads them: an Arrow batch, dictionaries for closed values, 32 bits for numbers."""
    import pyarrow as pa

    columns = {}
    for path in READ:
        column = frame[path]
        if isinstance(column.dtype, pl.Enum):
            columns[path.replace(".", "_")] = column.cast(pl.String).to_arrow().cast(pa.string()).dictionary_encode()
        else:
            columns[path.replace(".", "_")] = column.cast(pl.Int32).to_arrow()
    return pa.record_batch(columns)


def blaze() -> Callable[[Any], list[Any]]:
    """A function from a batch to the numbers of the deciding rules, decision by decision."""
    import blazerules
    import numpy as np
    import pyarrow as pa
    import yaml

    engines: list[tuple[str, Any]] = []
    for decision, conditions in BLAZE.items():
        config = blazerules.EngineConfig()
        config.output_detail = blazerules.OutputDetail.CODES
        config.trace_mode = blazerules.TraceMode.TRACE_NONE
        engine = blazerules.RuleEngine(config)
        labels = [f"R{n}" for n in range(len(conditions))]
        rules = [
            {"id": label, "action": "flag", "label": label, "severity": "HIGH", "weight": 1, "conditions": one}
            for label, one in zip(labels, conditions, strict=True)
        ]
        written = {
            "schema_version": "2.1",
            "fields": {name: {"type": "categorical", "values": values} for name, values in CLOSED.items()}
            if decision in ("conduct", "route")
            else {},
            "decisions": {"precedence": ["approve", *reversed(labels)]},
            "ruleset": {"name": decision, "version": "1.0.0", "rules": rules},
        }
        if decision == "conduct":
            written["fields"].pop("contact_intent")
        if decision == "route":
            written["fields"] = {"contact_intent": written["fields"]["contact_intent"]}
        engine.load_rules_from_string(yaml.safe_dump(written, sort_keys=False))
        engines.append((decision, engine))

    def decide(batch: Any) -> list[Any]:
        found: list[Any] = []
        arrays, names = list(batch.columns), list(batch.schema.names)
        for decision, engine in engines:
            result = engine.evaluate_batch(pa.record_batch(arrays, names), validate=False)
            labels = result.decision_label_map
            to = np.full(max(labels) + 1, len(BLAZE[decision]), dtype=np.int32)
            for code, label in labels.items():
                if label.startswith("R") and label[1:].isdigit():
                    to[code] = int(label[1:])
            numbers = to[result.decision_codes]
            found.append(numbers)
            arrays.append(pa.array(numbers))
            names.append(decision)
        return found

    return decide
