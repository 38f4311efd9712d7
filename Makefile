# Two commands do everything on a fresh machine: `make demo` and `make test`. Both make .venv first, once.
PYTHON  ?= python3
VENV    ?= .venv
OUT     ?= out
WORKERS ?= auto
PY      := $(VENV)/bin/python
PIP     := $(PY) -m pip install -qq --disable-pip-version-check -c requirements.lock

.DEFAULT_GOAL := help
.PHONY: help demo test lint docs expected gallery bench lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## build every example with the draft engine, through the flow, into out/
	@$(PY) scripts/demo.py --out $(OUT)

test: $(VENV)/.test ## what CI runs: ruff, mypy, import contracts, pytest
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -n $(WORKERS) --hypothesis-profile=ci

lint: $(VENV)/.test ## ruff, mypy, import contracts
	@$(PY) -m ruff check
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo > $(VENV)/lint-imports.log 2>&1 || (cat $(VENV)/lint-imports.log; exit 1)
	@echo "import contracts kept"

docs: $(VENV)/.test ## write the generated pages again
	@$(PY) scripts/make_docs.py

expected: $(VENV)/.test ## accept the examples' present plans and prompts
	@$(PY) scripts/update_expected.py

gallery: $(VENV)/.test ## draw docs/gallery again (some minutes)
	@$(PY) scripts/make_gallery.py --workers $(if $(filter auto,$(WORKERS)),2,$(WORKERS))

bench: $(VENV)/.bench ## run the benchmarks and print the table
	@$(PY) -m benchmarks run
	@$(PY) -m benchmarks compare

lock: $(VENV)/.python ## resolve requirements.lock again
	@$(PY) scripts/make_lock.py

clean: ## remove the environment and what was built
	rm -rf $(VENV) $(OUT) dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: pyproject.toml requirements.lock | $(VENV)/.python
	@echo "installing into $(VENV) (a minute or two, once)"
	@$(PIP) -e ".[flows]"
	@touch $@

$(VENV)/.test: pyproject.toml requirements.lock | $(VENV)/.python
	@echo "installing into $(VENV) (a minute or two, once)"
	@$(PIP) -e ".[flows,dev]"
	@touch $(VENV)/.demo $@

$(VENV)/.bench: pyproject.toml requirements.lock | $(VENV)/.python
	@echo "installing into $(VENV) (a minute or two, once)"
	@$(PIP) -e ".[flows,bench]"
	@touch $(VENV)/.demo $@
