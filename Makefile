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
FOR_LOAD := $(VENV)/.installed-load
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
USERS ?=
RATE ?=
SECONDS ?=
WORKERS ?=
MASTER ?=
BIND ?=
RUN ?=
EXTENSIONS ?=
STATE ?=
VERSIONED ?=
PORT ?= 8054
FAULT ?=
TARGET ?=
SITE_URL ?=
RECORD ?= reports/record.har

# Make exports every variable of its command line unchanged: neither make nor a shell expands the value. The suite reads
# its options from the environment, and reports an unknown variable.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(GIVEN),$(eval override export $(name) := $$(value $(name))))
export MAKE_GIVEN := $(GIVEN)
export MAKE_KNOWN := VENV PYTHON A B FILE FORMAT STEREO OLD VERSIONED PORT FAULT TARGET SITE_URL RECORD CI_REQUIRE_ALL USERS RATE SECONDS WORKERS MASTER BIND RUN EXTENSIONS STATE
export A B FILE FORMAT STEREO OLD PORT FAULT TARGET SITE_URL RECORD USERS RATE SECONDS WORKERS MASTER BIND RUN EXTENSIONS STATE
$(foreach name,TOKEN CLIENT_ID CLIENT_SECRET,$(if $(value $(name)),$(eval export PHONE_API_$(name) := $$(value $(name)))))
# `exec` replaces the shell, so that the suite itself receives signals.
SUITE := exec $(BIN)/python -m contract_tests

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
COMPILE = $(LOCK) pyproject.toml --group build

# On a machine without npm, `make lint` leaves redocly out. In CI, redocly is required.
WITHOUT_REDOCLY := $(if $(or $(CI_REQUIRE_ALL),$(shell command -v npm)),,--without-redocly)
# The same for the TypeScript client.
WITHOUT_TYPESCRIPT := $(WITHOUT_REDOCLY:--without-redocly=--without-typescript)

##@ Test a server
.PHONY: help
help: ## List the targets of this Makefile
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) ## Make the virtual environment (the other targets do so when they need it)

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

# Locust, for load runs.
$(FOR_LOAD): requirements-load.lock $(INSTALLED)
	$(call install,requirements-load.lock)
	touch $@

# Packages for work on this repo: generators, linters, a browser driver.
$(FOR_WORK): requirements-dev.lock $(INSTALLED)
	$(call install,requirements-dev.lock)
	touch $@

.PHONY: clean
clean: ## Remove reports, site and caches; not the virtual environment
	rm -rf reports site dist .tools .hypothesis .schemathesis .pytest_cache .mypy_cache .ruff_cache
	find . -path './$(VENV)' -prune -o -type d '(' -name __pycache__ -o -name node_modules ')' -prune -exec rm -rf {} +

.PHONY: conformance
conformance: $(INSTALLED) ## Test a server: BASE_URL= EXTENSION_ID= TOKEN= MODE=read|safe|full; without BASE_URL the mock
	@exec $(BIN)/python -m scripts.conformance

.PHONY: load
load: $(FOR_LOAD) ## Put a server under load: BASE_URL= EXTENSION_ID=1000-1079 USERS= RATE= SECONDS= [WORKERS=]
	@$(SUITE) load

.PHONY: load-worker
load-worker: $(FOR_LOAD) ## Send a part of the requests of a load run, also from another machine: MASTER=host
	@$(SUITE) load-worker

.PHONY: plan
plan: $(INSTALLED) ## Print the planned requests, and send none of them: BASE_URL= EXTENSION_ID= MODE=
	@$(SUITE) plan

.PHONY: judge
judge: $(INSTALLED) ## Judge the records of an earlier run again, without a server: RECORD="record-54.har record-55.har"
	@read -ra records <<<"$$RECORD"; [[ ! -e $$RECORD ]] || records=("$$RECORD"); $(SUITE) judge -- "$${records[@]:-}"

.PHONY: restore
restore: $(INSTALLED) ## Restore original values that a run could not restore: BASE_URL= EXTENSION_ID= TOKEN=
	@$(SUITE) restore

.PHONY: compare
compare: $(INSTALLED) ## Print what differs between the reports of two runs: A=before/conformance.json B=after/conformance.json
	@$(SUITE) compare -- "$$A" "$$B"

.PHONY: check-recording
check-recording: $(INSTALLED) ## Check the format of a call recording: FILE=call.mp3 FORMAT=mp3|wav STEREO=true|false
	@$(SUITE) recording --format="$$FORMAT" --stereo="$$STEREO" -- "$$FILE"

.PHONY: mock
mock: $(INSTALLED) ## Start the mock on PORT=8054; FAULT=name, EXTENSIONS=1000-1079, WORKERS=2 STATE=mock.db
	@exec $(BIN)/python -m mock_server --port="$$PORT" $(if $(value FAULT),--fault="$$FAULT") \
	  $(if $(value EXTENSIONS),--extensions="$$EXTENSIONS") $(if $(value STATE),--state="$$STATE") \
	  $(if $(value WORKERS),--workers="$$WORKERS")

.PHONY: faults
faults: $(INSTALLED) ## List the faults of the mock
	@$(BIN)/python -m mock_server --list-faults

##@ Contract, clients and documentation
.PHONY: generate
generate: $(FOR_WORK) clients ## Write generated/ from openapi.yaml, and the tables of docs/options.md
	@$(BIN)/python -m scripts.generate
	@$(BIN)/python -m scripts.options

