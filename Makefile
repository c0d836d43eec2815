# All jobs of the project. `make help` lists them.
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

# Shell commands: `stop` prints one line that says what to do, and fails; `install` installs the packages of a lock file.
stop = { printf 'ERROR: %s\n' "$(1)" >&2; exit 1; }
install = @$(PIP) install --require-hashes -r $(1) 2>$(PIP_LOG) || \
  $(call stop,pip could not install $(1): check the network and pip's index. Its messages are in $(PIP_LOG))

# Variables of the jobs that do not run the suite.
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

# Make exports every variable of its command line unchanged: neither make nor a shell expands the value. The suite reads
# its options from the environment, and reports an unknown variable.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(GIVEN),$(eval override export $(name) := $$(value $(name))))
export MAKE_GIVEN := $(GIVEN)
export MAKE_KNOWN := VENV PYTHON A B FILE FORMAT STEREO OLD VERSIONED PORT FAULT TARGET RECORD CI_REQUIRE_ALL
export A B FILE FORMAT STEREO OLD PORT FAULT TARGET RECORD
ifdef TOKEN
export PHONE_API_TOKEN := $(value TOKEN)
endif
# `exec` replaces the shell, so that the suite itself receives signals.
SUITE := exec $(BIN)/python -m contract_tests

COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build

# On a machine without npm, `make lint` leaves redocly out. In CI, redocly is required.
WITHOUT_REDOCLY := $(if $(or $(CI_REQUIRE_ALL),$(shell command -v npm)),,--without-redocly)
# The same for the TypeScript client.
WITHOUT_TYPESCRIPT := $(WITHOUT_REDOCLY:--without-redocly=--without-typescript)

##@ Use it
.PHONY: help
help: ## List the jobs
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) ## Create the virtual environment (every other job does this too, if needed)

# The project is installed in editable mode, so that phone-contract and phone-mock are in $(BIN).
$(INSTALLED): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || $(call stop,$(PYTHON) is not installed. Install Python 3.11 or newer)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  $(call stop,$(PYTHON) is too old. Use Python 3.11 or newer: make setup PYTHON=python3.13)
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  $(call stop,$(PYTHON) has no module venv. On Debian and Ubuntu: apt install python3-venv)
	"$(PYTHON)" -m venv $(VENV)
	$(call install,requirements.lock)
	$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	touch $@

# Packages for work on this repo: generators, linters, a browser driver.
$(FOR_WORK): requirements-dev.lock $(INSTALLED)
	$(call install,requirements-dev.lock)
	touch $@

.PHONY: clean
clean: ## Delete reports, the site and caches, but not the virtual environment
	@test -z "$$(find reports -name 'snapshot-*.json' 2>/dev/null)" || \
	  $(call stop,reports/ has original values that are not restored yet. Restore them first: make restore)
	rm -rf reports site dist .hypothesis .schemathesis .pytest_cache .mypy_cache .ruff_cache
	find . -path './$(VENV)' -prune -o -type d '(' -name __pycache__ -o -name node_modules ')' -prune -exec rm -rf {} +

.PHONY: conformance
conformance: $(INSTALLED) ## Test a server: BASE_URL= EXTENSION_ID=54,55 TOKEN= MODE=read|safe|full, or TARGETS=file; without them the mock
	@exec $(BIN)/python -m scripts.conformance

.PHONY: plan
plan: $(INSTALLED) ## Print the planned requests, but send none: BASE_URL= EXTENSION_ID= MODE=
	@$(SUITE) plan

.PHONY: judge
judge: $(INSTALLED) ## Judge the recorded requests of an earlier run again, without a server: RECORD=reports/record.har
	@$(SUITE) judge -- "$$RECORD"

.PHONY: restore
restore: $(INSTALLED) ## Restore the original values after an interrupted run: TOKEN= REPORT_DIR=reports
	@$(SUITE) restore

.PHONY: compare
compare: $(INSTALLED) ## Compare two reports: A=before/conformance.json B=after/conformance.json
	@$(SUITE) compare -- "$$A" "$$B"

.PHONY: check-recording
check-recording: $(INSTALLED) ## Check a call recording against the contract: FILE=call.mp3 FORMAT=mp3|wav STEREO=true|false
	@$(SUITE) recording --format="$$FORMAT" --stereo="$$STEREO" -- "$$FILE"

.PHONY: mock
mock: $(INSTALLED) ## Run the mock on PORT=8054, with a fault: FAULT=name
	@exec $(BIN)/python -m mock_server --port="$$PORT" $(if $(value FAULT),--fault="$$FAULT")

.PHONY: faults
faults: $(INSTALLED) ## List the faults of the mock
	@$(BIN)/python -m mock_server --list-faults

##@ The contract
.PHONY: generate
generate: $(FOR_WORK) clients ## Generate the models and the clients from openapi.yaml into generated/
	@$(BIN)/python -m scripts.generate

.PHONY: clients
clients: $(FOR_WORK) ## Generate the Python and the TypeScript client into generated/clients/
	@$(BIN)/python -m scripts.clients $(WITHOUT_TYPESCRIPT)

.PHONY: check-generated
check-generated: $(FOR_WORK) ## Fail with a diff if generated/ is not up to date with openapi.yaml
	@$(BIN)/python -m scripts.generate --check
	@$(BIN)/python -m scripts.clients --check $(WITHOUT_TYPESCRIPT)

.PHONY: lint
lint: $(FOR_WORK) ## Lint the contract: OpenAPI validity, the rules of this repo, redocly's strict rules
	@$(BIN)/python -m scripts.contract_lint $(WITHOUT_REDOCLY)

.PHONY: diff
diff: $(FOR_WORK) ## List breaking changes of the contract since a file or a git revision: OLD=v0.1.0
	@$(BIN)/python -m scripts.contract_diff $(if $(value VERSIONED),--versioned) -- "$$OLD"

.PHONY: docs
docs: lint ## Build the documentation site: site/index.html
	@$(BIN)/python -m scripts.docs site

.PHONY: docs-serve
docs-serve: PORT = 8055
docs-serve: docs ## Serve the site on PORT=8055; its API browser calls TARGET=https://host, without TARGET a mock
	@$(BIN)/python -m scripts.docs.serve site --port="$$PORT" $(if $(value TARGET),--target="$$TARGET")

##@ Work on it
# All tests of a file run in one worker. Without --no-loadscope-reorder, the slow files would start last, because they
# have the fewest tests.
.PHONY: test
test: $(FOR_WORK) lint check-generated ## Run the tests, linters and drift checks of this repo
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: bench-mock
bench-mock: $(INSTALLED) ## Compare the requests per second of the mock and of Prism (needs wrk and npm)
	@$(BIN)/python -m scripts.bench_mock

.PHONY: fault-matrix
fault-matrix: $(INSTALLED) ## Write docs/fault-matrix.*: which check finds which fault; fails if no check finds a fault
	@$(BIN)/python -m scripts.fault_matrix docs

.PHONY: coverage
coverage: $(INSTALLED) ## Write docs/coverage.md: which requirement tests which statement; fails if one is missing
	@$(BIN)/python -m scripts.coverage docs/coverage.md

.PHONY: bench
bench: $(INSTALLED) ## Write docs/bench.md: compare the suite with plain schemathesis (takes 15 minutes)
	@$(BIN)/python -m scripts.bench docs/bench.md

.PHONY: lock
lock: ## Write the lock files from pyproject.toml (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock -o requirements-dev.lock
