# Everything here runs with Go and make; what else a target uses is fetched into
# .tools/, or said to be missing. "make" alone lists the targets.

# The binaries: ARCH is arm64 or amd64, and must be the template's Architectures.
ARCH     ?= arm64
GO_BUILD  = CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH) go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -buildid='

# The deployed functions; functions/local and functions/gatepass are this machine's.
functions = $(filter-out local gatepass,$(patsubst functions/%/main.go,%,$(wildcard functions/*/main.go)))

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help run test lint build validate smoke bench mutate fuzz tools clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-zA-Z<>-]*:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## all of it on this machine, with sample passes to try; ARGS='-help' shows the options
	@go run ./functions/local $(ARGS)

test: ## every test this machine can run, and one line a tier; PKG=./pkg/pass for some
	@.ci/tools
	@go run ./.ci/testrun $(PKG)

lint: ## format, vet, staticcheck, govulncheck, the rules of the house, tidiness
	@.ci/lint

build: ## every deployed function as build/<function>/bootstrap; ARCH=amd64 for x86_64
	@[ -n '$(functions)' ] || { echo 'build: there is no functions/<name>/main.go'; exit 1; }
	@for f in $(functions); do \
	  $(GO_BUILD) -o build/$$f/bootstrap ./functions/$$f || exit 1; \
	  echo "built build/$$f/bootstrap ($(ARCH), $$(wc -c <build/$$f/bootstrap | tr -d ' ') bytes)"; \
	done

# sam build calls build-<LogicalId> for each function (BuildMethod: makefile):
# build-IssueFunction builds functions/issue.
build-%Function:
	$(GO_BUILD) -o "$(or $(ARTIFACTS_DIR),build/$*)/bootstrap" "./functions/$$(echo '$*' | tr '[:upper:]' '[:lower:]')"

validate: ## cfn-lint, sam validate --lint and sam build (needs Python 3.10)
	@.ci/tools python sam
	@[ -x .tools/python/bin/cfn-lint ] || { echo "validate: cfn-lint is not there: $$(cat .tools/why/python)"; exit 1; }
	@[ -x .tools/sam/bin/sam ] || { echo "validate: the SAM CLI is not there: $$(cat .tools/why/sam)"; exit 1; }
	@.tools/python/bin/cfn-lint template.yaml $(wildcard functions/attach/testdata/*.yaml) && echo "cfn-lint: ok"
	@SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam validate --lint --region eu-central-1
	@SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam build --build-dir build/sam

smoke: ## try a running Gatepass from outside: STACK=name with your AWS credentials, or ENDPOINT=http://localhost:8080
	@STACK='$(STACK)' ENDPOINT='$(ENDPOINT)' .ci/smoke

bench: ## what each decision costs, beside its floor; BENCH=part of a name, COUNT=6 for benchstat
	@go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem -count $(or $(COUNT),1) \
	  $$(grep -rl '^func Benchmark' --include='*_test.go' pkg functions | xargs -n 1 dirname | sort -u | sed 's|^|./|')

mutate: ## remove each rule in turn, and see its test turn red; NAME=part of a name, or 1/3
	@.ci/tools
	@go run ./.ci/mutate $(if $(NAME),'$(NAME)')

fuzz: ## every fuzz target for FUZZTIME (20s) each; FUZZ=part of a name
	@FUZZTIME='$(FUZZTIME)' FUZZ='$(FUZZ)' .ci/fuzz

# What is sent unless EVENT says otherwise: the plainest event of each function.
event_issue      = none
event_authorizer = check
event_visit      = open
event_manage     = describe
event_recall     = revoke
event_expire     = use
event_attach     = create

invoke-<function>: ## send a sample event to a running "make run"; EVENT=events/x.json, ENDPOINT=http://localhost:8080
	@echo 'name a function: $(addprefix make invoke-,$(functions))'

invoke-%:
	@event='$(or $(EVENT),$(wildcard events/$*-$(event_$*).json))'; \
	[ -f "$$event" ] || { echo "there is no event for $*: events/$*-*.json"; exit 1; }; \
	echo "$$event" >&2; \
	curl --silent --show-error --fail-with-body --data-binary "@$$event" \
	  '$(or $(ENDPOINT),http://localhost:8080)/2015-03-31/functions/$*/invocations' && echo || \
	  { echo "not invoked: is make run running?" >&2; exit 1; }

tools: ## fetch into .tools/ what tests and validate use beside Go (ACCEPT_DYNAMODB_LOCAL_LICENSE=yes for DynamoDB Local)
	@.ci/tools dynamodb python node sam

clean: ## remove what was built and fetched, and the data of make run
	rm -rf build .tools .aws-sam .gatepass
	find pkg functions .ci -name '*.test' -o -name '*.prof' | xargs rm -f
