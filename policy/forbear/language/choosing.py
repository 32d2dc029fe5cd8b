"""The policy of the same files under other settings, without reading them again."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from forbear.errors import FactError, SettingError
from forbear.language import ir
from forbear.language.pack import build_policy, digest_of, unknown_setting
from forbear.language.source import Source
from forbear.language.types import fit, show


def under(policy: ir.Policy, settings: Mapping[str, object]) -> ir.Policy:
    """A policy, as its pack gives it, with these settings in place of those in force.

    Raises SettingError, or PackError where its ledger would then forget what its rules still ask about.
    """
    chosen = {f"setting.{name}": value for name, value in settings.items()}
    if chosen.keys() & _measuring(policy):
        return build_policy([Source(*one) for one in policy.sources], {**_in_force(policy), **settings})
    if unknown := chosen.keys() - policy.settings.keys():
        raise unknown_setting(min(unknown).removeprefix("setting."), policy)
    found: dict[str, ir.Setting] = {}
    unfit: list[FactError] = []
    for path, value in chosen.items():
        setting = policy.settings[path]
        try:
            found[path] = evolve(setting, value=fit(path, setting.type, value), words={})
        except FactError as error:
            unfit.append(error)
    if unfit:
        raise SettingError("; ".join(str(one) for one in unfit)) from unfit[0]
    settled = evolve(policy, settings={**policy.settings, **found})
    return evolve(settled, digest=digest_of(settled))


def _measuring(policy: ir.Policy) -> set[str]:
    """The settings that say how long something is kept, or how far a question looks back: these are held together."""
    windows = (one.window for one in policy.folds.values())
    times = (*policy.retention.values(), *(one for one in windows if one is not None))
    return {one.amount for one in times if isinstance(one.amount, str)}


def _in_force(policy: ir.Policy) -> dict[str, object]:
    given = policy.settings.items()
    return {path.removeprefix("setting."): show(one.type, one.value) for path, one in given if not one.words}
