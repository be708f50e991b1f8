# make demo     everything a first run needs: FFmpeg's libraries, a release build, labels of a sample clip
# make demo-teach  six classes of its own taught to the built-in model from SampleVideos/own-classes, and used
# make dev      the program in .build-dev, file by file: for those who change it, seconds after a change
# make test     the tests, in release: at -O0 the C kernels would take minutes
# make test-server  the tests of Examples/server, a package of its own: the first build takes minutes
# make test-quick  those that start no program, make no clip and take no seconds: under a minute after the build
# make test-ffmpeg SUITE=trixie  the same on another Debian, against its FFmpeg: docs/ffmpeg.md; as root
# make test-arm64  the kernels, built for arm64 and run under qemu
# make test-x86  the kernels on x86-64 CPUs older than this one, under qemu
# make test-gpu  the tests that need Vulkan, on Mesa's driver for CPUs, with Vulkan's own checks on
# make test-gpu-matrices  the same in Debian sid, whose Mesa has cooperative matrices: by hand, as root
# make shaders  the shaders of Shaders, compiled; the result is committed
# make test-fleet  scans on engines that run here for the test, a SLURM and a Ray of three nodes each: ten minutes
# make sanitize  damaged files through the readers, and all tests, under sanitizers: an hour or more, for nights
# make docs     the library's reference: a DocC archive in .build/docs
# make install  the program to PREFIX/bin (default /usr/local)
# make lint     the style check, of Swift and of C
PREFIX ?= /usr/local
SWIFT ?= swift
# Where build products go.
SCRATCH ?= .build
# The Swift runtime is linked in, so that the program also runs where no Swift is installed.
# Debug information, which `install` strips, is not made: it costs the C a quarter of its time, and the linker its own.
# No symbol is exported, which nothing asks for: they are 0.6 MB of the program.
BUILD = $(SWIFT) build -c release --product r2p1d-video --static-swift-stdlib -debug-info-format none \
  -Xlinker --no-export-dynamic --scratch-path $(SCRATCH)
# What `install` installs; one that is already built can be named instead.
BINARY ?= $(SCRATCH)/release/r2p1d-video

.PHONY: demo demo-teach build dev docs shaders test test-gpu test-gpu-matrices test-quick test-server test-ffmpeg test-arm64 test-x86 test-fleet sanitize install uninstall lint deps clean

