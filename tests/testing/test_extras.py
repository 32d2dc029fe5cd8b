"""Without the extra that it needs, a part of `forbear.testing` or `forbear.prove` says which to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

HIDDEN = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
from forbear.errors import MissingExtra
try:
    {asked}
except MissingExtra as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("package", "asked", "extra"),
    [
        ("hypothesis", "from forbear.testing import strategies", "testing"),
        ("hypothesis", "from forbear.testing import Integration", "testing"),
        ("z3", "from forbear.prove import prove", "prove"),
        ("polars", "from forbear import decide_many; decide_many(None, {})", "replay"),
    ],
)
def test_a_missing_extra_is_named(package: str, asked: str, extra: str) -> None:
    code = HIDDEN.format(package=package, asked=asked)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install 'forbear[{extra}]'" in done.stdout
