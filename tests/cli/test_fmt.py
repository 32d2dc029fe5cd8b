"""`forbear fmt`: files are laid out where they can be, and left as they are where not."""

from __future__ import annotations

import os
import re
import stat

import pytest

from commands import forbear, inside, write_pack
from lateness import PACK
from somebody import in_child_as_somebody

MESSY = "facts:   # words\n    a.b:  {type: bool,default: false}\n"
NEAT = "facts:   # words\n  a.b: {type: bool, default: false}\n"


@pytest.fixture
def pack(tmp_path):
    """A pack with a messy file, beside one that is laid out."""
    files = {"pack.yaml": PACK["pack.yaml"], "neat.yaml": NEAT.replace("a.b", "c.d"), "deep/messy.yaml": MESSY}
    return write_pack(tmp_path / "pack", files)


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pack_is_laid_out_and_what_changed_is_named(pack):
    result = forbear("fmt", pack)
    assert (result.status, result.err) == (0, "")
    assert (pack / "deep" / "messy.yaml").read_text() == NEAT
    assert result.out.splitlines() == [
        f"formatted  {pack / 'deep' / 'messy.yaml'}",
        "1 file formatted, 2 as they should be",
    ]
    assert sorted(texts(pack)) == ["deep/messy.yaml", "neat.yaml", "pack.yaml"]
    again = forbear("fmt", pack)
    assert (again.status, again.out) == (0, "0 files formatted, 3 as they should be\n")


def test_check_changes_nothing_and_names_the_files_that_would_change(pack):
    before = texts(pack)
    result = forbear("fmt", "--check", pack)
    assert result.status == 1
    assert result.out.splitlines()[0] == f"would change  {pack / 'deep' / 'messy.yaml'}"
    assert texts(pack) == before


def test_diff_changes_nothing_and_prints_the_difference(pack):
    before = texts(pack)
    result = forbear("fmt", "--diff", pack)
    assert (result.status, result.err) == (1, "")
    lines = result.out.splitlines()
    assert lines[0] == f"--- {pack / 'deep' / 'messy.yaml'}"
    assert lines[3:] == [
        " facts:   # words",
        "-    a.b:  {type: bool,default: false}",
        "+  a.b: {type: bool, default: false}",
        " ",
    ]
    assert texts(pack) == before


def test_single_files_and_folders_of_a_pack_may_be_given(pack):
    other = write_pack(pack, {"other.yaml": MESSY, "more/third.yaml": MESSY})
    result = forbear("fmt", pack / "deep", pack / "other.yaml", pack / "other.yaml", "deep/messy.yaml", cwd=pack)
    assert result.status == 0
    assert (pack / "deep" / "messy.yaml").read_text() == (pack / "other.yaml").read_text() == NEAT
    assert (other / "more" / "third.yaml").read_text() == MESSY


def test_below_a_folder_packs_are_laid_out_with_their_tests_and_nothing_else(pack):
    write_pack(pack.parent, {"compose.yaml": MESSY, ".hidden/pack.yaml": MESSY})
    write_pack(pack, {"x.test.yaml": MESSY, ".hidden.yaml": MESSY, ".github/flow.yaml": MESSY})
    assert forbear("fmt", pack.parent).status == 0
    assert (pack / "deep" / "messy.yaml").read_text() == (pack / "x.test.yaml").read_text() == NEAT
    others = (pack / ".hidden.yaml", pack / ".github" / "flow.yaml", pack.parent / "compose.yaml")
    assert {path.read_text() for path in others} == {MESSY}


def test_files_of_no_pack_are_left_out_where_that_is_asked_for(pack):
    write_pack(pack.parent, {"compose.yaml": MESSY})
    write_pack(pack, {".hidden.yaml": MESSY})
    given = [pack.parent / "compose.yaml", pack / "deep" / "messy.yaml", pack / ".hidden.yaml"]
    assert forbear("fmt", "--in-packs", *given).out.endswith("1 file formatted, 0 as they should be\n")
    assert (pack.parent / "compose.yaml").read_text() == (pack / ".hidden.yaml").read_text() == MESSY
    assert forbear("fmt", given[0]).status == 0
    assert given[0].read_text() == NEAT


# --- standard input


def test_standard_input_goes_to_standard_output():
    result = forbear("fmt", "-", given="\ufeff" + MESSY.replace("\n", "\r\n"))
    assert (result.status, result.out, result.err) == (0, NEAT, "")


def test_of_standard_input_it_can_be_asked_whether_and_how_it_would_change():
    asked = [forbear("fmt", "-", "--check", given=text) for text in (NEAT, MESSY)]
    assert [(one.status, one.out) for one in asked] == [(0, ""), (1, "standard input would change\n")]
    shown = forbear("fmt", "-", "--diff", given=MESSY.replace("\n", "\r\n"))
    assert shown.status == 1
    assert "-facts:   # words^M\n" in shown.out
    assert "+  a.b: {type: bool, default: false}\n" in shown.out


