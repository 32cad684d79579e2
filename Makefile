# The four things a newcomer does, and the three that a contributor does. `make help` lists them.
# Everything is installed once into .venv and again only when pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SPEC ?=
REPO ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lab lint bench clean

help: ## Show this list
	@echo "make TARGET, where TARGET is one of:"
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 10

setup: $(STAMP) ## Create .venv and install everything that is needed

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say PYTHON=path")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "venv is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@echo "Installing into $(VENV); this takes a few minutes the first time ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 -c constraints.txt 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' 2>>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

demo: $(STAMP) ## From specs to commits, headless (REPO=path for your own repository, SPEC=path for one spec)
	@$(BIN)/workbench demo $(if $(REPO),--repo "$(REPO)") $(if $(SPEC),--spec "$(SPEC)") $(ARGS)

test: $(STAMP) ## Run the whole test suite (ARGS='-m "not slow"' for a part of it)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lab: $(STAMP) ## Open JupyterLab on notebooks/workbench.ipynb
	@$(BIN)/workbench lab $(ARGS)

lint: $(STAMP) ## Check format, style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(STAMP) ## Run the benchmarks: ratios, measured side by side in one run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

clean: ## Remove .venv, demo/ and caches
	@rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
