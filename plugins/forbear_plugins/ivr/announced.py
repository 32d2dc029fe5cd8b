"""What an announcement of a queue says, in English and Chinese: an apology first, and each key by its digit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_APOLOGY: Final = re.compile(
    r"\b(?:sorry|apolog(?:y|ies|ise|ize|ising|izing)|forgive us)\b"
    r"|抱歉|对不起|不好意思|致歉|道歉|歉意|见谅|请原谅|對不起|請原諒",
    re.IGNORECASE,
)
_END: Final = re.compile(r"[.!?;。！？；]")
_DIGITS: Final = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_WORDS: Final = {str(n): f"{_DIGITS[n]}|{han}" for n, han in enumerate("零一二三四五六七八九")}
_PRESS: Final = r"(?:press|dial|choose|select|key|按|拨|选)\s*(?:the\s+|number\s+|key\s+|数字)*"


def apologises_first(text: str) -> bool:
    """Whether the first sentence of a text says sorry."""
    return _APOLOGY.search(_END.split(text.strip(), maxsplit=1)[0]) is not None


def names_keys(text: str, keys: Iterable[str]) -> bool:
    """Whether a text names each of some keys: `press 1`, `press one`, `or 2 to stay`, `按1`, `请按二`, `或2`."""
    return all(_names(text, key) for key in keys)


def _names(text: str, key: str) -> bool:
    digit = re.escape(key)
    spoken = rf"{_PRESS}(?:{digit}|{_WORDS.get(key, digit)})|(?:\bor|或)\s*{digit}"
    return re.search(rf"(?:{spoken})(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
