# Every job of the project; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FOR_WORK := $(VENV)/.installed-dev
PIP := $(BIN)/pip --quiet --disable-pip-version-check
PIP_LOG := $(VENV)/pip.log

# Shell commands: end with one line that says what to do; install the packages of a lock file.
stop = { printf 'ERROR: %s\n' "$(1)" >&2; exit 1; }
install = @$(PIP) install --require-hashes -r $(1) 2>$(PIP_LOG) || \
  $(call stop,pip could not install $(1): check the network and pip's index. Its messages are in $(PIP_LOG))

# What the other jobs take.
A ?=
B ?=
FILE ?=
FORMAT ?=
STEREO ?=
OLD ?=
VERSIONED ?=
PORT ?= 8054
FAULT ?=
TARGET ?=
RECORD ?= reports/record.har

# Every variable of the command line reaches a command through the environment as it was typed: neither make nor a shell
# reads its value. The suite takes its options from there, and names a variable that nobody knows.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(GIVEN),$(eval override export $(name) := $$(value $(name))))
export MAKE_GIVEN := $(GIVEN)
export MAKE_KNOWN := VENV PYTHON A B FILE FORMAT STEREO OLD VERSIONED PORT FAULT TARGET RECORD CI_REQUIRE_ALL
export A B FILE FORMAT STEREO OLD PORT FAULT TARGET RECORD
ifdef TOKEN
export PHONE_API_TOKEN := $(value TOKEN)
endif
# Signals go to the command itself, not to a shell before it.
SUITE := exec $(BIN)/python -m contract_tests

COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build

# On a machine without npm the contract is linted without redocly; CI asks for everything.
WITHOUT_REDOCLY := $(if $(or $(CI_REQUIRE_ALL),$(shell command -v npm)),,--without-redocly)
# The TypeScript client likewise.
WITHOUT_TYPESCRIPT := $(WITHOUT_REDOCLY:--without-redocly=--without-typescript)

##@ Use it
.PHONY: help
help: ## List the jobs
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) ## Make the virtual environment (the other jobs do it by themselves)

# The project itself is installed as a path to this folder, so that phone-contract and phone-mock are in $(BIN).
$(INSTALLED): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || $(call stop,$(PYTHON) is not on this machine. Install Python 3.11 or newer)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  $(call stop,$(PYTHON) is too old. Name Python 3.11 or newer: make setup PYTHON=python3.13)
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  $(call stop,$(PYTHON) has no module venv. On Debian and Ubuntu: apt install python3-venv)
	"$(PYTHON)" -m venv $(VENV)
	$(call install,requirements.lock)
	$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	touch $@

# What only those need who change this repo: generators, linters, a browser's driver.
$(FOR_WORK): requirements-dev.lock $(INSTALLED)
	$(call install,requirements-dev.lock)
	touch $@

.PHONY: clean
clean: ## Remove what the jobs wrote: reports, site, caches; not the virtual environment
	rm -rf reports site dist .hypothesis .schemathesis .pytest_cache .mypy_cache .ruff_cache
	find . -path './$(VENV)' -prune -o -type d '(' -name __pycache__ -o -name node_modules ')' -prune -exec rm -rf {} +

.PHONY: conformance
conformance: $(INSTALLED) ## Test a server: BASE_URL= EXTENSION_ID=54,55 TOKEN= MODE=read|safe|full, or TARGETS=file; else the mock
	@exec $(BIN)/python -m scripts.conformance

.PHONY: plan
plan: $(INSTALLED) ## Print the requests of the planned core without sending any: BASE_URL= EXTENSION_ID= MODE=
	@$(SUITE) plan

.PHONY: judge
judge: $(INSTALLED) ## Judge the record of an earlier run again, without the server: RECORD=reports/record.har
	@$(SUITE) judge -- "$$RECORD"

.PHONY: restore
restore: $(INSTALLED) ## Restore the original values after a run that broke off: BASE_URL= EXTENSION_ID= TOKEN=
	@$(SUITE) restore

.PHONY: compare
compare: $(INSTALLED) ## Compare two reports: A=before/conformance.json B=after/conformance.json
	@$(SUITE) compare -- "$$A" "$$B"

.PHONY: check-recording
check-recording: $(INSTALLED) ## Check a recorded file against the contract: FILE=call.mp3 FORMAT=mp3|wav STEREO=true|false
	@$(SUITE) recording --format="$$FORMAT" --stereo="$$STEREO" -- "$$FILE"

.PHONY: mock
mock: $(INSTALLED) ## Serve the mock on PORT=8054, with one FAULT=name if you like
	@exec $(BIN)/python -m mock_server --port="$$PORT" $(if $(value FAULT),--fault="$$FAULT")

.PHONY: faults
faults: $(INSTALLED) ## List the faults that the mock can have
	@$(BIN)/python -m mock_server --list-faults

##@ The contract
.PHONY: generate
generate: $(FOR_WORK) clients ## Write generated/ from openapi.yaml: the models and the clients
	@$(BIN)/python -m scripts.generate

.PHONY: clients
clients: $(FOR_WORK) ## Write generated/clients/: a Python and a TypeScript client
	@$(BIN)/python -m scripts.clients $(WITHOUT_TYPESCRIPT)

.PHONY: check-generated
check-generated: $(FOR_WORK) ## Fail with a diff if generated/ is not what openapi.yaml gives
	@$(BIN)/python -m scripts.generate --check
	@$(BIN)/python -m scripts.clients --check $(WITHOUT_TYPESCRIPT)

.PHONY: lint
lint: $(FOR_WORK) ## Lint the contract: its validity, our own rules, redocly's strict rules
	@$(BIN)/python -m scripts.contract_lint $(WITHOUT_REDOCLY)

.PHONY: diff
diff: $(FOR_WORK) ## What a change of the contract breaks, against a file or a git revision: OLD=v0.1.0
	@$(BIN)/python -m scripts.contract_diff $(if $(value VERSIONED),--versioned) -- "$$OLD"

.PHONY: docs
docs: lint ## Build the documentation site, site/index.html
	@$(BIN)/python -m scripts.docs site

.PHONY: docs-serve
docs-serve: PORT = 8055
docs-serve: docs ## Serve it on PORT=8055, and forward what is tried there to TARGET=https://host; without TARGET to a mock
	@$(BIN)/python -m scripts.docs.serve site --port="$$PORT" $(if $(value TARGET),--target="$$TARGET")

##@ Work on it
# A file's tests stay in one worker. In order of names, as the files with the fewest tests, else last, take longest.
.PHONY: test
test: $(FOR_WORK) lint check-generated ## Run this repo's own tests, linters and drift checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: bench-mock
bench-mock: $(INSTALLED) ## Requests a second: the mock beside Prism, in one run (needs wrk and npm)
	@$(BIN)/python -m scripts.bench_mock

.PHONY: fault-matrix
fault-matrix: $(INSTALLED) ## Write docs/fault-matrix.*: which check finds which fault; fails if one is not found
	@$(BIN)/python -m scripts.fault_matrix docs

.PHONY: coverage
coverage: $(INSTALLED) ## Write docs/coverage.md: which statement of the page is tested; fails if one is not
	@$(BIN)/python -m scripts.coverage docs/coverage.md

.PHONY: bench
bench: $(INSTALLED) ## Write docs/bench.md: requests, time and faults found, beside plain schemathesis (a quarter of an hour)
	@$(BIN)/python -m scripts.bench docs/bench.md

.PHONY: lock
lock: ## Write the lock files from pyproject.toml (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock -o requirements-dev.lock
