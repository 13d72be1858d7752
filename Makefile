# What a newcomer and CI run. `make` lists it; nothing needs configuration.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
HOST ?= 127.0.0.1
BIN := .venv/bin
INSTALL := $(PYTHON) bin/install.py requirements.txt requirements-embedded.txt

.DEFAULT_GOAL := help
.PHONY: help python setup setup-dev demo demo-reset test lint bench proof screenshots messages lock

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1@/p' Makefile | awk -F@ '{ printf "  %-18s %s\n", $$1, $$2 }'

demo: python ## start the portal with its demo world on http://localhost:8000/ (PORT=, HOST=)
	@$(PYTHON) bin/port.py $(PORT)
	@$(INSTALL)
	@exec $(BIN)/python -m assurance.runner run --port $(PORT) --host $(HOST)

demo-reset: setup ## throw the demo world away; the next `make demo` loads it anew
	@exec $(BIN)/python -m assurance.runner reset

test: setup-dev ## install what tests need and run every test (ARGS= for pytest)
	@exec $(BIN)/python -m tests $(ARGS)

lint: setup-dev ## check style, types, layers, templates, migrations and settings
	@exec $(BIN)/python bin/lint.py

bench: setup-dev ## measure the hot paths (bench/README.md)
	@exec $(BIN)/python -m bench $(ARGS)

proof: setup-dev ## run the stress tests at their full size (hours)
	@PROOF=full exec $(BIN)/python -m tests $(ARGS)

screenshots: setup-dev ## take a picture of every page into screens/
	@exec $(BIN)/python -m tests.screenshots $(ARGS)

setup: python ## make .venv with the pinned packages to run the portal
	@$(INSTALL)

setup-dev: python ## the same with what tests and checks need
	@$(INSTALL) requirements-dev.txt

messages: setup-dev ## collect the texts to translate into locale/ and compile them
	@bin/messages

lock: setup-dev ## pin every package anew, with hashes
	@$(BIN)/python bin/lock.py

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. \
	Install it, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "$(PYTHON) is not Python 3.11 or newer. Name one that is: make demo PYTHON=python3.12" >&2; exit 1; }
