"""Whatever a careless author writes: the layout keeps the tree, every comment and the diagnostics, and holds still."""

from __future__ import annotations

import random

from hypothesis import example, given
from hypothesis import strategies as st

from forbear.errors import ForbearError, PackError
from forbear.format import format_source
from forbear.format.same import same_tree
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.problems import Problems
from forbear.language.source import Source, decode
from forbear.language.tree import Mapping, Node, Sequence, parse_tree
from format.careless import Author, comments_in, plain
from strategies.packs import careless_packs, packs
from strategies.profile import examples

STANDARD = {
    f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8")
    for path in sorted(find_pack("standard").parent.rglob("*.yaml"))
}
MESS = st.sampled_from([0.05, 0.15, 0.3, 0.5])


def tree_of(text: str) -> Node:
    problems = Problems()
    tree = parse_tree(Source("a.yaml", text), problems)
    assert problems.found == []
    assert tree is not None
    return tree


def formatted(text: str) -> str:
    problems = Problems()
    found = format_source(Source("a.yaml", text), problems)
    assert problems.found == []
    assert found is not None
    return found


def assert_kept(text: str, tree: Node) -> str:
    """The layout of a text that stands for a tree."""
    assert plain(tree_of(text)) == plain(tree), "the careless author wrote something else"
    found = formatted(text)
    assert plain(tree_of(found)) == plain(tree)
    assert comments_in(found) == comments_in(text)
    assert formatted(found) == found
    assert found.endswith("\n")
    assert "\r" not in found
    assert "\n\n\n" not in found
    assert all(line == line.rstrip() for line in found.split("\n"))
    return found


@examples(80)
@given(st.sampled_from(sorted(STANDARD)), st.integers(0, 2**32), MESS)
def test_the_standard_pack_carelessly_written_means_the_same(name: str, seed: int, mess: float) -> None:
    tree = tree_of(STANDARD[name])
    assert_kept(Author(random.Random(seed), mess).file(tree), tree)


def diagnostics(files: dict[str, str]) -> list[tuple[str, str, str]]:
    try:
        build_policy(pack_from_texts(files))
    except PackError as error:
        return [(one.span.file, one.code, one.message) for one in error.diagnostics]
    return []


def assert_same_pack(files: dict[str, str], seed: int, mess: float) -> None:
    chance = random.Random(seed)
    messy = {name: Author(chance, mess).file(tree_of(text)) for name, text in files.items()}
    laid_out = {name: assert_kept(text, tree_of(files[name])) for name, text in messy.items()}
    assert diagnostics(laid_out) == diagnostics(messy)


@examples(25)
@given(packs(), st.integers(0, 2**32), MESS)
def test_a_drawn_pack_carelessly_written_is_the_same_pack(files: dict[str, str], seed: int, mess: float) -> None:
    assert_same_pack(files, seed, mess)


@examples(25)
@given(careless_packs(), st.integers(0, 2**32), MESS)
def test_a_pack_with_mistakes_has_the_same_mistakes(files: dict[str, str], seed: int, mess: float) -> None:
    assert_same_pack(files, seed, mess)


# --- text that nobody meant to be a pack

_YAML = st.text(st.sampled_from("ab:-[]{}'\"&*!|>%@#,?= \n\r\t\\中é1+"), max_size=60)


def assert_formatted_or_refused(raw: bytes) -> None:
    problems = Problems()
    source = decode(raw, "a.yaml", problems)
    try:
        text = format_source(source, problems) if source is not None else None
    except ForbearError:
        return
    if text is None:
        assert problems.errors
        return
    assert source is not None
    problems = Problems()
    before, after = (parse_tree(Source("a.yaml", one), problems) for one in (source.text, text))
    assert plain(before) == plain(after)
    assert problems.found == []
    assert formatted_or_none(text) == text


def formatted_or_none(text: str) -> str | None:
    return format_source(Source("a.yaml", text), Problems())


@examples(400)
@given(_YAML | st.text(st.characters(codec="utf-8"), max_size=40))
@example("? - a\n: b\n")
@example("- |+\n\n\n- a\n")
@example("a: >\n\n   b\n\n    c\n")
@example("[a, b]: c\n")
@example("- - - a\n    # c\n  - b\n# d")
@example("{a: [b, {c: d,},],}")
@example("'a\n\n  b': c\n")
@example("--- a\n...\n# b\n")
@example("a: {b\n: c}\n")
@example("{? a : b, ? c}\n")
@example('{"a":b, "c" :d}\n')
def test_any_text_is_laid_out_or_refused(text: str) -> None:
    assert_formatted_or_refused(text.encode())


@examples(150)
@given(st.binary(max_size=60))
def test_any_bytes_are_laid_out_or_refused(raw: bytes) -> None:
    assert_formatted_or_refused(raw)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file of the standard pack with a few stretches dropped, doubled or replaced."""
    text = STANDARD[draw(st.sampled_from(sorted(STANDARD)))]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 2, 5, 20])))
        new = draw(
            st.just("") | st.just(text[start:end] * 2) | st.text(st.sampled_from("[]{}:,'\"!&- \n#|>"), max_size=3)
        )
        text = text[:start] + new + text[end:]
    return text


@examples(120)
@given(mutated())
def test_a_mutated_file_is_laid_out_or_refused(text: str) -> None:
    assert_formatted_or_refused(text.encode())


# --- the check itself


def test_trees_that_differ_in_anything_are_not_the_same() -> None:
    texts = [
        "a: b",
        "a: 'b'",
        "a: c",
        "c: b",
        "a: [b]",
        "[a]",
        "a: {b: c}",
        "{a: b, c: d}",
        "{c: d, a: b}",
        "[a, b]",
        "a",
    ]
    trees = [tree_of(text) for text in texts]
    for n, one in enumerate(trees):
        assert [same_tree(one, other) for other in trees] == [n == m for m in range(len(trees))]
        assert not same_tree(one, None)
    assert same_tree(None, None)
    assert isinstance(trees[0], Mapping)
    assert isinstance(trees[5], Sequence)
