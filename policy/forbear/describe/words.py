"""Captions of a page in both languages, and the times of an obligation as phrases."""

from __future__ import annotations

from typing import Final, assert_never

from forbear.calendar import Due, Elapsed, Named, in_words
from forbear.calendar.due import AfterOpening, EndOf, StartOfNextWorkingDay, WorkingDays, WorkingTime
from forbear.explain.labels import Labels
from forbear.explain.words import Words, fill
from forbear.language import ir

CAPTIONS: Final[Words] = {
    "graph": {"en": "What reads what", "zh": "依赖关系"},
    "decisions": {"en": "Decisions", "zh": "决定"},
    "obligations": {"en": "Obligations", "zh": "义务"},
    "texts": {"en": "Texts", "zh": "话术"},
    "settings": {"en": "Settings", "zh": "设置"},
    "metrics": {"en": "Metrics", "zh": "指标"},
    "facts": {"en": "Facts", "zh": "事实"},
    "events": {"en": "Events", "zh": "事件"},
    "history": {"en": "Questions to the ledger", "zh": "账本查询"},
    "calendar": {"en": "Calendar", "zh": "工作日历"},
    "retention": {"en": "How long the ledger keeps what", "zh": "账本保留期限"},
    "changes": {"en": "What it changes of the packs below", "zh": "对下层策略包的改动"},
    "asked_on": {"en": "asked on", "zh": "触发事件"},
    "outcome": {"en": "outcome", "zh": "结果"},
    "outcomes": {"en": "outcomes, mildest first", "zh": "结果（由轻到重）"},
    "grave": {"en": "grave", "zh": "重大"},
    "fallback": {"en": "when in doubt", "zh": "存疑时"},
    "overridable": {"en": "a person may set", "zh": "可由人指定"},
    "nothing": {"en": "nothing", "zh": "无"},
    "as_given": {"en": "the candidates stay as given", "zh": "候选者保持原样"},
    "hit": {"en": "which rule decides", "zh": "规则取舍"},
    "first": {"en": "the first that holds", "zh": "第一条适用的规则"},
    "unique": {"en": "the only one that may hold", "zh": "唯一适用的规则"},
    "priority": {"en": "of those that hold, the severest", "zh": "适用规则中最重的一条"},
    "collect": {"en": "all that hold", "zh": "所有适用的规则"},
    "candidates": {"en": "candidates", "zh": "候选者"},
    "require": {"en": "Needed of every candidate", "zh": "候选者必须满足"},
    "prefer": {"en": "What puts a candidate ahead", "zh": "优先条件"},
    "promises": {"en": "Promises", "zh": "承诺"},
    "rule": {"en": "rule", "zh": "规则"},
    "why": {"en": "reason", "zh": "理由"},
    "source": {"en": "source", "zh": "出处"},
    "name": {"en": "name", "zh": "名称"},
    "meaning": {"en": "meaning", "zh": "含义"},
    "kind": {"en": "type and range", "zh": "类型与范围"},
    "default": {"en": "default", "zh": "默认值"},
    "note": {"en": "note", "zh": "备注"},
    "carries": {"en": "carries", "zh": "附带"},
    "closes": {"en": "closed by", "zh": "了结方式"},
    "said": {"en": "said", "zh": "话术"},
    "owed_by": {"en": "arises from", "zh": "产生于"},
    "needs": {"en": "needs", "zh": "须注明"},
    "figure": {"en": "figure", "zh": "计算方式"},
    "by": {"en": "by", "zh": "分组"},
    "least": {"en": "fewest told", "zh": "最少条数"},
    "beside": {"en": "told beside", "zh": "同时列出"},
    "optional": {"en": "may be missing", "zh": "可缺失"},
    "brings": {"en": "brings", "zh": "内容"},
    "asks": {"en": "what is asked", "zh": "查询"},
    "scope": {"en": "whose", "zh": "范围"},
    "where": {"en": "of those for which", "zh": "条件"},
    "window": {"en": "within", "zh": "时限"},
    "depends": {"en": "by", "zh": "取决于"},
    "otherwise": {"en": "otherwise", "zh": "其他"},
}

