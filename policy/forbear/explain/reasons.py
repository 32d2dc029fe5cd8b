"""Why a decision fell back: the engine gives its reason in English; its usual forms are told in Chinese too."""

from __future__ import annotations

import re
from typing import Final

from forbear.explain.words import HOW, Language, fill

_FORMS: Final = (
    (
        re.compile(r"(?P<path>\S+) is missing: no event, contact or plugin gave it"),
        "{path}缺失：事件、联络和插件都没有给出",
    ),
    (re.compile(r"(?P<path>\S+) is missing"), "{path}缺失"),
    (
        re.compile(r"the promise (?P<name>.+?) did not hold: (?P<why>.+)", re.DOTALL),
        "承诺{name}未能成立（{why}）",
    ),
    (re.compile(r"the promise (?P<name>.+?) cannot be checked: (?P<why>.+)", re.DOTALL), "承诺{name}无法核对：{why}"),
    (
        re.compile(r"plugin (?P<plugin>\S+): (?P<hook>\w+): (?P<why>.+)", re.DOTALL),
        "插件{plugin}在{hook}中出错（{why}）",
    ),
    (re.compile(r"the rules (?P<rules>.+) both match", re.DOTALL), "规则{rules}同时适用，互相矛盾"),
    (re.compile(r"the engines differ: (?P<why>.+)", re.DOTALL), "两个引擎的结果不一致（{why}）"),
    (re.compile(r"it reads (?P<name>\S+), which no second engine confirmed"), "它依据的{name}未经第二个引擎确认"),
    (re.compile(r"no second engine confirmed it: (?P<why>.+)", re.DOTALL), "没有第二个引擎加以确认（{why}）"),
    (re.compile(r"(?P<id>\S+) was closed before \((?P<how>\w+)\)"), "{id}此前已了结（{how}）"),
    (
        re.compile(r"(?P<path>[\w.]+): (?P<sort>.+) is not (?P<expected>.+)", re.DOTALL),
        "{path}的值不符合要求（{sort}；应为 {expected}）",
    ),
)


def reason_in(reason: str, language: Language) -> str:
    """The engine's reason in a language; in Chinese one of an unknown form is quoted as it is."""
    reason = reason.strip().rstrip(".")
    if language == "en":
        return reason
    for form, chinese in _FORMS:
        match = form.fullmatch(reason)
        if match is not None:
            parts = match.groupdict()
            if "why" in parts and "无法核对" in chinese:
                parts["why"] = reason_in(parts["why"], language)
            if "how" in parts and parts["how"] in HOW:
                parts["how"] = HOW[parts["how"]][language]
            return fill(chinese, parts)
    return f"“{reason}”"
