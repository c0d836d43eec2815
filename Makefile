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
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

# The target of `make conformance` and how it is tested; nothing set: the embedded mock.
BASE_URL ?=
TARGETS ?=
EXTENSION_ID ?=
MODE ?=
FRESH_EXTENSION_ID ?=
FOREIGN_EXTENSION_ID ?=
ME_EXTENSION_ID ?=
CONFIRM ?=
TOKEN_URL ?=
CA_BUNDLE ?=
CLIENT_CERT ?=
CLIENT_KEY ?=
RATE_LIMIT ?=
MAX_REQUESTS ?=
FUZZ_EXAMPLES ?=
SEED ?=
ONLY ?=
BASELINE ?=
REPORT_DIR ?= reports
# A record of an earlier run, and two reports
RECORD ?= $(REPORT_DIR)/record.har
A ?=
B ?=
# A recorded file, and what its settings said
FILE ?=
FORMAT ?=
STEREO ?=
# The contract to compare with: a file or a git revision; and whether a new version allows what breaks
OLD ?=
VERSIONED ?=
# The mock
PORT ?= 8054
FAULT ?=
# The API behind the documentation
TARGET ?=

# Values reach a command through the environment, where no shell reads them again.
export BASE_URL TARGETS EXTENSION_ID MODE FRESH_EXTENSION_ID FOREIGN_EXTENSION_ID ME_EXTENSION_ID CONFIRM
export TOKEN_URL CA_BUNDLE CLIENT_CERT CLIENT_KEY RATE_LIMIT MAX_REQUESTS
export FUZZ_EXAMPLES SEED ONLY BASELINE
export REPORT_DIR RECORD A B FILE FORMAT STEREO OLD PORT FAULT TARGET
ifdef TOKEN
export PHONE_API_TOKEN := $(value TOKEN)
endif

# The variables that are options of the suite by the same name, in lower case and with dashes.
TARGETED := BASE_URL EXTENSION_ID MODE CONFIRM FRESH_EXTENSION_ID FOREIGN_EXTENSION_ID ME_EXTENSION_ID SEED
ACCESS := TOKEN_URL CA_BUNDLE CLIENT_CERT CLIENT_KEY
PASSED_ON := $(TARGETED) TARGETS $(ACCESS) RATE_LIMIT MAX_REQUESTS FUZZ_EXAMPLES ONLY BASELINE REPORT_DIR
option = --$(shell tr A-Z_ a-z- <<< "$(1)") "$$$(1)"
options = $(foreach variable,$(1),$(if $($(variable)),$(call option,$(variable))))

COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

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

$(INSTALLED): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.lock
	touch $@

# What only those need who change this repo: generators, linters, a browser's driver.
$(FOR_WORK): requirements-dev.lock $(INSTALLED)
	$(INSTALL) -r requirements-dev.lock
	touch $@

.PHONY: conformance
conformance: $(INSTALLED) ## Test a server: BASE_URL= EXTENSION_ID=54,55 TOKEN= MODE=read|safe|full, or TARGETS=file; else the mock
	@$(BIN)/python -m scripts.conformance $(call options,$(PASSED_ON))

.PHONY: plan
plan: $(INSTALLED) ## Print the requests of the planned core without sending any: BASE_URL= EXTENSION_ID= MODE=
	@$(BIN)/python -m contract_tests.plan $(call options,$(TARGETED))

.PHONY: judge
judge: $(INSTALLED) ## Judge the record of an earlier run again, without the server: RECORD=reports/record.har
	@$(BIN)/python -m pytest contract_tests --quiet --no-header --record "$$RECORD" --report-dir "$$(dirname "$$RECORD")/judged" \
	  $(call options,ONLY BASELINE)

.PHONY: restore
restore: $(INSTALLED) ## Put back what a run that broke off left changed: TOKEN= REPORT_DIR=reports
	@$(BIN)/python -m contract_tests.observe.restore $(call options,$(ACCESS)) "$$REPORT_DIR"

.PHONY: compare
compare: $(INSTALLED) ## Compare two reports: A=before/conformance.json B=after/conformance.json
	@$(if $(and $(A),$(B)),,$(error name two reports: make compare A=before B=after))
	@$(BIN)/python -m contract_tests.report.compare "$$A" "$$B"

.PHONY: check-recording
check-recording: $(INSTALLED) ## Check a recorded file against the contract: FILE=call.mp3 FORMAT=mp3|wav STEREO=yes|no
	@$(if $(and $(FILE),$(FORMAT),$(STEREO)),,$(error name a file: make check-recording FILE=call.mp3 FORMAT=mp3 STEREO=no))
	@$(BIN)/python -m contract_tests.call_recording --format="$$FORMAT" --stereo="$$STEREO" -- "$$FILE"

.PHONY: mock
mock: $(INSTALLED) ## Serve the mock on PORT=8054, with one FAULT=name if you like
	@$(BIN)/python -m mock_server --port "$$PORT" $(if $(FAULT),--fault "$$FAULT")

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
	@$(if $(OLD),,$(error name a file or a git revision: make diff OLD=v0.1.0))
	@$(BIN)/python -m scripts.contract_diff $(if $(VERSIONED),--versioned) -- "$$OLD"

.PHONY: docs
docs: lint ## Build the documentation site, site/index.html
	@$(BIN)/python -m scripts.docs site

.PHONY: docs-serve
docs-serve: PORT = 8055
docs-serve: docs ## Serve it on PORT=8055, and forward what is tried there to TARGET=https://host; without TARGET to a mock
	@$(BIN)/python -m scripts.docs.serve site --port "$$PORT" $(if $(TARGET),--target "$$TARGET")

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
