# `make help` lists what there is. The work is in scripts/, which also run without make.
.DEFAULT_GOAL := help
.PHONY: help run test check format bench soak tour dist clean

CONFIG ?= Examples/quickstart/mainspring.yaml
SWIFT := scripts/with-swift swift
SWIFT_SOURCES := Package.swift Sources Tests Examples

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# exec: the node gets the signals, and make waits for it to stop. make cannot pass an exit code on: it shows it
# ("Error 78") and ends with 2; after Ctrl-C it ends by that signal (130), once the node has stopped cleanly.
run: ## Build (debug) and run the quickstart; CONFIG=… runs another file; Ctrl-C stops it cleanly
	@scripts/setup build
	@echo "==> building; the first time takes minutes, for the libraries"
	@$(SWIFT) build --product mainspring
	@echo "==> .build/debug/mainspring run $(CONFIG)"
	@exec .build/debug/mainspring run "$(CONFIG)"

test: ## Set up, check and run every test
	@scripts/test

check: ## Check the format, the scripts and the links, and build everything; a warning of ours is an error
	@scripts/setup build
	@scripts/check

format: ## Format the Swift sources in place
	@scripts/setup build
	@$(SWIFT) format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: ## Measure the store, the job engine and the runtime (release build)
	@scripts/setup build
	@scripts/with-swift scripts/bench

soak: ## Kill a node 300 times under load, let children fail for ten minutes, compare the stores on random sequences, take Redis away
	@scripts/setup test
	@scripts/with-swift scripts/soak

tour: ## Do what README.md says, command by command, and compare the exit codes
	@scripts/setup build
	@$(SWIFT) build --product mainspring
	@scripts/tour

dist: ## Make dist/mainspring, a release binary that works when copied alone into an empty folder
	@scripts/setup build
	@scripts/with-swift scripts/dist

clean: ## Remove what was built, and what the quickstart wrote
	rm -rf .build dist
	rm -rf Examples/quickstart/.mainspring Examples/quickstart/received Examples/quickstart/reports
