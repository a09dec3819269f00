# The two commands that matter are `make run` and `make test`; both start from nothing but Python 3.11+ and the package registry.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUPERSET := .venv-superset

.PHONY: run test nightly ui demo doctor health backup restore rotate-key lint format measures superset lock lock-superset bench fuzz kills compile clean

run: compile
	$(BIN)/python -m dagster_project run

nightly: compile
	$(BIN)/python -m dagster_project nightly

ui: compile
	$(BIN)/python -m dagster_project ui

demo: compile
	$(BIN)/python -m dagster_project demo

# What would become of one file, without landing anything: make doctor FILE=... [SOURCE=...] [REPORT=faults.xlsx]
doctor: compile
	@$(BIN)/python -m dagster_project doctor "$(FILE)" $(if $(SOURCE),--source "$(SOURCE)") $(if $(REPORT),--report "$(REPORT)")

# Whether the published set is there and fresh: make health HOURS=26
health: compile
	@$(BIN)/python -m dagster_project health $(if $(HOURS),--hours $(HOURS))

# What cannot be rebuilt, as a tar file or, with FILE=-, on the standard output.
backup: compile
	@$(BIN)/python -m dagster_project backup "$(FILE)"

restore: compile
	@$(BIN)/python -m dagster_project restore "$(FILE)"

rotate-key: compile
	$(BIN)/python -m dagster_project rotate-key $(if $(GIVE_UP_PURGED),--give-up-purged)

test: $(VENV)/dev.stamp lint
	$(BIN)/python -m pytest

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 1 --disable-progress-bar dbt/models dbt/tests

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The dashboards of docs/bi in a Superset of one's own, on http://127.0.0.1:8088.
superset: $(SUPERSET)/superset.stamp
	@$(SUPERSET)/bin/python docs/bi/superset_local.py

$(SUPERSET)/superset.stamp: requirements/superset.txt
	$(PYTHON) -c 'import sys; sys.exit("Superset needs Python 3.11 or 3.12; set PYTHON=…" if sys.version_info[:2] not in ((3, 11), (3, 12)) else 0)'
	$(PYTHON) -m venv $(SUPERSET)
	$(SUPERSET)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/superset.txt
	touch $@

# After an edit of dbt/models/_measures.yml: the macro through which dbt's models read it.
measures: $(VENV)/run.stamp
	$(BIN)/python -m dagster_project.measures

bench: $(VENV)/dev.stamp compile
	$(BIN)/python -m benchmarks.nightly
	$(BIN)/python -m benchmarks.disclosure
	$(BIN)/python -m benchmarks.workbook
	$(BIN)/python -m benchmarks.horizons
	$(BIN)/python -m benchmarks.register

# Damaged deliveries in large numbers: make fuzz MINUTES=30
fuzz: $(VENV)/dev.stamp compile
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

# Nights killed at random moments, with readers at work: make kills KILLS=200 NIGHTS=30
kills: $(VENV)/dev.stamp compile
	$(BIN)/python -m tests.kills --kills $(or $(KILLS),20) --nights $(or $(NIGHTS),4)

# The virtual environment is made from the lock alone: hashes checked, nothing resolved, bytecode compiled.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Nedslag needs Python 3.11 or newer; set PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --compile -r requirements/run.txt
	touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --compile -r requirements/dev.txt
	touch $@

# Also where the environment forbids Python to write bytecode, which every start would pay for.
compile: $(VENV)/run.stamp
	@$(BIN)/python -m compileall -q dagster_project

# Needs uv; writes versions and hashes, no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--extra spark -c requirements/run.txt pyproject.toml -o requirements/spark.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--extra dev --extra spark -c requirements/run.txt pyproject.toml -o requirements/dev.txt

lock-superset:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements/superset.in -o requirements/superset.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements/clients.in -o requirements/clients.txt

# Never the data folder: deliveries may lie in it.
clean:
	rm -rf $(VENV) $(SUPERSET)
