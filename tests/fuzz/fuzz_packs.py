"""Packs: any bytes as a file of a small pack, or a pack with some of its words replaced."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import atheris

from fuzz.harness import instrumented, run

with instrumented("forbear.language", "forbear.evaluate"):
    from forbear.errors import Diagnostic, PackError
    from forbear.language.files import find_pack
    from forbear.language.pack import build_policy, check_pack, pack_from_texts
    from fuzz.deciding import check_decides
    from hostile.sizes import SIZE
    from hostile.texts import STRUCTURE, numbers
    from language.small_pack import RANKED

LONGEST = 20_000
FILES = sorted(RANKED)
WORDS = sorted({word for text in RANKED.values() for word in text.split()})


def check(raw: bytes) -> None:
    """The first byte says whether the rest is a file of its own or edits of the pack."""
    data = atheris.FuzzedDataProvider(raw[1:])
    edits = bool(raw[:1]) and raw[0] % 2 == 1
    files = edited(data) if edits else {**RANKED, "bomb.yaml": raw[1:].decode("utf-8", "surrogateescape")}
    try:
        sources = pack_from_texts(files)
        _, said = check_pack(sources)
        policy = build_policy(sources)
    except PackError as error:
        assert error.diagnostics
        check_said(list(error.diagnostics))
        return
    check_said(said)
    check_decides(policy, atheris.FuzzedDataProvider(raw))


def edited(data: atheris.FuzzedDataProvider) -> dict[str, str]:
    """The pack with stretches cut out, doubled, or replaced by a word or by drawn characters."""
    files = dict(RANKED)
    for _ in range(data.ConsumeIntInRange(1, 4)):
        name = data.PickValueInList(FILES)
        text = files[name]
        start = data.ConsumeIntInRange(0, len(text))
        end = min(len(text), start + data.PickValueInList([0, 1, 2, 5, 20, 100]))
        match data.ConsumeIntInRange(0, 3):
            case 0:
                new = ""
            case 1:
                new = data.PickValueInList(WORDS)
            case 2:
                new = text[start:end] * 2
            case _:
                new = data.ConsumeUnicode(8)
        files[name] = text[:start] + new + text[end:]
    return files


def check_said(diagnostics: list[Diagnostic]) -> None:
    """Each stands at a place that there is, and says something."""
    for one in diagnostics:
        assert one.message
        assert one.span.line >= 1
        assert 1 <= one.span.column <= len(one.span.text) + 1 or not one.span.text
        assert one.span.column - 1 + one.span.length <= max(len(one.span.text), one.span.length * (not one.span.text))


def seeds() -> Iterator[bytes]:
    """The files of the bundled packs, hostile texts, and random edits."""
    folder = find_pack("standard").parent
    for path in sorted(folder.rglob("*.yaml")):
        yield b"\0" + path.read_bytes()
    for make in (*STRUCTURE.values(), *SIZE.values()):
        yield b"\0" + make().encode("utf-8", "surrogatepass")[:LONGEST]
    for text in numbers().values():
        yield b"\0" + text.encode()[:LONGEST]
    for text in RANKED.values():
        yield b"\0" + text.encode()
    for n in range(32):
        yield bytes((1 + 37 * n * m) % 256 for m in range(1, 40))


if __name__ == "__main__":
    run("packs", check, seeds(), LONGEST)