_DUE: Final[Words] = {
    "elapsed": {"en": "within {time}", "zh": "{time}内"},
    "chosen": {"en": "{time} ({path})", "zh": "{time}（{path}）"},
    "named": {"en": "as long as this says: {path}", "zh": "期限见：{path}"},
    "working": {"en": "within {time} of working time", "zh": "{time}工作时间内"},
    "days.1": {"en": "by the end of the next working day", "zh": "下一工作日结束前"},
    "days": {"en": "by the end of the {count} working day", "zh": "{count}个工作日内"},
    "opening": {"en": "{time} after the next opening", "zh": "下次营业开始后{time}内"},
    "end.today": {"en": "by the end of the day", "zh": "当天结束前"},
    "end.next": {"en": "by the end of the next day", "zh": "次日结束前"},
    "end.today.working": {"en": "by the end of the working day", "zh": "当个工作日结束前"},
    "end.next.working": {"en": "by the end of the next working day", "zh": "下一工作日结束前"},
    "next": {"en": "by the start of the next working day", "zh": "下一工作日开始前"},
    "from": {"en": "not before {time}", "zh": "不早于{time}"},
    "expires": {"en": "lapses if not done {time}", "zh": "{time}未完成则失效"},
    "once.contact": {"en": "once in a contact", "zh": "每次联络一次"},
    "once.customer": {"en": "once for a customer", "zh": "每位客户一次"},
    "once.contact.open": {"en": "one at a time in a contact", "zh": "每次联络同时只有一项"},
    "once.customer.open": {"en": "one at a time for a customer", "zh": "每位客户同时只有一项"},
}

_START: Final[Words] = {
    "elapsed": {"en": "{time} after it arises", "zh": "产生后{time}"},
    "chosen": _DUE["chosen"],
    "named": {"en": "{path} after it arises", "zh": "产生后{path}"},
    "working": {"en": "{time} of working time after it arises", "zh": "产生后{time}工作时间"},
    "days.1": {"en": "the end of the next working day", "zh": "下一工作日结束时"},
    "days": {"en": "the end of the {count} working day", "zh": "第{count}个工作日结束时"},
    "opening": _DUE["opening"] | {"zh": "下次营业开始后{time}"},
    "end.today": {"en": "the end of the day", "zh": "当天结束时"},
    "end.next": {"en": "the end of the next day", "zh": "次日结束时"},
    "end.today.working": {"en": "the end of the working day", "zh": "当个工作日结束时"},
    "end.next.working": {"en": "the end of the next working day", "zh": "下一工作日结束时"},
    "next": {"en": "the start of the next working day", "zh": "下一工作日开始时"},
}
"""The same times, as the moment before which something does not begin."""


def caption(key: str) -> str:
    """A caption in both languages on one line."""
    return f"{CAPTIONS[key]['en']} {CAPTIONS[key]['zh']}"


def heads(*keys: str) -> list[str]:
    """Captions as the heads of a table."""
    return [f"{CAPTIONS[one]['en']}<br>{CAPTIONS[one]['zh']}" for one in keys]


def due_phrase(due: Due, labels: Labels, words: Words = _DUE) -> str:
    """When something is due or lapses or, by the `words` of that, begins."""

    def told(key: str, **parts: str) -> str:
        return fill(words[key][labels.language], parts)

    match due:
        case Elapsed(seconds):
            return told("elapsed", time=in_words(seconds, labels.language))
        case WorkingTime(seconds):
            return told("working", time=in_words(seconds, labels.language))
        case WorkingDays(count):
            return told("days.1" if count == 1 else "days", count=_ordinal(count, labels))
        case AfterOpening(seconds):
            return told("opening", time=in_words(seconds, labels.language))
        case EndOf(following, working):
            key = f"end.{'next' if following else 'today'}{'.working' if working else ''}"
            return told(key)
        case StartOfNextWorkingDay():
            return told("next")
        case Named(path) if path in labels.policy.settings:
            setting = labels.policy.settings[path]
            value = labels.value(setting.value, setting.type)
            return told("elapsed", time=told("chosen", time=value, path=path))
        case Named(path):
            return told("named", path=labels.name(path))
        case _:
            assert_never(due)


def duty_phrase(one: ir.Obligation, labels: Labels) -> str:
    """From when until when something is owed, and how often."""
    told = [due_phrase(one.due, labels)]
    if one.start is not None:
        told.append(_due("from", labels, time=due_phrase(one.start, labels, _START)))
    if one.expires is not None:
        told.append(_due("expires", labels, time=due_phrase(one.expires, labels)))
    if one.once is not None:
        told.append(_due(f"once.{one.once.per}{'.open' if one.once.while_open else ''}", labels))
    return labels.joined(told)


def _ordinal(count: int, labels: Labels) -> str:
    if labels.language == "zh":
        return str(count)
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(count, f"{count}{ending}")


def _due(key: str, labels: Labels, **parts: str) -> str:
    return fill(_DUE[key][labels.language], parts)
