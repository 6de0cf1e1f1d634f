# Every command makes the virtual environment that it needs. Only Python >= 3.11, make and a package index are given.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Every process that a test starts would compile everything anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help demo serve test quick web web-test check lint format oracle oracle-fast portable foreign test-spark fuzz load mutants bench bench-quick inferred clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# A strict editable install links file by file: when the list of installed files changes, it is made anew.
MODULES := $(VENV)/modules
SHIPPED := $(shell find engine api ontology shapes guidelines -type f -not -name '*.pyc' | LC_ALL=C sort)
EDITABLE := --config-settings editable_mode=strict --editable
$(shell mkdir -p $(VENV); echo '$(SHIPPED)' | cmp -s - $(MODULES) || echo '$(SHIPPED)' > $(MODULES))

$(VENV)/core: pyproject.toml setup.py constraints.txt $(MODULES)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(EDITABLE) .
	touch $@

$(VENV)/dev: pyproject.toml setup.py constraints.txt $(MODULES)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(EDITABLE) '.[dev]'
	touch $@ $(VENV)/core

demo: $(VENV)/core  ## decide an ordinary visit and one with a red flag, and prove one recommendation
	$(BIN)/spinegraph decide docs/examples/ordinary-visit.yaml
	$(BIN)/spinegraph decide docs/examples/red-flag.yaml
	$(BIN)/spinegraph decide docs/examples/red-flag.yaml --explain lumbar-mri-in-suspected-cauda-equina

serve: $(VENV)/core  ## run the API on http://127.0.0.1:8000
	$(BIN)/spinegraph serve

test: $(VENV)/dev  ## run all tests, a module on each core
	$(BIN)/python -m pytest -n auto --dist loadfile

quick: $(VENV)/dev  ## run the tests that start no process and try few cases: under a minute
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow'

web/node_modules: web/package-lock.json
	cd web && npm ci --ignore-scripts && touch node_modules

web: web/node_modules  ## build the console from web/ into the package; only this needs Node
	cd web && npm run --silent check && npm run --silent build

# Where the packages cannot be had, the command says so itself: it needs them, and nothing else does.
$(VENV)/web: $(VENV)/dev
	if $(PIP) $(EDITABLE) '.[dev,web]'; then touch $@; fi

web-test: $(VENV)/web  ## open every page in headless Chromium, with axe; pictures are in build/pictures
	$(BIN)/python -m tests.web

lint: $(VENV)/dev  ## style, types, direction of imports, Turtle format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/spinegraph format --check ontology shapes guidelines

check: lint test  ## everything that a commit has to pass

format: $(VENV)/dev  ## put code and Turtle into their normal form
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	$(BIN)/spinegraph format ontology shapes guidelines

inferred: $(VENV)/dev  ## let the OWL reasoner write ontology/inferred.ttl anew
	$(BIN)/spinegraph infer

oracle: $(VENV)/dev  ## hold the program equal to pySHACL on 2,000 random cases, every rule, both bits
	for over in shipped packages further random; do $(BIN)/python -m tests.oracle --cases 2000 --over $$over || exit 1; done

oracle-fast: $(VENV)/dev  ## the same by pyshifty, a fiftieth of the time
	for over in shipped packages further random; do \
		$(BIN)/python -m tests.oracle --cases 2000 --over $$over --engine pyshifty || exit 1; \
	done

portable: $(VENV)/dev  ## run the exported rules in SHACL engines of others, on 30 cases
	$(PIP) $(EDITABLE) '.[dev,portable]'
	cd tests/portable/node && npm install --no-audit --no-fund --ignore-scripts --no-package-lock || echo "No npm: without JavaScript engines."
	$(BIN)/python -m tests.portable

tests/foreign/node_modules: tests/foreign/package-lock.json
	cd tests/foreign && npm ci --ignore-scripts && touch node_modules

$(VENV)/foreign: $(VENV)/dev
	$(PIP) $(EDITABLE) '.[dev,foreign]'
	touch $@

# It needs other versions of what we use.
$(VENV)/healthchain/made: tests/foreign/healthchain.txt
	$(PYTHON) -m venv $(VENV)/healthchain
	$(VENV)/healthchain/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

foreign: $(VENV)/foreign $(VENV)/healthchain/made tests/foreign/node_modules  ## hold what is exported against engines and validators of others, which need Node
	$(BIN)/python -m tests.foreign.cql
	$(BIN)/python -m tests.foreign.guide
	$(BIN)/python -m tests.foreign.fhir
	$(BIN)/python -m tests.foreign.forms
	$(BIN)/python -m tests.foreign.doors
	$(BIN)/python -m tests.foreign.views

# PySpark is installed where its client of Spark Connect is, which the tests use: it needs an environment of its own.
$(VENV)/spark/made: tests/population/spark.txt pyproject.toml setup.py constraints.txt $(MODULES)
	test -x $(VENV)/spark/bin/python || $(PYTHON) -m venv $(VENV)/spark
	$(VENV)/spark/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--requirement $< $(EDITABLE) '.[spark]'
	touch $@

test-spark: $(VENV)/dev $(VENV)/spark/made  ## decide 100,000 patients on Sail and, where Java is, on Spark: as without them
	$(BIN)/python -m tests.population.spark --engine sail
	$(VENV)/spark/bin/python -m tests.population.spark --engine spark

fuzz: $(VENV)/dev  ## send made-up requests to every operation of a live service, and made-up inputs to every door
	$(PIP) $(EDITABLE) '.[dev,fuzz]'
	$(BIN)/python -m tests.fuzz
	$(BIN)/python -m tests.fuzz --library 2000

load: $(VENV)/dev  ## 32 clients for ten minutes while workers are killed, knowledge changes and the disk fills
	$(BIN)/python -m tests.load --minutes 10 --clients 32
	$(BIN)/python -m tests.load --abuse

mutants: $(VENV)/dev  ## make 600 mistakes in copies of the content, and count what finds them
	$(BIN)/python -m tests.authoring.mutants

bench: $(VENV)/dev  ## measure speed, as ratios within one run, and write docs/performance.md
	$(BIN)/python -m bench

bench-quick: $(VENV)/dev  ## the same with fewer copies and repeats; nothing is published
	$(BIN)/python -m bench --quick

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
