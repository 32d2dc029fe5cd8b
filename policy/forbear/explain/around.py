"""What stands around a decision: what was known and from whom, what follows from it, how it came about."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.explain.labels import Labels, as_value
from forbear.explain.quiet import is_told, read_by
from forbear.explain.sentences import Part, Telling
from forbear.explain.trace import environment_of, fact_type
from forbear.explain.words import SOURCES, fill, sentence
from forbear.records import Amended, Closed, Evidence, Owed, Plain, Said


def tell_about(telling: Telling) -> None:
    """Which decision on which event, and whether it can be explained in full."""
    record, policy = telling.record, telling.policy
    telling.say(
        "about",
        id=record.id,
        event=record.event,
        type=lambda labels: labels.event_type(record.type),
        at=telling.moment(record.at),
    )
    if record.late and telling.audience != "advisor":
        telling.say("late")
    if telling.same_policy:
        return
    if telling.audience == "advisor":
        telling.say("other_policy", "other-policy.private")
        return
    version, loaded = f"{record.policy.pack} {record.policy.version}", f"{policy.name} {policy.version}"
    if telling.audience == "auditor":
        version, loaded = f"{version}, {record.policy.digest}", f"{loaded}, {policy.digest}"
    telling.say("other_policy", "other-policy", version=version, loaded=loaded)


# --- facts


def tell_facts(telling: Telling) -> None:
    """Every fact that the audience may see, with its value and where it came from.

    Left out is what only such decisions rest on as came out as usual.
    """
    record, environment = telling.record, environment_of(telling.policy, telling.record)
    told = read_by(
        telling.policy, [name for name in record.outcome if name not in telling.quiet and is_told(telling, name)]
    )
    for path, plain in record.facts.items():
        if telling.sight.name(path) and (not telling.quiet or path in told):
            value = environment.get(path, as_value(plain))
            telling.say(
                "known",
                values={path: plain},
                name=_name(path),
                value=telling.value(value, fact_type(telling.policy, record.type, path), path),
                source=_source(telling, path),
            )
    speech = [path for path in record.facts if path.startswith("speech.")]
    if record.evidence and telling.sight.names(speech):
        telling.say("heard", places=lambda labels: labels.listed([_place(one, labels) for one in record.evidence]))


def _name(path: str) -> Part:
    return lambda labels: labels.name(path)


def _place(one: Evidence, labels: Labels) -> str:
    return sentence("heard.place", labels.language, start=one.start, end=one.end, kind=one.kind)


def _source(telling: Telling, path: str) -> Part:
    """Where a fact came from, as far as the record tells."""
    record, policy = telling.record, telling.policy
    plugin = record.sources.get(path, "")
    if plugin:
        key = "plugin"
        version = record.plugins.get(plugin, "")
        if telling.audience == "auditor" and version:
            plugin = f"{plugin} ({version})"
    elif path in record.defaulted:
        key = "default"
    elif path in policy.folds or path.startswith("history."):
        key = "ledger"
    elif path.startswith("event."):
        key = "event"
    elif path.startswith(("offence.", "obligation.", "appeal.")):
        key = "entry"
    else:
        key = "told"
    return lambda labels: fill(SOURCES[key][labels.language], {"plugin": plugin})


# --- what follows


def tell_consequences(telling: Telling) -> None:
    """Obligations, closings and, for those who see the whole case, entries and amendments."""
    record = telling.record
    for one in record.obligations:
        if telling.sight.obligation(one.owe, one.to):
            _owed(telling, one)
    for said in record.said:
        _said(telling, said)
    for closed in record.closed:
        declared = telling.policy.obligations.get(closed.owe)
        if telling.sight.obligation(closed.owe, declared.to if declared is not None else ""):
            _closed(telling, closed)
    if telling.audience == "advisor":
        return
    for entry in record.recorded:
        telling.say("recorded", values={"id": entry.id, "entry": entry.entry}, entry=entry.entry, id=entry.id)
    for amended in record.amended:
        _amended(telling, amended)
    for id_ in record.overdue:
        telling.say("overdue", values={"id": id_}, id=id_)


def _owed(telling: Telling, one: Owed) -> None:
    telling.say(
        "owed",
        "owed.advisor" if telling.audience == "advisor" else "owed",
        values={"id": one.id, "owe": one.owe, "to": one.to, "due": one.due.isoformat()},
        who=lambda labels: labels.role(one.to),
        what=lambda labels: labels.obligation(one.owe),
        due=telling.moment(one.due),
    )
    if one.start is not None:
        telling.say("from", level=1, values={"from": one.start.isoformat()}, start=telling.moment(one.start))
    if one.expires is not None:
        telling.say("expires", level=1, values={"expires": one.expires.isoformat()}, end=telling.moment(one.expires))
    say = one.say
    if say is not None and (telling.audience == "auditor" or (telling.same_policy and telling.sight.said(one.owe))):
        telling.say("say", level=1, text=lambda labels: labels.because(say))
    carried = {
        name: value
        for name, value in one.carries.items()
        if telling.audience == "auditor" or (telling.same_policy and telling.sight.carried(one.owe, name))
    }
    if carried:
        telling.say("carries", level=1, values=carried, carried=_pairs(carried))


def _said(telling: Telling, one: Said) -> None:
    """What a rule said itself, to whoever may see its decision and all that the words show."""
    sight = telling.sight
    if telling.audience == "auditor" or (
        telling.same_policy and sight.decision(one.rule.partition(".")[0]) and sight.text(one.text)
    ):
        telling.say("say", values={"rule": one.rule, "text": one.text}, text=lambda labels: labels.because(one.say))


def _closed(telling: Telling, one: Closed) -> None:
    telling.say(
        "closed",
        values={"id": one.id, "owe": one.owe, "how": one.how},
        what=lambda labels: labels.obligation(one.owe),
        how=lambda labels: labels.how(one.how),
    )


def _amended(telling: Telling, one: Amended) -> None:
    seen = telling.audience == "auditor" or telling.same_policy
    shown = {name: value for name, value in one.values.items() if seen and telling.sight.amended(name)}
    key = "amended" if shown else "amended.hidden"
    telling.say("amended", key, values={"id": one.id, **shown}, id=one.id, changes=_pairs(shown))


def _pairs(values: Mapping[str, Plain]) -> Part:
    return lambda labels: labels.listed(
        [labels.pair(name, labels.value(as_value(value))) for name, value in values.items()]
    )


# --- how it came about


def tell_how(telling: Telling) -> None:
    """Who confirmed it and, for an auditor, by which evaluator and policy it was decided."""
    record = telling.record
    if record.confirmed_by is not None and telling.audience == "auditor":
        telling.say("confirmed", "confirmed.auditor", by=record.confirmed_by)
    elif record.confirmed_by is not None:
        telling.say("confirmed")
    if telling.audience == "auditor":
        policy = record.policy
        telling.say(
            "provenance", evaluator=record.evaluator, pack=policy.pack, version=policy.version, digest=policy.digest
        )
