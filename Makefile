# SPDX-License-Identifier: GPL-3.0-or-later
# emstep: an interactive laboratory for the EM algorithm.  `make help` lists the targets.

PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= release
CC       ?= cc
VERSION  := 0.1

PACKAGES      = readline gsl openblas lapacke lua5.4 jansson libutf8proc
TEST_PACKAGES = check
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wundef
STANDARD = -std=gnu17
FLAGS_release  = -O2 -g
FLAGS_debug    = -O0 -g3
FLAGS_sanitize = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
STRICT ?=

OUT      = build/$(BUILD)
CFLAGS  ?= $(FLAGS_$(BUILD))
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs readline openblas lapacke lua5.4 jansson libutf8proc 2>/dev/null) \
              -lgsl -lcsv -lm
LIB_LIBS   := $(shell pkg-config --libs openblas lapacke lua5.4 jansson libutf8proc 2>/dev/null) -lgsl -lcsv -lm
ALL_CFLAGS = $(STANDARD) $(WARNINGS) $(STRICT) $(CFLAGS) -Isrc $(PKG_CFLAGS) \
             -DEMSTEP_VERSION='"$(VERSION)"' -DEMSTEP_DATADIR='"$(PREFIX)/share/emstep"'
ALL_LDFLAGS = $(filter -fsanitize=%,$(CFLAGS)) $(LDFLAGS)

LIB_DIRS  = base numeric data em models expr plot
LIB_SRC  := $(foreach d,$(LIB_DIRS),$(wildcard src/$(d)/*.c))
PROG_SRC := $(wildcard src/shell/*.c src/lesson/*.c src/main.c)
TEST_SRC := $(wildcard tests/unit/*.c)
LIB_OBJ  := $(LIB_SRC:src/%.c=$(OUT)/%.o)
PROG_OBJ := $(PROG_SRC:src/%.c=$(OUT)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(OUT)/%.o)
TESTS    := $(TEST_SRC:tests/unit/%.c=$(OUT)/tests/unit/%)

all: $(OUT)/emstep ## build build/release/emstep (BUILD=debug|sanitize for the others)

$(OUT)/emstep: $(PROG_OBJ) $(OUT)/libemstep.a
	$(CC) $(ALL_LDFLAGS) -o $@ $(PROG_OBJ) $(OUT)/libemstep.a $(PKG_LIBS)

$(OUT)/libemstep.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(OUT)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(shell pkg-config --cflags check) -Itests/unit -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(PROG_OBJ:.o=.d) $(TEST_OBJ:.o=.d)
.PHONY: all
