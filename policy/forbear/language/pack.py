"""A policy pack: a folder of YAML files → a checked policy, or every problem that it has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import evolve

from forbear.bounded import exists
from forbear.errors import Diagnostic, FactError, PackError, SettingError, Severity
from forbear.language import ir
from forbear.language.bases import with_bases
from forbear.language.decisions import Decisions
from forbear.language.files import MANIFEST, files_of, find_pack, is_speakable, name_of
from forbear.language.folds import Folds
from forbear.language.manifest import LANGUAGE_VERSION, Manifest, no_manifest, read_manifest
from forbear.language.metrics import Metrics
from forbear.language.obligations import Obligations, complete_obligation_entry
from forbear.language.opening import read_opening
from forbear.language.overriding import OVERRIDES, Trees, override
from forbear.language.plan import in_order, plan_event
from forbear.language.problems import Problems
from forbear.language.product import check_product
from forbear.language.rankings import Rankings
from forbear.language.retention import read_retention
from forbear.language.scope import Names
from forbear.language.shape import Shape, did_you_mean
from forbear.language.source import Source, decode
from forbear.language.texts import Texts
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, parse_tree, scalar_value
from forbear.language.unused import warn_of_unused
from forbear.language.vocabulary import Vocabulary, add_built_in, finish_events

SECTIONS = (
    "facts", "settings", "entries", "events", "history", "decisions", "obligations", "texts", "calendar", "retention",
    "metrics",
)  # fmt: skip


def load_policy(pack: str | Path = "standard", settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The policy of a pack, given by folder or bundled name, under a centre's settings.

    Raises PackNotFound, PackError with all diagnostics, or SettingError.
    """
    return build_policy(read_pack(find_pack(str(pack))), settings)


def read_pack(folder: Path, supplied: Mapping[str, Path] | None = None) -> list[Source]:
    """The files of a pack and of those that it builds on, tests left out; `supplied` are packs that plugins bring.

    Raises PackError where they may not be read.
    """
    problems = Problems()
    if not exists(folder / MANIFEST):
        no_manifest(Shape(problems))
        raise PackError(problems.errors)
    return _readable(with_bases(list(files_of(folder, problems)), folder, supplied or {}, problems), problems)


def pack_from_texts(texts: Mapping[str, str]) -> list[Source]:
    """The files of a pack held in memory, by name, and of those that it builds on.

    Raises PackError where they may not be read.
    """
    problems = Problems()
    found = [
        decode(text.encode("utf-8", "surrogatepass"), name, problems)
        for name, text in sorted(texts.items())
        if is_speakable(name, problems)
    ]
    sources = [source for source in found if source is not None]
    return _readable(with_bases(sources, None, {}, problems), problems)


def _readable(sources: list[Source], problems: Problems) -> list[Source]:
    """The sources, if nothing was wrong; else they are checked as far as they go, so that all comes in one run."""
    if problems.found:
        _assemble(_parse(sources, problems), problems, {})
        raise PackError(problems.errors)
    return sources


def check_pack(sources: list[Source], extra: Sequence[Source] = ()) -> tuple[ir.Policy | None, list[Diagnostic]]:
    """The policy of a pack's files, None where it has errors, and all that is said of them, warnings and notes too.

    `extra` is vocabulary that plugins add; a pack need not use it.
    """
    problems, lent = Problems(thorough=True), {one.name for one in extra}
    try:
        built = _assemble(_parse([*sources, *extra], problems), problems, {})
    except PackError as error:
        return None, list(error.diagnostics)
    said = [one for one in problems.diagnostics if one.severity is Severity.ERROR or one.span.file not in lent]
    return (_finished([*sources, *extra], built[0]) if built is not None else None), said


