# shellcheck shell=bash
# The first API key of a deployment. To be sourced; needs images.sh and stacks.sh.
#
# The image of svc-api makes it in a container on the deployer's machine, with the deployer's credentials: that takes no
# Swift here, and nothing but its standard output ever holds the key. What a task in ECS or a pod writes goes to logs that
# others read, and a shell in a task would need a role with more than svc-api needs.

: "${TOOLS:?}" "${region:=}" "${stage:=}"

# make_admin_key FILE: unless the table has keys. Writes it to the file, or to this terminal if there is no file.
make_admin_key() {
    local file=$1 tool found
    found=$(first_key_id) || exit
    if [[ -n $found ]]; then
        say "API keys: there are some, so none was made"
        return
    fi
    if [[ -z $file && ! -t 1 ]]; then
        # The output may be a log.
        say "no API key was made, for this is no terminal: run it again with --admin-key-file <path>, or in a terminal"
        return
    fi
    [[ ! -e $file ]] || fail "$file is there already: name another one for the API key"
    tool=$(container_tool)
    if [[ -z $tool ]]; then
        say "no API key was made, which takes docker or podman: run it again where there is one, or see docs/auth.md"
        return
    fi
    local key
    key=$(run_key_command "$tool" create --scopes admin --name "made by scripts/deploy") || fail "no API key was made"
    if [[ -n $file ]]; then
        (umask 077 && printf '%s\n' "$key" >"$file")
        say "the first API key, which may do everything, is in $file"
    else
        say "the first API key, which may do everything and is not shown again:"
        printf '\n    %s\n\n' "$key"
    fi
}

# first_key_id: of any key that the table has; nothing if there is none.
first_key_id() {
    local answer
    answer=$(aws_cli dynamodb query --table-name "$(parameter JobsTableName)" --index-name directory --no-paginate \
        --key-condition-expression '#kind = :kind' --expression-attribute-names '{"#kind": "kind"}' \
        --expression-attribute-values '{":kind": {"S": "KEY"}}' --limit 1 --query 'Items[0].kindSort.S') || exit
    [[ $answer == None ]] || printf '%s\n' "$answer"
}

container_tool() {
    local tool
    for tool in docker podman; do
        if command -v "$tool" >/dev/null; then
            printf '%s\n' "$tool"
            return
        fi
    done
}

# run_key_command TOOL ARGUMENTS...: `svc-api keys` with these. Credentials are in the environment, which other users of
# this machine cannot read, and the container's output goes to no log.
run_key_command() {
    local tool=$1 image network=()
    shift
    image=$(parameter ApiImage)
    # An emulator of this machine.
    [[ -z ${AWS_ENDPOINT_URL:-} ]] || network=(--network host --env AWS_ENDPOINT_URL)
    (
        export_credentials
        export AWS_REGION=$region STAGE=$stage DDB_TABLE
        DDB_TABLE=$(parameter JobsTableName)
        pull_image "$tool" "$image" >&2 || fail "the image of svc-api cannot be pulled"
        "$tool" run --rm --log-driver none --read-only --cap-drop ALL --security-opt no-new-privileges \
            --platform linux/amd64 "${network[@]}" --env AWS_REGION --env STAGE --env DDB_TABLE \
            --env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN "$image" keys "$@"
    )
}

# The caller's credentials, wherever the AWS CLI finds them, as variables.
export_credentials() {
    local name value lines
    lines=$("$TOOLS/python" - <<'PYTHON'
import botocore.session

key, secret, token = botocore.session.get_session().get_credentials().get_frozen_credentials()[:3]
print(f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={token or ''}")
PYTHON
    ) || fail "the credentials cannot be passed on to a container"
    while IFS='=' read -r name value; do
        export "$name=$value"
    done <<<"$lines"
    [[ -n $AWS_SESSION_TOKEN ]] || unset AWS_SESSION_TOKEN
}
