# Each target sets up what it needs: only Python 3.11 or newer and make have to be there.
#   make demo      see all of it work on this machine; only the set-up uses the network
#   make test      the tests, in a minute or two after set-up
#   make test-all  the full products of faults and kills too, and what needs Node.js or Chromium
#   make lint      style, types, import contract, workflows

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Two workers, or as many as there are processors.
WORKERS ?= auto

# Byte code is kept, or each worker and each command that a test starts would compile everything.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all lint format clean

demo: $(VENV)/installed
	$(BIN)/daily-papers demo daily-papers-demo

test: $(VENV)/test
	$(BIN)/python -m pytest -n $(WORKERS) -m "not full and not browser and not node" --dist worksteal

test-all: $(VENV)/test $(VENV)/browser
	HYPOTHESIS_PROFILE=full $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_workflows.py

format: $(VENV)/lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .cache .mypy_cache .pytest_cache .ruff_cache daily-papers-demo

# Environments are made again when what they are made from changes.
$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/installed: $(VENV)/made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[site]"
	@touch $@

$(VENV)/test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(VENV)/browser: $(VENV)/test
	$(BIN)/python -m pip install --quiet --group browser
	@touch $@

$(VENV)/lint: $(VENV)/test
	$(BIN)/python -m pip install --quiet --group lint
	@touch $@
