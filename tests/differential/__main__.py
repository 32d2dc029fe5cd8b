"""`python -m differential`: compare the evaluators on generated policies and requests; `replay` shows a finding again.

Exits 0 where all agree and every construct was reached, 1 where not.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from pathlib import Path

from differential.campaign import Tally, Wanted, carry_out, compare_expressions
from differential.columns import Columns
from differential.evaluators import FIRST, second
from differential.kept import keep, kept
from differential.shrink import shrink, still_wrong
from differential.trial import verdict
from strategies.packs import build, pack_texts
from strategies.reach import WANTED
from strategies.watched import WATCHED


def main(given: list[str] | None = None) -> int:
    """Compare, or replay a finding."""
    parser = argparse.ArgumentParser(prog="python -m differential", description=__doc__)
    parser.add_argument("--seed", default=os.environ.get("DIFFERENTIAL_SEED") or secrets.token_hex(4))
    parser.add_argument("--requests", type=int, default=int(os.environ.get("REQUESTS") or 1_000_000))
    parser.add_argument("--durable", type=int, default=int(os.environ.get("DURABLE") or 0) or None)
    parser.add_argument("--expressions", type=int, default=int(os.environ.get("EXPRESSIONS") or 100_000))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, default=Path(".differential"), help="where findings are saved")
    parser.add_argument("--replay", type=Path, help="the folder of a finding")
    said = parser.parse_args(given)
    if said.replay is not None:
        return replay(said.replay)
    to_all = said.requests // 10 if said.durable is None else said.durable
    wanted = Wanted(said.seed, said.requests, to_all if second() is not None else 0, said.processes)
    print(f"seed {wanted.seed}: DIFFERENTIAL_SEED={wanted.seed} make differential does the same again", flush=True)
    started = time.monotonic()
    tally = carry_out(wanted)
    report(tally, time.monotonic() - started)
    makers = [*FIRST, Columns, *([one] if (one := second()) is not None else [])]
    for seed, finding in tally.findings:
        files, asked = shrink(finding.files, finding.asked, still_wrong(makers))
        policy = build(pack_texts(files))
        answers = verdict(policy, [make(policy) for make in makers], asked) or finding.answers
        folder = said.keep / seed.replace(":", "-")
        keep(folder, files, asked, answers)
        print(f"they differ: {folder}, again by: python -m differential --replay {folder}")
    missed = sorted(name for name in WANTED | WATCHED if not tally.seen[name])
    if missed:
        print(f"never reached: {', '.join(missed)}")
    agreed = expressions(said.seed, said.expressions, said.processes)
    return 0 if agreed and not tally.findings and not missed else 1


def expressions(seed: str, number: int, processes: int) -> bool:
    """Compare expressions with CEL and print what came of it; whether all agree."""
    started = time.monotonic()
    found = compare_expressions(seed, number, processes)
    differing = [line for one in found for line in one.differing]
    print(
        f"{sum(one.expressions for one in found):,} expressions compared with common-expression-language, in"
        f" {sum(one.answers for one in found):,} environments ({sum(one.true for one in found):,} true)"
        f" in {time.monotonic() - started:,.0f} s; {len(differing)} disagreements"
    )
    for line in differing[:5]:
        print(f"  {line}")
    return not differing


def report(tally: Tally, seconds: float) -> None:
    """Print what was done and what was reached."""
    print(f"constructs reached, in {tally.packs:,} packs and their watched requests:")
    for name in sorted(WANTED | WATCHED):
        print(f"  {tally.seen[name]:>10,}  {name}")
    print(
        f"{tally.requests:,} requests decided by reference and compiled, {tally.durable:,} of them by durable too,"
        f" {tally.entries:,} entries put to the where of folds; {tally.packs:,} packs"
        f" ({tally.refused:,} careless ones refused by the checker, {tally.too_large:,} too large for durable)"
        f" in {seconds:,.0f} s; {len(tally.findings)} disagreements"
    )


def replay(folder: Path) -> int:
    """Ask the evaluators a finding's request again."""
    texts, asked = kept(folder)
    policy = build(texts)
    makers = [*FIRST, Columns, *([one] if (one := second()) is not None else [])]
    answers = verdict(policy, [make(policy) for make in makers], asked)
    for name, answer in answers.items():
        print(f"{name}\n  {answer}")
    if not answers:
        print("all agree")
    return 1 if answers else 0


if __name__ == "__main__":
    sys.exit(main())
