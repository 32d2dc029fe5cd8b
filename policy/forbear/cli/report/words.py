"""What a report says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from attrs import frozen

from forbear.calendar import UNIT_SECONDS, in_words
from forbear.engine.report import Figure, Report, Unreadable
from forbear.engine.report.figures import HOUR, unit
from forbear.explain.labels import Labels
from forbear.explain.words import HOW, Language, Words, fill
from forbear.language import ir
from forbear.language.types import Value

_WORDS: Words = {
    "head": {
        "en": "{pack} {version}, {span}, as the ledger stood on {at}",
        "zh": "{pack} {version}，{span}，账本截至{at}",
    },
    "empty": {"en": "{pack} {version}: the ledger is empty.", "zh": "{pack} {version}：账本为空。"},
    "none": {"en": "The pack has no metrics.", "zh": "该策略包没有指标。"},
    "whole": {"en": "the whole time", "zh": "全部时间"},
    "span": {"en": "{since} to {until}", "zh": "{since}至{until}"},
    "since": {"en": "from {since}", "zh": "自{since}起"},
    "until": {"en": "up to {until}", "zh": "截至{until}"},
    "all": {"en": "all", "zh": "合计"},
    "period": {"en": "period", "zh": "期间"},
    "missing": {"en": "not given", "zh": "未注明"},
    "share": {"en": "{value} ({part} of {base})", "zh": "{value}（{part}/{base}）"},
    "share.interval": {
        "en": "{value} ({part} of {base}; {low} to {high})",
        "zh": "{value}（{part}/{base}；{low}至{high}）",
    },
    "mean": {"en": "{value} (of {base})", "zh": "{value}（{base}条）"},
    "ratio": {"en": "{value} ({part} for {base})", "zh": "{value}（{part}/{base}）"},
    "none_here": {"en": "—", "zh": "—"},
    "few": {"en": "too few ({cases})", "zh": "数量过少（{cases}）"},
    "nothing": {"en": "— ({part} for {base})", "zh": "—（{part}/{base}）"},
    "percent": {"en": "{value} %", "zh": "{value}%"},
    "interval": {
        "en": "Behind the counts stands where a share would lie in 95 of 100 such counts (Wilson).",
        "zh": "计数之后为比例的95%置信区间（Wilson法）。",
    },
    "least": {"en": "Nothing is told of fewer than {least}.", "zh": "少于{least}条不予显示。"},
    "erased": {
        "en": "Left out, of customers who were erased: {counts}.",
        "zh": "未计入，客户已删除：{counts}。",
    },
    "expired": {
        "en": "Left out, no longer kept as their time is over: {counts}.",
        "zh": "未计入，已过保存期限：{counts}。",
    },
    "unfit": {
        "en": "Left out of some figures, written otherwise by another policy: {counts}.",
        "zh": "部分数字未计入，由其他策略以不同形式写入：{counts}。",
    },
    "entries": {"en": "{kind} {number}", "zh": "{kind} {number}条"},
    "per hour": {"en": "{value} per hour", "zh": "每小时{value}"},
}
_NAMES: Words = {
    "advisor": {"en": "advisor", "zh": "客服"},
    "customer": {"en": "customer", "zh": "客户"},
    "contact": {"en": "contact", "zh": "联络"},
    "channel": {"en": "channel", "zh": "渠道"},
    "owe": {"en": "owed", "zh": "义务"},
    "to": {"en": "to be done by", "zh": "责任人"},
    "how": {"en": "closed as", "zh": "了结方式"},
    "late": {"en": "late", "zh": "逾期"},
    "open": {"en": "open", "zh": "未了结"},
    "ended": {"en": "ended", "zh": "已结束"},
}


@frozen
class Said:
    """How a report is told in a language."""

    language: Language

    def word(self, key: str, **parts: object) -> str:
        """A sentence or word, its placeholders filled."""
        return fill(_WORDS[key][self.language], parts)

    def title(self, metric: ir.Metric) -> str:
        """What a metric is called."""
        return metric.about.get(self.language, metric.name)

    def attribute(self, name: str) -> str:
        """What an attribute is called; a pack's own go by their names."""
        return _NAMES[name][self.language] if name in _NAMES else name.replace("_", " ")

    def group(self, name: str, value: Value | None) -> str:
        """The value by which entries are grouped."""
        if value is None:
            return self.word("missing")
        if isinstance(value, bool):
            return {"en": ("no", "yes"), "zh": ("否", "是")}[self.language][value]
        text = str(value)
        return HOW[text][self.language] if name == "how" and text in HOW else text

    def head(self, report: Report) -> str:
        """Of what and of when a report is."""
        pack = {"pack": report.policy.name, "version": report.policy.version}
        if report.as_of is None:
            return self.word("empty", **pack)
        given = {name: day for name, day in (("since", report.since), ("until", report.until)) if day is not None}
        key = {0: "whole", 2: "span"}.get(len(given)) or next(iter(given))
        at = self._at(report.as_of, report.policy)
        return self.word("head", **pack, span=self.word(key, **given), at=at)

    def _at(self, moment: datetime, policy: ir.Policy) -> str:
        return Labels(policy, "", self.language).at(moment.replace(microsecond=0), policy.calendar.zone)

    # --- figures

    def figure(self, metric: ir.Metric, one: Figure) -> str:
        """A value with what was counted for it."""
        if metric.base is None:
            return self.value(metric, one.part)
        if one.too_few:
            return self.word("few", cases=f"{one.cases:,}")
        assert one.base is not None
        counted = {"part": self._counted(metric.part, one.part), "base": self._counted(metric.base, one.base)}
        if one.value is None:
            return self.word("nothing", **counted)
        value = self.value(metric, one.value)
        if metric.whole is None:
            mean = metric.part.operator == "sum" and one.base == one.cases
            return self.word("mean" if mean else "ratio", value=value, **counted)
        if one.low is None or one.high is None:
            return self.word("share", value=value, **counted)
        return self.word("share.interval", value=value, low=_rounded(one.low), high=self._percent(one.high), **counted)

    def value(self, metric: ir.Metric, value: float) -> str:
        """A value alone: in percent, as a length of time, per hour, or with its unit."""
        what = unit(metric)
        if what == "percent" and metric.whole is not None:
            return self._percent(value)
        if what in UNIT_SECONDS:
            return in_words(_rough(value * UNIT_SECONDS[what]), self.language)
        if what == "per hour":
            return self.word("per hour", value=_short(value))
        return f"{_short(value)} {what}".strip()

    def _counted(self, fold: ir.Fold, value: float) -> str:
        """A count or a sum beside a value."""
        kind = getattr(fold.type, "unit", "")
        if kind in UNIT_SECONDS:
            return in_words(_rough(value * UNIT_SECONDS[kind]), self.language)
        return f"{value:,}"

    def _percent(self, value: float) -> str:
        return self.word("percent", value=_rounded(value))

    # --- what stands below the tables

    def notes(self, report: Report) -> list[str]:
        """What a reader must know of the figures."""
        found: list[str] = []
        figures = [row.figure for one in report.metrics for row in one.rows]
        if any(one.low is not None for one in figures):
            found.append(self.word("interval"))
        least = sorted({one.least for one in figures if one.too_few})
        found += [self.word("least", least=one) for one in least]
        for why in ("erased", "expired", "unfit"):
            counts = self._counts(report.unreadable, why)
            if counts:
                found.append(self.word(why, counts=counts))
        return found

    def _counts(self, unreadable: Mapping[str, Unreadable], why: str) -> str:
        counts = {kind: getattr(one, why) for kind, one in unreadable.items()}
        told = [self.word("entries", number=f"{one:,}", kind=kind) for kind, one in counts.items() if one]
        return {"en": ", ", "zh": "、"}[self.language].join(told)


def _rounded(value: float) -> str:
    """A share to whole percents; what is neither none nor all is not told as such."""
    if 0 < value < 1:
        return "<1"
    return ">99" if 99 < value < 100 else f"{value:.0f}"


def _rough(seconds: float) -> int:
    """A time to the second, from an hour to the minute, from a day to the hour."""
    to = 1 if abs(seconds) < HOUR else 60 if abs(seconds) < 24 * HOUR else HOUR
    return round(seconds / to) * to


def _short(value: float) -> str:
    """A number of three significant digits, or all of a whole one."""
    if isinstance(value, int) or value == int(value) or abs(value) >= 1000:
        return f"{round(value):,}"
    return f"{Decimal(f'{value:.3g}').normalize():f}"
