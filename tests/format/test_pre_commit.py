"""`.pre-commit-hooks.yaml`: the hooks run by pre-commit itself, in a repository that holds more than packs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from commands import FORBEAR, write_pack
from lateness import PACK

pytest.importorskip("pre_commit")
TREE = Path(__file__).parents[2]
MANIFEST = TREE / ".pre-commit-hooks.yaml"
MESSY = "facts:\n    a.b:  {type: bool,default: false}\n"


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command that knows nothing of the machine's own git and pre-commit."""
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))},
        "PATH": f"{Path(FORBEAR).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(cwd.parent),
        "PRE_COMMIT_HOME": str(cwd.parent / "pre-commit"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.invalid",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.invalid",
    }  # fmt: skip
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose commits run the hooks, in the environment of the tests instead of one of their own."""
    hooks = [{**hook, "language": "system"} for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))]
    config = yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]})
    root = write_pack(tmp_path / "repository", {".pre-commit-config.yaml": config, "compose.yaml": MESSY})
    write_pack(root / "packs" / "late", PACK)
    assert run("git", "init", "-q", cwd=root).returncode == 0
    assert run("git", "add", ".", cwd=root).returncode == 0
    assert run("git", "commit", "-q", "-m", "first", cwd=root).returncode == 0
    installed = run(sys.executable, "-m", "pre_commit", "install", cwd=root)
    assert installed.returncode == 0, installed.stderr
    return root


def commit(root: Path) -> tuple[int, str]:
    assert run("git", "add", "-A", cwd=root).returncode == 0
    done = run("git", "commit", "-m", "next", cwd=root)
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_is_one_for_pre_commit() -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", MANIFEST, cwd=TREE)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_commit_lays_files_out_and_is_refused_while_its_pack_has_problems(repository: Path) -> None:
    pack = repository / "packs" / "late"
    text = (pack / "apology.yaml").read_text(encoding="utf-8")
    (pack / "apology.yaml").write_text(text.replace("outcome:", "outcomes:  ", 1), encoding="utf-8")
    write_pack(repository, {"compose.yaml": MESSY + "more: {a: &x 1}\n"})
    status, told = commit(repository)
    assert status == 1
    assert "files were modified by this hook" in told
    assert "formatted  packs/late/apology.yaml" in told
    assert "error[unknown-key]" in told
    assert "packs/late/apology.yaml:" in told
    assert "compose.yaml" not in told
    (pack / "apology.yaml").write_text(text, encoding="utf-8")
    status, told = commit(repository)
    assert status == 0, told
    assert "forbear fmt" in told
    assert (repository / "compose.yaml").read_text(encoding="utf-8").startswith(MESSY)
