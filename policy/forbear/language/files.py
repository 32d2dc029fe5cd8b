"""Where packs are found and which files belong to one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from forbear.bounded import exists, is_folder
from forbear.errors import PackError, PackNotFound, Span
from forbear.language.problems import Problems
from forbear.language.source import MAX_PACK_BYTES, Source, hidden_in, list_files, read_source, refuse_link

MANIFEST = "pack.yaml"
TEST_SUFFIX = ".test.yaml"


def bundled_packs() -> dict[str, Path]:
    """The packs that come with Forbear, by name."""
    folder = Path(str(files("forbear_rules")))
    return {one.name: one for one in sorted(folder.iterdir()) if (one / MANIFEST).is_file()}


def find_pack(name: str) -> Path:
    """The folder of a pack: a path as given, else a bundled pack of that name. Raises PackNotFound."""
    folder = Path(name)
    if is_folder(folder):
        return folder
    bundled = bundled_packs()
    if name in bundled:
        return bundled[name]
    if exists(folder):
        raise PackNotFound(f"{name} is a file; a pack is the folder that holds its {MANIFEST}")
    raise PackNotFound(f"there is no folder and no bundled pack {name!r}; bundled: {', '.join(bundled)}")


def files_of(folder: Path, problems: Problems, pack: str = "") -> Iterator[Source]:
    """Every file of a pack that can be read, tests left out. Hidden files and folders are not part of it.

    The files of a pack that another builds on stand under its name: `abuse:response.yaml`.
    """
    total = 0
    for path in list_files(folder, problems):
        name = name_of(path.relative_to(folder).as_posix(), pack)
        if not is_speakable(name, problems) or refuse_link(path, name, problems):
            continue
        if path.is_file() and path.suffix != ".yaml":
            problems.error("wrong-suffix", "a file of a pack ends in .yaml", Span(name, 1, 1), "rename it")
            problems.lose_all()
        elif path.is_file() and not name.endswith(TEST_SUFFIX):
            source = read_source(path, name, problems, pack)
            total += len(source.text) if source is not None else 0
            if total > MAX_PACK_BYTES:
                message = f"the pack is larger than {MAX_PACK_BYTES:,} characters"
                problems.error("pack-too-large", message, Span(name, 1, 1), "make two packs of it")
                raise PackError(problems.errors)
            if source is not None:
                yield source


def name_of(file: str, pack: str) -> str:
    """The name under which diagnostics speak of a file of a pack."""
    return f"{pack}:{file}" if pack else file


def is_speakable(name: str, problems: Problems) -> bool:
    """Whether a file name can be shown and hashed; noted where not."""
    if name.isprintable() and not hidden_in(name):
        return True
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in name)
    problems.error(
        "bad-file-name", "the file's name holds a character that cannot be shown", Span(shown, 1, 1), "rename it"
    )
    problems.lose_all()
    return False
