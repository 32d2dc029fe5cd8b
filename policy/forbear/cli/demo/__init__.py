"""`forbear demo`: a life-like story through the standard pack, told as a timeline."""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.console import Terminal, print_json
from forbear.cli.demo.timeline import Timeline
from forbear.cli.options import JsonOption, KeysOption
from forbear.codec import record_as_plain
from forbear.engine import Engine, parse_line
from forbear.errors import ForbearError

WIDTH = 110  # of the picture


def demo(
    lang: Annotated[str, typer.Option("--lang", help="en or zh: the language of the story and of the telling.")] = "en",
    ledger: Annotated[str, typer.Option(help="Where to keep it; by default nowhere.")] = "memory:",
    keys: KeysOption = None,
    svg: Annotated[Path | None, typer.Option(help="Save the timeline as a picture too.")] = None,
    events: Annotated[bool, typer.Option("--events", help="Print the story's events and decide nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell a story: a customer vents and is heard, turns on the advisor, is warned twice, and what follows."""
    lines = story(lang)
    if events:
        for text in lines:
            print_json(parse_line(text))
        return
    picture = svg is not None
    console = Terminal(
        file=io.StringIO() if json else None,
        highlight=False,
        record=picture,
        width=WIDTH if picture else None,
        force_terminal=picture or None,
    )
    timeline = Timeline(console, lang)
    with Engine("standard", ledger, keys=keys) as engine:
        timeline.open(engine.policy)
        for text in lines:
            event = parse_line(text)
            record = engine.decide(event)
            if json:
                print_json(record_as_plain(record))
            timeline.tell(event, record)
    timeline.close()
    if svg is not None:
        try:
            svg.write_text(console.export_svg(title="forbear demo", unique_id="forbear"), encoding="utf-8")
        except OSError as error:
            raise ForbearError(f"{svg} cannot be written: {error.strerror}") from error


def story(lang: str) -> list[str]:
    """The shipped events of a language, one JSON object per line."""
    if lang not in ("en", "zh"):
        raise ForbearError(f"the story is told in en or zh, not {lang!r}")
    text = files("forbear.cli.demo").joinpath(f"events.{lang}.jsonl").read_text(encoding="utf-8")
    return text.splitlines()
