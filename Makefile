# `make run` needs Python 3.11 or newer and nothing else. PYTHON chooses another one: make run PYTHON=python3.13
PYTHON ?= python3
VENV := .venv/bin
# What a server has: `make check` looks at the settings as they are there.
SERVER := DEBUG=false SITE_URL=https://delegator.example ALLOWED_HOSTS=delegator.example \
	SECRET_KEY=4k7Qm2vX9sL0pZ8wR3tY6uB1nC5hJ0dF7gA2eK9i4k7Qm2vX9sL0 LINK_KEYS=8wR3tY6uB1nC5hJ0dF7gA2eK9i4k7Qm2vX9sL0pZ \
	EMAIL_URL=smtp+tls://user:password@smtp.example.com:587 \
	DATABASE_URL=sqlite:///var/check/delegator.sqlite3 REDIS_URL= VAR_DIR=var/check

.PHONY: help run test drills fuzz bench audit sbom check format css tools
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start it on this computer, at http://127.0.0.1:8000 (PORT=8001 make run for another port)
	@exec $(PYTHON) delegator/laptop.py

test: tools ## Run every test on SQLite, what asks for a database on Postgres too, then Chromium (make test ARGS="-k day")
	@$(VENV)/python -m tests.run $(ARGS)

drills: tools ## Kill what runs and see that nothing is lost; takes long (SEEDS=5 make drills ARGS="-k redis")
	@$(VENV)/python -m pytest tests/drills -n 2 --dist worksteal $(ARGS)

fuzz: tools ## Post 10,000 odd requests to every form of the demo (make fuzz ARGS="--requests 500 --seed 3")
	@$(VENV)/python -m tests.fuzz $(ARGS)

bench: tools ## Measure what pages and writes cost, against their goals (make bench ARGS="--quick --only 'day page'")
	@$(VENV)/python -m tests.bench $(ARGS)

audit: tools ## Ask whether a hole is known in what is pinned; where nobody can be asked it says so
	@$(VENV)/python -m tests.audit

sbom: ## Write the list of all packages, var/sbom.json (CycloneDX)
	@$(PYTHON) -m venv var/sbom
	@var/sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	@var/sbom/bin/cyclonedx-py requirements requirements.txt --output-file var/sbom.json
	@echo Written to var/sbom.json

check: tools ## Look for mistakes without running: ruff, mypy, templates, settings, migrations
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/djlint templates --lint --quiet
	$(SERVER) $(VENV)/python manage.py check --deploy --fail-level WARNING
	$(SERVER) $(VENV)/python manage.py makemigrations --check --dry-run
	$(VENV)/python -m tests.audit

format: tools ## Write the code as `make check` wants it
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

css: tools ## Write the stylesheets of the pages, in static/css/, from their sources there and Bootstrap
	@$(VENV)/python -m tests.stylesheet

tools:
	@$(PYTHON) delegator/laptop.py --install requirements.txt requirements-dev.txt
