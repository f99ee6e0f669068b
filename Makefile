# `make` alone says what there is. All work is done by scripts/ and config/launch.py.

# The first Python that is new enough; `make run PYTHON=/path/to/python3.11` names one.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
IN_VENV := .venv/bin/python
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help python install run test check format requirements bench bench-voice

help:
	@echo "make run       start Parlor here (PORT=8001 takes another port); Ctrl-C stops it"
	@echo "make test      run all tests (ARGS='rooms -k kick' runs some)"
	@echo "make check     format, lint, types, import rules, migrations, templates"
	@echo "make format    put Python and templates into the house's format"
	@echo "make bench     the chat path beside its peers (ARGS='--quick' takes minutes, '--help' says more)"
	@echo "make install   only fetch what running needs"
	@echo "make bench-voice    measure the media core beside its peers (ARGS=--quick, ARGS=--write)"
	@echo "make requirements   pin requirements*.in anew"

python:
	@test -n "$(PYTHON)" || { echo "Parlor needs Python 3.11 or newer, and none is on PATH." \
		"Install it (Debian, Ubuntu: sudo apt install python3 python3-venv)," \
		"or name one: make run PYTHON=/path/to/python3.11" >&2; exit 1; }

install: python
	@$(PYTHON) scripts/install.py

run: install
	@exec $(IN_VENV) -m config.launch

test: python
	@$(PYTHON) scripts/install.py dev client-dev
	@exec $(IN_VENV) -m scripts.run_tests $(ARGS)

check: python
	@$(PYTHON) scripts/install.py dev client-dev
	@exec $(IN_VENV) -m scripts.run_checks $(ARGS)

bench: python
	@$(PYTHON) scripts/install.py dev bench
	@exec $(IN_VENV) -m benchmarks.chat $(ARGS)

bench-voice: python
	@$(PYTHON) scripts/install.py dev client-dev
	@exec $(IN_VENV) -m benchmarks.voice $(ARGS)

format: python
	@$(PYTHON) scripts/install.py dev
	@exec $(IN_VENV) -m scripts.run_checks --fix

# For Python 3.11, the oldest that Parlor runs on; no index host or local path ends up in the files.
requirements: python
	@$(PYTHON) scripts/install.py dev
	@for part in requirements requirements-dev requirements-services requirements-bench; do \
		.venv/bin/uv pip compile --python-version 3.11 --no-header --no-emit-index-url \
			--no-emit-find-links --quiet $(ARGS) $$part.in -o $$part.txt || exit 1; done
