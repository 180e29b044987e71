# Two commands do everything: `make run` and `make test`. Both set up what they need in $(VENV), say so, and do it once.
# With another Python: make run PYTHON=python3.13; elsewhere: make run VENV=some/folder BUILD=some/folder
PYTHON ?= python3
VENV := .venv
BUILD := build
BIN := $(VENV)/bin
EXAMPLES := methodology_specs/KH_AM004/examples
SET_UP := $(PYTHON) .ci/set_up.py $(VENV)
# Two processes; the tests of one file stay in one of them, with what they share.
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider --numprocesses 2 --dist loadfile

.PHONY: run test random score planted check-code slips clean
# A shared checkout may belong to somebody else: the results then go into a folder of one's own.
run:
	@$(SET_UP) run
	@out="$(BUILD)"; mkdir -p "$$out" 2>/dev/null && test -w "$$out" || { out="$$(mktemp -d)"; \
	  echo "$(BUILD) cannot be written here; the results go to $$out"; }; \
	for option in 1 2; do $(BIN)/mrvgraph run KH_AM004@1.1 $(EXAMPLES)/option$$option.yaml --output "$$out/option$$option.json" || exit $$?; done

# A Chromium for the tests of documents and a LibreOffice for those of workbooks: the system's if there are such. Nothing breaks without
# them, the tests say that they skip.
test:
	@$(SET_UP) test
	@$(BIN)/python .ci/get_browser.py
	@$(BIN)/python .ci/get_office.py
	@$(PYTEST)

# Random methodologies, new ones for as many minutes as one likes; `make test` tries some for a minute, the same each time.
MINUTES ?= 60
random:
	@$(SET_UP) test
	@MRVGRAPH_RANDOM_MINUTES=$(MINUTES) $(PYTEST) tests/random_methodologies

# The fault-seeding score of the methodology, over all mutants; `make test` judges a sample of them and compares.
score:
	@$(SET_UP) test
	@MRVGRAPH_UPDATE=1 $(BIN)/python -m pytest -p no:cacheprovider -q tests/engine/test_mutate.py -k page_is_current

# Slips planted in claims of the examples, and asked of `diagnose`: at least 95 % are among the first three, and no honest rounding is one.
N ?= 500
planted:
	@$(SET_UP) run
	@$(BIN)/python benchmarks/planted_slips.py --count $(N) --tell

# Slips in our own Python: the listed ones and the first of a seeded sample must be noticed by tests, in two minutes.
check-code:
	@$(SET_UP) check
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python .ci/mutants check

# The whole sample anew: which tests run which lines, the draw, and every slip that is not known yet; hours, and it can be broken off.
slips:
	@$(SET_UP) check
	$(BIN)/python .ci/mutants cover
	$(BIN)/python .ci/mutants draw
	$(BIN)/python .ci/mutants try --minutes $(MINUTES) --surely

clean:
	rm -rf .venv .venv-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis
