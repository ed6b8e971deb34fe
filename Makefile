# Everything needs only Python 3.11 or newer and make. Each target installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run serve phone test test-browser test-slow chaos bench lint format migrations-check

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

run: $(VENV)/run ## All of it, with nothing to set up: conducts an interview to look at, then serves on PORT
	@exec python -m devtools.demo

serve: $(VENV)/run ## The Procfile's processes with the environment as given: nothing simulated, no demo data
	@python manage.py check --tag screener --fail-level ERROR
	@python manage.py collectstatic --no-input --verbosity 0
	@python manage.py migrate --no-input --verbosity 0
	@WEB_PORT=$$(python -c "from screener.settings import PORT; print(PORT)") exec honcho start --no-colour web worker

phone: $(VENV)/run ## The simulated phone network, to be used with make serve
	@exec python -m devtools.phone_simulator

test: $(VENV)/dev ## All tests, in parallel
	@python -m pytest -n auto -m "not browser and not slow"

test-browser: $(VENV)/dev ## Tests in a real browser; needs Chromium
	@python -m pytest -m browser

test-slow: $(VENV)/dev ## Tests of whole processes that take their time
	@python -m pytest -n 2 -m slow

chaos: $(VENV)/dev ## Crash tests: every fault with every way of delivery, an hour; CHAOS=--short for two minutes
	@python -m devtools.chaos $(CHAOS)

bench: $(VENV)/dev ## Measure calls, answers and recovery; BENCH=--quick for a small run. Writes var/bench*.json
	@python -m devtools.load.calls $(BENCH)
	@python -m devtools.load.answers $(BENCH)
	@python -m devtools.load.recovery

lint: $(VENV)/dev ## ruff (check and format) and mypy
	@ruff check .
	@ruff format --check .
	@DEBUG=1 mypy .

format: $(VENV)/dev ## Let ruff put the code in order
	@ruff check --fix .
	@ruff format .

migrations-check: $(VENV)/dev ## Fail if a model has changed without a migration
	@DEBUG=1 python manage.py makemigrations --check --dry-run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Screener needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python can't make a virtual environment here. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/run: requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing what Screener runs on into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check -r requirements.txt || \
		{ echo "Installing failed: see pip's message above. It needs to reach the package index and room on the disk."; exit 1; }
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check -r requirements-dev.txt || \
		{ echo "Installing failed: see pip's message above. It needs to reach the package index and room on the disk."; exit 1; }
	@touch $@
