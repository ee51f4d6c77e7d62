# The two commands of the README are run and test. Each can be repeated; each brings what it needs.
SHELL := /bin/bash
PORT ?= 8050
PYTHON := .venv/bin/python
# Kept pins stay as they are; `make lock UPGRADE=--upgrade` takes the newest allowed versions.
UPGRADE ?=
UV := uv==0.13.9
AUDIT := pip-audit==2.10.1
LOCUST := locust==2.47.0
LOCK = $(PYTHON) -m uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

.PHONY: help run test format lock docs screenshots claims lesson audit fuzz bench bench-live bench-load faults clean
.DEFAULT_GOAL := help

help: ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## open the page on http://localhost:8050 (another port: make run PORT=8080)
	@scripts/environment.sh requirements.txt
	@PORT=$(PORT) exec $(PYTHON) app.py

test: ## format check, linter, strict types and every test, the browser's included
	@scripts/check.sh

format: ## format the code and mend what the linter can mend
	@scripts/environment.sh requirements.txt requirements-dev.txt
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lock: ## pin everything that requirements/*.in asks for, indirect dependencies too
	@scripts/environment.sh requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --only-binary=:all: $(UV)
	$(LOCK) requirements/runtime.in --output-file requirements.txt
	$(LOCK) requirements/celery.in --output-file requirements-celery.txt
	$(LOCK) requirements/dev.in --output-file requirements-dev.txt

docs: ## build the handbook into .cache/docs: open .cache/docs/index.html
	@scripts/environment.sh requirements.txt requirements-dev.txt
	$(PYTHON) -m sphinx --quiet --fail-on-warning --keep-going docs .cache/docs

screenshots: ## photograph every page in light and dark into docs/screenshots (2 minutes)
	@scripts/environment.sh requirements.txt requirements-dev.txt
	@DEADCONE_CHROMIUM=$$(scripts/browser.sh) $(PYTHON) -m scripts.screenshots

claims: ## run all that the claims on trial ask for, and write their numbers and docs/claims.md (7 minutes on two cores)
	@scripts/environment.sh requirements.txt requirements-dev.txt
	$(PYTHON) -m experiments claims --progress --output experiments/trial.json --document docs/claims.md

lesson: ## train the networks that the lesson's last step speaks of, and write their numbers (seconds)
	@scripts/environment.sh requirements.txt requirements-dev.txt
	$(PYTHON) -m experiments fig1 --data diabetes --gammas 0.01 1 --deltas 0 --betas 0.99 --seeds 20 \
		--output experiments/lesson.json

audit: ## look the pinned requirements up among known vulnerabilities; needs PyPI itself
	@scripts/environment.sh requirements.txt
	@$(PYTHON) -m venv .cache/audit && .cache/audit/bin/pip install --quiet --disable-pip-version-check $(AUDIT)
	@set -e; for lock in requirements.txt requirements-celery.txt; do \
		.cache/audit/bin/pip-audit --require-hashes --disable-pip --requirement $$lock; done

fuzz: ## 20 000 hostile requests against the production server
	@scripts/environment.sh requirements.txt
	$(PYTHON) -m benchmarks.fuzz

bench: ## run every benchmark, one after another
	@scripts/environment.sh requirements.txt requirements-dev.txt
	@set -e; for name in $(filter-out load faults,$(patsubst benchmarks/%.py,%,$(sort $(wildcard benchmarks/[a-z]*.py)))); do \
		echo "== $$name"; $(PYTHON) -m benchmarks.$$name; done

bench-live: ## how fast the page follows a hand: the tables of docs/measured.md
	@scripts/environment.sh requirements.txt requirements-dev.txt
	@DEADCONE_CHROMIUM=$$(scripts/browser.sh) $(PYTHON) -m benchmarks.live

bench-load: ## 60 viewers for ten minutes against the production server; locust comes into a place of its own
	@scripts/environment.sh requirements.txt requirements-dev.txt
	@$(PYTHON) -m venv .cache/load && .cache/load/bin/pip install --quiet --disable-pip-version-check $(LOCUST)
	$(PYTHON) -m benchmarks.load

faults: ## what happens when processes, disks or Redis fail; mounts a small disk
	@scripts/environment.sh requirements.txt requirements-celery.txt
	$(PYTHON) -m benchmarks.faults

clean: ## remove what the other targets made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
