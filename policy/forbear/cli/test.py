"""`forbear test`: the tests that a pack carries."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer
from rich.console import Console

from forbear.cli.console import err, out, print_json, say, show_diagnostics
from forbear.cli.covered import print_coverage, show_coverage, shown
from forbear.cli.mutated import try_all
from forbear.cli.options import EvaluatorOption, JsonOption
from forbear.engine.parts import extra_sources, find_folder, pack_sources
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError, PackError
from forbear.language.files import TEST_SUFFIX
from forbear.testing.runner import Report, run_tests

CoverageOption = Annotated[bool, typer.Option("--coverage", help="Say what no test reaches, rules and conditions.")]
FailUnderOption = Annotated[
    float | None,
    typer.Option(
        "--fail-under",
        metavar="PERCENT",
        min=0,
        max=100,
        help="With coverage or --mutate, fail where less than so much is reached or noticed.",
        show_default=False,
    ),
]
MutateOption = Annotated[
    bool, typer.Option("--mutate", help="Change every rule a little, and say which changes nothing would notice.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="DECISION", help="With --mutate, change one decision; again for more."),
]
OwnOption = Annotated[bool, typer.Option("--own", help="Leave out the tests of the packs that it builds on.")]


def check_tests(
    pack: Annotated[str, typer.Argument(help="A folder, or the name of a bundled pack.")] = "standard",
    coverage: CoverageOption = False,
    fail_under: FailUnderOption = None,
    own: OwnOption = False,
    mutate: MutateOption = False,
    only: OnlyOption = None,
    evaluator: EvaluatorOption = "auto",
    json: JsonOption = False,
) -> None:
    """Run a pack's `*.test.yaml`: cases and stories."""
    console = out()
    if only and not mutate:
        raise ForbearError("--only says which decisions --mutate changes; give both")
    try:
        plugins = Plugins(registry_of())
        folder = find_folder(pack, plugins)
        sources = [*pack_sources(folder, plugins), *extra_sources(plugins)]
        supplied = {name: path for name, (_, path) in plugins.packs().items()}
        if mutate:
            found = try_all(folder, sources, supplied, only or (), own, console, json)
            raise typer.Exit(1 if _is_less(found.percent, fail_under, "notice") else 0)
        wanted = coverage or fail_under is not None
        report = run_tests(folder, evaluator, sources, coverage=wanted, supplied=supplied, own=own)
    except PackError as error:
        if json:
            for one in error.diagnostics:
                print_json(one.as_json())
        else:
            show_diagnostics(console, error.diagnostics)
        raise typer.Exit(1) from None
    if not report.results:
        say(err(), f"{report.policy.name} has no tests; they stand in files named *{TEST_SUFFIX} beside what they test")
    if json:
        _as_json(report)
    else:
        _as_text(console, report)
    too_low = _is_too_low(report, fail_under)
    raise typer.Exit(1 if report.failed or too_low else 0)


def _is_too_low(report: Report, least: float | None) -> bool:
    """Whether the tests reach less than they must, which is said on standard error."""
    return report.coverage is not None and _is_less(report.coverage.percent, least, "reach")


def _is_less(percent: Fraction, least: float | None, verb: str) -> bool:
    if least is None or percent >= Fraction(str(least)):
        return False
    say(err(), f"the tests {verb} {shown(percent)}% of what they could, less than {least:g}%")
    return True


def _as_json(report: Report) -> None:
    for result in report.results:
        failures = [{"at": str(one.span), "message": one.message} for one in result.failures]
        print_json(
            {
                "test": result.test.name,
                "file": result.test.span.file,
                "passed": not failures,
                "overridden": result.overridden,
                "failures": failures,
            }
        )
    if report.coverage is not None:
        print_coverage(report, report.coverage)


def _as_text(console: Console, report: Report) -> None:
    for result in report.results:
        failed = ("~ ", "yellow") if result.overridden else ("✗ ", "bold red")
        say(console, failed if result.failures else ("✓ ", "green"), result.test.name)
        for one in result.failures:
            say(console, "    ", (f"{one.span}: ", "blue"), one.message)
    if report.coverage is not None:
        show_coverage(console, report.coverage)
    passed = len(report.results) - report.failed - report.changed
    changed = f", {report.changed} of the packs below changed by `overrides`" if report.changed else ""
    say(console, (f"{passed} passed, {report.failed} failed{changed}", "bold"))
