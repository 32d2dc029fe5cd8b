"""`assert_invariants`: one call that checks a pack, proves it and lives random histories."""

from __future__ import annotations

import sys

import pytest

from commands import inside, write_pack
from forbear import load_policy
from forbear.testing import Verified, assert_invariants
from forbear.testing import verifying as module
from house import plugin
from lateness import PACK

PROMISE = 'apology == "full" && contact.wait < setting.patience'


def broken(tmp_path, promise):
    """The pack with another promise."""
    return write_pack(tmp_path, {**PACK, "apology.yaml": PACK["apology.yaml"].replace(PROMISE, promise)})


def test_a_pack_that_keeps_its_promises_is_verified_in_each_way(tmp_path):
    found = assert_invariants(write_pack(tmp_path, PACK), histories=5, length=8)
    assert isinstance(found, Verified)
    assert (found.done, found.skipped, found.proved) == (("check", "prove", "histories"), {}, ("apology#1",))


def test_without_the_solver_the_proof_is_skipped_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    found = assert_invariants(write_pack(tmp_path, PACK), histories=2, length=5)
    assert found.done == ("check", "histories")
    assert "pip install 'forbear[prove]'" in found.skipped["prove"]
    assert found.proved == ()


def test_what_is_not_asked_for_is_skipped(tmp_path):
    found = assert_invariants(load_policy(write_pack(tmp_path, PACK)), histories=0, prove=False)
    assert found.done == ("check",)
    assert found.skipped == {"prove": "not asked for", "histories": "not asked for"}


def test_a_mistake_in_the_pack_is_told_with_its_place(tmp_path):
    pack = broken(tmp_path, 'apology == "fulll"')
    with pytest.raises(AssertionError, match=r"apology.yaml:\d+:\d+: .*fulll"):
        assert_invariants(pack)


def test_a_proof_gives_the_case_that_breaks_a_promise_as_a_test_that_fails(tmp_path):
    pack = broken(tmp_path, 'apology == "full"')
    with pytest.raises(AssertionError, match="apology#1 is refuted") as caught:
        assert_invariants(pack, histories=0)
    (tmp_path / "found.test.yaml").write_text(str(caught.value).partition("mended:\n\n")[2], encoding="utf-8")
    done = inside("test", pack)
    assert done.status == 1
    assert "the promise does not hold" in done.out


def test_a_random_history_gives_the_story_that_breaks_a_promise(tmp_path):
    pack = broken(tmp_path, 'apology == "full" && history.delays >= 1')
    with pytest.raises(AssertionError, match="invariant of apology#1") as caught:
        assert_invariants(pack, prove=False, histories=600, length=12)
    text = str(caught.value)
    (tmp_path / "found.test.yaml").write_text(text[text.index("tests:\n") :], encoding="utf-8")
    done = inside("test", pack)
    assert done.status == 1


def test_settings_are_those_that_are_given(tmp_path):
    found = assert_invariants(write_pack(tmp_path, PACK), settings={"patience": 60}, histories=0, prove=False)
    assert found.policy.settings["setting.patience"].value == 60


@pytest.mark.parametrize("prove", [True, False])
def test_what_breaks_under_settings_is_a_test_under_these_settings(tmp_path, prove):
    pack = broken(tmp_path, 'apology == "full" && contact.wait < 200')
    with pytest.raises(AssertionError) as caught:
        assert_invariants(pack, settings={"patience": 60}, prove=prove, histories=600, length=12)
    text = str(caught.value)
    (tmp_path / "found.test.yaml").write_text(text[text.index("tests:\n") :], encoding="utf-8")
    done = inside("test", pack)
    assert "settings:\n    patience: 60\n" in text
    assert (done.status, done.out.splitlines()[-1]) == (1, "0 passed, 1 failed")


def test_the_command_saves_what_breaks_under_settings_with_these_settings(tmp_path):
    pack = broken(tmp_path, 'apology == "full" && contact.wait < 200')
    assert inside("prove", pack, "--set", "patience=60", "--save", tmp_path / "found.test.yaml").status == 1
    done = inside("test", pack)
    assert (done.status, done.out.splitlines()[-1]) == (1, "0 passed, 1 failed")


def test_whoever_only_runs_tests_loads_neither_hypothesis_nor_z3():
    import subprocess

    program = "import sys, forbear.testing.runner, forbear.testing.mutation; print([n for n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"'hypothesis'", "'z3'", "'pytest'"} & set(done.stdout.strip("[]\n").split(", "))


def test_a_pack_that_a_plugin_brings_is_found_by_its_name(tmp_path):
    folder = write_pack(tmp_path, PACK)
    brings = plugin("supply_packs", lambda: {"lateness": folder})
    found = assert_invariants("lateness", plugins=[brings], histories=0)
    assert (found.policy.name, found.proved) == ("lateness", ("apology#1",))
