"""`forbear fmt`: files are laid out where they can be, and left as they are where not."""

from __future__ import annotations

import os
import stat

import pytest

from commands import forbear, write_pack
from lateness import PACK

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
    forbear("fmt", pack)
    assert forbear("fmt", "--check", pack).status == 0


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
    forbear("fmt", pack)
    assert (forbear("fmt", "--diff", pack).status, forbear("fmt", "--diff", pack).out) == (0, "")


def test_a_line_end_that_changes_is_seen_in_the_difference(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"facts:\r\n  a.b: bool\n")
    assert "-facts:^M\n+facts:\n" in forbear("fmt", "--diff", path).out


def test_single_files_and_folders_of_a_pack_may_be_given(pack):
    other = write_pack(pack, {"other.yaml": MESSY, "more/third.yaml": MESSY})
    result = forbear("fmt", pack / "deep", pack / "other.yaml", pack / "other.yaml", "deep/messy.yaml", cwd=pack)
    assert result.status == 0
    assert (pack / "deep" / "messy.yaml").read_text() == (pack / "other.yaml").read_text() == NEAT
    assert (other / "more" / "third.yaml").read_text() == MESSY


def test_tests_are_laid_out_too_and_hidden_files_are_not(pack):
    write_pack(pack, {"x.test.yaml": MESSY, ".hidden.yaml": MESSY, ".github/flow.yaml": MESSY})
    assert forbear("fmt", pack).status == 0
    assert (pack / "x.test.yaml").read_text() == NEAT
    assert (pack / ".hidden.yaml").read_text() == (pack / ".github" / "flow.yaml").read_text() == MESSY


def test_of_a_folder_that_is_no_pack_only_the_packs_in_it_are_laid_out(pack):
    write_pack(pack.parent, {"compose.yaml": MESSY})
    assert forbear("fmt", pack.parent).status == 0
    assert (pack / "deep" / "messy.yaml").read_text() == NEAT
    assert (pack.parent / "compose.yaml").read_text() == MESSY


def test_files_of_no_pack_are_left_out_where_that_is_asked_for(pack):
    write_pack(pack.parent, {"compose.yaml": MESSY})
    write_pack(pack, {".hidden.yaml": MESSY})
    given = [pack.parent / "compose.yaml", pack / "deep" / "messy.yaml", pack / ".hidden.yaml"]
    assert forbear("fmt", "--in-packs", *given).out.endswith("1 file formatted, 0 as they should be\n")
    assert (pack.parent / "compose.yaml").read_text() == (pack / ".hidden.yaml").read_text() == MESSY
    assert forbear("fmt", given[0]).status == 0
    assert given[0].read_text() == NEAT


def test_the_bundled_pack_is_laid_out():
    result = forbear("fmt", "--check", "standard")
    assert result.status == 0, result.out


# --- standard input


@pytest.mark.parametrize("text", [MESSY, MESSY.replace("\n", "\r\n"), "\ufeff" + MESSY])
def test_standard_input_goes_to_standard_output(text):
    result = forbear("fmt", "-", given=text)
    assert (result.status, result.out, result.err) == (0, NEAT, "")
    assert forbear("fmt", "-", "--check", given=text).status == 1


def test_of_standard_input_the_difference_can_be_asked_for():
    assert forbear("fmt", "-", "--check", given=NEAT).out == ""
    assert forbear("fmt", "-", "--check", given=MESSY).out == "standard input would change\n"
    shown = forbear("fmt", "-", "--diff", given=MESSY)
    assert shown.status == 1
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


@pytest.mark.parametrize(("code", "raw"), REFUSED.items(), ids=REFUSED)
def test_a_file_with_problems_is_refused_with_the_words_of_check_and_left_alone(code, raw, pack):
    path = pack / "broken.yaml"
    path.write_bytes(raw)
    result = forbear("fmt", pack)
    assert result.status == 1
    assert f"error[{code}]" in result.out
    assert f"{path}:1:" in result.out or f"{path}:2:" in result.out
    assert path.read_bytes() == raw
    assert (pack / "deep" / "messy.yaml").read_text() == NEAT, "the others are laid out"
    assert "1 file with problems left alone" in result.out
    assert code in [one["code"] for one in forbear("check", pack, "--json").lines]
    assert sorted(texts(pack)) == ["broken.yaml", "deep/messy.yaml", "neat.yaml", "pack.yaml"]


def test_links_are_not_followed(pack):
    target = pack.parent / "elsewhere.yaml"
    target.write_text(MESSY)
    (pack / "link.yaml").symlink_to(target)
    (pack / "folder").symlink_to(pack.parent)
    for given in (pack, pack / "link.yaml"):
        result = forbear("fmt", given)
        assert result.status == 1
        assert "error[symbolic-link]" in result.out
    assert target.read_text() == MESSY
    assert (pack / "link.yaml").is_symlink()


def test_a_file_must_have_the_name_of_a_packs_file(pack):
    write_pack(pack, {"a.yml": MESSY, "notes.txt": MESSY})
    assert "error[wrong-suffix]" in forbear("fmt", pack).out
    assert forbear("fmt", pack / "notes.txt").status == 1
    assert (pack / "a.yml").read_text() == (pack / "notes.txt").read_text() == MESSY


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(pack):
    os.mkfifo(pack / "pipe.yaml")
    result = forbear("fmt", pack / "pipe.yaml")
    assert result.status == 1
    assert "error[unreadable-file]" in result.out


@pytest.mark.parametrize("given", ["nowhere", "nowhere.yaml", "", "x" * 5000, "a\nb"])
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


def test_the_mode_of_a_file_is_kept(pack):
    path = pack / "deep" / "messy.yaml"
    path.chmod(0o640)
    assert forbear("fmt", path).status == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_is_replaced_whole_so_that_who_reads_it_sees_one_or_the_other(pack):
    path = pack / "deep" / "messy.yaml"
    with path.open() as before:
        assert forbear("fmt", path).status == 0
        assert before.read() == MESSY
    assert path.read_text() == NEAT


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_file_that_cannot_be_written_is_told(pack):
    (pack / "deep").chmod(0o500)
    try:
        result = forbear("fmt", pack)
    finally:
        (pack / "deep").chmod(0o700)
    assert result.status == 2
    assert "cannot be written" in result.err
    assert [path.name for path in (pack / "deep").iterdir()] == ["messy.yaml"]
