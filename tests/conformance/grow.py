"""`python -m conformance.grow`: draw packs and requests; keep, made small, each that reaches something new."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from random import Random

from conformance.corpus import Kept, as_text, plain, read, write
from conformance.reaching import reached
from differential.shrink import shrink
from forbear.language import ir
from strategies.cases import Question
from strategies.packs import Files, build, careful_files, pack_texts
from strategies.pen import Dice
from strategies.sampling import sampler

REQUESTS = 6  # to each event of a pack


def grow(seed: str, packs: int, attempts: int) -> int:
    """Add to the corpus; how many cases were added."""
    cases = read()
    before = len(cases)
    seen: set[str] = set()
    for one in cases:
        seen |= reached(one.policy(), one.asked)[1]
    for n in range(packs):
        random = Random(f"{seed}:{n}")
        files = careful_files(Dice(random))
        policy = build(pack_texts(files))
        for asked in _requests(policy, random):
            while fresh := reached(policy, asked)[1] - seen:
                kept, found = _made_small(files, asked, min(fresh), attempts)
                cases.append(kept)
                seen |= found
                write(cases)
    return len(cases) - before


def _requests(policy: ir.Policy, random: Random) -> Iterator[Question]:
    for event, plan in policy.plans.items():
        if plan.decisions or plan.rankings:
            source = sampler(policy, event, random)
            yield from (Question(event, source.facts(random), source.degraded(random)) for _ in range(REQUESTS))


def _made_small(files: Files, asked: Question, wanted: str, attempts: int) -> tuple[Kept, set[str]]:
    """The smallest pack and request found that still reach what is wanted, and all that they reach."""

    def still(policy: ir.Policy, asked: Question) -> bool:
        return wanted in reached(policy, asked)[1]

    small, request = shrink(files, asked, still, attempts)
    answer, found = reached(build(pack_texts(small)), request)
    return Kept(wanted, as_text(small), request, plain(answer)), found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m conformance.grow", description=__doc__)
    parser.add_argument("--seed", default="corpus")
    parser.add_argument("--packs", type=int, default=300)
    parser.add_argument("--attempts", type=int, default=400, help="cuts that are tried on each case")
    said = parser.parse_args()
    print(f"{grow(said.seed, said.packs, said.attempts)} cases added")
