# `make demo` and `make test` are all that a fresh machine needs; each makes its own environment in .venv.
# They want Python 3.11 or newer and, for durable-rules below Python 3.13, a C compiler.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-all lint types layers suite packs examples prove-check faults differential hostile fuzz bench-ledger bench-hearing bench-peers train picture wheel clean

demo: .venv/run.stamp        ## the shipped story, in English; LANG_=zh tells it in Chinese
	@$(BIN)/forbear demo --lang $(or $(LANG_),en)

test: .venv/dev.stamp lint types layers packs suite    ## everything that CI runs

OTHERS := 3.12 3.13
test-all: test $(OTHERS:%=suite-%)    ## the same, and the suite on each other Python that is there

# Each Python has an environment of its own; `python3.12` may be a shim that finds nothing, so it is asked.
suite-%: pyproject.toml
	@python="$$(for p in python$* "$$HOME"/.pyenv/versions/$*.*/bin/python; do \
	"$$p" -c 'import venv, ensurepip' >/dev/null 2>&1 && echo "$$p" && break; done)"; \
	if [ -z "$$python" ]; then echo "forbear: no Python $* found; its suite is skipped"; exit 0; fi; \
	[ .venv-$*/dev.stamp -nt pyproject.toml ] || { \
	"$$python" -m venv .venv-$* \
	&& .venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' \
	&& touch .venv-$*/dev.stamp || exit 1; }; \
	echo "forbear: the suite on $$(.venv-$*/bin/python --version)"; \
	.venv-$*/bin/python -m pytest -n auto -q $(TESTS)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp
	$(BIN)/mypy

layers: .venv/dev.stamp
	$(BIN)/lint-imports

BUNDLED := $(notdir $(patsubst %/pack.yaml,%,$(wildcard rules/forbear_rules/*/pack.yaml)))
# `standard` composes them all, and runs the tests of each with all that they expect.
packs: .venv/dev.stamp       ## every bundled pack is laid out, has no problem and passes its tests
	$(BIN)/forbear fmt --check $(BUNDLED)
	$(BIN)/forbear check --strict $(BUNDLED)
	@$(BIN)/forbear test standard >.venv/standard.log || { cat .venv/standard.log; exit 1; }

suite: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto -q

examples: .venv/dev.stamp    ## the property tests with twenty times the examples, and every story of the bundled packs
	FORBEAR_EXAMPLES=20 $(BIN)/python -m pytest -n auto -q tests/evaluate tests/engine tests/ledger tests/calendar \
	tests/schema/test_records.py

prove-check: .venv/dev.stamp     ## the prover against 5,000 small policies case by case, 100,000 steps, every mutant of every pack
	FORBEAR_EXAMPLES=84 $(BIN)/python -m pytest -n auto -q $(wildcard tests/prove/test_[bcdehk]*.py) tests/prove/test_stories.py
	FORBEAR_EXAMPLES=350 FORBEAR_STEPS=100000 $(BIN)/python -m pytest -n auto -q tests/prove/test_steps.py
	$(BIN)/python -m pytest -n auto -q $(wildcard tests/prove/long_*.py)

faults: .venv/dev.stamp      ## kill -9 and a lost connection at every store call of a day, full disks, cut lines, restarts
	FORBEAR_EVERY_FAULT=1 $(BIN)/python -m pytest -n auto -q tests/faults

differential: .venv/dev.stamp    ## a million generated requests to every evaluator, 100,000 expressions to CEL
	PYTHONPATH=tests $(BIN)/python -m differential $(ARGS)

hostile: .venv/dev.stamp     ## the hostile inputs that take a second or more, too
	FORBEAR_HOSTILE=all $(BIN)/python -m pytest -n auto -q tests/hostile

# atheris has wheels for Linux on Python 3.11 to 3.13; elsewhere it is built, which wants clang.
fuzz: .venv/fuzz.stamp       ## coverage-guided, FUZZ_SECONDS each; crashes stay in .fuzz/*/crashes
	@failed=0; for target in packs expressions events; do \
	FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) $(BIN)/python tests/fuzz/fuzz_$$target.py || failed=1; done; exit $$failed

bench-ledger: .venv/dev.stamp    ## the ledger against the bare driver; POSTGRES=url measures PostgreSQL too
	$(BIN)/python benchmarks/ledger.py $(if $(POSTGRES),--postgres $(POSTGRES))

# Without the peers, as where no index of packages can be reached, the benchmark says that they are missing.
bench-hearing: .venv/peers.stamp    ## anger told from abuse, on our pairs and the labelled files of DATA=folder, beside peers
	$(BIN)/python -m benchmarks.hearing tests/plugins $(DATA) $(ARGS)

bench-peers: .venv/peers.stamp    ## one policy by plain Python, Forbear and other engines; then sizes; then whole columns
	$(BIN)/python -m benchmarks.peers --plot docs/explanation/peers.svg
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.columns

train: .venv/train.stamp     ## the weights of the model plugin anew, from our corpus and the open sets in DATA=folder
	$(BIN)/python -m forbear_plugins.model.train $(DATA) plugins/forbear_plugins/model/corpus tests/plugins

picture: .venv/run.stamp     ## draw the demo for the README anew
	$(BIN)/forbear demo --svg docs/images/demo.svg >/dev/null
	$(BIN)/forbear demo --lang zh --svg docs/images/demo.zh.svg >/dev/null

wheel: .venv/dev.stamp
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv .venv-* .fuzz dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# --- the environment

.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "forbear: no Python 3.11 or newer found; install one, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	echo "forbear: $(PYTHON) cannot make environments; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || exit 0; \
	command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || { \
	echo "forbear: no C compiler found. durable-rules comes as source and needs one to install."; \
	echo "         On Debian or Ubuntu: apt-get install build-essential python3-dev; on Fedora: dnf install gcc python3-devel;"; \
	echo "         on macOS: xcode-select --install. With Python 3.13 durable-rules is not used, and none is needed."; exit 1; }; \
	$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || { \
	echo "forbear: the headers of $(PYTHON) are missing (Python.h), and durable-rules comes as source."; \
	echo "         On Debian or Ubuntu: apt-get install python3-dev."; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: pyproject.toml | .venv/python.stamp
	@$(PIP) --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml | .venv/python.stamp
	@$(PIP) --editable '.[dev]'
	@touch $@ .venv/run.stamp

.venv/fuzz.stamp: pyproject.toml | .venv/dev.stamp
	@$(PIP) '.[fuzz]' --dry-run >/dev/null 2>&1 || { \
	echo "forbear: atheris cannot be installed on $$($(BIN)/python --version); make fuzz wants Linux and Python 3.11 to 3.13"; exit 1; }
	@$(PIP) --editable '.[dev,fuzz]'
	@touch $@ .venv/dev.stamp .venv/run.stamp

.venv/train.stamp: pyproject.toml | .venv/dev.stamp
	@$(PIP) --editable '.[dev,train]'
	@touch $@ .venv/dev.stamp .venv/run.stamp

.venv/peers.stamp: pyproject.toml | .venv/dev.stamp
	@if $(PIP) --editable '.[dev,peers]'; then touch $@ .venv/dev.stamp .venv/run.stamp; fi
