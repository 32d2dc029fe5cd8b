"""Counts the steps of random histories that were put to the proof; fewer than FORBEAR_STEPS are a failure."""

from __future__ import annotations

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    wanted = int(os.environ.get("FORBEAR_STEPS", "0"))
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if reporter is not None and not is_worker and _steps(reporter)[0] < wanted:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    taken, changed = _steps(terminalreporter)
    wanted = os.environ.get("FORBEAR_STEPS")
    if taken or wanted:
        told = f"steps of random histories: {taken}, {changed} of which changed a state"
        terminalreporter.line(f"{told}; {wanted} are wanted" if wanted else told)


def _steps(reporter: pytest.TerminalReporter) -> tuple[int, int]:
    """How many steps the tests that passed have taken, and how many of these changed a state."""
    told = [
        value
        for report in reporter.stats.get("passed", ())
        for name, value in (report.user_properties if report.when == "call" else ())
        if name == "steps"
    ]
    return sum(one[0] for one in told), sum(one[1] for one in told)
