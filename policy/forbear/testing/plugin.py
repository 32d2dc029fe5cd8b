"""The pytest plugin: `*.test.yaml` of packs as tests, one each, and their promises. It does nothing unless asked.

`--forbear PACK`, or the ini option `forbear_packs`, names folders or bundled packs; `--forbear-promises` adds a test of
the promises of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from forbear.language import ir
    from forbear.testing.cases import PackTest
    from forbear.testing.expecting import Failure

MANIFEST, SUFFIX = "pack.yaml", ".test.yaml"
_KEY = pytest.StashKey["dict[Path, Pack]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options `--forbear`, `--forbear-promises` and `forbear_packs`."""
    group = parser.getgroup("forbear", "policy packs")
    group.addoption(
        "--forbear",
        action="append",
        default=[],
        metavar="PACK",
        help="collect the *.test.yaml of a policy pack, given by folder or name; again for more",
    )
    group.addoption(
        "--forbear-promises", action="store_true", help="verify the promises of these packs too, by proof and histories"
    )
    parser.addini("forbear_packs", "policy packs, by folder or name, whose *.test.yaml are collected", "args", [])


def pytest_configure(config: pytest.Config) -> None:
    """Note which packs were asked for; those of the command line are collected wherever they stand."""
    given, listed = config.getoption("--forbear"), config.getini("forbear_packs")
    packs = {}
    for name in given:
        packs[_folder(name, config.invocation_params.dir)] = name
    for name in listed:
        packs.setdefault(_folder(name, config.rootpath), name)
    config.stash[_KEY] = {folder: Pack(folder, name) for folder, name in packs.items()}
    stated = {Path(argument.partition("::")[0]).resolve() for argument in config.args}
    config.args += [str(one) for one in packs if not any(one.is_relative_to(place) for place in stated)]


def _folder(name: str, start: Path) -> Path:
    """The folder of a pack, given by folder or by name: one that is bundled, or that an installed plugin brings."""
    from forbear.engine.parts import find_folder
    from forbear.engine.plugins import Plugins
    from forbear.engine.registry import registry_of
    from forbear.errors import ForbearError

    if (start / name / MANIFEST).is_file():
        return (start / name).resolve()
    try:
        return find_folder(name, Plugins(registry_of())).resolve()
    except ForbearError as error:
        raise pytest.UsageError(f"--forbear {name}: {error}") from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The tests and promises of a pack that was asked for."""
    packs = parent.config.stash.get(_KEY, {})
    folder = next((one for one in packs if file_path.is_relative_to(one)), None)
    if folder is None:
        return None
    if file_path.name.endswith(SUFFIX):
        return TestFile.from_parent(parent, path=file_path, pack=packs[folder])
    if file_path == folder / MANIFEST and parent.config.getoption("--forbear-promises"):
        return PromiseFile.from_parent(parent, path=file_path, pack=packs[folder])
    return None


class Pack:
    """A pack that was asked for; it is read when its first test is collected."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._read: tuple[ir.Policy, list[PackTest]] | None = None
        self._policies: dict[str, ir.Policy] = {}

    def tests(self, file: str) -> list[PackTest]:
        """The tests that stand in a file. Raises PackError where pack or tests are not well formed."""
        return [one for one in self._load()[1] if one.span.file == file]

    def run(self, test: PackTest) -> tuple[Failure, ...]:
        """What a test expects and does not find. Raises ForbearError where its settings are none."""
        from forbear.language.choosing import under
        from forbear.testing.runner import run_test

        chosen = repr(sorted(test.settings.items()))
        if chosen not in self._policies:
            self._policies[chosen] = under(self._load()[0], test.settings)
        return run_test(test, self._policies[chosen]).failures

    def _load(self) -> tuple[ir.Policy, list[PackTest]]:
        from forbear.engine.parts import load_pack
        from forbear.engine.plugins import Plugins
        from forbear.engine.registry import registry_of
        from forbear.testing.cases import read_tests

        if self._read is None:
            policy = load_pack(self.folder, Plugins(registry_of()))
            self._read = policy, read_tests(self.folder, policy)
        return self._read


class _OfPack(pytest.File):
    """A file of a pack."""

    def __init__(self, *, pack: Pack, **more: Any) -> None:
        super().__init__(**more)
        self.pack = pack


class TestFile(_OfPack):
    """A `*.test.yaml`."""

    __test__ = False

    def collect(self) -> Iterator[pytest.Item]:
        """Its tests; a pack with mistakes is one error that says them all."""
        from forbear.errors import PackError

        file = self.path.relative_to(self.pack.folder).as_posix()
        try:
            tests = self.pack.tests(file)
        except PackError as error:
            raise self.CollectError(_mistakes(self.pack, error)) from None
        for one in tests:
            yield TestItem.from_parent(self, name=one.name, test=one, pack=self.pack)


class PromiseFile(_OfPack):
    """The manifest of a pack, which stands for its promises."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item, all promises of the pack."""
        yield PromiseItem.from_parent(self, name="promises", pack=self.pack)


class Broken(Exception):
    """What a test found, as it is shown."""


class TestItem(pytest.Item):
    """A case or story."""

    __test__ = False

    def __init__(self, *, test: PackTest, pack: Pack, **more: Any) -> None:
        super().__init__(**more)
        self.test, self.pack = test, pack

    def runtest(self) -> None:
        """Run it; raises Broken with the place of each expectation that was not met."""
        from forbear.errors import ForbearError

        try:
            failures = self.pack.run(self.test)
        except ForbearError as error:
            raise Broken(f"{self.path}:{self.test.span.line}: {error}") from None
        if failures:
            raise Broken("\n".join(f"{_place(self.pack, one.span)}: {one.message}" for one in failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The places and what was found, without the way through Python."""
        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test stands."""
        return self.path, self.test.span.line - 1, f"{self.pack.name}: {self.name}"


class PromiseItem(pytest.Item):
    """The promises of a pack, by proof where Z3 is installed, and by random histories."""

    def __init__(self, *, pack: Pack, **more: Any) -> None:
        super().__init__(**more)
        self.pack = pack

    def runtest(self) -> None:
        """Verify them; what was left out stands in the report as a property."""
        from forbear.testing.verifying import assert_invariants

        verified = assert_invariants(self.pack.folder)
        for part, why in verified.skipped.items():
            self.add_report_section("call", "forbear", f"{part} was skipped: {why}")
            self.user_properties.append((f"skipped {part}", why))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What breaks, and the story."""
        return str(excinfo.value) if isinstance(excinfo.value, AssertionError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the pack stands."""
        return self.path, None, f"{self.pack.name}: promises"


def _place(pack: Pack, span: Any) -> str:
    """A place as an editor opens it; one in a pack below is named by that pack."""
    path = pack.folder / span.file
    return f"{path if path.is_file() else span.file}:{span.line}:{span.column}"


def _mistakes(pack: Pack, error: Any) -> str:
    lines = [
        f"{_place(pack, one.span)}: {one.message}{f' ({one.hint})' if one.hint else ''}" for one in error.diagnostics
    ]
    return "\n".join([f"the pack {pack.name} has mistakes:", *lines])
