# Everything a newcomer types. Each target makes what it needs first; `make` alone lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SILENT:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin

# An activated environment of another project must not leak into this one.
unexport VIRTUAL_ENV PYTHONHOME

.PHONY: help setup demo test check lint bench checked fuzz docs screenshots clean

help: ## List what can be typed
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

setup: ## Make .venv from uv.lock (needs Python 3.11 or newer, and the network once)
	sh tools/setup.sh

demo: .venv/.ready ## Run the demo studies, print their answers, say where the reports are
	$(BIN)/python examples/demo.py

test: lint ## Every check and every test
	$(BIN)/python -m pytest

check: lint ## Lint, format, types, and the rules of the house; no other test
	$(BIN)/python -m pytest -q tests/house

bench: .venv/.ready ## Measure start-up, every question's engine and the platform beside their peers (three quarters of an hour)
	$(BIN)/python benchmarks

checked: .venv/.ready ## Recompute every published figure and simulation, five times as many, into docs/checked.md (many minutes)
	COPRODUCE_REPEATS=5 $(BIN)/python -m pytest -q tests/accuracy tests/truth --checked docs/checked.md

screenshots: .venv/.ready ## Make the journeys in a browser and copy the pictures that the documentation shows
	$(BIN)/python -m pytest -q tests/browser/test_journeys.py tests/browser/test_coordinator_tutorial.py tests/browser/test_pictures.py
	cd build/screenshots && cp service.png answer.png result.png typing-for-somebody.png evaluation.png $(CURDIR)/docs/platform/images
	cd build/screenshots && cp coordinator-*.png analyst-report.png analyst-map.svg $(CURDIR)/docs/tutorials/images
	cd build/screenshots && cp report.png $(CURDIR)/docs/images

fuzz: .venv/.ready ## Breed inputs that might break a reader, five minutes each; what breaks one is kept in tests/fuzz/corpus
	FUZZ=1 sh tools/setup.sh
	$(BIN)/python -m tests.fuzz --minutes 5

docs: .venv/.ready ## Build the documentation into build/docs
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -b dirhtml docs build/docs
	echo "Open build/docs/index.html"

clean: ## Remove everything that can be made again
	rm -rf .venv .tools build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests examples benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +

lint: .venv/.ready
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet || { echo "Not formatted. Mend with: $(BIN)/ruff format" >&2; exit 1; }
	$(BIN)/mypy

.venv/.ready: uv.lock pyproject.toml tools/setup.sh
	sh tools/setup.sh
