# `make` lists the targets. Everything runs in .venv, which `make setup` builds from requirements.lock.

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 setup` takes another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# Processes for the tests. None of these measures time; the tests of a file share what they make.
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest

# One thread each. Torch slows down tenfold and more when its threads meet another busy process, and it computes
# other weights with two threads than with one, so the thread count belongs to the result.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
# The steps of `test` run in the order written, also under -j.
.NOTPARALLEL:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## Build .venv from requirements.lock (again only when that file or pyproject.toml changed)

$(STAMP): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found: make PYTHON=/path/to/python3 setup" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	@touch $@

.PHONY: test
test: setup check test-fast test-slow test-notebooks docs check-install ## Run everything that CI runs

.PHONY: check
check: setup ## Check format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy ccenv agents experiments
	$(BIN)/lint-imports

.PHONY: test-fast
test-fast: setup ## Run the tests that take seconds
	$(PYTEST) -m "not slow and not long" -n $(WORKERS) --dist loadfile

.PHONY: test-slow
test-slow: setup ## Run the tests that take longer
	$(PYTEST) -m "slow and not long" -n $(WORKERS) --dist loadfile

.PHONY: test-long
test-long: setup ## Run the tests that `make test` leaves out: minutes, other packages, more random samples
	$(PYTEST) -m long -o faulthandler_timeout=3600

.PHONY: test-notebooks
test-notebooks: setup ## Run the notebooks, with little training
	TOUR_TRAIN_S=20 LEARN_S=10 $(PYTEST) --nbmake --nbmake-timeout=900 notebooks/*.ipynb

.PHONY: docs
docs: setup ## Build the documentation site, build/site/index.html, and check its links
	$(BIN)/python -m experiments.site

.PHONY: notebooks
notebooks: setup ## Run the notebooks and store them with their outputs
	$(BIN)/python -m experiments.site.notebooks

.PHONY: check-install
check-install: setup ## Install the wheel, core alone and core+serve, in fresh environments and use it
	tests/install/check.sh $(BIN)/python

.PHONY: format
format: setup ## Format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: benchmark
benchmark: setup ## Run the main job: trained policies beside tuned rules on three centres, and its report
	$(BIN)/python -m experiments.benchmark

.PHONY: golden
golden: setup ## Write the golden rollouts again, after a change of what an environment does
	$(BIN)/python -m tests.golden.make

.PHONY: lock
lock: ## Resolve pyproject.toml anew and write requirements.lock
	tests/install/lock.sh $(PYTHON)

.PHONY: clean
clean: ## Remove caches and build leftovers; .venv and results stay
	rm -rf build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
