"""A policy pack: a folder of YAML files → a checked policy, or every problem that it has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import islice
from pathlib import Path

from attrs import evolve

from forbear.errors import FactError, PackError, PackNotFound, SettingError, Span
from forbear.language import ir
from forbear.language.decisions import Decisions
from forbear.language.folds import Folds
from forbear.language.obligations import Obligations, complete_obligation_entry
from forbear.language.opening import read_opening
from forbear.language.plan import in_order, plan_event
from forbear.language.problems import Problems
from forbear.language.rankings import Rankings
from forbear.language.scope import Names
from forbear.language.shape import Shape, did_you_mean
from forbear.language.source import MAX_PACK_BYTES, MAX_PACK_FILES, Source, decode, hidden_in, read_source
from forbear.language.texts import Texts
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, parse_tree, scalar_value
from forbear.language.vocabulary import Vocabulary, add_built_in, finish_events

LANGUAGE_VERSION = 1
MANIFEST = "pack.yaml"
TEST_SUFFIX = ".test.yaml"
SECTIONS = (
    "facts", "settings", "entries", "events", "history", "decisions", "obligations", "texts", "calendar",
)  # fmt: skip


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
    if not (folder / MANIFEST).exists():
        _no_manifest(Shape(problems))
        raise PackError(problems.errors)
    return _readable(list(_files(folder, problems)), problems)


def pack_from_texts(texts: Mapping[str, str]) -> list[Source]:
    """The files of a pack held in memory, by name. Raises PackError where they may not be read."""
    problems = Problems()
    found = [
        decode(text.encode("utf-8", "surrogatepass"), name, problems)
        for name, text in sorted(texts.items())
        if _is_speakable(name, problems)
    ]
    return _readable([source for source in found if source is not None], problems)


def _readable(sources: list[Source], problems: Problems) -> list[Source]:
    """The sources, if nothing was wrong; else they are checked as far as they go, so that all comes in one run."""
    if problems.found:
        _assemble(_parse(sources, problems), problems, {})
        raise PackError(problems.errors)
    return sources


def _files(folder: Path, problems: Problems) -> Iterator[Source]:
    """Every file of a pack that can be read. Hidden files and folders are not part of it."""
    total = 0
    found = (path for path in folder.rglob("*") if path.suffix.lower() in (".yaml", ".yml"))
    shown = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    paths = list(islice(shown, MAX_PACK_FILES + 1))
    if len(paths) > MAX_PACK_FILES:
        message = f"the pack has more than {MAX_PACK_FILES} files"
        problems.error("pack-too-large", message, Span(MANIFEST, 1, 1), "make two packs of it")
        raise PackError(problems.errors)
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        if not _is_speakable(name, problems):
            continue
        if path.is_symlink():
            hint = "put the file itself here"
            problems.error("symbolic-link", "a pack holds files, not links to them", Span(name, 1, 1), hint)
            problems.lose_all()
        elif path.is_file() and path.suffix != ".yaml":
            problems.error("wrong-suffix", "a file of a pack ends in .yaml", Span(name, 1, 1), "rename it")
            problems.lose_all()
        elif path.is_file() and not name.endswith(TEST_SUFFIX):
            source = read_source(path, name, problems)
            total += len(source.text) if source is not None else 0
            if total > MAX_PACK_BYTES:
                message = f"the pack is larger than {MAX_PACK_BYTES:,} characters"
                problems.error("pack-too-large", message, Span(name, 1, 1), "make two packs of it")
                raise PackError(problems.errors)
            if source is not None:
                yield source


def _is_speakable(name: str, problems: Problems) -> bool:
    """Whether a file name can be shown and hashed; noted where not."""
    if name.isprintable() and not hidden_in(name):
        return True
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in name)
    problems.error(
        "bad-file-name", "the file's name holds a character that cannot be shown", Span(shown, 1, 1), "rename it"
    )
    problems.lose_all()
    return False


def build_policy(sources: list[Source], settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The checked policy of a pack's files. Raises PackError with all diagnostics, or SettingError."""
    problems = Problems()
    chosen = dict(settings or {})
    built = _assemble(_parse(sources, problems), problems, chosen)
    if built is None:
        raise PackError(problems.errors)
    policy, unfit = built
    if unfit:
        raise SettingError("; ".join(str(one) for one in unfit)) from unfit[0]
    if chosen:
        name = min(chosen, key=str)
        known = [path.removeprefix("setting.") for path in policy.settings]
        raise SettingError(f"there is no setting {name!r}; {did_you_mean(name, known)}".rstrip("; "))
    return evolve(policy, digest=_digest(sources, policy))


