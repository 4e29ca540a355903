.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -c
export UV_PYTHON_DOWNLOADS := never
# Tests run in many processes: what one has compiled the others need not compile again.
unexport PYTHONDONTWRITEBYTECODE
UV := .tools/bin/uv
PY := .venv/bin/python
# Where code that only PostgreSQL runs is tested: watched there for coverage, in its greenlets; elsewhere the same code is watched on SQLite.
WATCHED := tests/bot/commands/test_upgrade.py tests/models/test_base.py tests/models/cases/test_case_warnings.py tests/models/places/test_opinions.py
# What is watched for coverage elsewhere, or runs the service as a process of its own, which is not watched: both wait more than they work.
APART := postgresql or browser or _process.py or sign_ups or talks or voices
COMPILE := $(UV) pip compile -q --universal --generate-hashes --no-header --upgrade pyproject.toml

help: ## show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## make .venv from the lock

run: .venv/ready ## set up and serve on http://127.0.0.1:8080, with demo data
	DEMO=$${DEMO:-true} $(PY) run_bot.py serve

test: .venv/ready ## set up and run every test
	.venv/bin/coverage erase
	.venv/bin/coverage run --concurrency=thread,greenlet -m pytest -k postgresql $(WATCHED)
	.venv/bin/pytest -k "$(APART)" $(WATCHED:%=--ignore=%)
	.venv/bin/coverage run -m pytest -k "not ($(APART))"
	.venv/bin/coverage combine --quiet

check: lint test covered ## everything that must hold before a change goes in

covered: ## every branch of the rules is run by the tests
	.venv/bin/coverage report

lint: .venv/ready ## the checks that run no test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) run_bot.py check-content

lock: .tools/bin/uv ## choose versions anew
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -o requirements-dev.lock
	$(COMPILE) --group dev --group bench -o requirements-bench.lock

pictures: .venv/ready ## take the pictures of docs/console.md anew (needs Chromium)
	$(PY) -m tests.browser.pictures

bench: .venv/ready ## measure, and write docs/benchmarks.md
	$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements-bench.lock
	$(PY) -m benchmarks

.tools/bin/uv:
	python3 -m pip install --quiet --target .tools uv==0.13.9

.venv/ready: requirements-dev.lock .tools/bin/uv
	$(UV) venv --quiet --allow-existing .venv
	$(UV) pip sync --quiet --compile-bytecode --python $(PY) --require-hashes requirements-dev.lock
	touch $@

.PHONY: help setup run test check covered lint lock pictures bench
