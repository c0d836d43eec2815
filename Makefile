# Every job of the project; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# The target of `make conformance` and how it is tested; nothing set: the embedded mock.
BASE_URL ?=
EXTENSION_ID ?=
MODE ?=
FRESH_EXTENSION_ID ?=
FOREIGN_EXTENSION_ID ?=
FUZZ_EXAMPLES ?=
REPORT_DIR ?= reports
# The mock
PORT ?= 8054
FAULT ?=

# Values reach a command through the environment, where no shell reads them again.
export BASE_URL EXTENSION_ID MODE FRESH_EXTENSION_ID FOREIGN_EXTENSION_ID FUZZ_EXAMPLES REPORT_DIR PORT FAULT
ifdef TOKEN
export PHONE_API_TOKEN := $(value TOKEN)
endif

# On a machine without npm the contract is linted without redocly; CI asks for everything.
WITHOUT_REDOCLY := $(if $(or $(CI_REQUIRE_ALL),$(shell command -v npm)),,--without-redocly)

##@ Use it
.PHONY: help
help: ## List the jobs
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) ## Make the virtual environment (the other jobs do it by themselves)

$(INSTALLED): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.PHONY: conformance
conformance: $(INSTALLED) ## Test a server: BASE_URL= EXTENSION_ID= TOKEN= MODE=read|full; without BASE_URL the embedded mock
	@$(BIN)/python -m scripts.conformance \
	  $(if $(BASE_URL),--base-url "$$BASE_URL") $(if $(EXTENSION_ID),--extension-id "$$EXTENSION_ID") $(if $(MODE),--mode "$$MODE") \
	  $(if $(FRESH_EXTENSION_ID),--fresh-extension-id "$$FRESH_EXTENSION_ID") \
	  $(if $(FOREIGN_EXTENSION_ID),--foreign-extension-id "$$FOREIGN_EXTENSION_ID") \
	  $(if $(FUZZ_EXAMPLES),--fuzz-examples "$$FUZZ_EXAMPLES") --report-dir "$$REPORT_DIR"

.PHONY: mock
mock: $(INSTALLED) ## Serve the mock on PORT=8054, with one FAULT=name if you like
	@$(BIN)/python -m mock_server --port "$$PORT" $(if $(FAULT),--fault "$$FAULT")

.PHONY: faults
faults: $(INSTALLED) ## List the faults that the mock can have
	@$(BIN)/python -m mock_server --list-faults

##@ The contract
.PHONY: generate
generate: $(INSTALLED) ## Write generated/ from openapi.yaml
	@$(BIN)/python -m scripts.generate

.PHONY: check-generated
check-generated: $(INSTALLED) ## Fail with a diff if generated/ is not what openapi.yaml gives
	@$(BIN)/python -m scripts.generate --check

.PHONY: lint
lint: $(INSTALLED) ## Lint the contract: its validity, our own rules, redocly's strict rules
	@$(BIN)/python -m scripts.lint_contract $(WITHOUT_REDOCLY)

.PHONY: docs
docs: lint ## Publish the contract as one HTML page, site/index.html
	@REDOCLY_TELEMETRY=off scripts/node/node_modules/.bin/redocly build-docs openapi.yaml --inlineBundle --output site/index.html

##@ Work on it
.PHONY: test
test: $(INSTALLED) lint check-generated ## Run this repo's own tests, linters and drift checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

.PHONY: bench-mock
bench-mock: $(INSTALLED) ## Requests a second: the mock beside Prism, in one run (needs wrk and npm)
	@$(BIN)/python -m scripts.bench_mock

.PHONY: fault-table
fault-table: $(INSTALLED) ## Write docs/faults.md: which tool finds which fault of the mock (a quarter of an hour)
	@mkdir -p docs
	@$(BIN)/python -m scripts.fault_table docs/faults.md

.PHONY: lock
lock: ## Write requirements.lock from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock
