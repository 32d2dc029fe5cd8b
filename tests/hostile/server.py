"""A process that forks one child per case, each held within limits, and tells how it ended.

python -m hostile.server             # serve: `family/name` per line in, one JSON object per line out
python -m hostile.server --table     # run every case and print its outcome, seconds and megabytes
python -m hostile.server --write     # the same, and keep the outcomes in outcomes.txt
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import typer.main

from forbear.cli.app import app
from hostile.families import FAMILIES
from hostile.family import outcome
from hostile.giving import engine, give_pack
from hostile.lines import SAID
from language.small_pack import SMALL

MEMORY = 512 * 2**20  # bytes of address space; an engine with the standard pack takes some 60 MB
CPU_SECONDS = 60
WALL_SECONDS = 300  # for what would wait rather than work; generous, because the machine is shared
OUTCOMES = Path(__file__).with_name("outcomes.txt")


def names() -> list[str]:
    """Every case, as `family/name`."""
    return [f"{family.name}/{name}" for family in FAMILIES for name in family.cases]


def run(case: str) -> dict[str, Any]:
    """How a case ended: its outcome, or `raised`/`killed`; processor seconds and peak memory."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _limited(case, folder, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read().decode()
    _, status, used = os.wait4(child, 0)
    subprocess.run(["rm", "-rf", folder], check=True)  # shutil gives up on folders a thousand deep
    if os.WIFSIGNALED(status):
        said = f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return {"outcome": said, "seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss // 1024}


def _limited(case: str, folder: Path, writer: int) -> None:
    """The child: never returns."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(WALL_SECONDS)
    os.chdir(folder)
    family_name, _, name = case.partition("/")
    family = next(one for one in FAMILIES if one.name == family_name)
    try:
        said = outcome(family, name, folder)
    except BaseException as error:  # noqa: BLE001 — whatever it is, it should not have come out
        where = "".join(traceback.format_exception(error, limit=-4))[-2000:]
        said = f"raised {type(error).__name__}\n{where}"
    with os.fdopen(writer, "wb") as stream:
        stream.write(said.encode("utf-8", "backslashreplace"))
    os._exit(0)


def warm() -> None:
    """Have in memory what every child needs: grammars, tables of words, the standard pack."""
    give_pack(SMALL)
    engine().decide(SAID)
    assert list(typer.main.get_group(app).commands.values())  # which imports each
    gc.freeze()  # what is there already is not looked through, and so not copied, in each child


def serve() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        print(json.dumps(run(line.rstrip("\n"))), flush=True)


def table(keep: bool) -> None:
    """Every case with what it cost."""
    found = {}
    for case in names():
        done = run(case)
        found[case] = done["outcome"]
        print(f"{done['seconds']:6.2f} s {done['megabytes']:5} MB  {case}: {done['outcome']}", flush=True)
    if keep:
        lines = [f"{case}: {said}\n" for case, said in found.items()]
        OUTCOMES.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    warm()
    if len(sys.argv) == 1:
        serve()
    else:
        table(keep="--write" in sys.argv)
