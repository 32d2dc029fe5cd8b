"""The wheel holds all that it needs and runs where the tree is not."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]

TRAINING = tuple(f"forbear_plugins/model/{name}" for name in ("corpus/", "tempers.py", "train.py"))
"""What only training needs."""

COMMAND = "from forbear.cli import main; main()"


def run(*command: object, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    try:
        import hatchling  # noqa: F401 — where the build backend is at hand, nothing has to be fetched

        isolation = ["--no-build-isolation"]
    except ImportError:
        isolation = []
    run(*PIP, "wheel", "--quiet", "--no-deps", *isolation, "--wheel-dir", folder, TREE, cwd=folder)
    (built,) = folder.glob("forbear-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    run(*PIP, "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def in_wheel(installed: Path, *command: object, cwd: Path) -> str:
    """Run Python on the installed wheel: dependencies come from the environment, the editable tree is left out."""
    # `-S` leaves out site and with it the .pth file of an editable install; -P leaves out the working folder.
    site = [path for path in sys.path if path.endswith("site-packages")]
    return run(sys.executable, "-S", "-P", *command, cwd=cwd, PYTHONPATH=os.pathsep.join([str(installed), *site]))


def test_the_wheel_holds_code_packs_and_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "forbear/py.typed",
        "forbear_plugins/py.typed",
        "forbear_rules/py.typed",
        "forbear/ledger/migrations/sqlite/2.sql",
        "forbear/ledger/migrations/postgres/2.sql",
        "forbear/cli/demo/events.en.jsonl",
        "forbear/cli/demo/events.zh.jsonl",
        "forbear_rules/standard/pack.yaml",
        "forbear_plugins/model/weights.bin",
    }
    assert wanted <= names
    for root in ("policy/forbear", "plugins/forbear_plugins", "rules/forbear_rules"):
        base = (TREE / root).parent
        files = {path.relative_to(base).as_posix() for path in (TREE / root).rglob("*") if path.is_file()}
        left_out = {name for name in files - names if "__pycache__" not in name}
        assert {name for name in left_out if not name.startswith(TRAINING)} == set()
    assert {name for name in names if name.startswith(TRAINING)} == set()
    assert any(name.startswith("forbear_plugins/lexicon/data/zh_") for name in names)
    assert any(name.endswith(".test.yaml") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_holds_nothing_else(wheel):
    roots = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {root for root in roots if not root.endswith(".dist-info")} == {
        "forbear",
        "forbear_plugins",
        "forbear_rules",
    }


def test_the_wheel_runs_outside_the_tree(installed, tmp_path):
    where = in_wheel(
        installed, "-c", "import forbear, forbear_rules; print(forbear.__file__, forbear_rules.__file__)", cwd=tmp_path
    )
    assert where.count(str(installed)) == 2
    assert str(TREE) not in where
    for lang, said in (("en", "Ms Harper rings"), ("zh", "来电")):
        assert said in in_wheel(installed, "-c", COMMAND, "demo", "--lang", lang, cwd=tmp_path)


def test_the_wheel_names_its_command_and_its_plugin(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [one for one in archive.namelist() if one.endswith("entry_points.txt")]
    text = archive.read(name).decode()
    assert "forbear = forbear.cli:main" in text
    assert "lexicon = forbear_plugins.lexicon" in text


def test_the_bundled_pack_of_the_wheel_is_whole(installed, tmp_path):
    assert "no problems" in in_wheel(installed, "-c", COMMAND, "check", "standard", cwd=tmp_path)
