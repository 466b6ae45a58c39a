# make demo: a simulated community to look at.  make test: everything that can be tested here.
PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=
SHELL  := /bin/bash

ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint types imports check bench kill-test clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Anxin needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name one: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group test --group lint
	@touch $@

demo: $(VENV)/.installed  ## a simulated community in the browser (ARGS="--homes 200 --speed 10")
	$(BIN)/anxin demo $(ARGS)

serve: $(VENV)/.installed  ## production on one box, with the settings of the environment
	$(BIN)/anxin serve $(ARGS)

test: $(VENV)/.installed  ## every test; what could not run is said at the end
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(ARGS)

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

imports: $(VENV)/.installed
	$(BIN)/lint-imports

check: lint types imports test  ## what the gate runs

bench: $(VENV)/.installed  ## speed and detection quality on this machine
	$(BIN)/python -m bench $(ARGS)

kill-test: $(VENV)/.installed  ## kill -9 the service 200 times in the middle of a story
	ANXIN_KILLS=$${ANXIN_KILLS:-200} $(BIN)/pytest -m kill $(ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
