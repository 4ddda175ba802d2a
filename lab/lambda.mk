# What goes to Lambda: `make lambda` makes $(BUILD)/lambda/client.zip and backend.zip for
# the runtime provided.al2023; and $(BUILD)/lambda/packed, which says of whom and for what.
#
#   make lambda [WHO=..] [ARCH=x86_64|arm64] [TLS=mbedtls|openssl] [FORCE=1]
#   make lab-measure                 size, start, handshake and memory of both variants
#   make lab-package-test            both variants, from their zips, in an empty root
#
# WHO is chapters (yours) or a rung, such as solutions/17-behind-a-door. The checks of WHO
# must be green and no part a stub, or nothing is packed; FORCE=1 packs it all the same.
# The first time, the libraries are fetched and built: a minute, and the network.
ifndef LAMBDA_MK
LAMBDA_MK := 1
include lab/programs.mk

ARCH ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
TLS  ?= mbedtls

LAMBDA_FLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off $(WARN)
LAMBDA_ENV   = ARCH='$(ARCH)' TLS='$(TLS)' FORCE='$(FORCE)' BUILD='$(BUILD)' CFLAGS_LAB='$(LAMBDA_FLAGS)'

.PHONY: lambda lambda-gate lambda-libraries trial lab-measure lab-package-test
lambda: lambda-gate lambda-libraries
	@rm -f '$(BUILD)/lambda/packed'
	@$(LAMBDA_ENV) BUILD_ID=$(call lab_build_id,$(WHO)) READERS='$(call lab_sources,$(WHO))' \
	  sh lab/package/program.sh client $(LAB_CLIENT:%=lab/%.c)
	@$(LAMBDA_ENV) BUILD_ID=$(call lab_build_id,$(WHO)) \
	  sh lab/package/program.sh backend $(LAB_BACKEND:%=lab/%.c)
	@printf '%s\n' who=$(WHO) build=$(call lab_build_id,$(WHO)) arch=$(ARCH) tls=$(TLS) >'$(BUILD)/lambda/packed'

lambda-gate:
	@sh lab/package/roots.sh lab/package/amazon-roots.pem
ifeq ($(FORCE),)
	@MAKE='$(MAKE)' BUILD='$(BUILD)' sh lab/package/gate.sh $(WHO) $(lastword $(sort \
	  $(foreach c,$(wildcard chapters/[0-9][0-9]-*/check.c),$(firstword $(subst -, ,$(notdir $(patsubst %/,%,$(dir $(c)))))))))
endif
lambda-libraries: lambda-gate
	@$(LAMBDA_ENV) sh lab/package/library.sh '$(BUILD)/lambda/cache'

# Both pack for themselves, beside what you have packed, from the same libraries.
TRIAL = $(BUILD)/lambda/trial
trial:
	@mkdir -p '$(BUILD)/lambda/cache' '$(TRIAL)/lambda'
	@ln -sfn '$(abspath $(BUILD))/lambda/cache' '$(TRIAL)/lambda/cache'
lab-measure: trial
	@ARCH='$(ARCH)' MAKE='$(MAKE)' BUILD='$(TRIAL)' WHO='$(WHO)' sh lab/package/measure.sh
lab-package-test: trial
	@MAKE='$(MAKE)' BUILD='$(TRIAL)' sh tests/lab/package.sh

endif