.PHONY: clients
clients: $(FOR_WORK) ## Write generated/clients/, and build the packages of both clients: dist/*.whl, dist/*.tgz
	@$(BIN)/python -m scripts.clients $(WITHOUT_TYPESCRIPT)
	@$(BIN)/python -m scripts.client_packages $(WITHOUT_TYPESCRIPT)

.PHONY: check-generated
check-generated: $(FOR_WORK) ## Fail with a diff where a generated file is not up to date
	@$(BIN)/python -m scripts.generate --check
	@$(BIN)/python -m scripts.options --check
	@$(BIN)/python -m scripts.clients --check $(WITHOUT_TYPESCRIPT)

.PHONY: lint
lint: $(FOR_WORK) ## Lint openapi.yaml: validity, the rules of this project, the strict rules of Redocly
	@$(BIN)/python -m scripts.contract_lint $(WITHOUT_REDOCLY)

.PHONY: diff
diff: $(FOR_WORK) ## Print which changes of openapi.yaml are breaking, since a git revision or a file: OLD=v0.1.0
	@$(BIN)/python -m scripts.contract_diff $(if $(value VERSIONED),--versioned) -- "$$OLD"

.PHONY: docs
docs: lint ## Build the documentation site: site/index.html; SITE_URL= is where you publish it
	@$(BIN)/python -m scripts.docs site --site-url="$$SITE_URL"

.PHONY: docs-serve
docs-serve: PORT = 8055
docs-serve: docs ## Serve the site on PORT=8055, and forward its API requests to TARGET=https://host or to a mock
	@$(BIN)/python -m scripts.docs.serve site --port="$$PORT" $(if $(value TARGET),--target="$$TARGET")

##@ Work on this repository
.PHONY: check
check: $(FOR_WORK) ## Run before each commit, in a minute: linters, drift checks, types, quick tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint check-generated style types
	@$(PYTEST) $(QUICK)

# The tests that take long, the longest first, and at the start one that computes beside each one that waits: whole
# runs, the fuzz layer, clients, packages, browsers.
SLOW = hostile judged_servers load_processes conformance secrets servers waiting resource docs_browser left_behind \
  clients mock_faults broken_off faults_found load signals contract_diff report clients_generated contract_lint \
  recording new_property open_questions plain_schemathesis planned_core spread fleets reserved_values restore \
  way_in mock_cli pipelines client_packages wheel generate models record cases modes fuzzing_reach limits peers \
  documents setup compare docs_serve headers clients_types baseline docs_history clients_documented docs_site
QUICK = $(filter-out $(SLOW:%=tests/test_%.py),$(wildcard tests/test_*.py))

.PHONY: test
test: $(FOR_WORK) ## Run the tests, linters and drift checks of this repository
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint check-generated style types
	@$(PYTEST) $(SLOW:%=tests/test_%.py) $(QUICK)

# More workers than processors, since many tests wait. All tests of a file run in one worker. Without
# --no-loadscope-reorder, files with few tests would start last, and among them are those that take longest. Without
# bytecode, each worker would compile all tests again, and each process that a test starts would compile the suite.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: style
style: $(FOR_WORK)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

.PHONY: types
types: $(FOR_WORK)
	@$(BIN)/mypy

.PHONY: test-all
test-all: export TEST_ALL = 1
test-all: test ## Run the same with all cases, where `make test` runs a sample: kills, signals, faults, servers

.PHONY: bench-mock
bench-mock: $(INSTALLED) ## Measure the mock beside Prism, for docs/bench.md (needs wrk and npm; 2 minutes)
	@$(BIN)/python -m scripts.bench.mock_server docs/bench.md

.PHONY: fault-matrix
fault-matrix: $(INSTALLED) ## Write docs/fault-matrix.*: which check finds which fault; fails if a fault is not found
	@$(BIN)/python -m scripts.fault_matrix docs

.PHONY: load-matrix
load-matrix: $(FOR_LOAD) ## Write docs/load-matrix.md: what `make load` finds of the faults that show only under load (5 minutes)
	@$(BIN)/python -m scripts.load_matrix docs/load-matrix.md

.PHONY: coverage
coverage: $(INSTALLED) ## Write docs/coverage.md: which check fails a server that breaks a statement; run fault-matrix first
	@$(BIN)/python -m scripts.coverage docs/coverage.md

.PHONY: bench
bench: $(INSTALLED) ## Write a part of docs/bench.md: requests and seconds of the suite on the mock
	@$(BIN)/python -m scripts.bench docs/bench.md

.PHONY: bench-peers
bench-peers: $(FOR_WORK) ## Write a part of docs/bench.md: the suite beside other tools (needs npm and Java; an hour; goes on where it stopped)
	@$(BIN)/python -m scripts.peers docs/bench.md

.PHONY: tools
tools: $(FOR_WORK) ## Write docs/tools.md: code generators and other tools, tried on the contract (needs npm and Java; 10 minutes)
	@$(BIN)/python -m scripts.tools docs/tools.md

.PHONY: lock
lock: ## Write the lock files from pyproject.toml (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra load --constraints requirements.lock -o requirements-load.lock
	$(COMPILE) --group dev --extra load --constraints requirements.lock -o requirements-dev.lock
	$(LOCK) --no-deps scripts/tools/requirements.in -o scripts/tools/requirements.lock
	$(LOCK) scripts/peers/requirements.in -o scripts/peers/requirements.lock
