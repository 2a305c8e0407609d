# make repro                  set up .venv, say what will run, run it; PROFILE=open for another profile
# make test                   set up .venv, every check
# PYTHON=python3.12           another interpreter (3.11 or newer)

PYTHON ?= python3
PROFILE ?= street
FOLDER := $(if $(filter street,$(PROFILE)),.,profiles/$(PROFILE))
READY := .venv/.ready

export PATH := $(CURDIR)/.venv/bin:$(PATH)
.PHONY: repro test

repro: $(READY)
	cd $(FOLDER) && heatnet plan && dvc repro && heatnet publish

test: $(READY)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try make PYTHON=python3.11")'
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	test -e .git || .venv/bin/dvc config --local core.no_scm true
	touch $@
