# Every target does whatever set-up it still needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_COMPILE = .venv/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
BIN := .venv/bin
SETUP := .venv/.set-up
SAM := .venv-sam/.set-up
SITE := .venv-site/.set-up
# How many processes run the tests: one a core, and more where tests wait for functions and executions.
WORKERS ?= 2
WAITING_WORKERS ?= 3
PYTEST := $(BIN)/pytest -q -n
# Containers often set it. Without bytecode each process compiles what it imports: seconds, hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(SETUP) ## Make the environment in .venv, so that .venv/bin/muster runs

$(SETUP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Muster needs Python 3.11 or later; name one with PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the environment (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(SAM): requirements/sam.txt
	@test -x .venv-sam/bin/python || $(PYTHON) -m venv .venv-sam
	@echo "Installing the SAM command line ..."
	@.venv-sam/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/sam.txt
	@touch $@

$(SITE): requirements/docs.txt
	@test -x .venv-site/bin/python || $(PYTHON) -m venv .venv-site
	@echo "Installing the generator of the site ..."
	@.venv-site/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/docs.txt
	@touch $@

.PHONY: demo
demo: $(SETUP) ## Deploy the stack to an embedded AWS, scan a small estate there, show what a user gets
	@$(BIN)/python -m local.demo

PORT ?= 4599
.PHONY: playground
playground: $(SETUP) ## Keep an embedded AWS with the stack up until ^C, for the AWS CLI and muster (PORT=4599)
	@$(BIN)/python -m local.playground --port $(PORT)

.PHONY: test
test: environments together unit browser e2e ## Everything that CI runs

# What uses one core each runs side by side; the output of each stays together.
.PHONY: together
together: environments
	@$(MAKE) --no-print-directory -j2 --output-sync=target check site package

# Two environments at a time: pip uses one core.
.PHONY: environments
environments:
	@$(MAKE) --no-print-directory -j2 $(SETUP) $(SAM) $(SITE)

.PHONY: check
check: $(SETUP) ## Lint, formatting, types; generated files that are stale
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tools.generate --check
	$(BIN)/python -m muster.catalog.pages --check

.PHONY: quick
quick: $(SETUP) ## Lint, types, and the unit tests without drawn worlds, in under a minute
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(PYTEST) $(WORKERS) --dist worksteal -m "not worlds" tests/unit

.PHONY: unit
unit: $(SETUP) ## Unit, integration and infrastructure tests
	$(PYTEST) $(WORKERS) --dist worksteal tests/golden tests/faults tests/integration tests/infrastructure tests/unit tests/benchmarks

.PHONY: browser
browser: $(SETUP) ## The report in Chromium, which is installed where there is none (MUSTER_CHROMIUM names one)
	@tests/browser/install_chromium.sh > /dev/null
	$(PYTEST) 2 --dist loadfile tests/browser

.PHONY: nightly
nightly: $(SETUP) ## The laws with 25 times the examples, drawn anew each time
	$(PYTEST) $(WORKERS) --dist worksteal --hypothesis-profile=nightly tests/unit tests/integration

.PHONY: e2e
e2e: $(SETUP) ## The stack on the embedded AWS, or on a real one (MUSTER_STACK_NAME=muster-dev)
	$(PYTEST) $(WAITING_WORKERS) --dist loadfile tests/e2e

.PHONY: bench
bench: $(SETUP) ## Measure CPU and wall time beside other clients, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.run --estate 10000x200 --cpu-only 50000x1000

.PHONY: bench-memory
bench-memory: $(SETUP) ## Measure the peak of memory at a million instances, for each format
	$(BIN)/python -m benchmarks.memory

.PHONY: bench-scale
bench-scale: $(SETUP) ## Drive the functions at a thousand accounts, on an S3 in memory with 20 ms of latency
	$(BIN)/python -m benchmarks.scale

.PHONY: bench-cold-start
bench-cold-start: $(SETUP) ## Measure how long the built functions take to be ready, under AWS's runtime client
	$(BIN)/python -m benchmarks.cold_start

.PHONY: bench-report
bench-report: $(SETUP) ## Measure the report at 250 to 200,000 findings in Chromium
	$(BIN)/python -m benchmarks.report_page

.PHONY: bench-peers
bench-peers: $(SETUP) ## Install other scanners into .venv-peers, and measure those that can run
	$(BIN)/python -m benchmarks.peers --install

.PHONY: package
package: $(SETUP) $(SAM) ## Validate the template, lint it with cfn-lint, and build it for Lambda, without Docker
	.venv-sam/bin/sam validate --lint --region eu-west-1
	tools/sam_build.sh

.PHONY: generate
generate: $(SETUP) ## Write what is generated from code: template statements and queries, check pages, schemas
	$(BIN)/python -m tools.generate
	$(BIN)/python -m muster.catalog.pages

.PHONY: docs
docs: $(SETUP) ## Write the check pages from the code
	$(BIN)/python -m muster.catalog.pages

.PHONY: site
site: $(SETUP) $(SITE) ## Build the documentation as a site in out/site; a broken link or a page without a link fails
	@rm -rf out/site
	@$(BIN)/python -m tools.site prepare out/site-source
	@.venv-site/bin/python -m sphinx -W --keep-going -q -j 2 -b html -c docs -d out/site-doctrees out/site-source out/site
	@$(BIN)/python -m tools.site check out/site
	@echo "The site is in out/site: open out/site/index.html"

.PHONY: format
format: $(SETUP) ## Format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

CONFIG ?= dev
# SAM reads AWS_DEFAULT_REGION only, and a profile's region before AWS_REGION.
REGION := $(if $(AWS_REGION),--region $(AWS_REGION))
.PHONY: deploy
deploy: $(SETUP) $(SAM) ## Build and deploy the stack to AWS_REGION, else the profile's region (CONFIG=dev or prod in samconfig.toml)
	tools/sam_build.sh
	.venv-sam/bin/sam deploy --config-env $(CONFIG) $(REGION)

.PHONY: delete
delete: $(SETUP) ## Empty the stack's bucket, delete the stack, list what is left (STACK=muster-dev)
	$(BIN)/python -m tools.delete_stack $(REGION) $(STACK)

.PHONY: lock
lock: $(SETUP) ## Pin the dependencies anew, with hashes and without any registry's address
	@test -x .venv/lock/bin/uv || ($(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv)
	$(UV_COMPILE) --upgrade --python-version 3.11 pyproject.toml --extra lambda --group local --group dev -o requirements/dev.txt
	$(UV_COMPILE) --upgrade --python-version 3.13 -c requirements/dev.txt layers/dependencies/requirements.in -o layers/dependencies/requirements.txt
	$(UV_COMPILE) --upgrade --python-version 3.11 requirements/sam.in -o requirements/sam.txt
	$(UV_COMPILE) --upgrade --python-version 3.11 requirements/docs.in -o requirements/docs.txt

.PHONY: clean
clean: ## Delete environments and everything built
	rm -rf .venv .venv-sam .venv-site .venv-peers .aws-sam out
