# Everything that a person does with this project. `make help` lists it.
STACK ?= useast
CLOUD ?= local

UV_VERSION = 0.13.9
UV = $$(command -v uv || echo .hosting/uv/bin/uv)
RUN = .venv/bin/hosting
READY = .venv/ready

.PHONY: help setup up preview refresh destroy stop test check controls mutants clean
.DEFAULT_GOAL := help

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo "Variables: STACK=useast|ci-us|... CLOUD=local|real"

setup: $(READY) ## Makes the environment and the Pulumi CLI (the first time takes minutes, then under a second)
	@$(RUN) setup

up: setup ## Brings STACK up in CLOUD, after a preview that the policy pack and the gates let pass
	@$(RUN) up --stack "$(STACK)" --cloud "$(CLOUD)"

preview: setup ## Shows what `make up` would do
	@$(RUN) preview --stack "$(STACK)" --cloud "$(CLOUD)"

refresh: setup ## Finds what was changed behind the program's back
	@$(RUN) refresh --stack "$(STACK)" --cloud "$(CLOUD)"

destroy: setup ## Removes STACK, once no tenant lives there (IGNORE_PROTECT=1: also its keys, data and logs)
	@$(RUN) destroy --stack "$(STACK)" --cloud "$(CLOUD)" $(if $(IGNORE_PROTECT),--ignore-protect)

stop: $(READY) ## Ends the local clouds; their resources go with them
	@$(RUN) stop

test: setup ## Runs every test
	@.venv/bin/pytest

check: $(READY) ## Format, lint, types, import rules, workflows
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports
	@.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/zizmor --quiet --offline --pedantic .github/workflows

# The environment is made anew when the lock changes. Byte-compiling it once spares every later start two seconds.
$(READY): pyproject.toml uv.lock
	@command -v python3 >/dev/null || { echo "error: there is no python3: install Python 3.11 or newer." >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $$(python3 --version) is too old: install Python 3.11 or newer." >&2; exit 1; }
	@command -v uv >/dev/null || test -x .hosting/uv/bin/uv || { \
	  echo "Installing uv $(UV_VERSION) with pip ..."; \
	  python3 -m pip install --quiet "uv==$(UV_VERSION)" 2>/dev/null && command -v uv >/dev/null || \
	  { python3 -m venv .hosting/uv && .hosting/uv/bin/pip install --quiet "uv==$(UV_VERSION)"; } || \
	  { echo "error: uv can't be installed with pip: check the network, or install uv yourself." >&2; exit 1; }; }
	@echo "Making the Python environment (about a minute the first time) ..."
	@$(UV) sync --quiet --locked --compile-bytecode || \
	  { echo "error: the Python environment can't be made: check the network and run the command again." >&2; exit 1; }
	@touch $(READY)

controls: setup ## Writes docs/controls.md: every measure and what it stands on
	@$(RUN) controls

mutants: setup ## Breaks what the stacks declare, a thing at a time, and sees whether a rule refuses it (half an hour)
	@$(RUN) mutants --engine --report .hosting/mutants/report

clean: ## Ends the local clouds and removes everything that set-up and runs have made
	@test ! -x .venv/bin/hosting || .venv/bin/hosting stop
	@rm -rf .hosting .venv
