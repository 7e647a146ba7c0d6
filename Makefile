# Shorthands. CI runs .ci/run.
PYTHON ?= python3
SEED ?= 1
N ?= 1000

CONFORMANCE := testdata/conformance
CONFORMANCE_FILES = $(wildcard $(CONFORMANCE)/*.jsonl $(CONFORMANCE)/*.jsonl.gz $(CONFORMANCE)/behaviours/*.jsonl)
PYODIDE := $(CONFORMANCE)/pyodide/node_modules

.PHONY: help test race lint ci bench bench-parked pgo explore-sct explore-fuzz golden sct-table wallclock clock-scripts \
	record record-scenarios record-conformance record-check conform-live

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

test: ## what README.md says: everything that needs nothing but Go
	go test ./...

race: ## the same under the race detector
	go test -race ./...

lint: ## gofmt, go vet, staticcheck
	.ci/run lint

ci: ## what CI runs
	.ci/run

bench: ## the benchmarks, on one core, the floors beside them
	go test -run '^$$' -bench . -cpu 1 ./sim ./sim/explore ./primitives

pgo: ## measure anew what the compiler is told of the command's hot paths
	go test -run '^$$' -bench 'Reorder|Long' -benchtime 3s -cpu 1 -o /dev/null \
		-cpuprofile $(CURDIR)/cmd/asyncsim/default.pgo ./sim/explore

bench-parked: ## the memory of a parked task
	go test -run '^$$' -bench Parked -benchtime 1x -cpu 1 ./sim ./primitives

sct-table: ## how many schedules each strategy and the portfolio need, beside what is known (half an hour)
	cd scenarios && go test -run '^TestTable$$' -timeout 3h -sct.table

wallclock: ## run the tutorial in real time, and measure how late a loop on the wall clock is (a minute)
	go test ./scenarios -v -run 'WallClock|Drift' -wallclock

clock-scripts: ## compare the clock of a loop with package time over 20,000 random scripts
	go test ./clock -run LikePackageTime -clock.scripts 20000

explore-sct: ## shrink and replay many failures of each program of sct/... and races/..., and print the tables (an hour)
	go test ./sim/explore -run 'ShrunkToWhatIsProved|FailuresReplayTheSame' -timeout 2h -explore.sct

explore-fuzz: ## find three bugs of sct/... with go test -fuzz, in a module of its own
	go test ./sim/simtest -run FuzzerOfAnotherModule -v -sim.fuzz

golden: ## write the golden traces anew
	go test . ./scenarios ./sim/simtest -run 'Golden|Retry' -sim.update

record: record-scenarios record-conformance ## record everything anew

record-scenarios: ## record the scenarios on CPython 3.11 or later
	$(PYTHON) testdata/record.py

record-check: ## compare the recordings of the scenarios with CPython
	$(PYTHON) testdata/record.py --check

record-conformance: $(PYODIDE) ## record the conformance programs on CPython 3.14 (needs Node)
	$(if $(CONFORMANCE_FILES),$(PYTHON) $(CONFORMANCE)/record.py --pyodide $(CONFORMANCE_FILES))

conform-live: $(PYODIDE) ## compare N new random programs of SEED with CPython 3.14 (needs Node)
	file=$$(mktemp -d)/live.jsonl && \
	$(PYTHON) $(CONFORMANCE)/record.py --pyodide --random $(SEED) $(N) --out $$file && \
	go run ./cmd/asyncsim conform $$file

$(PYODIDE):
	cd $(CONFORMANCE)/pyodide && npm ci
