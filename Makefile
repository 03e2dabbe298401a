# What people and CI run; `make help` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
# A recipe is one script, so that its trap and its variables reach to its end.
.ONESHELL:
# Half-made files would pass for finished ones in the next run.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help sheet test lint bench font tools programs clean

TARGET := $(or $(CARGO_TARGET_DIR),target)
SAFEGUARD := $(TARGET)/release/safeguard
VENV := .tools/venv
NODE_MODULES := tests/tools/node_modules
S3_SERVER := .tools/s3s/bin/s3s-fs
FONT_FIRST := @expo-google-fonts/noto-sans-jp@0.4.3
FONT_SECOND := @expo-google-fonts/m-plus-1p@0.4.2

# $(call need,command,what to install): one sentence instead of a shell's "command not found".
need = command -v $(1) >/dev/null || { echo "\`$(1)\` is missing: install $(2)" >&2; exit 1; }

help: ## list the targets
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

sheet: font ## build the tool and the sheet, into output/
	@$(call need,cargo,Rust)
	set -x
	cargo build --release --locked
	$(SAFEGUARD) build

test: tools lint sheet ## everything CI runs
	cargo test --locked

lint: font
	@$(call need,cargo,Rust)
	set -x
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

bench: sheet tools ## measure the tool
	python3 tests/tools/bench.py

# The digests decide, not the dates: a file that is not the recorded one is fetched again,
# and what arrives is checked before it is moved to where the build looks.
font: ## fetch and verify the fonts that go into the binary
	@cd fonts
	if sha256sum --check --status SHA256SUMS 2>/dev/null; then exit; fi
	rm -f *.ttf *OFL.txt
	$(call need,npm,Node.js with npm)
	new=$$(mktemp -d .new.XXXXXX)
	trap 'rm -rf "$$PWD/$$new"' EXIT
	mkdir "$$new/fonts"
	take() { # a package and the name of its files
	  echo "fetching $$1"
	  npm pack --loglevel=error --pack-destination "$$new" "$$1" >/dev/null ||
	    { echo "$$1 could not be fetched: npm must reach its package registry" >&2; exit 1; }
	  tar -xzf "$$new"/*.tgz -C "$$new"
	  mv "$$new/package/400Regular/$$2_400Regular.ttf" "$$new/fonts/$$2-Regular.ttf"
	  mv "$$new/package/700Bold/$$2_700Bold.ttf" "$$new/fonts/$$2-Bold.ttf"
	  mv "$$new/package/LICENSE_FONT" "$$new/fonts/$$2-OFL.txt"
	  rm -r "$$new"/*.tgz "$$new/package"
	}
	take $(FONT_FIRST) NotoSansJP
	take $(FONT_SECOND) MPLUS1p
	(cd "$$new/fonts" && sha256sum --check --quiet --strict ../../SHA256SUMS) ||
	  { echo "the fonts are not what fonts/SHA256SUMS records: nothing was put in place" >&2; exit 1; }
	# Cargo compares dates, and the archive's are from 1985.
	touch "$$new"/fonts/*
	mv "$$new"/fonts/* .

tools: programs $(VENV)/installed $(NODE_MODULES)/.package-lock.json $(S3_SERVER) ## install what the tests need

# The commands that tests call, each with the Debian package that has it.
programs:
	@$(call need,python3,Python 3.10 or newer)
	$(call need,npm,Node.js 20 or newer with npm)
	$(call need,java,Java 17 or newer)
	missing=
	for each in "$${CHROMIUM:-/usr/bin/chromium}:chromium" openssl:openssl pdftotext:poppler-utils qpdf:qpdf zbarimg:zbar-tools \
	  git:git rclone:rclone /usr/sbin/nginx:nginx-light /usr/sbin/proftpd:proftpd-core /usr/sbin/sshd:openssh-server; do
	  command -v "$${each%:*}" >/dev/null || missing+=" $${each##*:}"
	done
	for each in /usr/lib/nginx/modules/ngx_http_dav_ext_module.so:libnginx-mod-http-dav-ext /usr/lib/proftpd/mod_tls.so:proftpd-mod-crypto \
	  "/usr/lib/*/libnss_wrapper.so:libnss-wrapper"; do
	  compgen -G "$${each%:*}" >/dev/null || missing+=" $${each##*:}"
	done
	# Debian's Python comes without what `python3 -m venv` needs.
	python3 -c 'import ensurepip' 2>/dev/null || missing+=" python3-venv"
	if [ -z "$$missing" ]; then exit; fi
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	  echo "the tests need more programs: install the Debian packages$$missing" >&2
	  exit 1
	fi
	echo "installing$$missing"
	# The servers are for the tests alone: none is to run as a service because of them.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
	  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	  chmod +x /usr/sbin/policy-rc.d
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -qq -y --no-install-recommends $$missing >/dev/null

$(VENV)/installed: tests/tools/requirements.txt | programs
	@echo "installing the Python packages of $<"
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	touch $@

# npm writes the target itself. No install scripts: vnu-jar's would download a Java of its own.
$(NODE_MODULES)/.package-lock.json: tests/tools/package.json tests/tools/package-lock.json | programs
	@echo "installing the npm packages of $<"
	npm --prefix tests/tools ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# The only S3 server that comes from the registries; unoptimised, it builds in two minutes.
$(S3_SERVER): | programs
	@$(call need,cargo,Rust)
	echo "building the S3 server that tests publish to"
	cargo install --quiet --locked --debug --root .tools/s3s --version 0.14.1 --features binary s3s-fs

clean: ## remove what was built or installed here (not the fonts, not output/)
	rm -rf .tools $(NODE_MODULES)
	cargo clean
