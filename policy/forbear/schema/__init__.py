"""JSON Schema (draft 2020-12) of what people write and programs exchange: packs, their tests, events, records.

Made from the very classes and tables that the engine reads with, so that it says what the engine takes. A schema knows
form and names; what a condition means, and whether a pack is right as a whole, `forbear check` tells.
"""

from __future__ import annotations

from collections.abc import Callable

from forbear.language.ir import Policy
from forbear.schema.cases import tests
from forbear.schema.events import events
from forbear.schema.packs import packs
from forbear.schema.records import records
from forbear.schema.shapes import Schema

__all__ = ["SCHEMAS", "Schema", "file_name", "schema"]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS: dict[str, Callable[[Policy | None], Schema]] = {
    "packs": packs,
    "tests": tests,
    "events": events,
    "records": records,
}


def schema(name: str, policy: Policy | None = None) -> Schema:
    """The schema of that name, one of `SCHEMAS`; with a policy it knows the names of that policy's pack."""
    return {"$schema": DRAFT, "$id": f"urn:forbear:{name}", **SCHEMAS[name](policy)}


def file_name(name: str) -> str:
    """What the file of a schema is called."""
    return f"{name}.schema.json"
