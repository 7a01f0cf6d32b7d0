# Everything here sets up its own environment in .venv first; only Python 3.11+, git and make are
# needed. `make test` and `make demo` are the two to try.

PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
READY := $(VENV)/.ready

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# The parts that need neither git's processes nor the sandbox: quick, and where Python's versions
# differ first.
FAST := $(wildcard $(addprefix tests/,engine expressions formats mapping records text))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-fast test-long lint types contracts format check bench wheel-test clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile | expand -t 20

setup: $(READY) ## the environment in .venv

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "notion-gitops needs Python 3.11 or newer, and $(PYTHON) is older or not there;" \
	         "name another: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making the environment in $(VENV) ..."; \
	  $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing notion-gitops and its tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[dev]' --constraint constraints.txt
	@touch $@

demo: $(READY) ## the whole story on the local Notion, in a new folder demo-workspace
	@folder=demo-workspace; n=1; while [ -e "$$folder" ]; do \
	  n=$$((n + 1)); folder=demo-workspace-$$n; done; \
	$(BIN)/notion-gitops demo "$$folder"

test: $(READY) ## the tests, but for those marked slow
	$(BIN)/python -m pytest -m 'not slow'

test-fast: $(READY) ## the quick part of the tests
	$(BIN)/python -m pytest -m 'not slow' $(FAST)

test-long: $(READY) ## all tests, with a longer search for counterexamples
	EXAMPLES=20 $(BIN)/python -m pytest -m 'slow or not slow' --hypothesis-profile=long

lint: $(READY) ## ruff: mistakes and style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy --strict

contracts: $(READY) ## which package may import which
	$(BIN)/lint-imports

check: lint types contracts test ## lint, types, contracts and tests

format: $(READY) ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## the figures that the project promises (minutes)
	@failed=; for script in benchmarks/*.py; do \
	  echo "== $$script"; $(BIN)/python $$script || failed="$$failed $$script"; \
	done; \
	test -z "$$failed" || { echo "beyond its floor:$$failed" >&2; exit 1; }

wheel-test: $(READY) ## the built wheel, alone in a new environment
	@.ci/wheel $(abspath $(BIN)/python)

clean: ## remove what was made, the workspaces of the demo too
	rm -rf $(VENV) build dist demo-workspace* .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find notion_gitops tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
