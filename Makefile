# make demo   train WGAN-GP to draw named digits  make lab        open the notebooks in JupyterLab
# make test   run all tests                       make notebooks  execute the notebooks again, in place
# make lint   format and check                    make images     make the pictures in images/ again
# make test-all   all tests and the slow ones: kills, several processes, every benchmark's quick form
# make test-oldest   the quick tests with the oldest versions that pyproject.toml allows
PYTHON ?= python3
PROFILE ?= $(or $(WGAN_KERAS_PROFILE),laptop)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo test test-all test-oldest lab notebooks lint images clean

demo: .venv/.installed
	@$(BIN)/wgan-keras train --data mnist_sample --labels

test: .venv/.installed-test
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/python tools/lint_notebooks.py notebooks
	$(BIN)/python -m pytest -q -n 2 -m "not slow" --cov --cov-report=term:skip-covered
	$(BIN)/python -m pytest -q -n 2 --nbmake notebooks/

test-all: test
	$(BIN)/python -m pytest -q -n 2 -m slow

test-oldest: .venv-oldest/.installed
	.venv-oldest/bin/python -m pytest -q -n 2 -m "not slow"

lab: .venv/.installed-test
	$(BIN)/jupyter lab notebooks

notebooks: .venv/.installed-test
	WGAN_KERAS_PROFILE=$(PROFILE) $(BIN)/python tools/run_notebooks.py notebooks

lint: .venv/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python tools/lint_notebooks.py notebooks

images: .venv/.installed
	$(BIN)/python -m tools.make_images

clean:
	rm -rf .venv .venv-oldest

# What is installed is remembered in files: a second run installs nothing until the requirements change.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing into .venv (minutes, once) ..."
	@$(PIP) --editable .
	@touch $@

.venv/.installed-test: .venv/.installed
	@$(PIP) --editable ".[test]"
	@touch $@

.venv-oldest/.installed: pyproject.toml tools/oldest_versions.py
	$(PYTHON) -m venv .venv-oldest
	@echo "Installing the oldest versions into .venv-oldest (minutes, once) ..."
	$(PYTHON) tools/oldest_versions.py > .venv-oldest/oldest.txt
	@.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint .venv-oldest/oldest.txt --editable ".[test]"
	@touch $@
