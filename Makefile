# SPDX-License-Identifier: Apache-2.0

SWIFT = swift
PYTHON = python3
# Arguments for the server: make run ARGS='--port 9000'
ARGS =
# Sections and options of the benchmark: make bench BENCH='small large --keep'
BENCH =
# Scenarios of the attacks: make attack ATTACK='idle soak'; all but soak without
ATTACK =
# With anything, make attack has the address sanitizer watch the server: make attack SANITIZED=1
SANITIZED =
# A subject and options of libFuzzer: make fuzz FUZZ='http -max_total_time=600'
FUZZ = http -max_total_time=60
# Without address, make fuzz is five times as fast: what is unsafe is then not watched.
SANITIZE = fuzzer,address

LEAST_SWIFT = 6.3
IMAGE = loss-server
RELEASE = $(shell sed -n 's/.* version = "\(.*\)"/\1/p' Sources/LossAPI/Release.swift)
SOURCES = Benchmarks Fuzzing Sources Tests Package.swift
STRICT = --explicit-target-dependency-import-check error
# The tests are all of Swift Testing; $(1): the folder of the build, where all they say is kept.
TEST = .ci/test $@ $(1)/$@.log $(SWIFT) test --disable-xctest --scratch-path $(1)
SETUP = SWIFT='$(SWIFT)' PYTHON='$(PYTHON)' .ci/setup
# Equal functions are kept once, and what static.ld says is left out: together 2 MB of 16.
STATIC = --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld \
	-Xlinker --icf=safe -Xlinker --no-eh-frame-hdr -Xlinker -T$(CURDIR)/static.ld
# What the tests need from PyPI.
TOOLS = openapi-spec-validator==0.9.0 mpmath==1.3.0
FUZZED = $(firstword $(FUZZ))
# The programs of the package that measure by themselves.
BENCHMARKS = $(sort $(shell sed -n 's/.*name: "\([a-z-]*-benchmark\)".*/\1/p' Package.swift))

.PHONY: help setup run build static test test-release test-thread test-address lint format \
	contract golden image bench fuzz attack clean found swift packages system libraries
# Swift builds one thing at a time in a folder, and apt installs one.
.NOTPARALLEL:

help: ## this list
	@echo 'loss-server: machine-learning losses and their gradients over HTTP.'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## install what is missing for all of this, from Debian or Ubuntu; but not Swift
	@$(SETUP) test
	@$(MAKE) --no-print-directory packages .venv/ready

run: build ## build for release and serve on localhost:8080; ARGS='--port 9000' is passed on
	.build/release/loss-server $(ARGS)

build: packages ## build for release: .build/release/loss-server
	$(SWIFT) build -c release --product loss-server $(STRICT)

static: packages ## build one static, stripped executable: .build-static/loss-server
	$(SWIFT) build -c release --product loss-server $(STRICT) $(STATIC) --scratch-path .build-static
	strip -o .build-static/loss-server .build-static/release/loss-server
	@wc -c .build-static/release/loss-server .build-static/loss-server | head -n 2

test: libraries lint packages .venv/ready ## run lint and all tests (debug)
	$(call TEST,.build) $(STRICT)

test-release: libraries packages .venv/ready ## run all tests as the optimiser leaves the code
	$(call TEST,.build) -c release $(STRICT)

test-thread: libraries packages .venv/ready ## run all tests with the thread sanitizer
	TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread-sanitizer \
		$(call TEST,.build-thread) --sanitize=thread

# What lives as long as the process counts as a leak where Swift keeps bits in the pointer to it.
test-address: libraries packages .venv/ready ## run all tests with the address sanitizer
	ASAN_OPTIONS=detect_leaks=0 $(call TEST,.build-address) --sanitize=address

lint: swift ## check the layout of the code
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format: swift ## lay the code out anew
	$(SWIFT) format --in-place --recursive $(SOURCES)

contract: build ## write openapi.yaml from the catalogue
	.build/release/loss-server openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml

bench: static ## how fast it is beside others; BENCH='small large --keep' is passed on
	for product in $(BENCHMARKS); do \
		$(SWIFT) build -c release --product $$product $(STRICT) || exit 1; \
	done
	$(PYTHON) -B -m unittest discover Benchmarks
	$(PYTHON) -B Benchmarks/bench.py $(BENCH)

fuzz: packages ## look for inputs that break a promise; FUZZ='json -runs=1000000' is passed on
	$(SWIFT) build -c release --product fuzz-$(FUZZED) $(STRICT) --scratch-path .build-fuzz \
		-Xswiftc -sanitize=$(SANITIZE) -Xswiftc -DFUZZING
	mkdir -p .build-fuzz/corpus/$(FUZZED)
	ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/fuzz-$(FUZZED) -dict=Fuzzing/$(FUZZED).dict \
		-max_len=2048 -artifact_prefix=.build-fuzz/ $(wordlist 2,99,$(FUZZ)) \
		.build-fuzz/corpus/$(FUZZED) Fuzzing/corpus/$(FUZZED)

attack: $(if $(SANITIZED),packages,static) ## attack the server here, see Attacks; ATTACK='idle soak' is passed on
ifdef SANITIZED
	$(SWIFT) build -c release --sanitize=address --product loss-server $(STRICT) \
		--scratch-path .build-address-release
	TESTED_BINARY=$(CURDIR)/.build-address-release/release/loss-server TESTED_SANITIZED=1 \
		ASAN_OPTIONS=detect_leaks=0 $(PYTHON) -B Attacks/attack.py $(ATTACK)
else
	$(PYTHON) -B Attacks/attack.py $(ATTACK)
endif

golden: .venv/ready ## write the reference answers of the tests (two to three minutes)
	.venv/bin/python Tests/Golden/make_golden.py

image: ## build the container image loss-server, also tagged with the version
	docker build --tag $(IMAGE) --tag $(IMAGE):$(RELEASE) --build-arg VERSION=$(RELEASE) .

clean: ## remove all that was built
	rm -rf .build .build-address .build-address-release .build-fuzz .build-static .build-thread .venv

# What the targets above need. Each says what is missing and how to get it when it cannot.

found:
	@command -v $(firstword $(SWIFT)) >/dev/null || { \
		echo 'Swift is missing: install $(LEAST_SWIFT) or later from https://www.swift.org/install' >&2; \
		exit 1; }

# What running needs from Debian or Ubuntu, the libraries of Swift among it.
system: found
	@$(SETUP)

# What running and the tests need.
libraries: found
	@$(SETUP) test

swift: system
	@said=$$($(SWIFT) --version 2>&1) || { \
		printf '%s\n' "$$said" >&2; \
		echo 'Swift does not start, see above. https://www.swift.org/install says what it needs.' >&2; \
		exit 1; }; \
	version=$$(printf '%s\n' "$$said" | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p'); \
	printf '%s\n' $(LEAST_SWIFT) "$$version" | sort --check=silent --version-sort || { \
		echo "Swift is $${version:-of an unknown version}, but $(LEAST_SWIFT) or later is needed:" \
			'see https://www.swift.org/install' >&2; \
		exit 1; }

packages: swift
	@$(SWIFT) package resolve || { \
		echo 'The Swift packages could not be made ready, see above. Where they are not yet here,' \
			'git must reach https://github.com.' >&2; \
		exit 1; }

.venv/ready: | libraries
	$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet $(TOOLS) || { \
		echo 'The Python tools could not be installed into .venv, see above: pip must reach' \
			'https://pypi.org once.' >&2; \
		exit 1; }
	@touch $@
