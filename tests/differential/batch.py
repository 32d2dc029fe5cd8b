"""One drawn pack with many requests, put to the evaluators: the work of one process at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from attrs import field, frozen

from differential.columns import first_wrong
from differential.trial import Maker, raised, verdict
from forbear.errors import PackError
from forbear.evaluate import Evaluator, Reference
from forbear.evaluate.durable import DurableLimit
from forbear.language import ir
from strategies.cases import Question
from strategies.operands import kinds_on
from strategies.packs import Files, build, careful_files, careless_files, pack_texts
from strategies.pen import Dice
from strategies.reach import count_policy, count_tables
from strategies.reached import count_answer
from strategies.sampling import entry_sampler, sampled_entry, sampler
from strategies.watched import Overflow, watched

CARELESS = 0.15  # of the packs forget guards and ranges, so that the checker is on trial too
WATCHED = 30  # requests to a pack that are decided a second time, watched
ENTRIES = 10  # put to the `where` of each fold


@frozen
class Order:
    """What one batch is: its seed, how many requests, how many of these also to the second engine."""

    seed: str
    requests: int
    durable: int


@frozen
class Finding:
    """A pack and a request on which an answer is wrong, with every answer."""

    files: Files
    asked: Question
    answers: dict[str, str]


@frozen
class Result:
    """What a batch did, what it reached, and its first finding."""

    requests: int = 0
    durable: int = 0
    refused: int = 0  # packs that the checker refused
    too_large: int = 0  # packs that the second engine cannot hold
    entries: int = 0  # entries put to the `where` of folds
    seen: Counter[str] = field(factory=Counter)
    finding: Finding | None = None


def run(order: Order, first: Sequence[Maker], second: Maker | None) -> Result:
    """Draw a pack and requests by the seed and compare: `first` on every request, `second` on some of them too."""
    random = Random(order.seed)
    careless = random.random() < CARELESS
    files = (careless_files if careless else careful_files)(Dice(random))
    try:
        policy = build(pack_texts(files))
    except PackError:
        if not careless:
            raise
        return Result(refused=1)
    evaluators = [make(policy) for make in first]
    durable = _made(policy, second)
    everyone = [*evaluators, *([durable] if durable is not None else [])]
    seen: Counter[str] = Counter()
    count_policy(policy, seen)
    count_tables(dict(files), seen)
    requests, entries = _requests(policy, order.requests, random), _entries(policy, random)
    to_all = min(order.durable, len(requests)) if durable is not None else 0
    puts = [(everyone, asked) for asked in (*requests[:to_all], *entries)]
    puts += [(evaluators, asked) for asked in requests[to_all:]]
    finding: Finding | None = None
    for asked_of, asked in puts:
        answers = verdict(policy, asked_of, asked)
        if answers:
            finding = Finding(files, asked, dict(answers))
            break
    for event in {one.event: None for one in requests[:1]} if finding is None else ():
        wrong = first_wrong(policy, event, [one for one in requests if one.event == event])
        finding = Finding(files, wrong[0], dict(wrong[1])) if wrong is not None else None
    for asked in requests[:WATCHED] if finding is None else ():
        answers = _watch(policy, asked, seen)
        if answers:
            finding = Finding(files, asked, answers)
            break
    too_large = second is not None and durable is None
    return Result(len(requests), to_all, 0, too_large, len(entries), seen, finding)


def _made(policy: ir.Policy, make: Maker | None) -> Evaluator | None:
    try:
        return make(policy) if make is not None else None
    except DurableLimit:
        return None


def _requests(policy: ir.Policy, number: int, random: Random) -> list[Question]:
    """So many requests, shared out among the events that ask something, in mixed order."""
    events = [event for event, plan in policy.plans.items() if plan.decisions or plan.rankings]
    samplers = [sampler(policy, event, random) for event in events]
    chosen = [samplers[n % len(samplers)] for n in range(number)] if samplers else []
    return [Question(one.event, one.facts(random), one.degraded(random)) for one in chosen]


def _entries(policy: ir.Policy, random: Random) -> list[Question]:
    """Entries for the `where` of each fold that has one."""
    asked: list[Question] = []
    for path, fold in policy.folds.items():
        if fold.where is not None:
            fields = entry_sampler(policy, fold.entry, random)
            asked += [Question(path, sampled_entry(fields, random), frozenset()) for _ in range(ENTRIES)]
    return asked


def _watch(policy: ir.Policy, asked: Question, seen: Counter[str]) -> dict[str, str]:
    """Decide once more and count what is evaluated; what went wrong, if anything did."""
    try:
        with watched(seen, kinds_on(policy, asked.event)):
            answer = Reference(policy).decide(asked.event, asked.facts, asked.degraded)
    except Overflow as error:
        return {"reference": raised(error)}
    count_answer(policy, asked, answer, seen)
    return {}
