# Every target does its own set-up; nothing is done twice.
OUT ?= out
PYTHON := .venv/bin/python
WORKERS ?= 2
DISPLAYED := $(if $(filter Linux,$(shell uname -s)),$(DISPLAY)$(WAYLAND_DISPLAY),yes)
export PYTHONUTF8 := 1

.PHONY: run setup tools test check tour bench bundle package prove soak

run: setup ## open the desktop; with no display, run the whole main job into ./out
ifeq ($(DISPLAYED),)
	@echo "No display here: running the tour instead; screenshots and slips go to $(OUT)/."
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m app tour --out "$(OUT)"
else
	@$(PYTHON) -m app
endif

setup: ## .venv by the lock, and the system libraries of the desktop
	@installer/setup.sh run

tools: ## the same, and what the tests need
	@installer/setup.sh test

test: check ## everything that must hold before a change is kept
	@$(PYTHON) -m pytest -n $(WORKERS)

check: tools ## format, lint, types, walls between the layers, catalogue
	@$(PYTHON) -m ruff format --check --quiet . || { $(PYTHON) -m ruff format --check .; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m pyright
	@said=$$(.venv/bin/lint-imports 2>&1) || { echo "$$said"; exit 1; }
	@$(PYTHON) -m tests.tools.catalogue check

tour: setup ## the main job unattended: real windows, screenshots, slips, sync both ways
	@$(if $(DISPLAYED),,QT_QPA_PLATFORM=offscreen) $(PYTHON) -m app tour --out "$(OUT)"

bench: tools ## the figures of the budgets, with their floors
	@$(if $(DISPLAYED),,QT_QPA_PLATFORM=offscreen) $(PYTHON) -m tests.tools.bench

bundle: tools ## the program as staff get it, proved by its own self-test: what CI builds
	@$(PYTHON) installer/build.py --bundle-only --out "$(OUT)/package"

package: tools ## what staff install: the bundle, proved by its own self-test, and on Linux the .deb of it
	@$(PYTHON) installer/build.py --out "$(OUT)/package"

prove: tools ## the .deb of make package in a Debian root with nothing else: menu, double-click, upgrade, removal
	@$(PYTHON) -m tests.tools.minimal_root --package "$(OUT)/package" --out "$(OUT)/prove"

soak: SEED := $(or $(SHUNIU_SEED),$(shell date +%s))
soak: tools ## what CI samples, whole: fuzz, cuts, kills, hostile bundles, bad links, mutants; SEEDS=n of the fuzz, SHUNIU_SEED=n replays
	@echo "SHUNIU_SEED=$(SEED)"
	@SHUNIU_SOAK=1 SHUNIU_SEED=$(SEED) SHUNIU_SEEDS=$(or $(SEEDS),5000) $(PYTHON) -m pytest -n $(WORKERS) \
		-m "soak or not soak" --timeout 14400 tests/sync tests/district tests/kill tests/services/test_availability_oracle.py
	@WORKERS=$(WORKERS) $(PYTHON) -m tests.tools.mutants
