# Shorthands. CI runs .ci/run.
PYTHON ?= python3

.PHONY: help test race lint ci bench bench-parked record record-check golden

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

test: ## what README.md says: everything that needs nothing but Go
	go test ./...

race: ## the same under the race detector
	go test -race ./...

lint: ## gofmt, go vet, staticcheck
	.ci/run lint

ci: ## what CI runs
	.ci/run

bench: ## the benchmarks, on one core, the floors beside them
	go test -run '^$$' -bench . -cpu 1 ./sim ./primitives

bench-parked: ## the memory of a parked task
	go test -run '^$$' -bench Parked -benchtime 1x -cpu 1 ./sim ./primitives

golden: ## write the golden traces anew
	go test . ./scenarios ./sim/simtest -run 'Golden|Retry' -sim.update

record: ## record the scenarios on CPython 3.11 or later
	$(PYTHON) testdata/record.py

record-check: ## compare the recordings with CPython
	$(PYTHON) testdata/record.py --check
