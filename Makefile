# Two commands do everything: `make run` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := methodology_specs/KH_AM004/examples

.PHONY: run test check-code clean setup
setup: $(VENV)/.done $(VENV)/.browser

$(VENV)/.done: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	$(BIN)/python -m compileall -q equations engine
	touch $@

# A Chromium for the tests of documents: the system's if there is one. Nothing breaks without it, the tests say that they skip.
$(VENV)/.browser: $(VENV)/.done
	$(BIN)/python .ci/get_browser.py
	touch $@

run: $(VENV)/.done
	$(BIN)/mrvgraph run KH_AM004@1.1 $(EXAMPLES)/option1.yaml --output build/option1.json
	$(BIN)/mrvgraph run KH_AM004@1.1 $(EXAMPLES)/option2.yaml --output build/option2.json

test: $(VENV)/.done $(VENV)/.browser
	$(BIN)/python -m pytest

check-code: $(VENV)/.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
