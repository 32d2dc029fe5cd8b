"""`forbear check`: all problems of a pack in one run, each at its word."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import forbear, write_pack
from lateness import PACK

# Each mistake: a file, what stands there, what is written instead, the word to be marked, the diagnostic's code.
MISTAKES = [
    ("vocabulary.yaml", "{type: bool, default: false}", "{type: boolean, default: false}", "boolean", "unknown-type"),
    ("vocabulary.yaml", "count: delay,", "count: dealy,", "dealy", "unknown-entry"),
    ("vocabulary.yaml", "range: [1, 3600], default: 300", "range: [1, 3600], default: 0", "0", "wrong-value"),
    ("apology.yaml", "outcome: [none, brief, full]", "outcomes: [none, brief, full]", "outcomes", "unknown-key"),
    ("thanks.yaml", "contact.wait == 0", "contact.wiat == 0", "contact.wiat", "unknown-name"),
    ("thanks.yaml", "then: warm", "then: worm", "worm", "unknown-value"),
    ("thanks.yaml", "rule: was-named", "rule: Was Named", "Was Named", "bad-name"),
    ("thanks.yaml", 'customer.value > 0.5', 'customer.value > "much"', '"much"', "type-mismatch"),
    ("obligations.yaml", "due: 1 minute", "due: 1 minuet", "minuet", "bad-time"),
    ("obligations.yaml", "closes: {done: {}, waived: {}}", "closes: {doen: {}, waived: {}}", "doen", "unknown-value"),
]  # fmt: skip

THANKS = """\
decision: thanks
asked_on: [contact_offered]
outcome: [none, polite, warm]
fallback: none
rules:
  - rule: no-wait
    when: contact.wait == 0
    then: polite
  - rule: was-named
    when: has(customer.name)
    then: polite
  - rule: much-valued
    when: customer.value > 0.5
    then: warm
  - otherwise: none
