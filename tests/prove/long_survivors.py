"""Every change of every bundled pack is made: what is left is what `docs/explanation/proof.md` lists and counts.

It takes some minutes: `make prove-check` runs it.
"""

from __future__ import annotations

import pytest

from forbear.language.files import find_pack
from forbear.testing.mutation import try_mutants
from prove.test_survivors import COUNTED, LISTED, Survivor


@pytest.mark.parametrize("pack", COUNTED)
def test_nothing_else_is_left(pack: str) -> None:
    found = try_mutants(find_pack(pack), own=True)
    assert found.proved
    left = {Survivor(pack, one.mutant.of, one.mutant.rule, one.mutant.said) for one in found.missed}
    assert left == {one for one in LISTED if one.pack == pack}
    counts = found.counted()
    assert (len(found.tried), counts["noticed"], counts["equal"], counts["missed"]) == COUNTED[pack]
