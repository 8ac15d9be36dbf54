# shellcheck shell=bash
# The settings of workers and clients for others on this machine. To be sourced; needs `root`, the repository's folder.

: "${root:?}"
# What every worker must know, and what the AWS client reads.
SHARED_SETTINGS=(
    AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_CONFIG_FILE
    AWS_SHARED_CREDENTIALS_FILE AWS_EC2_METADATA_DISABLED STAGE DDB_TABLE
    SQS_QUEUE_URL SQS_DLQ_URL SQS_FIFO_QUEUE_URL SQS_FIFO_DLQ_URL SHUTDOWN_GRACE_SECONDS
)

# write_environment FILE BIN API: a file to be read by a shell's `.`, from the variables of this shell.
# shellcheck disable=SC2016 # What is in single quotes is for the shell that reads it.
write_environment() {
    local name
    {
        printf '# For a shell: . %q\n' "$1"
        printf 'unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_SQS AWS_ENDPOINT_URL_DYNAMODB AWS_CA_BUNDLE\n'
        for name in "${SHARED_SETTINGS[@]}"; do
            [[ -z ${!name:-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
        done
        # Loopback goes through no proxy.
        printf 'export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"\n'
        # A free one for each worker.
        printf 'export PORT=0\n'
        printf 'export JOBSYS_URL=%q JOBSYS_CHECKOUT=%q\n' "$3" "$root"
        printf 'export PATH=%q:"$PATH"\n' "$2"
    } >"$1.new"
    mv "$1.new" "$1"
}
