# What there is to do here. `make` prints this list; CARGO_TARGET_DIR and CARGO_BUILD_JOBS mean what they mean to cargo.

.DEFAULT_GOAL := help
SHELL := /bin/sh
CARGO ?= cargo
PYTHON ?= python3
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# The Go that builds the targets' own code: the one in PATH if it is new enough, else the one that `make go` fetches.
GO ?= $(shell go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])' && echo go || echo $(CURDIR)/.deps/go/bin/go)
CONFORMANCE := $(TARGET_DIR)/conformance
# What `make conformance` is asked besides, for example `--target istio --example hello --workspaces 0`.
ARGUMENTS ?=
TRANSLATORS := $(addprefix $(CONFORMANCE)/gloo-,$(addsuffix -conformance,istio envoy-gateway api-server))
# What `make fuzz` runs, and for how long.
TARGET ?= parser
SECONDS ?= 60

.PHONY: help demo test lint bless deps conformance go bench bench-agree fuzz hooks dist tools

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: deps ## build examples/bookinfo for all its clusters, and send its requests through a real Envoy
	$(CARGO) build --locked --package gloo
	@echo
	$(TARGET_DIR)/debug/gloo check examples/bookinfo
	@echo
	$(TARGET_DIR)/debug/gloo build --out $(TARGET_DIR)/demo examples/bookinfo
	@echo
	$(TARGET_DIR)/debug/gloo test --envoy examples/bookinfo

test: deps lint ## everything that must hold: lint, then all tests, those with a real Envoy too
	$(CARGO) test --locked --workspace

lint: deps ## layout, clippy without a warning, the repository's own rules
	$(CARGO) fmt --all -- --check
	$(CARGO) xtask tidy
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny --offline check bans licenses sources; \
	else echo 'cargo-deny is not installed: licences and sources were not checked (cargo install --locked cargo-deny)'; fi

bless: deps ## run all tests and take every snapshot as it is now
	$(CARGO) xtask bless

deps: tools ## fetch what cargo doesn't: Envoy and libz3, into .deps
	@$(PYTHON) xtask/deps.py

conformance: deps $(TRANSLATORS) ## let Istio's and Envoy Gateway's own code judge and translate manifests, and send requests through a real Envoy
	$(CARGO) build --locked --package gloo
	$(CARGO) build --locked --package gloo-tests --bin conformance
	@cd tests/conformance/api-server && $(GO) mod download istio.io/api sigs.k8s.io/gateway-api github.com/envoyproxy/gateway
	@folder() { (cd tests/conformance/api-server && $(GO) list -m -f '{{.Dir}}' "$$1"); }; \
	$(TARGET_DIR)/debug/conformance --gloo $(TARGET_DIR)/debug/gloo --programs $(CONFORMANCE) --out $(CONFORMANCE)/out \
	  --crds "$$(folder istio.io/api)/kubernetes/customresourcedefinitions.gen.yaml" \
	  --crds "$$(folder sigs.k8s.io/gateway-api)/config/crd/standard" \
	  --crds "$$(folder github.com/envoyproxy/gateway)/charts/gateway-helm/charts/crds/crds/generated" $(ARGUMENTS)

# The first time this takes long: the targets are large.
.SECONDEXPANSION:
$(CONFORMANCE)/gloo-%-conformance: $$(shell find tests/conformance/$$* -type f -not -name '*.md') | go
	cd tests/conformance/$* && GOFLAGS=-mod=readonly $(GO) build -trimpath -ldflags='-s -w' -o $(abspath $@) .

go: tools ## fetch Go into .deps, where there is none that is new enough
	@case '$(GO)' in '$(CURDIR)'/.deps/*) $(PYTHON) xtask/deps.py go ;; esac

bench: deps ## time gloo on made-up workspaces, goals beside figures
	$(CARGO) build --locked --release --package gloo --package gloo-tests --bins
	@$(PYTHON) tests/bench/bench.py $(TARGET_DIR)/release

bench-agree: deps ## hold the checker's two engines against each other on a million random tables
	PROPTEST_CASES=1000000 $(CARGO) test --locked --release --package gloo-checker --lib fold::

fuzz: deps ## fuzz TARGET (lexer, parser, formatter or lowering) for SECONDS; needs a nightly toolchain and cargo-fuzz
	@cargo +nightly fuzz --version >/dev/null 2>&1 || { echo 'make fuzz needs: rustup toolchain install nightly && cargo install --locked cargo-fuzz'; exit 1; }
	@mkdir -p fuzz/corpus/$(TARGET)
	cd fuzz && cargo +nightly fuzz run $(TARGET) corpus/$(TARGET) ../examples ../tests/suite -- -max_total_time=$(SECONDS) \
	  -timeout=10 -rss_limit_mb=2048 -max_len=65536 -dict=gloo.dict

hooks: deps ## run the pre-commit hooks through a real pre-commit, which must be in PATH
	$(CARGO) build --locked --package gloo
	@tests/ci/hooks.sh $(TARGET_DIR)/debug/gloo

dist: deps ## make the archive that users install, and try it in an empty environment
	$(CARGO) xtask dist

# Says what is missing, with the command that installs it, before anything fails because of it.
tools:
	@command -v $(CARGO) >/dev/null || { echo 'cargo is missing: install rustup, as https://rustup.rs says'; exit 1; }
	@command -v cc >/dev/null || { echo 'a C compiler, which links Rust programs, is missing: apt-get install gcc libc6-dev'; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo 'Python is missing: apt-get install python3 python3-venv'; exit 1; }
