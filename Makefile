# What can be done here: `make` tells. Works with GNU make 3.81 (macOS) and needs nothing but Python
# 3.11 or newer.

VENV ?= .venv
# More than a small machine has cores: the tests wait more than they compute, for brokers, radios
# and timers.
WORKERS ?= 4
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

# A file stays with one worker where it can, and so does what its tests share.
PYTEST = $(BIN)/python -m pytest -q
PARALLEL = -n $(WORKERS) --dist worksteal

# The tests start hundreds of programs: each would be compiled anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help demo test test-long evaluate test-radio test-bluez test-chaos test-kill test-random
.PHONY: test-mutated test-busy test-pythons mutants
.PHONY: check docs bench bench-latency clean

help:
	@echo "make demo    see a whole race in half a minute"
	@echo "make test    run the tests (make test TESTS=tests/core for some of them)"
	@echo "make test-long    what is too long for each day: all races, floods, properties 400 times"
	@echo "make test-radio   the radio alone, on a fake BlueZ (needs dbus-daemon)"
	@echo "make test-bluez   the radio and a race on the real BlueZ, in QEMU"
	@echo "make test-chaos   2,000 random schedules of all that can go wrong on the way to the wrist"
	@echo "make test-kill    kill the daemon in mid-race, 200 times"
	@echo "make test-random  feed the engine 2,000,000 random events"
	@echo "make test-mutated mutated recordings through report, compare, history and export, for an" \
	  "hour (MINUTES)"
	@echo "make test-busy   the tests beside programs that take their time away (SLOW=tests: their own)"
	@echo "make test-pythons the core on every Python that is here, 3.11 to 3.14"
	@echo "make mutants      some 400 small mistakes made in a copy: which does no test notice?"
	@echo "make evaluate     a thousand simulated races of each kind: how far off were the cues?" \
	  "(an hour or more)"
	@echo "make check   lint, format, types"
	@echo "make clean   remove what the others made, $(VENV) included"

demo: $(VENV)/.demo-installed
	@$(BIN)/kickcue demo

TESTS ?= tests
test: $(VENV)/.dev-installed
	@$(PYTEST) $(PARALLEL) $(TESTS)

test-long: $(VENV)/.dev-installed
	@$(PYTEST) $(PARALLEL) -m "long or hypothesis" --hypothesis-profile=long $(TESTS)

test-radio: $(VENV)/.dev-installed
	@$(PYTEST) $(PARALLEL) tests/beds tests/edges/radio

test-bluez: $(VENV)/.dev-installed
	@KICKCUE_BLUEZ=1 $(PYTEST) -m bluez tests/bluez

evaluate: $(VENV)/.dev-installed
	@$(BIN)/kickcue evaluate --seeds 1000 --best

CHAOS ?= 2000
test-chaos: $(VENV)/.dev-installed
	@KICKCUE_CHAOS=$(CHAOS) $(PYTEST) $(PARALLEL) tests/chaos

KILLS ?= 200
test-kill: $(VENV)/.dev-installed
	@KICKCUE_KILLS=$(KILLS) $(PYTEST) $(PARALLEL) tests/daemon/kill

RANDOM_EVENTS ?= 2000000
test-random: $(VENV)/.dev-installed
	@KICKCUE_RANDOM=$(RANDOM_EVENTS) $(PYTEST) $(PARALLEL) tests/random_events

MINUTES ?= 60
test-mutated: $(VENV)/.dev-installed
	@$(BIN)/python -m tests.mutated --minutes $(MINUTES)

SLOW ?= others
test-busy: $(VENV)/.dev-installed
	@$(BIN)/python -m tests.busy --slow $(SLOW) -q $(PARALLEL) $(TESTS)

test-pythons:
	@.ci/pythons

MUTANTS ?=
mutants: $(VENV)/.dev-installed
	@$(BIN)/python -m tests.mutants $(MUTANTS)

check: $(VENV)/.dev-installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: $(VENV)/.dev-installed
	$(BIN)/python -m kickcue.edges.mqtt.schema_docs
	$(BIN)/python tests/core/cueing/phases_document.py

BASE ?=
bench: $(VENV)/.dev-installed
	@KICKCUE_BENCH_BASE=$(BASE) $(BIN)/python -m tests.benchmarks.speed
	@$(BIN)/python -m tests.benchmarks.resume

bench-latency: $(VENV)/.dev-installed
	@$(BIN)/python -m tests.benchmarks.latency

clean:
	rm -rf $(VENV) .venv-3.* build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps make the second call quick; a changed pyproject.toml installs again.
$(VENV)/.demo-installed: $(VENV)/bin/python pyproject.toml
	@echo "Installing kickcue into $(VENV) (once, a minute or so) ..."
	@$(PIP) install --editable ".[embedded]"
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.demo-installed
	@echo "Installing the test tools into $(VENV) (once) ..."
	@$(PIP) install --upgrade "pip>=25.1"
	@$(PIP) install --group dev
	@touch $@

# ensurepip is asked for too: Debian ships Python without it, and a venv made there would have no
# pip.
$(VENV)/bin/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version) ..."; \
	    exec "$$python" -m venv "$(VENV)"; \
	  fi; \
	done; \
	if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  echo "kickcue: Python is here but its venv module is not: apt-get install python3-venv" >&2; \
	else \
	  echo "kickcue: found no Python 3.11 or newer" \
	    "(python3.13, python3.12, python3.11, python3)" >&2; \
	fi; \
	exit 2
