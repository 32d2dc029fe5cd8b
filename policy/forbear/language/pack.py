"""A policy pack: a folder of YAML files → a checked policy, or every problem that it has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from attrs import evolve

from forbear.errors import Diagnostic, PackError, PackNotFound, SettingError, Span
from forbear.language import ir
from forbear.language.decisions import Decisions
from forbear.language.folds import Folds
from forbear.language.obligations import Obligations, complete_obligation_entry
from forbear.language.opening import read_opening
from forbear.language.plan import in_order, plan_event
from forbear.language.scope import Names
from forbear.language.shape import Shape, did_you_mean
from forbear.language.source import MAX_PACK_BYTES, MAX_PACK_FILES, Problems, Source, decode, read_source
from forbear.language.texts import Texts
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, parse_tree
from forbear.language.vocabulary import Vocabulary, add_built_in, finish_events

LANGUAGE_VERSION = 1
MANIFEST = "pack.yaml"
TEST_SUFFIX = ".test.yaml"
SECTIONS = (
    "facts", "settings", "entries", "events", "history", "decisions", "obligations", "texts", "calendar",
)  # fmt: skip
# Diagnostics that say that a name does not exist; unsafe to utter while a file that may declare it is unreadable.
_ABSENCE = frozenset(
    {"unknown-name", "unknown-entry", "unknown-obligation", "unknown-text", "unknown-event", "unknown-attribute"}
)


def find_pack(name: str) -> Path:
    """The folder of a pack: a path as given, else a bundled pack of that name. Raises PackNotFound."""
    folder = Path(name)
    if folder.is_dir():
        return folder
    bundled = Path(str(files("forbear_rules")))
    names = sorted(one.name for one in bundled.iterdir() if (one / MANIFEST).is_file())
    if name in names:
        return bundled / name
    if folder.exists():
        raise PackNotFound(f"{name} is a file; a pack is the folder that holds its {MANIFEST}")
    raise PackNotFound(f"there is no folder and no bundled pack {name!r}; bundled: {', '.join(names)}")


def load_policy(pack: str | Path = "standard", settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The policy of a pack, given by folder or bundled name, under a centre's settings.

    Raises PackNotFound, PackError with all diagnostics, or SettingError.
    """
    return build_policy(read_pack(find_pack(str(pack))), settings)


def read_pack(folder: Path) -> list[Source]:
    """The files of a pack, tests left out, in path order. Raises PackError where they may not be read."""
    problems = Problems()
    sources: list[Source] = []
    total = 0
    paths = sorted(path for path in folder.rglob("*.y*ml") if path.is_file() and not path.is_symlink())
    if len(paths) > MAX_PACK_FILES:
        message = f"the pack has more than {MAX_PACK_FILES} files"
        raise PackError([Diagnostic("pack-too-large", message, Span(str(folder), 1, 1))])
    for path in paths:
        name = str(path.relative_to(folder))
        if path.suffix != ".yaml":
            problems.error("wrong-suffix", "a file of a pack ends in .yaml", Span(name, 1, 1), "rename it")
        elif not name.endswith(TEST_SUFFIX):
            source = read_source(path, name, problems)
            total += len(source.text) if source is not None else 0
            if source is not None and total <= MAX_PACK_BYTES:
                sources.append(source)
    if total > MAX_PACK_BYTES:
        problems.error("pack-too-large", f"the pack is larger than {MAX_PACK_BYTES:,} bytes", Span(str(folder), 1, 1))
    if problems.errors:
        # What could be read is still checked, so that all problems come in one run.
        trees, _ = _parse(sources, problems)
        _assemble(trees, problems, {})
        raise PackError(problems.errors)
    return sources


def pack_from_texts(texts: Mapping[str, str]) -> list[Source]:
    """The files of a pack held in memory, by name. Raises PackError where they may not be read."""
    problems = Problems()
    read = [decode(text.encode("utf-8", "surrogatepass"), name, problems) for name, text in sorted(texts.items())]
    if problems.errors:
        raise PackError(problems.errors)
    return [source for source in read if source is not None]


