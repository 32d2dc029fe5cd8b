"""The options that several commands take."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from forbear.errors import ForbearError, LedgerError, SettingError
from forbear.evaluate import EVALUATORS
from forbear.explain.words import LANGUAGES, Language
from forbear.language.source import Source
from forbear.language.tree import Scalar, scalar_value
from forbear.ledger import slashes

FILE = "sqlite:///"
LEDGERS = "sqlite:///relative, sqlite:////absolute or postgresql://…"


def _known_evaluator(name: str) -> str:
    known = ("auto", *EVALUATORS)
    if name not in known:
        raise ForbearError(f"there is no evaluator {name!r}; give {', '.join(known[:-1])} or {known[-1]}")
    return name


LedgerOption = Annotated[str, typer.Option(help=f"{LEDGERS}.")]
LanguagesOption = Annotated[str, typer.Option("--lang", help="en, zh or both.")]
PackOption = Annotated[str, typer.Option("--pack", help="A folder, or the name of a bundled pack.")]
EvaluatorOption = Annotated[
    str,
    typer.Option(
        "--evaluator", help=f"auto, {', '.join(EVALUATORS[:-1])} or {EVALUATORS[-1]}.", callback=_known_evaluator
    ),
]
KeysOption = Annotated[
    str | None,
    typer.Option(
        "--keys",
        metavar="URL",
        envvar="FORBEAR_KEYS",
        help="The ledger's key store, where it is not beside the file: file:///relative or file:////absolute.",
    ),
]
PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="MODULE[:NAME]",
        envvar="FORBEAR_PLUGINS",
        help="A plugin beside the installed ones: a module, or an object in one; again for more.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Choose a setting; may be given several times.")
]


def chosen_settings(given: Iterable[str] | None) -> dict[str, Any]:
    """Settings from `--set name=value`; a value is read as in a pack, in quotes it is a text. Raises SettingError."""
    found: dict[str, Any] = {}
    for one in given or ():
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not name:
            raise SettingError(f"--set takes name=value, not {one!r}")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        inner = value[1:-1] if quoted else value
        found[name] = scalar_value(Scalar(inner, not quoted, Source("--set", inner), 0, len(inner)))
    return found


def chosen_plugins(given: Iterable[str] | None) -> list[object]:
    """The plugins of `--plugin`, the first asked first. Raises ForbearError."""
    return [_plugin(name) for name in reversed(list(given or ()))]


def _plugin(name: str) -> object:
    module, _, attribute = name.partition(":")
    try:
        found: object = import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # importing runs the module's code
        raise ForbearError(f"the plugin {name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    return found


def chosen_languages(lang: str) -> list[Language]:
    """The languages of `--lang`. Raises ForbearError."""
    found = [one for one in LANGUAGES if lang in (one, "both")]
    if not found:
        raise ForbearError(f"this is told in en, zh or both, not {lang!r}")
    return found


def refuse_missing(ledger: str) -> None:
    """Raises LedgerError for a file that is not there: a slip of the pen must not leave an empty ledger behind."""
    path = ledger.removeprefix(FILE)
    if ledger.startswith(FILE) and not Path(path).is_file():
        raise LedgerError(f"there is no ledger {path!r}; give the one that `forbear run` wrote to{slashes(path)}")
