"""The schemas of pack files: they take what the reader takes, and refuse what has another form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings

from conftest import examples
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.shape import Shape
from forbear.schema import schema
from house import BECAUSE, HOUSE
from language.examples import EXAMPLES, Example
from language.ranked_examples import EXAMPLES as RANKED_EXAMPLES
from language.small_pack import SMALL, unmarked
from lateness import PACK
from pages import language_pack
from schema.checked import RULES, complaints, complaints_of_pack, data, general, of_standard, validator
from strategies.packs import packs

STANDARD = {path.relative_to(RULES / "standard").as_posix(): path for path in (RULES / "standard").rglob("*.yaml")}
PAGE = language_pack()
LISTED = SMALL | {"more.yaml": "facts: {customer.ways: {list_of: [voice, email], optional: true}}\n"}
ABOVE = {
    "pack.yaml": "pack: above\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [standard]\n"
    "overrides: {settings: {threat_ends_contact: true}}\n",
    "changes.yaml": """\
overrides:
  rules:
    response.third-strike: {when: 'conduct == "abuse" && history.final_warning_spoken', say: farewell}
  texts:
    farewell: {en: Goodbye., zh: 再见。}
  due:
    farewell: 10 minutes
  invariants:
    response:
      never: response == "end_contact" && conduct != "abuse"
      because: Only abuse ends a contact.
""",
}
IN_HOUSE = {"pack.yaml": PACK["pack.yaml"], "house.yaml": HOUSE.replace("BECAUSE", BECAUSE)}
OF_FORM = {"unknown-key", "missing-key", "unknown-type", "missing-language", "unknown-language", "language-version"}
OF_NAMES = {"unknown-event", "unknown-obligation", "unknown-text"}


def text_of(files: Mapping[str, str]) -> dict[str, str]:
    """The files of a broken pack that are not those of the small one."""
    return {name: text for name, text in unmarked(files)[0].items() if SMALL.get(name) != text}


def mistakes(codes: set[str]) -> list[Example]:
    """Examples of mistakes; what stands in an expression no schema sees."""
    found = [one for one in (*EXAMPLES, *RANKED_EXAMPLES) if one.code in codes]
    return [one for one in found if not any("owed." in text for text in text_of(one.files).values())]


@pytest.mark.parametrize("name", sorted(STANDARD))
@pytest.mark.parametrize("make", [general, of_standard])
def test_every_file_of_the_standard_pack_is_valid(name, make):
    kind = "tests" if name.endswith(".test.yaml") else "packs"
    assert complaints(make(kind), data(STANDARD[name].read_text(encoding="utf-8"), name)) == []


@pytest.mark.parametrize(
    "files",
    [SMALL, PACK, PAGE, IN_HOUSE, ABOVE, LISTED],
    ids=["small", "late", "page", "house", "above", "listed"],
)
def test_the_packs_of_tests_and_documents_are_valid(files):
    assert complaints_of_pack(files) == []


@given(packs())
@settings(max_examples=examples(60))
def test_a_pack_that_passes_is_valid(files):
    assert complaints_of_pack(files) == []


@pytest.mark.parametrize("example", mistakes(OF_FORM), ids=lambda one: one.code)
def test_a_mistake_of_form_is_refused(example):
    assert any(complaints(general("packs"), data(text)) for text in text_of(example.files).values())


@pytest.mark.parametrize("example", mistakes(OF_NAMES), ids=lambda one: one.code)
def test_a_schema_made_for_a_pack_knows_its_names(example):
    of_small = validator("packs", build_policy(pack_from_texts(SMALL)))
    changed = [data(text) for text in text_of(example.files).values()]
    assert [one for file in changed for one in complaints(general("packs"), file)] == []
    assert any(complaints(of_small, file) for file in changed)


BROKEN_OVERRIDES = {
    "kind": "{rule: {response.third-strike: {then: warn}}}",
    "rule without its decision": "{rules: {third-strike: {then: warn}}}",
    "nothing changes": "{rules: {response.third-strike: {}}}",
    "the rule's name": "{rules: {response.third-strike: {rule: fourth-strike}}}",
    "text in one language": "{texts: {farewell: {en: Goodbye.}}}",
    "promise without a reason": "{invariants: {response: [{never: conduct == 'abuse'}]}}",
}
NOT_BELOW = {
    "rule": "{rules: {response.thrid-strike: {then: warn}}}",
    "text": "{texts: {farewel: {en: Goodbye., zh: 再见。}}}",
    "setting": "{settings: {threat_ends: true}}",
    "obligation": "{due: {farewel: 10 minutes}}",
    "decision": "{invariants: {respons: [{never: conduct == 'abuse', because: Never.}]}}",
}


@pytest.mark.parametrize("name", BROKEN_OVERRIDES)
def test_an_override_of_another_form_is_refused(name):
    section = f"overrides: {BROKEN_OVERRIDES[name]}\n"
    assert complaints(general("packs"), data(section))
    assert complaints(general("packs"), data(ABOVE["pack.yaml"].partition("overrides")[0] + section))


@pytest.mark.parametrize("name", NOT_BELOW)
def test_an_override_of_what_is_not_there_is_refused(name):
    section = f"overrides: {NOT_BELOW[name]}\n"
    assert complaints(general("packs"), data(section)) == []
    assert complaints(of_standard("packs"), data(section))


BROKEN_TESTS = {
    "no tests": "test: []\n",
    "no name": "tests: [{given: {}, expect: {}}]\n",
    "nothing expected": "tests: [{test: a, given: {}}]\n",
    "case and story": "tests: [{test: a, given: {}, expect: {}, story: [{at: '2026-03-02T09:00:00Z', type: tick}]}]\n",
    "empty story": "tests: [{test: a, story: []}]\n",
    "event without at": "tests: [{test: a, story: [{type: tick}]}]\n",
    "field of another type": "tests: [{test: a, story: [{at: '2026-03-02T09:00:00Z', type: tick, text: x}]}]\n",
    "flag that is none": "tests: [{test: a, given: {}, expect: {late: 'yes'}}]\n",
}
OF_A_PACK = {
    "type": "tests: [{test: a, story: [{at: '2026-03-02T09:00:00Z', type: tock}]}]\n",
    "decision": "tests: [{test: a, given: {}, expect: {respons: warn}}]\n",
    "outcome": "tests: [{test: a, given: {}, expect: {response: wran}}]\n",
    "rule": "tests: [{test: a, given: {}, expect: {fired: [response.frist-strike]}}]\n",
    "fact": "tests: [{test: a, given: {contact.wiat: 3}, expect: {}}]\n",
    "setting": "tests: [{test: a, settings: {wiat: 3}, given: {}, expect: {}}]\n",
    "obligation": "tests: [{test: a, given: {}, expect: {owes: [warnin]}}]\n",
}


@pytest.mark.parametrize("name", BROKEN_TESTS)
def test_broken_tests_are_refused(name):
    assert complaints(general("tests"), data(BROKEN_TESTS[name]))


@pytest.mark.parametrize("name", OF_A_PACK)
def test_tests_that_name_what_the_pack_does_not_have_are_refused(name):
    assert complaints(general("tests"), data(OF_A_PACK[name])) == []
    assert complaints(of_standard("tests"), data(OF_A_PACK[name]))


def test_an_event_that_must_be_refused_may_be_malformed():
    text = "tests: [{test: a, story: [{at: '2026-03-02T09:00:00Z', type: tock, expect: {error: no event type}}]}]\n"
    assert complaints(general("tests"), data(text)) == []


# --- never behind the reader


def objects(node: object) -> Iterator[dict]:
    """Every object of a schema that has keys of its own."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is False and node.get("properties"):
            yield node
        for one in node.values():
            yield from objects(one)
    elif isinstance(node, list):
        for one in node:
            yield from objects(one)


