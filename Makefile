# SPDX-License-Identifier: GPL-3.0-or-later
# emstep: an interactive laboratory for the EM algorithm.  `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= release
CC      ?= cc
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
VERSION := 0.1

# Lua's module has another name on every system.
LUA := $(shell for p in lua5.4 lua-5.4 lua54 lua; do \
           pkg-config --exists "$$p >= 5.4" 2>/dev/null && echo $$p && exit; done; echo lua5.4)
LIB_PACKAGES = openblas lapacke $(LUA) jansson libutf8proc
PACKAGES     = $(LIB_PACKAGES) readline gsl libcmark
READY      := $(shell pkg-config --exists $(PACKAGES) 2>/dev/null && echo yes)
PKG_CFLAGS := $(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null)
# GSL is linked by hand: its own module would bring a second BLAS; libcsv has no module.
LIB_LIBS   := $(shell pkg-config --libs $(LIB_PACKAGES) 2>/dev/null) -lgsl -lcsv -lm
PKG_LIBS   := $(shell pkg-config --libs readline libcmark 2>/dev/null) $(LIB_LIBS)

STANDARD = -std=gnu17
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wundef -Wno-missing-field-initializers
# The last: {NULL} ends a table, and a row says what it has; what it does not name is 0.
# What a distribution's own builds have; the kernels neither copy strings nor keep arrays that a
# canary guards, and are not slower by it.
FORTIFY       := $(shell echo 'int x;' | $(CC) -O2 -Werror -D_FORTIFY_SOURCE=3 -include stdio.h \
                     -x c -c -o /dev/null - 2>/dev/null && echo 3 || echo 2)
FLAGS_release  = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY) \
                 -fstack-protector-strong -fPIE
LINK_release   = -pie -Wl,-z,relro,-z,now
FLAGS_debug    = -O0 -g3
FLAGS_thread   = -O1 -g -fno-omit-frame-pointer -fsanitize=thread
# Both compilers at both ends: `make compilers`.
COMPILERS      = gcc-O0 gcc-O3 clang-O0 clang-O3
$(foreach b,$(COMPILERS),$(eval FLAGS_$(b) = -$(lastword $(subst -, ,$(b))) -g))
FLAGS_sanitize = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
STRICT  ?=

# V=1 shows the commands.
V   ?=
Q    = $(if $(V),,@)
SAY  = @printf '  %-5s %s\n'

OUT         = build/$(BUILD)
# The fused pass is compiled once more for each kind of register that the processor may turn out to
# have (src/models/pass/kernel.h).
KERNELS_x86_64 = avx2 avx512
FLAGS_avx2     = -mavx2 -mfma
FLAGS_avx512   = -mavx512f -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512
KERNELS       := $(KERNELS_$(shell uname -m))
$(foreach k,base $(KERNELS),\
    $(eval $(OUT)/models/pass/kernel-$(k).o: FLAGS_$(BUILD) += -O3 $(FLAGS_$(k))))

ALL_CFLAGS  = $(STANDARD) $(WARNINGS) $(STRICT) $(FLAGS_$(BUILD)) $(CFLAGS) -pthread \
              -Isrc $(PKG_CFLAGS) $(if $(KERNELS),-DEMSTEP_KERNELS) \
              -DEMSTEP_VERSION='"$(VERSION)"' -DEMSTEP_DATADIR='"$(PREFIX)/share/emstep"'
ALL_LDFLAGS = $(LINK_$(BUILD)) -pthread $(filter -fsanitize=%,$(FLAGS_$(BUILD)) $(CFLAGS)) \
              $(LDFLAGS)

