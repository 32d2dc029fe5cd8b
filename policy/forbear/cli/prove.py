"""`forbear prove`: whether a pack keeps its promises, over all facts, all settings and every history."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from forbear.cli.console import err, out, print_json, say, show_diagnostics
from forbear.cli.options import JsonOption, SetOption, chosen_settings
from forbear.engine.parts import load_pack
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import Diagnostic, ForbearError
from forbear.records import Plain
from forbear.testing.stories import as_tests, in_force, with_settings

if TYPE_CHECKING:
    from forbear.prove.asking import Finding
    from forbear.prove.proving import Report, Verdict

CacheOption = Annotated[
    str | None,
    typer.Option(
        "--cache",
        metavar="DIR",
        help="Where proofs are kept, else in $FORBEAR_CACHE, else in the user's cache folder.",
        show_default=False,
    ),
]
_MARKS = {
    "proved": ("✓ ", "green"),
    "refuted": ("✗ ", "bold red"),
    "vacuous": ("? ", "yellow"),
    "unknown": ("? ", "bold yellow"),
}


def check_promises(
    pack: Annotated[str, typer.Argument(help="A folder, or the name of a bundled pack.")] = "standard",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="DECISION", help="Ask about one decision; again for more.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="Write the cases and stories found as tests, for example broken.test.yaml."
        ),
    ] = None,
    settings: SetOption = None,
    seconds: Annotated[int, typer.Option(min=1, help="How long one question may take.")] = 10,
    depth: Annotated[int, typer.Option(min=0, help="How many events a story may have that breaks a promise.")] = 8,
    lemmas: Annotated[bool, typer.Option("--lemmas", help="Show what each proof over histories rests on.")] = False,
    cache: CacheOption = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask everything, and keep nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Prove a pack's promises, or show how they break; every case and story shown was replayed."""
    from forbear.prove import prove
    from forbear.prove.histories import Limits
    from forbear.prove.kept import kept_in

    chosen = chosen_settings(settings)
    policy = load_pack(pack, Plugins(registry_of()), chosen)
    unknown = sorted(set(only or ()) - {*policy.decisions, *policy.rankings})
    if unknown:
        raise ForbearError(f"{policy.name} has no decision {unknown[0]!r}")
    console = err()
    folder = None if no_cache else _cache_folder(cache)
    kept = kept_in(folder, policy.name) if folder is not None else None
    if kept is not None and kept.why:
        say(console, f"the proofs kept in {kept.file} are not used: {kept.why}")
    with console.status("proving …") as status:
        report = prove(
            policy,
            Limits(seconds, depth),
            lambda what, n, all_: status.update(f"proving … {n} of {all_}, {what}"),
            only or (),
            kept,
        )
    if kept is not None:
        kept.save()
    under = in_force(policy, chosen)
    if json:
        _print(report, under)
    else:
        _show(out(), report, lemmas)
    if save is not None:
        _save(err() if json else out(), save, report, under)
    raise typer.Exit(1 if report.failed else 0)


def _cache_folder(given: str | None) -> Path | None:
    """Where proofs are kept; None for an empty name, which typer takes for none where it reads a variable itself."""
    named = given if given is not None else os.environ.get("FORBEAR_CACHE")
    if named is not None:
        return Path(named) if named else None
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "forbear"


def _show(console: Console, report: Report, lemmas: bool) -> None:
    show_diagnostics(console, [_diagnostic(one) for one in report.findings])
    for one in report.verdicts:
        say(console, _MARKS[one.verdict], (f"{one.promise.decision}: ", "bold"), one.promise.because)
        for told in _told(one):
            say(console, "    ", told)
        if lemmas and one.throughout is not None and one.verdict == "proved":
            for told in one.throughout.answer.lemma:
                say(console, "    │ ", told)
    counts = {name: sum(1 for one in report.verdicts if one.verdict == name) for name in _MARKS}
    parts = [f"{number} {name}" for name, number in counts.items() if number or name == "proved"]
    say(
        console,
        (f"{len(report.verdicts)} promise{'' if len(report.verdicts) == 1 else 's'}: {', '.join(parts)}", "bold"),
    )
    if report.kept:
        say(
            console,
            f"  proved before, and unchanged: {report.kept} of {report.asked} answers; --no-cache asks them all",
        )
    for told in sorted({told for one in report.verdicts for told in one.assumed if one.verdict == "proved"}):
        say(console, "  assumed: ", told)
    if report.fixed:
        say(console, "  taken as chosen, being multiplied with facts: ", ", ".join(report.fixed))


def _told(one: Verdict) -> Iterable[str]:
    """What is to be known of a verdict beside the promise."""
    if one.finding is not None:
        yield one.finding.message
    for region in one.regions:
        yield f"holds for all settings, except where {region.words or 'several settings meet'}"
    found = one.throughout
    if found is None:
        if one.verdict == "unknown" and one.finding is None:
            yield "the solver gave up within its time: give it more with --seconds"
        return
    if one.verdict == "proved":
        yield "proved over every history" + (f", where {_settings(found.fixed)}" if found.fixed else "")
        for told in found.answer.around.left_out():
            yield f"  as long as {told}"
        return
    searched = found.searched
    if searched is None:
        return
    if searched.story is None:
        yield f"neither proved nor broken: no story of up to {searched.depth} events breaks it"
        return
    story = searched.story
    yield (
        "broken by this story" + (f", with {_settings(tuple(story.settings.items()))}" if story.settings else "") + ":"
    )
    for event in story.events:
        facts = event.get("facts", {})
        fields = {key: value for key, value in event.items() if key not in ("id", "at", "type", "facts")}
        yield f"  {event['at']} {event['type']} {_pairs(fields)}{' · ' if facts else ''}{_pairs(facts)}"
    yield f"  by its rules `{story.decision}` comes to {story.outcome}"


def _settings(values: Iterable[tuple[str, object]]) -> str:
    return " and ".join(f"{name} is {_word(value)}" for name, value in values)


def _pairs(values: dict[str, Any]) -> str:
    return " ".join(f"{name}={_word(value)}" for name, value in values.items())


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _diagnostic(one: Finding) -> Diagnostic:
    return Diagnostic(one.code, one.message, one.span, severity=one.severity)


def _print(report: Report, under: Mapping[str, Plain]) -> None:
    for finding in report.findings:
        case = with_settings(finding.witness.as_test(finding.about, {}), under) if finding.witness is not None else None
        print_json({**_diagnostic(finding).as_json(), "decision": finding.decision, "case": case})
    for one in report.verdicts:
        test = one.as_test()
        print_json(
            {
                "promise": one.promise.name,
                "because": one.promise.because,
                "source": one.promise.source,
                "verdict": one.verdict,
                "over": one.over,
                "except": [region.words for region in one.regions],
                "where": dict(one.throughout.fixed) if one.throughout is not None else {},
                "assumed": list(one.assumed),
                "lemma": list(one.throughout.answer.lemma) if one.throughout is not None else [],
                "test": with_settings(test, under) if test is not None else None,
                "kept": one.kept,
            }
        )


def _save(console: Console, file: Path, report: Report, under: Mapping[str, Plain]) -> None:
    """Write what breaks promises as tests, which fail until it is mended."""
    found = [with_settings(test, under) for one in report.verdicts if (test := one.as_test()) is not None]
    if not found:
        return
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(as_tests(found))
    except OSError as error:
        raise ForbearError(f"{file} cannot be written: {error.strerror}; name a file that is not there yet") from error
    say(console, f"{len(found)} failing test{'s' if len(found) > 1 else ''} written to {file}")
