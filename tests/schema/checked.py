"""Validators of the schemas, and files read as `forbear check` reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from forbear import Policy
from forbear.language.check import plain
from forbear.language.files import TEST_SUFFIX
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.problems import Problems
from forbear.language.source import decode
from forbear.language.tree import parse_tree
from forbear.schema import schema
from stories import standard

RULES = Path(__file__).parents[2] / "rules" / "forbear_rules"


def validator(name: str, policy: Policy | None = None) -> Draft202012Validator:
    return Draft202012Validator(schema(name, policy), format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def general(name: str) -> Draft202012Validator:
    return validator(name)


@cache
def of_standard(name: str) -> Draft202012Validator:
    return validator(name, standard())


def data(text: str, name: str = "a.yaml") -> object:
    """A file as data, in the language's own reading of YAML."""
    problems = Problems()
    source = decode(text.encode(), name, problems)
    assert source is not None
    tree = parse_tree(source, problems)
    assert not problems.errors, problems.errors
    return plain(tree) if tree is not None else None


def complaints(one: Draft202012Validator, given: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in one.iter_errors(given)]


def complaints_of_pack(files: dict[str, str]) -> list[str]:
    """What the schemas find in a pack: the general ones, and those made for it."""
    policy = build_policy(pack_from_texts(without_tests(files)))
    own = {kind: validator(kind, policy) for kind in ("packs", "tests")}
    found: list[str] = []
    for name, text in files.items():
        kind = "tests" if name.endswith(TEST_SUFFIX) else "packs"
        given = data(text, name)
        found += [f"{name}: {one}" for one in (*complaints(general(kind), given), *complaints(own[kind], given))]
    return found


def without_tests(files: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if not name.endswith(TEST_SUFFIX)}
