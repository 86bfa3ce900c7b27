# make run            everything on this machine: http://localhost:8765/
# make test           all tests            make check    lint, types, imports, migrations, locks
# make fix            format and mend      make docs     the documentation, into docs/_build
# make pages          every page photographed and examined, into build/pages
# make faults-door    a thousand visits without a signal and with every misfortune (SEED=4, VISITS=1000)
# make bench          what receipts, sealing and a repayment cost here, against their floor
# make bench-dispatch offers, promises and plans, beside OR-Tools and VROOM: hours
# make font           the font of receipts make lock     the locked requirements
# make clean          what was made here, but no data
#
# PYTHON=python3.12   which Python makes the environment
# PORT=8765           where the sites answer
# DATA=.data          where database, keys and files lie

PYTHON ?= python3
PORT ?= 8765
DATA ?= .data
export PYTHON

BIN := .venv/bin
SETTINGS := DJANGO_SETTINGS_MODULE=tests.settings

# with TESTS=… one of the two halves may be empty
NONE_IS_FINE := $(if $(TESTS),|| test $$? -eq 5)

.DEFAULT_GOAL := help
.PHONY: help run test pages faults-door bench bench-dispatch check fix docs reference font lock clean run-environment dev-environment docs-environment bench-environment

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed '/^$$/,$$!b' | head -n 16

run-environment dev-environment docs-environment bench-environment: %-environment:
	@scripts/environment.sh $*
	@$(BIN)/python scripts/compile_catalogues.py

run: run-environment
	@KOUMEN_PORT=$(PORT) KOUMEN_DATA=$(DATA) exec $(BIN)/koumen demo --serve

test: dev-environment
	@# apart: a browser's driver leaves an event loop in the process, which other tests do not expect
	@KOUMEN_DATA=$(DATA)/test $(BIN)/pytest -n 2 -m "not journey and not pages" $(TESTS) $(NONE_IS_FINE)
	@KOUMEN_DATA=$(DATA)/test $(BIN)/pytest -n 2 -m "journey and not pages" $(TESTS) $(NONE_IS_FINE)

pages: dev-environment
	@KOUMEN_DATA=$(DATA)/test exec $(BIN)/pytest -n 2 -m pages tests/pages

faults-door: dev-environment
	@KOUMEN_DATA=$(DATA)/test KOUMEN_FAULTS_VISITS=$(or $(VISITS),1000) KOUMEN_FAULTS_SEED=$(or $(SEED),4) exec $(BIN)/pytest -n 2 -rP -q tests/faults

bench: bench-environment
	@$(BIN)/koumen bench receipts
	@KOUMEN_DATA=$(DATA) $(BIN)/koumen bench audit
	@KOUMEN_DATA=$(DATA) exec $(BIN)/koumen bench ledger

bench-dispatch: bench-environment
	@exec $(BIN)/koumen bench dispatch

check: dev-environment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@# without a database there is no history to compare with, which is no fault here
	$(SETTINGS) $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(BIN)/python scripts/check_locks.py

fix: dev-environment
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: docs-environment
	$(BIN)/sphinx-build --fail-on-warning --keep-going -q docs docs/_build/html
	@echo "docs/_build/html/index.html"

reference: dev-environment
	$(BIN)/python scripts/make_reference.py

font: dev-environment
	$(BIN)/python scripts/make_font.py

lock:
	@scripts/lock.sh

clean:
	rm -rf .venv build docs/_build koumen.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find koumen tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
	find koumen/locale -name '*.mo' -delete
