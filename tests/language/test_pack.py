"""A folder of files → a policy: what belongs to it, what is refused, and its digest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commands import write_pack
from forbear.errors import PackError, PackNotFound, Severity
from forbear.language import source
from forbear.language.files import bundled_packs, find_pack
from forbear.language.pack import check_pack, load_policy, pack_from_texts, read_pack
from language.small_pack import SMALL, built, edited, problems_of
from somebody import in_child_as_somebody


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path, SMALL)


def problems(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(PackError) as caught:
        load_policy(folder)
    return [(one.code, one.span.file) for one in caught.value.diagnostics]


def test_a_pack_is_found_by_folder_or_by_bundled_name(folder: Path) -> None:
    assert find_pack(str(folder)) == folder
    assert find_pack("standard").name == "standard"
    assert load_policy(folder).name == "small"


def test_a_pack_that_is_not_there_is_not_found(folder: Path) -> None:
    with pytest.raises(PackNotFound, match=r"bundled: abuse, .*standard"):
        find_pack("standart")
    with pytest.raises(PackNotFound, match=r"is a file"):
        find_pack(str(folder / "pack.yaml"))


def test_files_lie_in_any_folder_and_tests_and_hidden_files_are_no_part(folder: Path) -> None:
    before = load_policy(folder)
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "conduct.yaml").write_text((folder / "conduct.yaml").read_text("utf-8"), "utf-8")
    (folder / "conduct.yaml").unlink()
    (folder / "conduct.test.yaml").write_text("tests: [", "utf-8")
    (folder / ".github").mkdir()
    (folder / ".github" / "ci.yaml").write_text("on: push", "utf-8")
    (folder / "README.md").write_text("# x", "utf-8")
    after = load_policy(folder)
    assert after.decisions.keys() == before.decisions.keys()
    assert after.digest != before.digest


def test_a_folder_named_like_a_file_is_a_folder(folder: Path) -> None:
    (folder / "more.yaml").mkdir()
    (folder / "more.yaml" / "x.yaml").write_text("facts: {more.fact: bool}", "utf-8")
    assert "more.fact" in load_policy(folder).facts


@pytest.mark.parametrize("name", ["x.yml", "x.YAML", "x.Yml", "deep/x.yml", "x.test.yml"])
def test_another_suffix_is_refused_rather_than_passed_over(folder: Path, name: str) -> None:
    (folder / "deep").mkdir()
    (folder / name).write_text("facts: {}", "utf-8")
    assert problems(folder) == [("wrong-suffix", name)]


def test_a_link_is_refused_rather_than_followed_or_passed_over(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("password: hunter2", "utf-8")
    (folder / "x.yaml").symlink_to(secret)
    (folder / "dangling.yaml").symlink_to(folder / "nowhere")
    with pytest.raises(PackError) as caught:
        load_policy(folder)
    assert {one.code for one in caught.value.diagnostics} == {"symbolic-link"}
    assert "hunter2" not in repr(caught.value.diagnostics)


def test_a_linked_folder_is_not_followed(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    assert load_policy(folder).name == "small"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert load_policy(folder).name == "small"


def test_a_file_that_may_not_be_read_is_named(open_folder: Path) -> None:
    write_pack(open_folder, SMALL)
    load_policy(open_folder)
    (open_folder / "duties.yaml").chmod(0)

    def named() -> None:
        assert problems(open_folder) == [("unreadable-file", "duties.yaml")]

    assert in_child_as_somebody(named) == 0


def test_a_file_in_a_folder_that_may_not_be_entered_is_named(open_folder: Path) -> None:
    write_pack(open_folder, SMALL)
    (open_folder / "more").mkdir()
    (open_folder / "more" / "duties.yaml").write_text("facts: {}", "utf-8")
    (open_folder / "more").chmod(0o444)

    def named() -> None:
        assert problems(open_folder) == [("unreadable-file", "more/duties.yaml")]

    assert in_child_as_somebody(named) == 0


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_file = os.open

    def refuse(path: Path, flags: int) -> int:
        if Path(path).name == "vocabulary.yaml":
            raise PermissionError(13, "Permission denied")
        return open_file(path, flags)

    monkeypatch.setattr("forbear.bounded.os.open", refuse)
    assert problems(folder) == [("unreadable-file", "vocabulary.yaml")]


def test_a_name_that_cannot_be_shown_is_refused(folder: Path) -> None:
    for name in (b"a\xff.yaml", "a\u202e.yaml".encode(), b"a\n.yaml"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("facts: {}", "utf-8")
    assert [code for code, _ in problems(folder)] == ["bad-file-name"] * 3
    assert [one.code for one in problems_of(edited(also={"a\ud800.yaml": "facts: {}"}))] == ["bad-file-name"]


def test_a_folder_without_a_manifest_is_no_pack_and_is_not_searched(folder: Path) -> None:
    (folder / "pack.yaml").unlink()
    (folder / "broken.yaml").write_text("a: [", "utf-8")
    assert problems(folder) == [("no-manifest", "pack.yaml")]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_manifest_says_nothing(folder: Path, text: str) -> None:
    (folder / "pack.yaml").write_text(text, "utf-8")
    assert problems(folder) == [("no-manifest", "pack.yaml")]


def test_a_broken_manifest_is_one_diagnostic() -> None:
    assert [one.code for one in problems_of(SMALL | {"pack.yaml": "pack: [\n"})] == ["yaml-syntax"]


def test_a_pack_of_another_language_is_not_read_at_all() -> None:
    files = SMALL | {"pack.yaml": "pack: x\nversion: 1\nlanguage: 2\n", "conduct.yaml": "tables: {}\n"}
    assert [one.code for one in problems_of(files)] == ["language-version"]


def test_a_pack_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(500):
        (folder / f"n{n}.yaml").touch()
    assert problems(folder) == [("pack-too-large", "pack.yaml")]
    monkeypatch.setattr("forbear.language.source.MAX_PACK_FILES", 1000)
    monkeypatch.setattr("forbear.language.files.MAX_PACK_BYTES", 1000)
    assert [code for code, _ in problems(folder)] == ["pack-too-large"]


def test_what_can_be_read_is_checked_beside_what_cannot(folder: Path) -> None:
    (folder / "latin.yaml").write_bytes(b"facts: {caf\xe9.x: bool}")
    (folder / "large.yaml").write_bytes(b"#" * (source.MAX_FILE_BYTES + 1))
    (folder / "conduct.yaml").write_text(SMALL["conduct.yaml"].replace("zh: ", "cn: "), "utf-8")
    assert problems(folder) == [
        ("unknown-language", "conduct.yaml"),
        ("file-too-large", "large.yaml"),
        ("not-utf8", "latin.yaml"),
    ]


def test_an_empty_file_is_no_problem() -> None:
    assert (
        problems_of(edited(also={"a.yaml": "", "b.yaml": "# nothing yet\n", "c.yaml": "---\n", "d.yaml": "~\n"})) == []
    )


# --- digest


def test_the_digest_changes_with_every_file_and_every_setting() -> None:
    digests = {built(SMALL).digest, built(SMALL, {"patience": 61}).digest}
    for name, text in SMALL.items():
        digests.add(built(SMALL | {name: text + "# more\n"}).digest)
    digests.add(built(SMALL | {"empty.yaml": ""}).digest)
    renamed = dict(SMALL)
    renamed["moved.yaml"] = renamed.pop("conduct.yaml")
    digests.add(built(renamed).digest)
    assert len(digests) == 4 + len(SMALL)


def test_the_digest_is_the_same_for_the_same_meaning(folder: Path) -> None:
    backwards = dict(reversed(SMALL.items()))
    digest = built(SMALL).digest
    assert built(backwards).digest == digest
    assert built(SMALL, {"patience": 60}).digest == digest
    assert load_policy(folder).digest == digest
    (folder / "conduct.test.yaml").write_text("tests: []", "utf-8")
    assert load_policy(folder).digest == digest
    assert digest.startswith("sha256:")


def test_text_cannot_move_from_one_file_to_another_unseen() -> None:
    one = built(SMALL | {"a.yaml": "# x\n", "b.yaml": "# y\n"}).digest
    two = built(SMALL | {"a.yaml": "# x\n# y\n", "b.yaml": ""}).digest
    assert one != two


def test_sources_come_in_path_order() -> None:
    assert [one.name for one in pack_from_texts(dict(reversed(SMALL.items())))] == sorted(SMALL)


def test_the_standard_pack_composes_all_others_without_a_problem() -> None:
    policy, found = check_pack(read_pack(find_pack("standard")))
    assert [one.message for one in found if one.severity is not Severity.NOTE] == []
    assert policy is not None
    assert bundled_packs().keys() == {"standard", *policy.builds_on}
    assert len(policy.decisions) > 100