LIB_DIRS   = base numeric data em lua models models/pass expr plot
LIB_SRC   := $(foreach d,$(LIB_DIRS),$(wildcard src/$(d)/*.c))
PROG_SRC  := $(wildcard src/shell/*.c src/lesson/*.c src/main.c)
TEST_SRC  := $(wildcard tests/unit/test_*.c)
HELP_SRC  := $(filter-out $(TEST_SRC),$(wildcard tests/unit/*.c))
LIB_SRC   := $(filter-out $(patsubst %,src/models/pass/kernel-%.c,\
                 $(filter-out base $(KERNELS),avx2 avx512)),$(LIB_SRC))
LIB_OBJ   := $(LIB_SRC:src/%.c=$(OUT)/%.o)
PROG_OBJ  := $(PROG_SRC:src/%.c=$(OUT)/%.o)
SHELL_OBJ := $(filter-out $(OUT)/main.o,$(PROG_OBJ))
TEST_OBJ  := $(TEST_SRC:%.c=$(OUT)/%.o)
HELP_OBJ  := $(HELP_SRC:%.c=$(OUT)/%.o)
TESTS     := $(TEST_OBJ:.o=)

all: $(OUT)/emstep ## build build/release/emstep (BUILD=debug, BUILD=sanitize: beside it)
	@:

tests: $(TESTS) $(OUT)/tests/preload.so ## build the unit tests
	@:

# Under the program it lets the disk fail: tests/repl/faults.sh.
$(OUT)/tests/preload.so: tests/preload.c Makefile
	$(SAY) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(STANDARD) -Wall -Wextra $(STRICT) -O1 -fPIC -shared -o $@ $< -ldl

$(OUT)/emstep: $(PROG_OBJ) $(OUT)/libemstep.a
	$(SAY) LINK $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(PROG_OBJ) $(OUT)/libemstep.a $(PKG_LIBS)

# Made anew, so that an object whose source is gone does not stay in it.
$(OUT)/libemstep.a: $(LIB_OBJ)
	$(SAY) AR $@
	@rm -f $@
	$(Q)ar rcs $@ $^

$(OUT)/%.o: src/%.c Makefile | ready
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/unit/%.o: tests/unit/%.c Makefile | ready
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(shell pkg-config --cflags-only-I check) -Itests/unit -MMD -MP \
	        -c -o $@ $<

# A unit test sees the library alone; those of shell and lessons the program, less its main().
TEST_LINK = $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(OUT)/libemstep.a \
            $(shell pkg-config --libs check)

PROGRAM_TESTS := $(foreach t,$(TESTS),$(if $(filter test_shell_% test_lesson%,$(notdir $t)),$t))

$(PROGRAM_TESTS): %: %.o $(HELP_OBJ) $(SHELL_OBJ) $(OUT)/libemstep.a
	$(SAY) LINK $@
	$(Q)$(TEST_LINK) $(PKG_LIBS)

$(OUT)/tests/unit/test_%: $(OUT)/tests/unit/test_%.o $(HELP_OBJ) $(OUT)/libemstep.a
	$(SAY) LINK $@
	$(Q)$(TEST_LINK) $(LIB_LIBS)

man: $(OUT)/emstep.1 ## write the manual page (the program knows it: help manual)
	@:

$(OUT)/emstep.1: $(OUT)/emstep
	$(SAY) MAN $@
	$(Q)$(OUT)/emstep -c 'help manual' >$@

ready:
ifneq ($(READY),yes)
	@echo "emstep needs the libraries $(PACKAGES) and libcsv: run 'make deps'" >&2; exit 1
endif

# deps may have installed pkg-config itself, so what follows it is read by a fresh make.
AGAIN = $(MAKE) --no-print-directory

deps: ## install what is missing (Debian, Ubuntu), or say what to install
	@CC='$(CC)' .ci/deps

demo: deps ## install, build, and play a short tour; on a terminal it ends at the prompt
	@$(AGAIN) -j$(JOBS) all
	@if [ -t 0 ]; then $(OUT)/emstep -i lessons/tour.em; else $(OUT)/emstep lessons/tour.em; fi

check: deps ## install, build with warnings as errors, and run every test
	@$(AGAIN) -j$(JOBS) STRICT=-Werror all tests
	@$(AGAIN) run-tests

run-tests:
	@tests/run $(OUT)

sanitize: ## the same tests under ASan, UBSan and LSan
	@$(AGAIN) BUILD=sanitize check

thread-sanitize: deps ## the threaded paths under ThreadSanitizer
	@$(AGAIN) -j$(JOBS) BUILD=thread build/thread/tests/unit/test_fused
	@TSAN_OPTIONS=halt_on_error=1 OPENBLAS_NUM_THREADS=1 CK_FORK=no \
	        build/thread/tests/unit/test_fused

compilers: deps ## the tests once more for each of gcc and clang at -O0 and -O3
	@for build in $(COMPILERS); do \
	    echo "$$build:"; $(AGAIN) BUILD=$$build CC=$${build%-*} check || exit 1; done

lint: ## clang-tidy and cppcheck; what they find and is none is explained in tests/lint/known
	@tests/lint/run $(filter-out -W%,$(STANDARD)) -Isrc $(PKG_CFLAGS) \
	    -DEMSTEP_VERSION='""' -DEMSTEP_DATADIR='""'

# Random problems; make check tries 200 of either kind (see tests/unit/problem.h).
COUNT ?= 10000
FIRST ?= 20001

problems: deps ## try COUNT=10000 random problems from number FIRST=20001 on
	@$(AGAIN) -j$(JOBS) $(OUT)/tests/unit/test_problems
	@COUNT=$(COUNT) FIRST=$(FIRST) OPENBLAS_NUM_THREADS=1 $(OUT)/tests/unit/test_problems

# Fuzzers: libFuzzer with ASan and UBSan (clang).  SECONDS for each; FUZZ='table lesson' for some.
FUZZ_SRC    = $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS     = $(FUZZ_SRC:tests/fuzz/%.c=$(OUT)/fuzz/%)
FLAGS_fuzz  = -O1 -g -fno-omit-frame-pointer \
              -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
SECONDS    ?= 10
FUZZ       ?=

fuzz: deps ## fuzz every reader of strangers' input (SECONDS=10 each; needs clang)
	@command -v clang >/dev/null || { \
	    echo 'fuzzing needs clang (apt-get install clang libclang-rt-14-dev)' >&2; exit 1; }
	@$(AGAIN) BUILD=fuzz CC=clang -j$(JOBS) fuzzers
	@tests/fuzz/run build/fuzz $(SECONDS) $(FUZZ)

fuzzers: $(FUZZERS)

$(OUT)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.c tests/fuzz/fuzz.h $(SHELL_OBJ) \
                    $(OUT)/libemstep.a
	$(SAY) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -Itests/fuzz -o $@ $< tests/fuzz/fuzz.c \
	    $(SHELL_OBJ) $(OUT)/libemstep.a $(PKG_LIBS)

# Beside the field's programs where they are installed; Armadillo's part needs a C++ compiler.
BENCH       = $(OUT)/tests/bench
BENCH_PARTS = $(addprefix $(BENCH)/bench-,data measure peak)
BENCH_LANES = $(if $(shell grep -qw avx512f /proc/cpuinfo 2>/dev/null && echo 1),8 $(FLAGS_avx512),\
              $(if $(shell grep -qw avx2 /proc/cpuinfo 2>/dev/null && echo 1),4 $(FLAGS_avx2),2))

bench: deps ## time it beside scikit-learn, mclust and Armadillo (ROUNDS=5, CASES='of1|f8')
	@$(AGAIN) -j$(JOBS) all $(BENCH_PARTS)
	@mkdir -p $(BENCH)
	@-c++ -O3 -march=native -fopenmp -w -o $(BENCH)/bench-armadillo \
	    tests/bench/peer-armadillo.cpp -larmadillo 2>/dev/null
	@tests/bench/run $(OUT)

$(BENCH)/bench-%: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(STANDARD) $(WARNINGS) -O3 -DLANES=$(BENCH_LANES) -o $@ $< -lm

# 1000 × 700 pixels each, larger where a picture has panels.
pictures: all ## draw one picture of every kind anew, into tests/pictures, for people to look at
	@cd tests/pictures && ../../$(OUT)/emstep -q --no-rc session.em >/dev/null

# A script of tests/repl by itself, as tests/run runs it.
ALONE = d=$$(mktemp -d) && EMSTEP=$(CURDIR)/$(OUT)/emstep LC_ALL=C.UTF-8 TMPDIR=$$d \
        sh tests/repl/$(1).sh </dev/null; s=$$?; rm -rf "$$d"; exit $$s

# A unit test of faults, each of them, as rows of a table.
ROWS = FAULTS=all $(OUT)/tests/unit/$(1) 2>&1 | awk -f tests/rows.awk

faults: deps ## every allocation fails, ^C at every ms, kills, full disks, strangers (minutes)
	@$(AGAIN) -j$(JOBS) all tests
	@echo '| fault | tries | lost |'; echo '|---|---|---|'; \
	well=0; \
	($(call ALONE,faults)) || well=1; \
	($(call ALONE,strangers)) || well=1; \
	$(call ROWS,test_shell_signals) || well=1; \
	$(call ROWS,test_shell_memory) || well=1; \
	exit $$well

valgrind: deps ## the tour under valgrind
	@$(AGAIN) -j$(JOBS) BUILD=debug all
	OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Haswell valgrind -q --leak-check=full \
	    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
	    --error-exitcode=99 build/debug/emstep lessons/tour.em

SHARE = $(DESTDIR)$(PREFIX)/share

install: all man ## install under PREFIX (/usr/local), staged under DESTDIR
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/doc/emstep
	install -m 755 $(OUT)/emstep $(DESTDIR)$(PREFIX)/bin/emstep
	install -m 644 $(OUT)/emstep.1 $(SHARE)/man/man1/emstep.1
	install -m 644 README.md COPYING $(SHARE)/doc/emstep
	find docs -type f -exec install -D -m 644 {} "$(SHARE)/doc/emstep/{}" ';'
	find datasets lessons -type f -exec install -D -m 644 {} "$(SHARE)/emstep/{}" ';'

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/emstep $(SHARE)/man/man1/emstep.1
	rm -rf $(SHARE)/emstep $(SHARE)/doc/emstep

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

-include $(LIB_OBJ:.o=.d) $(PROG_OBJ:.o=.d) $(TEST_OBJ:.o=.d) $(HELP_OBJ:.o=.d)
.PHONY: all bench check clean compilers demo deps faults fuzz fuzzers help install lint man \
        pictures problems ready run-tests sanitize tests thread-sanitize uninstall valgrind
.SECONDARY: $(TEST_OBJ) $(HELP_OBJ)
.DELETE_ON_ERROR:
