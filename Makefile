# The front door. Meson and ninja do the building; tools/setup makes a machine ready for them.

BUILD ?= build
RELEASE ?= build-release
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup build run check release bench fresh format lint install clean

help:
	@echo 'make run      build, start a private PostgreSQL with AGE and pgvector, load the package'
	@echo '              catalogue of this machine, and serve http://127.0.0.1:8432/ until Ctrl-C'
	@echo '              (RUN_ONCE=1: check every endpoint and end)'
	@echo 'make check    build and run all tests'
	@echo 'make build    build the library and the command, into $(BUILD)/'
	@echo 'make bench    build for speed and measure'
	@echo 'make install  build for speed and install below PREFIX=$(PREFIX) (DESTDIR is heeded)'
	@echo 'make setup    install what is missing; run, check and the others do it by themselves'
	@echo 'make format   put all C files into the house'"'"'s layout'
	@echo 'make lint     layout, clang-tidy, shellcheck'
	@echo 'make fresh    run and check in a minimal Debian 12 that has nothing yet (as root)'
	@echo 'make clean    remove what was built'

setup:
	@tools/setup

build: setup
	@test -e $(BUILD)/build.ninja || meson setup $(BUILD)
	@ninja -C $(BUILD)

run: build
	@BUILD_DIR=$(BUILD) examples/catalog/run

# The closing line is printed whether they passed or not; the exit code is theirs.
check: build
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs; \
	code=$$?; tools/count-tests $(BUILD) && exit $$code

release:
	@test -e $(RELEASE)/build.ninja || \
		meson setup --buildtype=release -Db_lto=true --prefix=$(PREFIX) $(RELEASE)
	@ninja -C $(RELEASE)

bench: setup
	@$(MAKE) --no-print-directory release
	@ninja -C $(RELEASE) bench/bench
	@mkdir -p $(BUILD)
	@bench/run $(RELEASE) $(BUILD)/bench.json

install: setup release
	@meson configure -Dprefix=$(PREFIX) $(RELEASE)
	@meson install -C $(RELEASE)

fresh:
	@tools/fresh

C_FILES = git ls-files -z --cached --others --exclude-standard '*.c' '*.h'

format:
	@tools/setup lint
	@$(C_FILES) | xargs -0 clang-format -i

lint:
	@tools/setup lint
	@BUILD_DIR=$(BUILD) tools/lint

clean:
	@rm -rf build build-*