demo: build
	@echo
	$(BINARY) label SampleVideos/*.mp4 --model camera-motion --top 1

# From labelled clips to a labelled archive.
TAUGHT = $(SCRATCH)/demo-teach
demo-teach: build
	@rm -rf $(TAUGHT) && mkdir -p $(TAUGHT)
	$(BINARY) teach SampleVideos/own-classes/clips.csv --model camera-motion --output $(TAUGHT)/moves.safetensors --reject 0.05
	$(BINARY) models info $(TAUGHT)/moves.safetensors
	$(BINARY) label "SampleVideos/own-classes/whip pan/scene-900-1.mp4" SampleVideos/pan_left.mp4 --model $(TAUGHT)/moves.safetensors
	$(BINARY) timeline SampleVideos/pan_right_then_tilt_up.mp4 --model $(TAUGHT)/moves.safetensors
	$(BINARY) scan SampleVideos --model $(TAUGHT)/moves.safetensors --output $(TAUGHT)/archive.csv --quiet
	@head -5 $(TAUGHT)/archive.csv

build: deps
	$(BUILD)

# Optimised as ever, but each file by itself: what a change to one needs is built, not its module. From nothing it takes
# longer, and the program runs a tenth slower where Swift has the work.
dev: SCRATCH = .build-dev
dev: deps
	$(BUILD) -Xswiftc -no-whole-module-optimization -Xswiftc -enable-batch-mode -Xswiftc -incremental

docs: build
	.ci/docs $(SCRATCH) release .build/docs

TEST = $(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path $(SCRATCH)
test: deps
	$(TEST)

# No option of `swift test` chooses by tags: tests that are slow read this variable, and are skipped with that as reason.
test-quick: deps
	R2P1D_QUICK=1 $(TEST) --skip CommandTests

# In debug, which builds fastest; the C kernels alone need their optimisation.
test-server: deps
	$(SWIFT) test --disable-xctest -Xcc -O2 --package-path Examples/server

SUITE ?= trixie
test-ffmpeg:
	.ci/debian $(SUITE)

# The kernels alone: they are what differs from machine to machine.
KERNELS = $(wildcard Sources/CKernels/*.c Sources/CKernels/*/*.c)
HARNESS = $(wildcard Tests/KernelHarness/*.c Tests/KernelHarness/command/*.c)
CLANG_HARNESS = clang -O2 -DDEBUG -static -fuse-ld=lld -ISources/CKernels/include -ITests/KernelHarness/include \
  $(HARNESS) $(KERNELS) -lm -lpthread
test-arm64:
	@.ci/dependencies arm64
	@mkdir -p .build
	$(CLANG_HARNESS) --target=aarch64-linux-gnu -o .build/kernels-arm64
	qemu-aarch64 .build/kernels-arm64

# One without any vectors beyond SSE2, one with AVX2: the levels that packing is compiled for below AVX-512.
test-x86:
	@.ci/dependencies arm64
	@mkdir -p .build
	$(CLANG_HARNESS) --target=x86_64-linux-gnu -o .build/kernels-x86
	qemu-x86_64 -cpu qemu64 .build/kernels-x86
	qemu-x86_64 -cpu Haswell,-pcid,-x2apic,-tsc-deadline,-hle,-invpcid,-rtm .build/kernels-x86

# Vulkan's validation layers say what they find wrong by the rule's number; the loader says that they are there.
VALIDATION = $(SCRATCH)/validation
test-gpu: deps
	@.ci/dependencies gpu
	@mkdir -p $(VALIDATION)
	@printf 'khronos_validation.%s\n' 'debug_action = VK_DBG_LAYER_ACTION_LOG_MSG' 'report_flags = error,warn,perf' \
	  'log_filename = stdout' > $(VALIDATION)/vk_layer_settings.txt
	VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH=$(abspath $(VALIDATION)) VK_LOADER_DEBUG=layer \
	  $(TEST) --filter 'InferenceTests\.(GPU|Vulkan)|WindowScorerTests' > $(VALIDATION)/log.txt 2>&1 || { tail -50 $(VALIDATION)/log.txt; exit 1; }
	@grep -E '^. (Suite|Test run)' $(VALIDATION)/log.txt
	@grep -q 'Insert instance layer "VK_LAYER_KHRONOS_validation"' $(VALIDATION)/log.txt || \
	  { echo "the validation layers have not run" >&2; exit 1; }
	@! grep -E 'VUID-|UNASSIGNED-' $(VALIDATION)/log.txt

# .ci/debian makes the Debian, once, and says what it needs.
test-gpu-matrices:
	.ci/debian sid make test-gpu

shaders:
	Shaders/build

# Each engine's tests take the program to test.
test-fleet: build
	@.ci/dependencies fleet
	set -e; for test in integrations/*/tests/run; do $$test $(BINARY); done

# Each sanitizer has a build of its own. Clang's undefined-behaviour checks are for the C alone; Swift has its own.
SANITIZED_TEST = $(SWIFT) test --disable-xctest -c release -Xswiftc -enable-testing
sanitize: build
	Tests/Sanitized/run checkpoints 2000000
	Tests/Sanitized/run videos 5000
	Tests/Sanitized/run scan 5000
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitized/leaks:print_suppressions=0 UBSAN_OPTIONS=halt_on_error=1 \
	  R2P1D_SANITIZED=address $(SANITIZED_TEST) --sanitize address -Xcc -fsanitize=undefined --scratch-path .build-address
	clang -fsanitize=thread -O1 -c Tests/Sanitized/mutex.c -o .build/mutex.o
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitized/races \
	  R2P1D_SANITIZED=thread $(SANITIZED_TEST) --sanitize thread -Xlinker $(CURDIR)/.build/mutex.o --scratch-path .build-thread

ifeq ($(origin BINARY),file)
install: build
endif
install:
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -s -m 755 "$(BINARY)" "$(DESTDIR)$(PREFIX)/bin/r2p1d-video"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/r2p1d-video"

# A clang-format of one version, whatever the machine has: they disagree.
lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests \
	  $(addprefix Examples/server/,Package.swift Sources Tests)
	git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.inl' | xargs ls -d 2>/dev/null | \
	  xargs "$$(.ci/dependencies clang-format)" --dry-run -Werror
	# What the two leave long: comments, and texts that they do not break.
	! git ls-files --cached --others --exclude-standard '*.swift' '*.c' '*.h' '*.inl' | xargs ls -d 2>/dev/null | \
	  LC_ALL=C.UTF-8 xargs grep -nHE '^.{111}'

# FFmpeg's libraries, and its program, with which some tests make their clips.
deps:
	@.ci/dependencies

clean:
	rm -rf .build .build-* Examples/*/.build
