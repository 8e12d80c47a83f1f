# Every task of the project. "make help" prints them.
# Tool versions are pinned in tools/go.mod, onnxruntime's in runtime/ort.

GO     ?= go
TOOL   := $(GO) tool -modfile=tools/go.mod
NNGEN  := $(GO) run ./cmd/nngen
CACHE  := $(CURDIR)/.cache
PYTHON := $(CACHE)/python

FUZZTIME ?= 30s
COUNT    ?= 5

.DEFAULT_GOAL := help
.PHONY: help ort demo test test-webgpu test-models test-python oracle soak race lint fmt generate check bench fuzz models goldens mistakes python clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ort: ## find onnxruntime, or fetch it once into .cache/
	@$(NNGEN) ort fetch

demo: ort ## generate, compile and run three interventions on the embedded model
	cd examples/demo && $(GO) generate ./... && $(GO) run .

test: ort ## all tests
	$(GO) test ./...

test-webgpu: ort ## the tests that need a device, on the WebGPU provider over a software driver
	@tools/webgpu.sh

test-models: ort ## the tests on the real models that make models made
	NNGEN_MODELS=$(CACHE)/models $(GO) test -count=1 ./examples/realmodels/...

test-python: ort python ## exported traces in Python's onnxruntime, Parquet files in pyarrow
	@tools/python.sh $(PYTHON)

oracle: ort ## N random traces from the seed FIRST on, compiled against interpreted (N=20000)
	$(GO) test ./internal/oracletest -run Oracle -count=1 -v -timeout 0 -oracle.n $(or $(N),20000) -oracle.first $(or $(FIRST),0)

soak: ort ## N runs of each system of tracing, memory watched (N=100000)
	$(GO) test ./internal/soak -count=1 -v -timeout 0 -soak.n $(or $(N),100000)

race: ort ## all tests under the race detector, in random order
	$(GO) test -race -shuffle=on ./...

lint: ## vet, staticcheck, gofumpt
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	@files=$$($(TOOL) gofumpt -l $$(git ls-files -co --exclude-standard '*.go' | grep -v _nngen.go)); \
	if [ -n "$$files" ]; then echo "not gofumpt-ed (make fmt):"; echo "$$files"; exit 1; fi

fmt: ## format the code
	$(TOOL) gofumpt -w $$(git ls-files -co --exclude-standard '*.go' | grep -v _nngen.go)

generate: ## write every generated file anew, and the pages that are made from tables
	$(GO) generate ./runtime
	$(GO) run ./internal/golden/mirror
	$(NNGEN) generate ./...
	$(GO) test ./internal/cli -run TestPages -update
	$(GO) test ./internal/ops -run TestOperatorsPage -update
	$(GO) test ./examples/gallery -run TestPage -update

check: ## fail if a generated file is stale
	$(NNGEN) check ./...

bench: ort ## benchmarks, COUNT times each
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m -count $(COUNT) ./...

fuzz: ## each fuzz test for FUZZTIME, none over 1 GB or a minute for an input
	@tools/fuzz.sh $(FUZZTIME)

python: ## the Python environment that makes fixtures and goldens (pinned)
	scripts/export/setup.sh $(PYTHON)

goldens: python ## make the fixtures and golden arrays anew with PyTorch and nnsight
	$(PYTHON)/bin/python scripts/export/main.py

mistakes: python ## record anew what nnsight does with the mistakes of docs/mistakes.md
	$(PYTHON)/bin/python scripts/export/mistakes.py
	$(GO) test ./internal/mistakes -update

models: python ## fetch or make the larger real models, by package name and checksum
	$(PYTHON)/bin/python scripts/export/models.py

clean: ## remove what was built, not what was fetched
	rm -rf bin
	$(GO) clean -testcache