def test_a_broken_standard_input_gives_no_output():
    result = forbear("fmt", "-", given="a: [")
    assert (result.status, result.out) == (1, "")
    assert "error[yaml-syntax]" in result.err


def test_standard_input_stands_alone(pack):
    result = forbear("fmt", "-", pack)
    assert (result.status, result.out) == (2, "")


# --- what is refused

REFUSED = {
    "yaml-syntax": b"a: [\n",
    "yaml-anchor": b"a:  &x 1\n",
    "yaml-alias": b"a:  *x\n",
    "yaml-tag": b"when:  !speech.hostile\n",
    "yaml-merge": b"<<:  {a: b}\n",
    "duplicate-key": b"a:  1\na: 2\n",
    "yaml-documents": b"a:  1\n---\nb: 2\n",
    "yaml-key": b"[a]:  b\n",
    "unquoted-expression": b'rules:\n- when:  "a" == b\n',
    "too-deep": b"a:  " + b"[" * 100 + b"]" * 100 + b"\n",
    "hidden-character": "a:  \u202e\n".encode(),
    "not-utf8": b"a:  \xff\n",
    "file-too-large": b"a:  b # " + b"x" * 1_000_000,
}


def test_files_with_problems_are_refused_with_the_words_of_check_and_left_alone(pack):
    paths = {code: pack / f"{code}.yaml" for code in REFUSED}
    for code, path in paths.items():
        path.write_bytes(REFUSED[code])
    result = forbear("fmt", pack)
    assert result.status == 1
    told = re.findall(r"error\[([\w-]+)\].*\n  --> (.*):[12]:\d+\n", result.out)
    assert sorted(told) == sorted((code, str(path)) for code, path in paths.items())
    assert result.out.endswith(f"{len(REFUSED)} files with problems left alone\n")
    assert {code: path.read_bytes() for code, path in paths.items()} == REFUSED
    assert (pack / "deep" / "messy.yaml").read_text() == NEAT, "the others are laid out"
    checked = {(one["code"], one["file"]) for one in forbear("check", pack, "--json").lines}
    assert checked >= {(code, path.name) for code, path in paths.items()}
    assert len(texts(pack)) == len(REFUSED) + 3


def test_links_pipes_and_files_of_other_names_are_refused(pack):
    target = pack.parent / "elsewhere.yaml"
    target.write_text(MESSY)
    (pack / "link.yaml").symlink_to(target)
    (pack / "folder").symlink_to(pack.parent)
    os.mkfifo(pack / "pipe.yaml")
    write_pack(pack, {"a.yml": MESSY, "notes.txt": MESSY})
    result = forbear("fmt", pack, pack / "link.yaml", pack / "notes.txt")
    assert result.status == 1
    told = re.findall(r"error\[([\w-]+)\].*\n  --> .*/(.*):1:1\n", result.out)
    assert sorted(told) == [
        ("symbolic-link", "link.yaml"),
        ("unreadable-file", "pipe.yaml"),
        ("wrong-suffix", "a.yml"),
        ("wrong-suffix", "notes.txt"),
    ]
    assert target.read_text() == (pack / "a.yml").read_text() == (pack / "notes.txt").read_text() == MESSY
    assert (pack / "link.yaml").is_symlink()


@pytest.mark.parametrize("given", ["nowhere.yaml", "x" * 5000])
def test_what_is_not_there_cannot_be_laid_out(given, tmp_path):
    result = forbear("fmt", given, cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("forbear: ")


def test_a_folder_without_a_pack_cannot_be_laid_out(tmp_path):
    write_pack(tmp_path, {"compose.yaml": MESSY})
    result = forbear("fmt", tmp_path)
    assert (result.status, result.out) == (2, "")
    assert "holds no pack" in result.err


# --- how files are written


def test_a_file_is_replaced_whole_and_keeps_its_mode(pack):
    path = pack / "deep" / "messy.yaml"
    path.chmod(0o640)
    with path.open() as before:  # whoever reads it sees the one or the other
        assert forbear("fmt", path).status == 0
        assert before.read() == MESSY
    assert path.read_text() == NEAT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_cannot_be_written_is_told(open_folder):
    pack = write_pack(open_folder, {"pack.yaml": PACK["pack.yaml"], "messy.yaml": MESSY})
    assert inside("fmt", "--check", pack).status == 1, "nothing but the permission is in the way"
    pack.chmod(0o555)

    def refused():
        result = inside("fmt", pack)
        assert (result.status, result.out) == (2, "")
        assert f"{pack / 'messy.yaml'} cannot be written" in result.err

    try:
        assert in_child_as_somebody(refused) == 0
    finally:
        pack.chmod(0o755)
    assert texts(pack) == {"pack.yaml": PACK["pack.yaml"].encode(), "messy.yaml": MESSY.encode()}