def build_policy(sources: list[Source], settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The checked policy of a pack's files. Raises PackError with all diagnostics, or SettingError."""
    problems = Problems()
    trees, lost = _parse(sources, problems)
    chosen = dict(settings or {})
    policy = _assemble(trees, problems, chosen)
    errors = [one for one in problems.errors if not (lost and one.code in _ABSENCE)]
    if errors or policy is None:
        raise PackError(errors)
    if chosen:
        name = min(chosen)
        known = [path.removeprefix("setting.") for path in policy.settings]
        raise SettingError(f"there is no setting {name!r}; {did_you_mean(name, known)}".rstrip("; "))
    return evolve(policy, digest=_digest(sources, policy))


def _parse(sources: list[Source], problems: Problems) -> tuple[list[tuple[Source, Tree]], bool]:
    """The trees of the files, and whether a file was lost to a syntax error."""
    trees: list[tuple[Source, Tree]] = []
    lost = False
    for source in sources:
        before = len(problems.found)
        tree = parse_tree(source, problems)
        if isinstance(tree, Tree):
            trees.append((source, tree))
        elif tree is not None and not (isinstance(tree, Scalar) and tree.broken):
            problems.error("wrong-shape", "a file of a pack is written as `key: value` pairs", tree.span)
        elif len(problems.found) > before:
            lost = True
    return trees, lost


def _assemble(trees: list[tuple[Source, Tree]], problems: Problems, chosen: dict[str, object]) -> ir.Policy | None:
    """Read the sections in the order in which they need each other."""
    shape, names = Shape(problems), Names()
    sections = _sections(trees, shape)
    name, version = _manifest(trees, shape)
    add_built_in(names)
    vocabulary, folds, texts, decisions = (
        Vocabulary(shape, names), Folds(shape, names), Texts(shape, names), Decisions(shape, names),
    )  # fmt: skip
    for node in sections["facts"]:
        vocabulary.read_facts(node)
    for node in sections["settings"]:
        vocabulary.read_settings(node, chosen)
    for node in sections["entries"]:
        vocabulary.read_entries(node)
    for node in sections["events"]:
        vocabulary.read_events(node)
    finish_events(names)
    for node in sections["decision"]:
        if isinstance(node, Tree):
            decisions.read_head(node)
    owings = decisions.owings()
    over_entries, over_obligations = _folds_by_kind(sections["history"], shape)
    for key, node in over_entries:
        folds.read(key, node)
    for section in sections["texts"]:
        for key, node in shape.named(section, "`texts`"):
            texts.read(key, node)
    obligations = Obligations(shape, names, texts)
    for section in sections["obligations"]:
        for key, node in shape.named(section, "`obligations`"):
            obligations.read(key, node, owings.get(key.value, ()))
    complete_obligation_entry(names)
    for key, node in over_obligations:
        folds.read(key, node)
    built: dict[str, ir.Decision] = {}
    invariants: list[ir.Invariant] = []
    for draft in decisions.drafts.values():
        decision, beside = decisions.finish(draft)
        invariants += beside
        if decision is not None:
            built[decision.name] = decision
    calendar = read_opening(sections["calendar"], shape)
    ordered = in_order(built, problems)
    if problems.errors:
        return None
    policy = ir.Policy(
        name=name, version=version, language=LANGUAGE_VERSION, digest="", facts=names.facts, events=names.events,
        entries=names.entries, folds=names.folds, settings=names.settings, decisions=ordered,
        obligations=names.obligations, texts=names.texts, invariants=tuple(invariants), calendar=calendar, plans={},
    )  # fmt: skip
    return evolve(policy, plans={event: plan_event(event, policy) for event in names.events})


def _sections(trees: list[tuple[Source, Tree]], shape: Shape) -> dict[str, list[Node]]:
    """Every section of every file under its key; a file that is one decision counts under `decision`."""
    found: dict[str, list[Node]] = {key: [] for key in (*SECTIONS, "decision")}
    for source, tree in trees:
        if source.name == MANIFEST:
            continue
        if any(key.value == "decision" for key, _ in tree.items):
            found["decision"].append(tree)
            continue
        for key, node in tree.items:
            if key.value not in SECTIONS:
                hint = did_you_mean(key.value, (*SECTIONS, "decision"))
                shape.error("unknown-key", f"a file of a pack has no `{key.value}`", key.span, hint)
            elif key.value == "decisions":
                found["decision"] += shape.items(node, "`decisions`")
            else:
                found[key.value].append(node)
    return found


def _manifest(trees: list[tuple[Source, Tree]], shape: Shape) -> tuple[str, str]:
    """Name and version from pack.yaml."""
    for source, tree in trees:
        if source.name != MANIFEST:
            continue
        keys = shape.keys(tree, MANIFEST, required=("pack", "version", "language"), optional=("about",))
        name = shape.name(keys["pack"], "a pack's name") if "pack" in keys else None
        version = shape.text(keys["version"], "a version") if "version" in keys else None
        language = shape.whole(keys["language"], "`language`") if "language" in keys else None
        if language is not None and language != LANGUAGE_VERSION:
            message = f"this Forbear reads language {LANGUAGE_VERSION}"
            shape.error("language-version", message, keys["language"].span)
        if "about" in keys:
            shape.languages(keys["about"], "`about`")
        return name or "", version.value if version is not None else ""
    if not any(one.span.file == MANIFEST for one in shape.problems.found):
        hint = f"pack: my_pack, version: 1.0.0, language: {LANGUAGE_VERSION}"
        shape.error("no-manifest", f"a pack needs a {MANIFEST}", Span(MANIFEST, 1, 1), hint)
    return "", ""


def _folds_by_kind(sections: list[Node], shape: Shape) -> tuple[list[tuple[Scalar, Node]], list[tuple[Scalar, Node]]]:
    """The folds over ordinary entries, and those over obligations, whose attributes are known only later."""
    entries: list[tuple[Scalar, Node]] = []
    obligations: list[tuple[Scalar, Node]] = []
    for section in sections:
        for key, node in shape.named(section, "`history`"):
            over = [v.value for _, v in node.items if isinstance(v, Scalar)] if isinstance(node, Tree) else []
            (obligations if "obligation" in over else entries).append((key, node))
    return entries, obligations


def _digest(sources: list[Source], policy: ir.Policy) -> str:
    """A hash of everything that the meaning of a pack depends on: its files and the settings in force."""
    digest = hashlib.sha256(f"forbear language {LANGUAGE_VERSION}\n".encode())
    for source in sorted(sources, key=lambda one: one.name):
        for part in (source.name, source.text):
            raw = part.encode()
            digest.update(f"{len(raw)}:".encode() + raw)
    for path, setting in sorted(policy.settings.items()):
        digest.update(f"{path}={setting.value!r}\n".encode())
    return f"sha256:{digest.hexdigest()}"
