"""What an engine is made of before the first event: pack, vocabulary, calendar and ledger, some of them a plugin's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forbear.bounded import is_folder
from forbear.engine.plugins import Plugins
from forbear.errors import LedgerError, PackError, PackNotFound, PluginError
from forbear.language import ir, kept
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, pack_from_texts, read_pack
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import parse_tree
from forbear.ledger import SCHEMES, Keys, Store, open_ledger, told_url

VOCABULARY = ("facts", "events", "entries")  # what a plugin may add to a pack: words, never rules


def load_pack(pack: str | Path, plugins: Plugins, settings: Mapping[str, object] | None = None) -> ir.Policy:
    """The policy of a pack, given by folder or name, with the vocabulary that plugins add.

    Raises PackNotFound, PackError, SettingError or PluginError.
    """
    return build_policy([*pack_sources(find_folder(pack, plugins), plugins), *extra_sources(plugins)], settings)


def pack_sources(folder: Path, plugins: Plugins) -> list[Source]:
    """The files of a pack and of those that it builds on, some of which plugins may bring. Raises PackError."""
    return read_pack(folder, {name: path for name, (_, path) in plugins.packs().items()})


def find_folder(pack: str | Path, plugins: Plugins) -> Path:
    """The folder of a pack: a path as given, a bundled pack, or one that a plugin brings. Raises PackNotFound.

    A bundled name means the bundled pack; a plugin that claims it is refused with PluginError.
    """
    supplied = plugins.packs()
    for name, (plugin, folder) in supplied.items():
        if _is_bundled(name):
            raise PluginError(plugin, "supply_packs", f"{name!r} is a bundled pack; choose another name")
        if name == str(pack) and not is_folder(pack):
            return folder
    try:
        return find_pack(str(pack))
    except PackNotFound as error:
        more = f"; from plugins: {', '.join(sorted(supplied))}" if supplied else ""
        raise PackNotFound(f"{error}{more}") from None


def _is_bundled(name: str) -> bool:
    try:
        return find_pack(name) != Path(name)
    except PackNotFound:
        return False


def extra_sources(plugins: Plugins) -> list[Source]:
    """The vocabulary that plugins add, each file under its plugin's name. Raises PackError or PluginError."""
    found: list[Source] = []
    for plugin, texts in plugins.vocabulary():
        sources = pack_from_texts({f"{plugin}/{name}": text for name, text in texts.items()})
        for source in sources:
            _check_sections(plugin, source)
        found += sources
    return found


def _check_sections(plugin: str, source: Source) -> None:
    problems = Problems()
    tree = parse_tree(source, problems)
    if problems.errors:
        raise PackError(problems.errors)
    keys = [key.value for key, _ in tree.items] if isinstance(tree, Tree) else []
    others = [key for key in keys if key not in VOCABULARY]
    if others or not keys:
        what = f"`{others[0]}`" if others else "none"
        reason = f"{source.name} may hold {', '.join(VOCABULARY)}; it has {what}"
        raise PluginError(plugin, "supply_vocabulary", reason)


def with_calendar(policy: ir.Policy, plugins: Plugins) -> ir.Policy:
    """The policy with the calendar of a plugin where one gives it; the digest then speaks of that calendar too."""
    calendar = plugins.calendar()
    if calendar is None:
        return policy
    return kept.with_calendar(policy, calendar)


def open_store(url: str, plugins: Plugins, keys: Keys | str | None = None) -> Store:
    """The ledger at a URL: one of the core's, else a plugin's. Raises LedgerError or PluginError."""
    store = None if url.startswith(SCHEMES) else plugins.store(url)
    if store is None:
        return open_ledger(url, keys)
    if keys is not None:
        store.close()
        raise LedgerError(f"a plugin opens {told_url(url)} and looks after its keys; leave `keys` out")
    return store
