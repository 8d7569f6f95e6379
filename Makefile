# Every verb sets up what it needs: nothing has to be run before it.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.set-up
DEMO   := out/demo
# Of a run of tests; see tests/shares.py.
WORKERS ?= 2
# Compiled to bytecode once: where Python may not write it (PYTHONDONTWRITEBYTECODE), every start would do it again,
# and so it does for those of our own files that have changed since.
LOADED_AT_START := llvmlite msgspec numba numpy pydantic rich scipy/_lib typer
LOADED_AT_START += anyio argon2 authlib cryptography fastapi joserfc limits prometheus_client standardwebhooks starlette uvicorn

OURS := graph gnn rules streaming queries simulation ringfence
# Of Flink, which cannot share ours; its workers compile kernels for themselves.
FLINK_BIN   := flink/.venv/bin
FLINK_STAMP := flink/.venv/.set-up
# Every restart of a job waits for workers to load these.
LOADED_BY_FLINK := apache_beam cloudpickle fastavro google grpc llvmlite msgspec numba numpy pandas py4j pyarrow pyflink

.DEFAULT_GOAL := help
.PHONY: help setup demo test integration lint kernels check explore bench soak servers flink vendor notebooks weights alerts network clean

help: ## Show this list
	@echo "Usage: make VERB"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with everything in it (a second call does nothing)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "ringfence: expected Python 3.11 or newer, found $$($(PYTHON) --version 2>&1); call make with PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) (the first time downloads the libraries)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --python $(BIN)/python --editable '.[dev]' --constraints constraints.txt
	@cd $(VENV)/lib/python3*/site-packages && ../../../bin/python -m compileall -q $(LOADED_AT_START)
	@$(BIN)/python -m compileall -q $(OURS)
	@echo "Compiling kernels, so that no first call waits for it (a minute)"
	@$(BIN)/python -m ringfence.warming
	@touch $@

demo: $(STAMP) ## Simulate a city, find its rings, compare with the truth, open the console (CONSOLE=0: do not)
	@console=--console; { test "$(CONSOLE)" != 0 && test -t 1; } || console=; \
	    exec $(BIN)/ringfence demo --out $(DEMO) $$console

# Tests start many processes, which share bytecode also where the environment would have none written.
test check integration: export PYTHONDONTWRITEBYTECODE :=

test: $(STAMP) ## Lint, then run every test, those on real servers too (Java and Maven artifacts, or addresses)
	@$(MAKE) --no-print-directory -j2 lint kernels
	$(BIN)/python -m pytest -n $(WORKERS)

integration: $(STAMP) ## Run only the tests on a real Kafka and a real Neo4j
	$(BIN)/python -m pytest -m servers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

kernels: $(STAMP)
	$(BIN)/python -m tests.kernels

check: $(STAMP) ## Lint, then run the quick tests
	@$(MAKE) --no-print-directory -j2 lint kernels
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not slow and not servers'

explore: $(STAMP) ## Draw new examples for the property tests for a while (MINUTES=10)
	$(BIN)/python -m tests.explore --minutes $(or $(MINUTES),10)

bench: $(STAMP) ## Run the benchmarks and compare their ratios (EVENTS=FILE: on one more file)
	@$(BIN)/python benchmarks/run_all.py $(if $(EVENTS),--events $(EVENTS))

soak: $(STAMP) ## Kill the service a hundred times over, and stores thirty times, and compare
	$(BIN)/python -m tests.integration.chaos --seeds 100
	RINGFENCE_SERVER_KILLS=10 $(BIN)/python -m pytest -rP tests/integration/test_store_after_kill.py

servers: $(STAMP) ## Start a real Kafka and a real Neo4j on loopback until Ctrl-C (FLINK=1: and a Flink cluster; standby: two of each)
	@$(if $(filter-out 0,$(FLINK)),$(MAKE) -s --no-print-directory flink,true)
	@FLINK=$(FLINK) $(BIN)/python -m servers

flink: $(FLINK_STAMP) ## Make flink/.venv with Apache Flink (900 MB), and fetch its Kafka connector

$(FLINK_STAMP): flink/requirements.txt servers/poms/flink.xml | $(STAMP)
	@echo "Setting up flink/.venv (the first time downloads 300 MB)"
	@test -x $(FLINK_BIN)/python || $(BIN)/uv venv --quiet --python $(BIN)/python flink/.venv
	@$(BIN)/uv pip install --quiet --python $(FLINK_BIN)/python --requirement flink/requirements.txt
	@$(FLINK_BIN)/python -m compileall -q $(addprefix flink/.venv/lib/python3*/site-packages/,$(LOADED_BY_FLINK))
	@$(BIN)/python -c 'import sys; from servers.artifacts import main; sys.exit(main())' flink
	@cd flink && NUMBA_CACHE_DIR=../.cache/flink-kernels PYTHONPATH=.. .venv/bin/python -m flink.warming
	@touch $@

vendor: $(STAMP) ## Fetch the scripts of the console by npm anew, and check them
	$(BIN)/python -m tests.vendoring

notebooks: $(STAMP) ## Run the notebooks from top to bottom; with their outputs they lie in out/notebooks
	@mkdir -p out/notebooks
	@for book in notebooks/*.ipynb; do \
	    echo "== $$book"; \
	    PATH="$(CURDIR)/$(BIN):$$PATH" jupyter execute --output '../out/notebooks/{notebook_name}.ipynb' "$$book" || exit 1; \
	done

weights: $(STAMP) ## Fit the score on simulated cities anew
	$(BIN)/python -m gnn.boosted.fitting

alerts: $(STAMP) ## Gather the alerts of simulated cities anew, for contracts
	$(BIN)/python -m gnn.alerts.simulated

network: $(STAMP) ## Train the shipped network on simulated cities anew
	rm -rf build/network
	@mkdir -p build
	OMP_NUM_THREADS=1 $(BIN)/python -m gnn.models.city_training --out build/network
	mkdir -p gnn/weights/network
	cp build/network/* gnn/weights/network/

clean: ## Remove the environment, caches and outputs
	rm -rf $(VENV) flink/.venv out build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
