# The targets a developer and the build server call. `make demo` and `make test` start from nothing.
PYTHON ?= python3
BIN := .venv/bin
INPUTS := pyproject.toml
.DEFAULT_GOAL := help

.PHONY: help demo test test-long check fix bench docs docs-check lock clean

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# Everything needed to run the product: exact versions, checked by hash, then the package itself without resolving.
.venv/base.stamp: requirements.lock $(INPUTS)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev.stamp: .venv/base.stamp requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/base.stamp  ## screen made-up patients, conduct and analyse a made-up trial, open the story
	$(BIN)/equipoise demo --out demo --force --open

test: .venv/dev.stamp  ## all tests that fit in a few minutes, on every core
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-long: .venv/dev.stamp  ## every test on new cases, and the long runs (hours)
	$(BIN)/python -m pytest -m "long or not long" --hypothesis-profile=search

check: .venv/dev.stamp  ## style, types, stale pages; never edits
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python docs/generate.py --check

fix: .venv/dev.stamp  ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/base.stamp  ## speed of screening, drafting, log, allocation, a whole trial of 10,000 subjects, assessments
	$(BIN)/python benchmarks/screening.py
	$(BIN)/python benchmarks/screening_parts.py
	$(BIN)/python benchmarks/authoring_speed.py
	$(BIN)/python benchmarks/trial_log.py
	$(BIN)/python benchmarks/trial_office.py
	$(BIN)/python benchmarks/trial_judging.py
	$(BIN)/python benchmarks/trial_conduct.py --subjects 10000
	$(BIN)/python benchmarks/trial_conduct.py --study reference --subjects 1000
	$(BIN)/python benchmarks/analysis_batch.py
	$(BIN)/python benchmarks/assessments_ctcae.py
	$(BIN)/python benchmarks/assessments_recist.py
	$(BIN)/python benchmarks/assessments_dosimetry.py

docs: .venv/dev.stamp  ## write the generated reference pages again
	$(BIN)/python docs/generate.py

docs-check: .venv/dev.stamp  ## fail when a generated page is stale
	$(BIN)/python docs/generate.py --check

# uv resolves for all platforms at once; it is needed only here. Versions already locked stay unless they must move.
lock:            ## pin the dependencies again (needs uv: pip install uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group build --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header -q -c requirements.lock -o requirements-dev.lock

clean:           ## remove what the targets made
	rm -rf .venv demo .mypy_cache .ruff_cache .pytest_cache