def _parse(sources: list[Source], problems: Problems) -> list[tuple[Source, Tree]]:
    """The trees of the files that have one."""
    trees: list[tuple[Source, Tree]] = []
    for source in sources:
        tree = parse_tree(source, problems)
        if isinstance(tree, Scalar) and not tree.broken and scalar_value(tree) is None:
            tree = None
        if isinstance(tree, Tree):
            trees.append((source, tree))
        elif tree is not None:
            Shape(problems).wrong(tree, "a file of a pack is written as `key: value` pairs", "for example `facts:`")
            problems.lose(source.text)
    return trees


def _assemble(
    trees: list[tuple[Source, Tree]], problems: Problems, chosen: dict[str, object]
) -> tuple[ir.Policy, list[FactError]] | None:
    """Read the sections in the order in which they need each other; also what is wrong with the settings chosen."""
    shape, names = Shape(problems), Names()
    manifest = _manifest(trees, shape)
    if manifest is None:
        return None
    name, version = manifest
    sections = _sections(trees, shape)
    add_built_in(names)
    vocabulary, folds, texts = Vocabulary(shape, names), Folds(shape, names), Texts(shape, names)
    decisions, rankings = Decisions(shape, names), Rankings(shape, names)
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
        head = shape.mapping(node, "a decision")
        if head is not None and any(key.value == "over" for key, _ in head.items):
            rankings.read_head(head)
        elif head is not None:
            decisions.read_head(head)
    for section in sections["texts"]:
        for key, node in shape.named(section, "`texts`"):
            texts.read(key, node)
    history = [pair for section in sections["history"] for pair in shape.named(section, "`history`")]
    for key, node in history:
        folds.announce(key, node)
    owings = decisions.owings()
    obligations = Obligations(shape, names, texts)
    for section in sections["obligations"]:
        for key, node in shape.named(section, "`obligations`"):
            obligations.read(key, node, owings.get(key.value, ()))
    complete_obligation_entry(names)
    folds.read(history)
    for text in texts.drafts:
        texts.finish(text, tuple(obligations.said.get(text, ())))
    built: dict[str, ir.Decision] = {}
    invariants: list[ir.Invariant] = []
    for draft in decisions.drafts.values():
        decision, beside = decisions.finish(draft)
        invariants += beside
        if decision is not None:
            built[decision.name] = decision
    ranked: dict[str, ir.Ranking] = {}
    for choice in rankings.drafts:
        ranking, beside = rankings.finish(choice)
        ranked[ranking.name] = ranking
        invariants += beside
    calendar = read_opening(sections["calendar"], shape)
    ordered = in_order(built, problems)
    if problems.errors:
        return None
    policy = ir.Policy(
        name=name, version=version, language=LANGUAGE_VERSION, digest="", facts=names.facts, events=names.events,
        entries=names.entries, folds=names.folds, settings=names.settings, decisions=ordered,
        rankings=ranked, obligations=names.obligations, texts=names.texts, invariants=tuple(invariants),
        calendar=calendar, plans={},
    )  # fmt: skip
    return evolve(policy, plans={event: plan_event(event, policy) for event in names.events}), vocabulary.unfit


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
                shape.lose(node)
            elif key.value == "decisions":
                found["decision"] += shape.items(node, "`decisions`")
            else:
                found[key.value].append(node)
    return found


def _manifest(trees: list[tuple[Source, Tree]], shape: Shape) -> tuple[str, str] | None:
    """Name and version from pack.yaml; None where the pack speaks another language, so that no word of it counts."""
    tree = next((tree for source, tree in trees if source.name == MANIFEST), None)
    if tree is None:
        if not any(one.span.file == MANIFEST for one in shape.problems.found):
            _no_manifest(shape)
        return "", ""
    keys = shape.keys(tree, MANIFEST, required=("pack", "version", "language"), optional=("about",))
    name = shape.name(keys["pack"], "a pack's name") if "pack" in keys else None
    version = shape.text(keys["version"], "a version") if "version" in keys else None
    language = shape.whole(keys["language"], "`language`") if "language" in keys else None
    if "about" in keys:
        shape.languages(keys["about"], "`about`")
    if language is not None and language != LANGUAGE_VERSION:
        message = f"this Forbear reads language {LANGUAGE_VERSION}"
        hint = "install a newer Forbear" if language > LANGUAGE_VERSION else f"write language: {LANGUAGE_VERSION}"
        shape.error("language-version", message, keys["language"].span, hint)
        return None
    return name or "", version.value if version is not None else ""


def _no_manifest(shape: Shape) -> None:
    hint = f"it holds pack: my_pack, version: 1.0.0, language: {LANGUAGE_VERSION}, each on a line of its own"
    shape.error("no-manifest", f"a pack needs a {MANIFEST} that says its name", Span(MANIFEST, 1, 1), hint)


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
