"""A policy under other settings is the one that its files give under them, though they are not read again."""

from __future__ import annotations

import pytest

from forbear import PackError, SettingError
from forbear.language.choosing import under
from forbear.language.pack import build_policy, pack_from_texts
from language.small_pack import SMALL

KEPT = SMALL | {
    "kept.yaml": """
settings:
  memory: {type: int, unit: days, range: [1, 400], default: 30}
  kept: {type: int, unit: days, range: [1, 400], default: 90}
  tone: {type: [plain, warm], default: plain}
entries: {sigh: {}}
history: {sighs: {count: sigh, scope: customer, window: setting.memory}}
retention: {sigh: setting.kept}
"""
}
SOURCES = pack_from_texts(KEPT)


CHOICES = [{}, {"tone": "warm"}, {"patience": 60}, {"patience": 60, "tone": "warm"}, {"memory": 60}]


@pytest.mark.parametrize("settings", [*CHOICES, {"memory": 60, "tone": "warm"}])
def test_it_is_the_policy_of_the_same_files(settings: dict[str, object]) -> None:
    found = under(build_policy(SOURCES), settings)
    assert found == build_policy(SOURCES, settings)
    assert found.sources == build_policy(SOURCES).sources


def test_what_was_chosen_before_stays() -> None:
    first = under(build_policy(SOURCES), {"tone": "warm"})
    for more in ({"patience": 60}, {"memory": 60}):
        assert under(first, more) == build_policy(SOURCES, {"tone": "warm", **more})


@pytest.mark.parametrize(
    "settings", [{"tome": "warm"}, {"tone": "cold"}, {"tone": "cold", "patience": -1}, {"memory": 0}]
)
def test_what_does_not_fit_is_refused_in_the_same_words(settings: dict[str, object]) -> None:
    with pytest.raises(SettingError) as direct:
        build_policy(SOURCES, settings)
    with pytest.raises(SettingError) as chosen:
        under(build_policy(SOURCES), settings)
    assert str(chosen.value) == str(direct.value)


def test_a_ledger_that_would_forget_too_soon_is_refused() -> None:
    with pytest.raises(PackError, match="looks back further"):
        under(build_policy(SOURCES), {"memory": 120})
