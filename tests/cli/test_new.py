"""`forbear new pack`: what it starts is whole and passes, and nothing is ever written over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commands import Result, forbear, inside, write_pack
from lateness import PACK
from somebody import in_child_as_somebody

HOSTILE = [
    "", " ", ".", "..", "../x", "a/b", "/tmp/x", "A", "Our_centre", "our-centre", "our centre", "1st", "_x", "ünïcode",
    "策略", "аbuse", "\U0001f600", "x" * 101, "a\nb", "a\tb", "\u202eabc", "a\x00b", "\udcff", "~", "*", "$(id)", "in",
    "true", "history ", "a.b", "pack.yaml",
]  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, hidden or not; None for folders and links."""
    found = sorted(folder.rglob("*"))
    return {
        one.relative_to(folder).as_posix(): one.read_bytes() if one.is_file() and not one.is_symlink() else None
        for one in found
    }


def is_clean(name: str) -> None:
    """The pack is laid out, and has no problem or warning."""
    checked = inside("check", "--strict", name)
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.endswith("no problems\n")
    assert inside("fmt", "--check", name).status == 0


def is_whole(name: str) -> None:
    """The pack is laid out, has no problem or warning, and its tests reach everything that it has."""
    is_clean(name)
    tested = inside("test", name, "--own", "--coverage", "--fail-under", "100")
    assert tested.status == 0, tested.out + tested.err
    assert tested.out.endswith("3 passed, 0 failed\n")


def test_a_new_pack_builds_on_standard_and_has_no_problem(here: Path) -> None:
    result = inside("new", "pack", "our_centre")
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == [
        "wrote  our_centre/pack.yaml",
        "wrote  our_centre/words.yaml",
        "wrote  our_centre/outage_notice.yaml",
        "wrote  our_centre/outage_notice.test.yaml",
        "next   forbear check our_centre; forbear test our_centre --own",
    ]
    assert list(everything(here)) == sorted(
        ["our_centre", *(line.split()[1] for line in result.out.splitlines() if line.startswith("wrote"))]
    )
    assert "\nbuilds_on: [standard]\n" in Path("our_centre/pack.yaml").read_text(encoding="utf-8")
    is_clean("our_centre")  # its tests are run by the tutorial


def test_every_file_begins_with_what_it_is_for(here: Path) -> None:
    assert inside("new", "pack", "ours", "--on", "core").status == 0
    for path in here.rglob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# ")


def test_a_new_pack_builds_on_a_folder_beside_it(here: Path) -> None:
    write_pack(here / "lateness", PACK)
    assert inside("new", "pack", "ours", "--on", "lateness").status == 0
    is_whole("ours")


def test_where_the_pack_below_has_the_words_of_the_example_they_get_the_name_of_the_new_one(here: Path) -> None:
    assert inside("new", "pack", "group", "--on", "core").status == 0
    assert inside("new", "pack", "site", "--on", "group").status == 0
    assert (here / "site" / "site_outage_notice.yaml").exists()
    is_whole("site")
    assert inside("test", "site").out.endswith("6 passed, 0 failed\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_name_is_refused_in_words_and_nothing_is_written(name: str, here: Path) -> None:
    for arguments in (("--", name), ("ours", "--on", name)):
        result = inside("new", "pack", *arguments)
        assert result.status == 2
        assert "is not a name" in result.err or "uses a word of the expression language" in result.err
        assert everything(here) == {}


def test_a_bad_name_of_the_command_line_is_told_in_full(here: Path) -> None:
    result = forbear("new", "pack", "Our-centre", cwd=here)
    assert result.status == 2
    assert result.err == (
        "forbear: `Our-centre` is not a name; a name is lower-case letters, digits and _, at most 100 characters\n"
    )


@pytest.mark.parametrize("kind", ["file", "folder", "full", "link"])
def test_what_is_there_is_never_written_over(kind: str, here: Path) -> None:
    target = here / "ours"
    if kind == "file":
        target.write_text("mine\n", encoding="utf-8")
    elif kind == "link":
        target.symlink_to(here / "nowhere")
    else:
        target.mkdir()
        if kind == "full":
            (target / "pack.yaml").write_text("mine\n", encoding="utf-8")
    before = everything(here)
    result = inside("new", "pack", "ours", "--on", "core")
    assert result.status == 2
    assert "there is 'ours' here already; nothing was written" in result.err
    assert everything(here) == before


def test_the_name_of_a_bundled_pack_is_refused(here: Path) -> None:
    assert "'abuse' is the name of a pack that Forbear knows already; choose another one" in _refused("abuse").err
    assert everything(here) == {}


def test_a_base_that_is_not_there_is_refused_with_those_that_are(here: Path) -> None:
    assert "no bundled pack 'standart'; bundled: abuse," in _refused("ours", "--on", "standart").err
    assert everything(here) == {}


def test_a_base_with_problems_is_told_and_nothing_is_left(here: Path) -> None:
    write_pack(
        here / "broken", {"pack.yaml": "pack: broken\nversion: 1\nlanguage: 1\n", "x.yaml": "facts: {a.b: nonsense}\n"}
    )
    before = everything(here)
    result = _refused("ours", "--on", "broken")
    assert "broken:x.yaml:1:" in result.err
    assert everything(here) == before


def test_a_folder_that_may_not_be_written_to_is_told_and_nothing_is_left(open_folder: Path) -> None:
    open_folder.chmod(0o555)

    def refused() -> None:
        os.chdir(open_folder)
        assert "ours cannot be written: Permission denied" in _refused("ours", "--on", "core").err

    assert in_child_as_somebody(refused) == 0
    assert everything(open_folder) == {}


def _refused(*arguments: str) -> Result:
    result = inside("new", "pack", *arguments)
    assert result.status == 2
    return result
