# What one does with Clientele, in short. `make run` serves a demo company,
# `make test` proves everything, `make bench` measures.
BUILD ?= build
PREFIX ?= /usr/local
NODE ?= node
C_FILES = $(shell git ls-files 'src/*.c' 'src/*.h' 'src/*.cc' 'tests/*.c' 'tests/*.h')

.PHONY: build run test bench install format check docs clean

build:
	@tools/setup.sh run
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) . >/dev/null
	@ninja -C $(BUILD) --quiet src/clientele
	@ln -sf src/clientele $(BUILD)/clientele
	@echo "$(BUILD)/clientele is ready"

run: build
	$(BUILD)/clientele serve --demo --store sqlite:clientele.db

test:
	@tools/setup.sh test
	@tests/run

bench:
	@tools/setup.sh bench
	@bench/run

install: build
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD)

format:
	@tools/setup.sh test
	clang-format-14 -i $(C_FILES)

check:
	@tools/setup.sh test
	@tests/run check

# What the program prints of itself, kept for readers; tests find a stale copy.
docs: build
	$(BUILD)/clientele openapi > docs/openapi.json
	$(BUILD)/clientele man > docs/clientele.1
	$(BUILD)/clientele settings > docs/configuration.md
	$(BUILD)/clientele events > docs/events.md

clean:
	rm -rf $(BUILD) build-asan build-tsan build-fuzz build-tidy
