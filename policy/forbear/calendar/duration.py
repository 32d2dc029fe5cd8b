"""A length of time in words, for the texts that an advisor or a customer reads."""

from __future__ import annotations

from typing import Final, Literal

_UNITS: Final = ((86_400, "day", "天"), (3600, "hour", "小时"), (60, "minute", "分钟"), (1, "second", "秒"))


def in_words(seconds: int, language: Literal["en", "zh"]) -> str:
    """A duration in days, hours, minutes and seconds, leaving out what is nought: 5400 is "1 hour 30 minutes".

    A negative duration is said as one ("minus 5 minutes", "负5分钟"), so that no text ever fails over a number.
    """
    parts: list[str] = []
    rest = abs(seconds)
    for size, english, chinese in _UNITS:
        count, rest = divmod(rest, size)
        if count or (size == 1 and not parts):
            parts.append(f"{count}{chinese}" if language == "zh" else f"{count} {english}{'' if count == 1 else 's'}")
    if language == "zh":
        return ("负" if seconds < 0 else "") + "".join(parts)
    return ("minus " if seconds < 0 else "") + " ".join(parts)