def build_policy(sources: list[Source], settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The checked policy of a pack's files. Raises PackError with all errors, or SettingError."""
    problems = Problems()
    chosen = dict(settings or {})
    built = _assemble(_parse(sources, problems), problems, chosen)
    if built is None:
        raise PackError(problems.errors)
    policy, unfit = built
    if unfit:
        raise SettingError("; ".join(str(one) for one in unfit)) from unfit[0]
    if chosen:
        raise unknown_setting(min(chosen, key=str), policy)
    return _finished(sources, policy)


def unknown_setting(name: str, policy: ir.Policy) -> SettingError:
    """What to raise for a setting that a policy does not have."""
    known = [path.removeprefix("setting.") for path in policy.settings]
    return SettingError(f"there is no setting {name!r}; {did_you_mean(name, known)}".rstrip("; "))


def _finished(sources: list[Source], policy: ir.Policy) -> ir.Policy:
    told = evolve(policy, sources=tuple((source.name, source.text, source.pack) for source in sources))
    return evolve(told, digest=digest_of(told))


def _parse(sources: list[Source], problems: Problems) -> Trees:
    """The trees of the files that have one."""
    trees: Trees = []
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


def _assemble(trees: Trees, problems: Problems, chosen: dict[str, object]) -> tuple[ir.Policy, list[FactError]] | None:
    """Read the sections in the order in which they need each other; also what is wrong with the settings chosen."""
    shape, names = Shape(problems), Names()
    manifests = _manifests(trees, shape)
    if manifests is None:
        return None
    sections = _sections(override(trees, _below(manifests), shape), shape)
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
    for draft in decisions.drafts.values():
        check_product(draft.key, draft.keys, draft.asked_on, problems)
    for choice in rankings.drafts:
        check_product(choice.key, choice.keys, choice.asked_on, problems)
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
    sayings = decisions.sayings()
    for text in texts.drafts:
        texts.finish(text, tuple(dict.fromkeys((*obligations.said.get(text, ()), *sayings.get(text, ())))))
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
    retention = read_retention(sections["retention"], folds, shape, names)
    metrics = Metrics(shape, names).read(sections["metrics"])
    ordered = in_order(built, problems)
    if problems.errors:
        return None
    policy = ir.Policy(
        name=manifests[""].name, version=manifests[""].version, language=LANGUAGE_VERSION, digest="",
        facts=names.facts, events=names.events,
        entries=names.entries, folds=names.folds, settings=names.settings, decisions=ordered,
        rankings=ranked, obligations=names.obligations, texts=names.texts, invariants=tuple(invariants),
        calendar=calendar, plans={}, retention=retention, metrics=metrics,
        builds_on={pack: one.version for pack, one in manifests.items() if pack},
    )  # fmt: skip
    if problems.thorough:
        warn_of_unused(policy, sections, problems)
    return evolve(policy, plans={event: plan_event(event, policy) for event in names.events}), vocabulary.unfit


def _manifests(trees: Trees, shape: Shape) -> dict[str, Manifest] | None:
    """The manifest of each pack, deepest first, that of the pack in hand under no name; None where one is foreign."""
    packs = dict.fromkeys([source.pack for source, _ in trees if source.pack] + [""])
    found: dict[str, Manifest] = {}
    for pack in packs:
        file = name_of(MANIFEST, pack)
        manifest = read_manifest(next((tree for source, tree in trees if source.name == file), None), pack, shape)
        if manifest is None:
            return None
        found[pack] = manifest
    return found


def _below(manifests: Mapping[str, Manifest]) -> dict[str, frozenset[str]]:
    """Each pack, deepest first, with all that it builds on."""
    found: dict[str, frozenset[str]] = {}
    for pack, manifest in manifests.items():
        direct = [one for one in manifest.builds_on if one in found]
        found[pack] = frozenset(direct).union(*(found[one] for one in direct))
    return found


def _sections(trees: Trees, shape: Shape) -> dict[str, list[Node]]:
    """Every section of every file under its key; a file that is one decision counts under `decision`."""
    found: dict[str, list[Node]] = {key: [] for key in (*SECTIONS, "decision")}
    calendars: dict[str, list[Node]] = {}
    for source, tree in trees:
        if source.name == name_of(MANIFEST, source.pack):
            continue
        if any(key.value == "decision" for key, _ in tree.items):
            found["decision"].append(tree)
            continue
        for key, node in tree.items:
            if key.value not in (*SECTIONS, OVERRIDES):
                hint = did_you_mean(key.value, (*SECTIONS, OVERRIDES, "decision"))
                shape.error("unknown-key", f"a file of a pack has no `{key.value}`", key.span, hint)
                shape.lose(node)
            elif key.value == "decisions":
                found["decision"] += shape.items(node, "`decisions`")
            elif key.value == "calendar":
                calendars.setdefault(source.pack, []).append(node)
                if len(calendars) > 1:
                    shape.problems.note("overrides", "replaces the calendar", key.span)
            elif key.value in found:
                found[key.value].append(node)
    found["calendar"] = list(calendars.values())[-1] if calendars else []
    return found


def digest_of(policy: ir.Policy) -> str:
    """A hash of everything that the meaning of a pack depends on: its files and the settings in force."""
    digest = hashlib.sha256(f"forbear language {LANGUAGE_VERSION}\n".encode())
    for name, text, _ in sorted(policy.sources, key=lambda one: one[0]):
        for part in (name, text):
            raw = part.encode()
            digest.update(f"{len(raw)}:".encode() + raw)
    for path, setting in sorted(policy.settings.items()):
        digest.update(f"{path}={setting.value!r}\n".encode())
    return f"sha256:{digest.hexdigest()}"
