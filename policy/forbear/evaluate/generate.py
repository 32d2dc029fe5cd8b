"""One type of event → the Python function that answers it."""

from __future__ import annotations

from forbear.evaluate.decisions import DecisionWriter
from forbear.evaluate.expressions import NOT, expression, happening
from forbear.evaluate.interned import Interned
from forbear.evaluate.writer import Mode, Writer
from forbear.language import ir
from forbear.language.walk import reads


def event_function(
    name: str, policy: ir.Policy, plan: ir.Plan, known: Interned | None = None, mode: Mode = "sure"
) -> str:
    """The source of a function `name(f)` that gives the Evaluation of one type of event on facts `f`.

    It looks up what is `known` in `seen`, or asks `make` for it. In the mode `degraded` it is `name(f, degraded)`; in
    the mode `strict`, facts that do not fit as they are given are left to `slow(f)`.
    """
    writer = Writer(policy, plan, known, mode=mode)
    for decision in writer.decisions:
        DecisionWriter(writer, decision).write()
    if writer.may_happen():
        _happen(writer)
    for ranking in writer.rankings:
        _rank(writer, ranking)
    _promise(writer)
    opening = ["happenings = []"] if writer.may_happen() else []
    if writer.invariants:
        opening.append("violated = ()")
    if writer.may_clash():
        opening.append("conflicts = {}")
    if known is not None:
        opening.append("number = 0")
        _look_up(writer, known)
    else:
        opening += ["fired = []", "left_out = {}"]
        names = [(one.name, writer.names[one.name]) for one in writer.decisions] + [*writer.ids.items()]
        outcome = "{" + ", ".join(f"{one!r}: {value}" for one, value in names) + "}"
        writer.add(1, f"return {_answer(writer, outcome, '(*fired,)', 'left_out')}")
    return writer.function(f"def {name}(f, degraded):" if writer.degraded else f"def {name}(f):", opening)


def _look_up(writer: Writer, known: Interned) -> None:
    """Return the answer that was given before to the same rules, with what happened this time."""
    key = "".join(f", {writer.names[one]}" for one in known.computed)
    writer.add(1, f"key = (number{key})" if key else "key = number")
    for depth, line in [(1, "try:"), (2, "answer = seen[key]"), (1, "except KeyError:"), (2, "answer = make(key)")]:
        writer.add(depth, line)
    lists = [("happenings", writer.may_happen()), ("violated", bool(writer.invariants))]
    special = [one for one, needed in [*lists, ("conflicts", writer.may_clash())] if needed]
    if special:
        writer.add(1, f"if {' or '.join(special)}:")
        writer.add(2, f"return {_answer(writer, 'answer[0]', 'answer[1]', '{}')}")
    writer.add(1, "return answer")


def _answer(writer: Writer, outcome: str, fired: str, left_out: str) -> str:
    """The expression of an Evaluation that is made anew."""
    happenings = "(*happenings,)" if writer.may_happen() else "()"
    violated = "violated" if writer.invariants else "()"
    conflicts = "conflicts" if writer.may_clash() else "{}"
    return f"new(Evaluation, ({outcome}, {fired}, {happenings}, {violated}, {left_out}, {conflicts}))"


def _happen(writer: Writer) -> None:
    """What follows from the rules that decided, once everything is decided."""
    for decision in writer.decisions:
        chosen, collects = writer.chosen(decision), decision.hit == "collect"
        if chosen:
            writer.add(1, f"if {chosen}:" if collects else f"if {chosen} is not None:")
        for n, rule in enumerate(writer.asked(decision)):
            if rule.effects:
                writer.add(2, f"if {n} in {chosen}:" if collects else f"if {chosen} == {n}:")
            for effect in rule.effects:
                did = happening(f"{decision.name}.{rule.name}", effect, writer.place)
                writer.add(3, f"happenings.append({did})")


def _rank(writer: Writer, ranking: ir.Ranking) -> None:
    """Leave out whoever fails a requirement, add up what the others are preferred for, sort."""
    ids, given = writer.ids[ranking.name], _given(writer, ranking)
    depth = 1
    if writer.degraded:
        writer.add(1, f"if {ranking.name!r} in degraded:")
        writer.add(2, f"{ids} = tuple([candidate['id'] for candidate in {given}])")
        writer.add(1, "else:")
        depth = 2
    for opening in ("scores = []", "left = {}", "held = set()", f"for candidate in {given}:"):
        writer.add(depth, opening)
    for rule in ranking.require:
        writer.add(depth + 1, f"if not {expression(rule.when, writer.place, NOT)}:")
        writer.add(depth + 2, f"left[candidate['id']] = {rule.name!r}")
        writer.add(depth + 2, "continue")
    writer.add(depth + 1, "score = 0")
    for n, preference in enumerate(ranking.prefer):
        when = "True" if preference.when is None else expression(preference.when, writer.place)
        writer.add(depth + 1, f"if {when}:")
        writer.add(depth + 2, f"score += {expression(preference.add, writer.place)}")
        writer.add(depth + 2, f"held.add({n})")
    writer.add(depth + 1, "scores.append((-score, len(scores), candidate['id']))")
    writer.add(depth, f"{ids} = tuple([one[2] for one in sorted(scores)])")
    writer.add(depth, f"left_out[{ranking.name!r}] = left")
    names = tuple(f"{ranking.name}.{one.name}" for one in ranking.prefer)
    writer.add(depth, f"fired += [{names!r}[n] for n in sorted(held)]")


def _given(writer: Writer, ranking: ir.Ranking) -> str:
    """The expression of the candidates given."""
    return f"({writer.place(ranking.over)[0]} or ())"


def _promise(writer: Writer) -> None:
    """Ask the invariants."""
    if any(path.startswith(("recorded.", "owed.")) for one in writer.invariants for path in reads(one.condition)):
        happened = "{(one.action, one.name) for one in happenings}" if writer.may_happen() else "set()"
        writer.add(1, f"happened = {happened}")
    for one in writer.invariants:
        depth = 1
        if writer.degraded:
            writer.add(1, f"if {one.decision!r} not in degraded:")
            depth = 2
        if one.about:
            _each(writer, one, depth)
            depth += 1
        broken = expression(one.condition if one.never else ir.Not(one.condition), writer.place)
        writer.add(depth, f"if {broken}:")
        writer.add(depth + 1, f"violated += ({one.name!r},)")
        if one.about:
            writer.add(depth + 1, "break")


def _each(writer: Writer, one: ir.Invariant, depth: int) -> None:
    """The loop over the candidates, or pairs of them, of which an invariant speaks."""
    ranking = writer.policy.rankings[one.decision]
    given, ids = _given(writer, ranking), writer.ids[one.decision]
    if one.about == "pair":
        writer.add(depth, f"by_id = {{candidate['id']: candidate for candidate in {given}}}")
        writer.add(depth, f"for ahead, behind in pairs([by_id[id_] for id_ in {ids}]):")
    else:
        writer.add(depth, f"for candidate in {given}:")
        writer.add(depth + 1, f"ranked_ = candidate['id'] in {ids}")
