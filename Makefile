# Two commands do all the set-up: `make report` and `make test`. Needs Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASE ?= idlib-2020
OUT ?= build/$(CASE).html

.PHONY: setup setup-dev report test check lint types docs schema clean

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps pygambit==17.0.0b2
	touch $@

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

report: setup
	$(BIN)/negotiate report $(CASE) -o $(OUT)
	@echo "report written to $(abspath $(OUT)) - open it in a browser"

test: setup-dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

schema: setup
	$(BIN)/negotiate schema -o docs/schema/case.schema.json
	$(BIN)/negotiate course schema -o docs/schema/exercise.schema.json

docs: setup-dev
	$(BIN)/python -m sphinx -W --keep-going -b html docs build/docs

check: lint types test

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache
