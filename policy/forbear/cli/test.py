"""`forbear test`: the tests that a pack carries."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from forbear.cli.console import err, out, print_json, say, show_diagnostics
from forbear.cli.options import EvaluatorOption, JsonOption
from forbear.engine.parts import extra_sources, find_folder, pack_sources
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import PackError
from forbear.language.files import TEST_SUFFIX
from forbear.testing.cases import rules_of
from forbear.testing.runner import Report, run_tests


def check_tests(
    pack: Annotated[str, typer.Argument(help="A folder, or the name of a bundled pack.")] = "standard",
    coverage: Annotated[bool, typer.Option("--coverage", help="Name the rules that no test made fire.")] = False,
    evaluator: EvaluatorOption = "auto",
    json: JsonOption = False,
) -> None:
    """Run a pack's `*.test.yaml`: cases and stories."""
    console = out()
    try:
        plugins = Plugins(registry_of())
        folder = find_folder(pack, plugins)
        report = run_tests(folder, evaluator, [*pack_sources(folder, plugins), *extra_sources(plugins)])
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
        _as_json(report, coverage)
    else:
        _as_text(console, report, coverage)
    raise typer.Exit(1 if report.failed else 0)


def _as_json(report: Report, coverage: bool) -> None:
    for result in report.results:
        failures = [{"at": str(one.span), "message": one.message} for one in result.failures]
        print_json(
            {"test": result.test.name, "file": result.test.span.file, "passed": not failures, "failures": failures}
        )
    if coverage:
        print_json({"unfired": report.unfired()})


def _as_text(console: Console, report: Report, coverage: bool) -> None:
    for result in report.results:
        say(console, ("✗ ", "bold red") if result.failures else ("✓ ", "green"), result.test.name)
        for one in result.failures:
            say(console, "    ", (f"{one.span}: ", "blue"), one.message)
    if coverage:
        rules = len(rules_of(report.policy))
        unfired = report.unfired()
        say(console, f"{rules - len(unfired)} of {rules} rules fired")
        for rule in unfired:
            say(console, ("  never fired: ", "yellow"), rule)
    say(console, (f"{len(report.results) - report.failed} passed, {report.failed} failed", "bold"))
