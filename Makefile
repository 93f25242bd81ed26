# What there is to do here. `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo race test check torture torture-quick docs lesson bench clean

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.installed ## install, start the stand-in Imgur, download 40 pictures into images/
	$(BIN)/pixhaul demo

race: $(VENV)/.installed ## let strategies and programs do the same job, and draw it in race.html
	$(BIN)/pixhaul race

test: check $(VENV)/.tested ## every check and test that needs no network and no service
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.tested ## format, lint, types and layers alone
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

torture: $(VENV)/.tested ## every fault, kill and damage, at length (an hour)
	$(BIN)/python -m pytest -n 2 -m torture

torture-quick: $(VENV)/.tested ## a sample of the same (five minutes)
	TORTURE=quick $(BIN)/python -m pytest -n 2 -m torture

docs: $(VENV)/.documented ## the documentation and the lesson as a site that needs no network: site/index.html
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --conf-dir docs --doctree-dir $(VENV)/doctrees . site

lesson: $(VENV)/.tested $(VENV)/.documented ## every program, drawing and figure of the lesson, measured again (five minutes)
	$(BIN)/python -m pytest -n 2 tests/lesson -m 'lesson or not lesson'

bench: $(VENV)/.installed ## measure beside every other program found here (needs nginx; two hours in all)
	$(BIN)/python benchmarks/run.py --save --grid $(ARGS)
	$(BIN)/python benchmarks/publish.py

clean: ## remove what the recipes made
	rm -rf $(VENV) images race.html build site lesson/images lesson/thumbnails benchmarks/out
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'pixhaul needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --editable .
	@$(BIN)/python -m compileall -q src # or each start would compile it all again where Python is told to write no bytecode
	@touch $@

$(VENV)/.documented: $(VENV)/.installed requirements-docs.txt
	$(PIP) install --constraint constraints.txt --requirement requirements-docs.txt
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-dev.txt
	$(PIP) install --constraint constraints.txt --requirement requirements-dev.txt
	@$(PIP) install --constraint constraints.txt aioquic || echo 'without aioquic the tests of HTTP/3 are left out'
	@touch $@