def test_the_schema_has_just_the_keys_that_the_reader_asks_for(monkeypatch):
    asked: dict[frozenset[str], set[frozenset[str]]] = {}
    keys = Shape.keys

    def spying(self, node, what, *, required=(), optional=()):
        asked.setdefault(frozenset([*required, *optional]), set()).add(frozenset(required))
        return keys(self, node, what, required=required, optional=optional)

    monkeypatch.setattr(Shape, "keys", spying)
    standard = {name: path.read_text(encoding="utf-8") for name, path in STANDARD.items()}
    for files in (SMALL, PAGE, ABOVE, LISTED, standard):
        build_policy(pack_from_texts({name: text for name, text in files.items() if not name.endswith(".test.yaml")}))
    known = {frozenset(one["properties"]) for one in objects(schema("packs"))}
    assert [sorted(one) for one in asked if one not in known] == []
    for one in objects(schema("packs")):
        for required in asked.get(frozenset(one["properties"]), ()):
            assert required <= {*one.get("required", ())}, one["properties"].keys()


@pytest.mark.parametrize("name", ["packs", "tests", "events", "records"])
def test_every_key_is_described(name):
    whole = schema(name)
    kinds = whole["$defs"]
    mute = [
        key
        for one in objects(whole)
        for key, shape in one["properties"].items()
        if not {**kinds.get(str(shape.get("$ref", "")).rpartition("/")[2], {}), **shape}.get("description")
    ]
    assert set(mute) <= ({"speaker", "text"} if name in ("events", "tests") else set())  # the two of an earlier turn
