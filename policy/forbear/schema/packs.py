"""A file of a pack: the manifest, one decision, or sections."""

from __future__ import annotations

from forbear.language import ir
from forbear.language.manifest import LANGUAGE_VERSION
from forbear.language.overriding import OVERRIDES
from forbear.language.pack import SECTIONS
from forbear.schema import building, decisions, duties, metrics, vocabulary
from forbear.schema.names import names_of
from forbear.schema.shapes import IN_EVERY_LANGUAGE, TEXT, Schema, about, closed, named, ref

_MANIFEST: dict[str, Schema] = {
    "pack": about("The pack's name. This file is pack.yaml.", named()),
    "version": about("The pack's version, such as 1.0.0.", TEXT),
    "language": about("The version of the policy language.", {"const": LANGUAGE_VERSION}),
    "about": about("What the pack is for, in every language.", IN_EVERY_LANGUAGE),
    "builds_on": building.BUILDS_ON,
}


def packs(policy: ir.Policy | None) -> Schema:
    """Any file of a pack but its tests. With a policy, what it declares are the names that may be named."""
    names = names_of(policy)
    sections = {
        **vocabulary.sections(names),
        "decisions": about("Several decisions in one file.", {"type": "array", "items": ref("decision_or_ranking")}),
        **duties.sections(),
        **metrics.sections(),
        OVERRIDES: building.overrides(policy),
    }
    manifest = closed({**_MANIFEST, OVERRIDES: sections[OVERRIDES]}, required=("pack", "version", "language"))
    hints: Schema = {
        "pack": {"description": "The pack's name; only pack.yaml has it."},
        "decision": {"description": "The decision's name; such a file holds this one decision."},
        **{key: {"description": shape["description"]} for key, shape in sections.items()},
    }
    return {
        "title": "Forbear policy pack",
        "description": "A file of a policy pack: pack.yaml, one decision, or sections such as facts and obligations.",
        "type": ["object", "null"],
        "properties": hints,
        "if": {"type": "object", "required": ["pack"]},
        "then": manifest,
        "else": {
            "if": {"type": "object", "required": ["decision"]},
            "then": ref("decision_or_ranking"),
            "else": closed(sections, known=(*SECTIONS, OVERRIDES), empty=True),
        },
        "$defs": {
            **vocabulary.definitions(names),
            **decisions.definitions(names),
            **duties.definitions(names),
            **metrics.definitions(names),
            **building.definitions(names),
        },
    }
