"""`pack.yaml`: what a pack is called, which language it speaks, what it builds on."""

from __future__ import annotations

from attrs import frozen

from forbear.errors import Span
from forbear.language.bases import built_on
from forbear.language.files import MANIFEST, name_of
from forbear.language.shape import Shape, did_you_mean
from forbear.language.tree import Mapping

LANGUAGE_VERSION = 1
MAX_VERSION = 100  # characters; every record repeats it


@frozen
class Manifest:
    """The manifest of one pack."""

    name: str
    version: str
    builds_on: tuple[str, ...]


def read_manifest(tree: Mapping | None, pack: str, shape: Shape) -> Manifest | None:
    """The manifest of the pack in hand, or of one that it builds on, known there as `pack`.

    None where the pack speaks another language, so that no word of it counts.
    """
    file = name_of(MANIFEST, pack)
    if tree is None:
        if not any(one.span.file == file for one in shape.problems.found):
            no_manifest(shape, file)
        return Manifest("", "", ())
    keys = shape.keys(
        tree, MANIFEST, required=("pack", "version", "language"), optional=("about", "builds_on", "overrides")
    )
    name = shape.name(keys["pack"], "a pack's name") if "pack" in keys else None
    version = shape.text(keys["version"], "a version", MAX_VERSION) if "version" in keys else None
    language = shape.whole(keys["language"], "`language`") if "language" in keys else None
    if "about" in keys:
        shape.languages(keys["about"], "`about`")
    for item in shape.items(keys["builds_on"], "`builds_on`") if "builds_on" in keys else ():
        shape.name(item, "a pack's name")
    if pack and name is not None and name != pack:
        message = f"this pack is called `{name}`, and `{pack}` is built on"
        shape.error("unknown-pack", message, keys["pack"].span, did_you_mean(name, [pack]) or "rename its folder")
    if language is not None and language != LANGUAGE_VERSION:
        message = f"this Forbear reads language {LANGUAGE_VERSION}"
        hint = "install a newer Forbear" if language > LANGUAGE_VERSION else f"write language: {LANGUAGE_VERSION}"
        shape.error("language-version", message, keys["language"].span, hint)
        return None
    below = tuple(dict.fromkeys(one.value for one in built_on(tree)))
    return Manifest(name or "", version.value if version is not None else "", below)


def no_manifest(shape: Shape, file: str = MANIFEST) -> None:
    """Note that a pack has no manifest."""
    hint = f"it holds pack: my_pack, version: 1.0.0, language: {LANGUAGE_VERSION}, each on a line of its own"
    shape.error("no-manifest", f"a pack needs a {MANIFEST} that says its name", Span(file, 1, 1), hint)
