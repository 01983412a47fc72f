# How both C programs are built: one small static program each. A Makefile sets ROOT, PROGRAM and its own sources' DEFINES,
# and may set PARTS (sources in folders) and LIBRARIES (for a libc, musl or gnu); then it includes this.
# `make` → build/PROGRAM, `make sanitize` → build/PROGRAM-asan.
OUT := $(ROOT)/build
MUSL := $(shell command -v musl-gcc 2>/dev/null)
CC := $(if $(MUSL),$(MUSL),cc)
# musl's compiler wrapper hides the kernel's headers.
KERNEL := $(if $(MUSL),-idirafter /usr/include -idirafter /usr/include/$(shell uname -m)-linux-gnu)
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wundef \
	-Wformat=2 -Wpointer-arith -Wcast-align -Wvla -Wno-missing-field-initializers
CFLAGS = -std=gnu11 -D_GNU_SOURCE $(DEFINES) -I$(ROOT) -O2 -ffunction-sections -fdata-sections $(WARN)
SOURCES = $(sort $(wildcard *.c)) $(PARTS)
SHARED := $(sort $(wildcard $(ROOT)/c/*.c))
HEADERS := $(wildcard *.h */*.h $(ROOT)/c/*.h)
BUILT := $(OUT)/$(PROGRAM)-obj
OBJECTS = $(SOURCES:%.c=$(BUILT)/%.o) $(SHARED:$(ROOT)/c/%.c=$(BUILT)/c/%.o)

$(OUT)/$(PROGRAM): $(OBJECTS)
	$(CC) -static -Wl,--gc-sections -s -o $@.tmp $(OBJECTS) $(call LIBRARIES,$(if $(MUSL),musl,gnu))
	mv $@.tmp $@

$(BUILT)/%.o: %.c $(HEADERS) Makefile $(ROOT)/c/program.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(KERNEL) -c -o $@ $<

$(BUILT)/c/%.o: $(ROOT)/c/%.c $(HEADERS) Makefile $(ROOT)/c/program.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(KERNEL) -c -o $@ $<

.PHONY: sanitize
sanitize: $(OUT)/$(PROGRAM)-asan
$(OUT)/$(PROGRAM)-asan: $(SOURCES) $(SHARED) $(HEADERS) Makefile $(ROOT)/c/program.mk
	@mkdir -p $(@D)
	cc $(CFLAGS) -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -o $@ $(SOURCES) $(SHARED) $(call LIBRARIES,gnu)
