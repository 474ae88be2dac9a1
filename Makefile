# What there is to do, one target each:
#
#   make run      build the binary, run the demonstration: daemon, server on demand, calls
#   make test     everything, with real peers (installs them on Debian as root)
#   make check    format, vet, staticcheck and builds for all platforms, generated code
#   make dist     releases for all platforms in dist/: archives and their checksums (VERSION=1.2.3 names one)
#   make fuzz     each fuzz target for FUZZTIME (default 20s)
#   make bench    this ORB beside others, interleaved, as ratios
#   make bench-idl  the IDL compiler beside omniidl, likewise
#   make interop  the tests with real peers alone: docs/interop.md is their table
#   make soak     the long random tests, SOAK (default 10m) each

GO        ?= go
FUZZTIME  ?= 20s
SOAK      ?= 10m
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
RACE      ?= -race
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# With -trimpath what was compiled in one checkout serves every other.
export GOFLAGS ?= -buildvcs=false -trimpath

.PHONY: all run build dist test unit check fuzz bench bench-idl interop peers soak generate

all: check test

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/dsom ./cmd/dsom

# All files in the archives have the time of the last commit, so that they are the same whoever makes them.
dist:
	$(GO) run ./internal/dist -go $(GO) -version $(VERSION) -time $$(git log -1 --format=%ct 2>/dev/null || echo 315532800) -out dist

run: build
	./bin/dsom demo

peers:
	@interop/install-peers

unit:
	$(GO) vet ./...
	internal/testall/run $(GO) $(RACE) -timeout 20m
	internal/exactall $(GO)

interop: peers
	@mkdir -p build && rm -f build/peer-calls
	cd interop && DSOM_PEER_CALLS=$(CURDIR)/build/peer-calls ../internal/testall/run $(GO) -count=1 -timeout 60m
	@internal/peercount build/peer-calls

test: peers unit interop

soak:
	DSOM_SOAK=$(SOAK) $(GO) test -race -count=1 -timeout 12h ./...
	DSOM_SOAK=$(SOAK) $(GO) test -count=1 -timeout 12h -v -run '^TestExactSoak$$' ./orb
	cd interop && DSOM_SOAK=$(SOAK) $(GO) test -count=1 -timeout 12h -v -run '^(TestBigEndian|TestClusterKills)$$' .

check:
	@internal/checks $(GO) $(STATICCHECK)

fuzz:
	@internal/fuzzall $(GO) $(FUZZTIME)

bench:
	cd bench && ./run

bench-idl: build
	cd bench/go && GOFLAGS=-mod=mod $(GO) run ./cmd/idl -dsom $(CURDIR)/bin/dsom

generate:
	$(GO) generate ./...
	cd interop && $(GO) generate ./...