"""


@pytest.fixture
def broken(tmp_path):
    files = {**PACK, "thanks.yaml": THANKS}
    files["vocabulary.yaml"] = files["vocabulary.yaml"].replace(
        "entries:", "  customer.known: {type: bool, default: false}\nentries:"
    )
    places = []
    for file, right, wrong, _, _ in MISTAKES:
        assert right in files[file]
        files[file] = files[file].replace(right, wrong, 1)
    for file, _, wrong, word, code in MISTAKES:
        start = files[file].index(wrong) + wrong.rindex(word)
        line = files[file].count("\n", 0, start) + 1
        places.append((file, line, start - files[file].rfind("\n", 0, start), len(word), code))
    return write_pack(tmp_path, files), sorted(places)


def test_ten_mistakes_give_ten_diagnostics_each_at_its_word(broken):
    folder, places = broken
    result = forbear("check", folder, "--json")
    assert result.status == 1
    assert result.err == ""
    found = [tuple(one[key] for key in ("file", "line", "column", "length", "code")) for one in result.lines]
    assert sorted(found) == places
    assert all(one["severity"] == "error" and one["message"] for one in result.lines)


def test_people_see_the_line_with_the_word_underlined_and_a_hint(broken):
    folder, _ = broken
    result = forbear("check", folder)
    assert result.status == 1
    assert result.out.count(" --> ") == len(MISTAKES)
    assert "10 problems" in result.out
    lines = result.out.splitlines()
    at = next(n for n, line in enumerate(lines) if "contact.wiat == 0" in line)
    assert lines[at + 1][lines[at].index("contact.wiat") :] == "^" * len("contact.wiat")
    assert "did you mean `contact.wait`?" in lines[at + 2]


def test_a_sound_pack_has_no_problems(tmp_path):
    result = forbear("check", write_pack(tmp_path, PACK))
    assert (result.status, result.err) == (0, "")
    assert "1 decisions, 2 rules, 2 obligations, 1 promises; " in result.out
    told = forbear("check", tmp_path, "--json")
    assert told.status == 0
    assert {one["severity"] for one in told.lines} <= {"warning", "note"}


def test_the_bundled_pack_is_sound():
    assert forbear("check", "standard").status == 0


def test_tests_are_checked_too(tmp_path):
    tests = "tests:\n  - test: wrong words\n    given: {contact.wait: 1}\n    expect: {apolgy: none}\n"
    result = forbear("check", write_pack(tmp_path, {**PACK, "a.test.yaml": tests}), "--json")
    assert result.status == 1
    (one,) = [one for one in result.lines if one["severity"] == "error"]
    assert (one["file"], one["line"], one["column"]) == ("a.test.yaml", 4, 14)
    assert "did you mean `apology`?" in one["hint"]


def test_a_version_is_free_text_and_never_markup(tmp_path):
    pack = {**PACK, "pack.yaml": 'pack: p\nversion: "[/red]"\nlanguage: 1\n'}
    result = forbear("check", write_pack(tmp_path, pack))
    assert result.status == 0
    assert "p [/red]" in result.out


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "no-manifest"),
        ({"pack.yaml": ""}, "no-manifest"),
        ({"pack.yaml": "[" * 10_000}, "too-deep"),
        ({"pack.yaml": "a: &x 1\nb: *x\n"}, "yaml-anchor"),
        ({"pack.yaml": "- pack\n"}, "wrong-shape"),
        ({**PACK, "x.yaml": "facts: {speech.a: {type: int, range: [0, " + "9" * 6000 + "]}}"}, None),
        ({**PACK, "x.yml": "facts: {}"}, "wrong-suffix"),
        ({**PACK, "x.yaml": "a: \u202e"}, "hidden-character"),
    ],
)
def test_a_strange_folder_gives_diagnostics_and_no_traceback(files, code, tmp_path):
    result = forbear("check", write_pack(tmp_path, files), "--json")
    assert result.status == 1
    assert code is None or code in [one["code"] for one in result.lines]


def test_a_file_whose_name_is_not_utf8_can_be_shown(tmp_path):
    write_pack(tmp_path, PACK)
    try:
        (tmp_path / "caf\udce9.yaml").write_text("texts: {}\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system keeps only UTF-8 names")
    for options in ([], ["--json"]):
        result = forbear("check", tmp_path, *options)
        assert result.status == 1
        assert "caf" in result.out


ROUTING = {"pack.yaml": "pack: ours\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [routing]\n"}


def promising(*promises: str) -> dict[str, str]:
    """A pack on `routing` that promises more of the call-back."""
    told = "".join(f"      - {{{one}, because: so}}\n" for one in promises)
    return {**ROUTING, "ours.yaml": f"overrides:\n  invariants:\n    callback:\n{told}"}


def test_a_promise_on_settings_is_decided_with_the_defaults_in_force(tmp_path):
    overrides = {"ours.yaml": "overrides: {settings: {key_stay: 1}}\n"}
    result = forbear("check", write_pack(tmp_path, ROUTING | overrides), "--json")
    assert result.status == 1
    (error,) = [one for one in result.lines if one["severity"] == "error"]
    assert (error["code"], error["file"]) == ("broken-promise", "routing:callback.yaml")
    assert "`setting.key_callback` is 1, `setting.key_stay` is 1" in error["message"]
    text = forbear("check", tmp_path).out
    assert "1 problem\n" in text
    assert " promises; " not in text


@pytest.mark.parametrize(
    ("promise", "broken"),
    [
        ("never: setting.both_needed", False),
        ("always: setting.both_needed", True),
        ("always: 'setting.key_stay * 2 == 4 || setting.both_needed'", False),
        ("never: 'setting.key_stay * 2 == 4 && !setting.both_needed'", True),
        ("always: 'setting.key_callback > setting.key_stay || callback == \"no\"'", False),  # not settings alone
        ("never: setting.key_callback < setting.key_stay && owed.queue_notice", False),
    ],
)
def test_a_promise_that_reads_more_than_settings_is_left_to_the_events(promise, broken, tmp_path):
    result = forbear("check", write_pack(tmp_path, promising(promise)), "--json")
    codes = [one["code"] for one in result.lines if one["severity"] == "error"]
    assert codes == (["broken-promise"] if broken else [])
    assert result.status == int(broken)


def test_broken_promises_come_with_the_problems_of_tests(tmp_path):
    files = promising("always: setting.both_needed") | {"a.test.yaml": "tests:\n  - test: x\n"}
    result = forbear("check", write_pack(tmp_path, files), "--json")
    assert [one["code"] for one in result.lines if one["severity"] == "error"] == ["broken-promise", "test-shape"]


def test_what_is_no_pack_cannot_be_checked(tmp_path):
    result = forbear("check", tmp_path / "nowhere")
    assert (result.status, result.stdout) == (2, b"")
    assert "bundled: abuse, " in result.err


def test_of_files_and_several_packs_each_pack_is_checked_once_and_named(tmp_path):
    bad = {**PACK, "apology.yaml": PACK["apology.yaml"].replace("outcome:", "outcomes:", 1)}
    good, wrong = write_pack(tmp_path / "good", PACK), write_pack(tmp_path / "wrong", bad)
    result = forbear("check", good, wrong / "apology.yaml", wrong / "vocabulary.yaml", wrong, "--json")
    assert result.status == 1
    errors = [(one["file"], one["code"]) for one in result.lines if one["severity"] == "error"]
    assert errors == [(str(wrong / "apology.yaml"), "unknown-key")]
    assert {str(Path(one["file"]).parent) for one in result.lines} <= {str(good), str(wrong)}
    fine = forbear("check", "apology.yaml", "pack.yaml", cwd=good)
    assert fine.status == 0
    assert fine.out.count(" promises; ") == 1


def test_a_file_of_no_pack_cannot_be_checked_but_may_be_left_out(tmp_path):
    write_pack(tmp_path, {"compose.yaml": "a: b", "pack/.hidden.yaml": "a: b", "pack/pack.yaml": PACK["pack.yaml"]})
    given = [tmp_path / "compose.yaml", tmp_path / "pack" / ".hidden.yaml"]
    result = forbear("check", given[0])
    assert (result.status, result.stdout) == (2, b"")
    assert "is a file of no pack" in result.err
    assert forbear("check", "--in-packs", *given).stdout == b""
