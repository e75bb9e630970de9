# The words of the docs. `make` alone lists them; arguments go in ARGS: make train ARGS="seed=3 device=cpu"

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN = $(VENV)/bin
PEER_VENV ?= .venv-peer
CODE = eegbench tests
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup train test test-full test-slurm services check format docs ui bench bench-peer-env wheel clean

help:  ## list these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.stamp  ## build or update the environment

train: setup  ## run the default experiment (or ARGS)
	$(BIN)/eegbench train $(ARGS)

test: setup  ## run the tests, in two processes
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-full: setup  ## run all tests, the studies that take minutes among them
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --full $(ARGS)

test-slurm: setup  ## run the tests that start a SLURM of one node (as root)
	$(BIN)/python -m pytest -m slurm --full $(ARGS)

services:  ## install, on Debian and as root, what some tests need beside Python
	tests/services/install.sh

check: setup  ## lint, format, types, order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# the variable: the theme announces its successor, which is no warning of this build
docs: setup  ## build the documentation site into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

ui: setup  ## open MLflow on this machine
	$(BIN)/eegbench ui $(ARGS)

bench: setup bench-peer-env  ## measure speed, beside the peer's (two hours; a calm machine; 20 GB below outputs/)
	$(BIN)/python benchmarks/bench_sampler.py
	$(BIN)/python benchmarks/bench_parts.py
	$(BIN)/python benchmarks/bench_step.py
	$(BIN)/python benchmarks/bench_job.py --repeats 4 --sweep trainer.precision=auto $(ARGS)
	$(BIN)/python benchmarks/bench_scaling.py outputs/scaling trainer.precision=auto
	$(BIN)/python benchmarks/bench_sequences.py outputs/sequences

bench-peer-env: $(PEER_VENV)/.stamp  ## install what speed is measured against, in an environment of its own

wheel: setup  ## build a wheel into dist/
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

clean:  ## remove what tools leave; the environment and outputs/ stay
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

# torch first and under its constraint: any other build may bring gigabytes of CUDA packages
$(VENV)/.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "eegbench needs Python 3.11 or newer, and found none: make setup PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --constraint constraints.txt torch
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[dev]"
	@touch $@

# torchaudio, which braindecode imports, has a compiled part for another torch; it is not needed
$(PEER_VENV)/.stamp: benchmarks/peer/requirements.txt constraints.txt
	$(PYTHON) -m venv $(PEER_VENV)
	$(PEER_VENV)/bin/python -m pip install --constraint constraints.txt torch
	$(PEER_VENV)/bin/python -m pip install --constraint constraints.txt --requirement benchmarks/peer/requirements.txt
	for lib in $(PEER_VENV)/lib/python*/site-packages/torchaudio/lib/*.so; do \
		[ ! -e "$$lib" ] || mv "$$lib" "$$lib.aside"; done
	@touch $@
