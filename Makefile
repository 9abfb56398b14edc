# `make` lists what there is to make. Everything happens in .venv; nothing else on the machine is touched.

PYTHON ?= python3
# Two workers by default: one xdist worker a core of a small machine.
WORKERS ?= 2
EXAMPLE := examples/leicestershire_2021_22/inspection.yaml

# What `make check` leaves to `make test`: right, and long.
LONG := bulk conformance explain hostile outliers properties proofs report review schemas second_framework sheets

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A worker takes from another what that one has not come to: none idles at the end, and neighbours, which share
# what they set up, stay together.
PYTEST := $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal
DEFAULT_RUN := -m "not slow and not third_party"

# Tests start some hundred processes. Where this is set, each would compile the whole package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve check lint test test-slow test-without-rete bench bench-check docs docs-test release-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A stamp for each of the two installations, renewed when pyproject.toml changes. What is installed to develop with is
# compiled when it is first imported: the tests import a small part of it, and compiling the whole takes a minute.
$(VENV)/host: .ci/check_host.py
	@$(PYTHON) .ci/check_host.py
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/installed: $(VENV)/host pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/developing: $(VENV)/host pyproject.toml
	$(PIP) install --quiet --no-compile --editable '.[all]' --group dev
	@touch $@ $(VENV)/installed

$(VENV)/benchmarking: $(VENV)/developing
	$(PIP) install --quiet --group bench
	@touch $@

$(VENV)/documenting: $(VENV)/developing
	$(PIP) install --quiet --group docs
	@touch $@

$(VENV)/releasing: $(VENV)/documenting
	$(PIP) install --quiet --group release
	@touch $@

demo: $(VENV)/installed ## install grader and grade the example
	$(BIN)/grader grade $(EXAMPLE)

$(VENV)/serving: $(VENV)/host pyproject.toml
	$(PIP) install --quiet --editable '.[serve]'
	@touch $@ $(VENV)/installed

serve: $(VENV)/serving ## the workbench in a browser, with the example in it
	$(BIN)/grader serve --demo

lint: $(VENV)/developing ## ruff, mypy and which layer may use which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## lint and the fast tests: before every commit (under 2 minutes)
	$(PYTEST) -m "not slow and not third_party and not packaging" $(LONG:%=--ignore=tests/%)

test: $(VENV)/developing ## the whole suite but the slow part (under 15 minutes)
	$(PYTEST) $(DEFAULT_RUN)

test-slow: $(VENV)/developing ## the slow part: long runs of the same promises, and what durable-rules does unguarded
	$(PYTEST) -m "slow or third_party or hypothesis" --hypothesis-profile=whole

test-without-rete: ## the whole suite where durable-rules is not installed: the pass runs on reference
	$(MAKE) --no-print-directory VENV=.venv-without-rete .venv-without-rete/developing
	.venv-without-rete/bin/python -m pip uninstall --quiet --yes durable-rules
	$(MAKE) --no-print-directory VENV=.venv-without-rete only-tests

.PHONY: only-tests
only-tests:
	$(PYTEST) $(DEFAULT_RUN)

bench: $(VENV)/benchmarking ## the benchmarks: one run, one table, docs/performance.md (about 25 minutes)
	$(BIN)/python benchmarks/run.py

bench-check: $(VENV)/benchmarking ## the benchmarks' ratios against the last release's: a loss of 25 % fails
	$(BIN)/python benchmarks/ratios.py

docs: $(VENV)/documenting ## the documentation site, into site/; every warning is an error
	$(BIN)/python tools/pages.py
	$(BIN)/zensical build --strict --clean
	$(BIN)/python tools/pages.py --built

docs-test: docs ## the site in a browser: search, nothing fetched from elsewhere, axe-core, a telephone
	$(BIN)/python -m pytest -q -m slow tests/site

release-check: $(VENV)/releasing ## walk the release checklist; leaves distributions and bill of materials in dist/
	$(BIN)/python tools/release.py

clean: ## remove the environment and everything built
	rm -rf $(VENV) .venv-without-rete build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
