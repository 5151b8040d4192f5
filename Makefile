# Two commands matter: `make demo` and `make test`. Each sets up what it needs by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= demo-out
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Compiled modules are kept in the environment: many tests start the program anew, and compiling it takes seconds.
export PYTHONPYCACHEPREFIX = $(CURDIR)/$(VENV)/pyc
export PYTHONDONTWRITEBYTECODE =

.PHONY: help migration setup demo test lint format bench soak fuzz servers lock sbom audit clean tools

help: ## Say what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

tools:
	@command -v git >/dev/null || { echo "git is missing: install it, then run make again."; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer, then run make again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: on Debian, apt install python3-venv."; exit 1; }

$(READY): requirements-uv.txt requirements-dev.txt pyproject.toml | tools
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-uv.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements-dev.txt \
	  || { echo "The dependencies could not be installed: is the Python package index reachable?"; exit 1; }
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $(READY)

setup: $(READY) ## Make the virtual environment from the locked, hashed dependencies.

demo: $(READY) ## Show the whole loop on a synthetic district (KEEP=1 leaves the page running).
	@$(BIN)/zetkin-sync demo --out $(OUT) $(if $(KEEP),--keep)

servers: ## Install the real servers and the browser that some tests use (root and apt only).
	@tests/servers.sh

test: $(READY) servers ## Run the tests.
	@left=$$(mktemp -d -t zs-XXXXXX) && chmod 755 $$left && code=0; \
	TMPDIR=$$left $(BIN)/python -m pytest -n $${TEST_WORKERS:-2} --dist worksteal --basetemp $$left/t $(ARGS) || code=$$?; \
	$(BIN)/python -m pytest tests/last --left $$left --left tests-out --left $(OUT) || code=$$?; \
	rm -rf $$left; exit $$code

lint: $(READY) ## Check style, types, import directions and files.
	@$(BIN)/pre-commit run --all-files --color never

format: $(READY) ## Put files in shape.
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(READY) ## Measure side by side with the peers (long).
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r benchmarks/requirements.txt
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(READY) servers ## Long fault runs.
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-2} tests/faults --soak $(ARGS)

fuzz: $(READY) ## Coverage-guided fuzzing of the parsers, ten minutes each.
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r tests/fuzz/requirements.txt
	@$(BIN)/python -m tests.fuzz $(ARGS)

migration: $(READY) ## Write a schema revision from the records: make migration NUMBER=0007 ABOUT="What is new".
	@$(BIN)/python -m zetkin_sync.store.migrating $(NUMBER) "$(ABOUT)"
	@$(BIN)/ruff check --fix -q zetkin_sync/store/migrations; $(BIN)/ruff format -q zetkin_sync/store/migrations


lock: $(READY) ## Renew the locked dependencies.
	@./lock.sh

sbom: $(READY) ## Write a CycloneDX bill of materials of the run-time packages.
	@$(BIN)/cyclonedx-py requirements requirements.txt --of JSON -o sbom.json && echo "sbom.json"

audit: $(READY) ## Check every run-time package against the advisory database (needs it in reach).
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt --strict

clean: ## Remove what make made.
	@rm -rf $(VENV) $(OUT) tests-out build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
