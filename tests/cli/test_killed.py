"""A run that is killed and started again leaves the ledger of a run that was not."""

from __future__ import annotations

import subprocess

import pytest

from commands import FORBEAR, dump, forbear


@pytest.mark.parametrize("kept", [1, 7, 13, 20])
def test_a_killed_run_started_again_ends_with_the_same_ledger(kept, story, tmp_path):
    ledger = tmp_path / "ledger.db"
    url = f"sqlite:///{ledger}"
    with subprocess.Popen(
        [FORBEAR, "run", "--json", "--ledger", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        for line in story.lines[:kept]:
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline()
        # The kill meets the process somewhere in the events that follow.
        process.stdin.write("\n".join(story.lines[kept:]).encode() + b"\n")
        process.stdin.flush()
        process.kill()
    assert len(dump(ledger)["decision"]) >= kept
    again = forbear("run", story.events, "--json", "--ledger", url)
    assert again.status == 0
    assert again.stdout == story.result.stdout
    assert dump(ledger) == dump(story.ledger)
