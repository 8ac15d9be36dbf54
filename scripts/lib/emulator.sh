# shellcheck shell=bash
# An emulated AWS on this machine, and the data plane in it. To be sourced; needs setup.sh and processes.sh.

: "${root:?}" "${run_dir:=}"
STACK=jobsys-dev
EMULATOR_START_SECONDS=60

# From here on this script and what it starts can reach nobody's real account: every AWS_ variable of the caller is
# dropped, its files are not read, and the keys are the emulator's.
forget_real_aws() {
    local name
    for name in "${!AWS_@}"; do
        unset "$name"
    done
    export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
    export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"
    export no_proxy=$NO_PROXY
}

# start_emulator [PREFERRED PORT]: sets and exports AWS_ENDPOINT_URL.
start_emulator() {
    local port
    port=$(free_port "${1:-0}")
    # A Lambda in the emulator inherits the emulator's environment, so it finds its way back.
    export AWS_ENDPOINT_URL="http://127.0.0.1:$port"
    say "starting the emulator (MiniStack) at $AWS_ENDPOINT_URL"
    start emulator env GATEWAY_PORT="$port" BIND_HOST=127.0.0.1 MINISTACK_HOST=127.0.0.1 "$TOOLS/ministack"
    wait_for_url emulator "$AWS_ENDPOINT_URL/_ministack/health" "$EMULATOR_START_SECONDS"
}

# The AWS CLI. The endpoint is said outright: for SQS the CLI does not heed the variable.
emulated_aws() {
    "$TOOLS/aws" --endpoint-url "$AWS_ENDPOINT_URL" "$@"
}

deploy_data_plane() {
    say "deploying infra/cloudformation/data-plane.yaml"
    local log="$run_dir/deploy.log"
    emulated_aws cloudformation deploy --stack-name "$STACK" --parameter-overrides Stage=dev --no-fail-on-empty-changeset \
        --template-file "$root/infra/cloudformation/data-plane.yaml" >"$log" 2>&1 || {
        cat "$log" >&2
        fail "the data plane was not deployed"
    }
}

# data_plane_output KEY: an output of the stack.
data_plane_output() {
    local value
    value=$(emulated_aws cloudformation describe-stacks --stack-name "$STACK" \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]" --output text)
    [[ -n $value && $value != None ]] || fail "stack $STACK has no output $1"
    printf '%s\n' "$value"
}
