"""`forbear schema`: JSON Schema of packs, their tests, events and decision records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.console import out, print_json, say
from forbear.engine.parts import load_pack
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError
from forbear.schema import SCHEMAS, file_name, schema


def print_schema(
    name: Annotated[str | None, typer.Argument(metavar="[" + "|".join(SCHEMAS) + "]", help="Which one.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write it there; without a name, write all.")
    ] = None,
    pack: Annotated[
        str | None, typer.Option("--pack", help="A folder, or the name of a bundled pack, whose names it shall know.")
    ] = None,
) -> None:
    """Print a JSON Schema (draft 2020-12), or write all of them into a folder; editors complete packs with them."""
    if name is None and folder is None:
        raise ForbearError(f"say which: {', '.join(SCHEMAS)}; or give --out FOLDER for all")
    if name is not None and name not in SCHEMAS:
        raise ForbearError(f"there is no schema {name!r}; known: {', '.join(SCHEMAS)}")
    policy = load_pack(pack, Plugins(registry_of())) if pack is not None else None
    names = [name] if name is not None else [*SCHEMAS]
    if folder is None:
        print_json(schema(names[0], policy))
        return
    for one in names:
        path = folder / file_name(one)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(schema(one, policy), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise ForbearError(f"{path} cannot be written: {error.strerror}") from error
        say(out(), ("wrote  ", "dim"), str(path))
