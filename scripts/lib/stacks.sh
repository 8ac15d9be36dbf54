# shellcheck shell=bash
# CloudFormation stacks in an account that the caller has named. To be sourced; needs setup.sh and messages.sh.
#
# A stack is called <prefix>-<stage>-<template>, or <prefix>-<template> where all stages share it. What one puts out is a
# parameter of the same name of those that need it.

: "${root:?}" "${TOOLS:?}" "${stage:=}"
PREFIX=jobsys
TEMPLATES="$root/infra/cloudformation"
SHARED_TEMPLATES=" artifacts budget "
STACK_SECONDS=1800

# Key=Value for the stacks to come: the outputs of those before, and what the caller has said.
PARAMETERS=()

aws_cli() {
    AWS_PAGER='' "$TOOLS/aws" --region "$region" --output text "$@"
}

# check_account ACCOUNT REGION: both are said by the caller, never taken from whatever is lying around, and the
# credentials must be that account's. Sets `region` and `account`.
check_account() {
    account=$1 region=$2
    [[ $account =~ ^[0-9]{12}$ ]] || fail "say which account: --account <12 digits>"
    [[ $region =~ ^[a-z]{2,}(-[a-z]+)+-[0-9]$ ]] || fail "say which region: --region <region>, such as eu-central-1"
    local identity
    identity=$(aws_cli sts get-caller-identity --query '[Account, Arn]') \
        || fail "no usable credentials: set AWS_PROFILE, or sign in (aws sso login)"
    local found arn
    read -r found arn <<<"$identity"
    [[ $found == "$account" ]] || fail "the credentials are those of account $found ($arn), not of $account"
    [[ $arn != *:root ]] || [[ -n ${AWS_ENDPOINT_URL:-} ]] \
        || fail "these are the root user's credentials: delete its access keys and use a role (docs/security.md)"
    say "account $account, region $region, as $arn${AWS_ENDPOINT_URL:+, at $AWS_ENDPOINT_URL}"
}

# stack_name TEMPLATE
stack_name() {
    if [[ $SHARED_TEMPLATES == *" $1 "* ]]; then
        printf '%s-%s\n' "$PREFIX" "$1"
    else
        printf '%s-%s-%s\n' "$PREFIX" "$stage" "$1"
    fi
}

# read_statuses: all stacks of ours, in one call; what the caller then changes it knows itself.
declare -A STATUSES=()
read_statuses() {
    local name status lines
    lines=$(aws_cli cloudformation describe-stacks \
        --query "Stacks[?starts_with(StackName, '$PREFIX-')].[StackName, StackStatus]")
    STATUSES=()
    while read -r name status; do
        [[ -z $name || $name == None || $status == DELETE_COMPLETE ]] || STATUSES[$name]=$status
    done <<<"$lines"
}

# stack_status TEMPLATE: such as CREATE_COMPLETE, or nothing if there was no such stack.
stack_status() {
    printf '%s' "${STATUSES[$(stack_name "$1")]:-}"
}

# deploy_stack TEMPLATE: makes or changes the stack; one that is as it should be is left alone.
deploy_stack() {
    local name status
    name=$(stack_name "$1")
    status=$(stack_status "$1")
    case "$status" in
        # A first attempt that failed leaves a stack that can only be deleted.
        ROLLBACK_COMPLETE | ROLLBACK_FAILED | REVIEW_IN_PROGRESS | DELETE_FAILED)
            say "$name is $status from an earlier attempt"
            delete_stack "$1"
            ;;
        *_IN_PROGRESS) fail "$name is $status: somebody else is at it; run this again later" ;;
    esac
    say "stack $name"
    local verb=create-stack answer tag_stage=$stage
    [[ $SHARED_TEMPLATES != *" $1 "* ]] || tag_stage=all
    [[ -z $(stack_status "$1") ]] || verb=update-stack
    if answer=$(aws_cli cloudformation "$verb" --stack-name "$name" --template-body "file://$TEMPLATES/$1.yaml" \
        --parameters "$(parameters_of "$1")" --capabilities CAPABILITY_IAM \
        --tags "Key=project,Value=$PREFIX" "Key=stage,Value=$tag_stage" 2>&1); then
        STATUSES[$name]=$(wait_for_stack "$name") || exit
    else
        [[ $answer == *"No updates are to be performed"* ]] || fail "$answer"
    fi
    read_outputs "$1"
}

# parameters_of TEMPLATE: what it asks for, as JSON; the last word of PARAMETERS counts.
parameters_of() {
    python3 - "$TEMPLATES/$1.yaml" "${PARAMETERS[@]}" <<'PYTHON'
import json, re, sys

section = re.search(r"^Parameters:\n(.*?)^\w", open(sys.argv[1]).read(), re.MULTILINE | re.DOTALL).group(1)
values = dict(pair.split("=", 1) for pair in sys.argv[2:])
names = [name for name in re.findall(r"^  (\w+):$", section, re.MULTILINE) if name in values]
print(json.dumps([{"ParameterKey": name, "ParameterValue": values[name]} for name in names]))
PYTHON
}

# wait_for_stack NAME: until nothing happens to it any more; prints how it stands, nothing if it is gone. The CLI's own
# waits look every 30 seconds, which is as long as most stacks take in all.
wait_for_stack() {
    local answer deadline=$((SECONDS + STACK_SECONDS))
    while :; do
        if ! answer=$(aws_cli cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' 2>&1); then
            [[ $answer == *"does not exist"* ]] || fail "$answer"
            return
        fi
        case "$answer" in
            DELETE_COMPLETE | None) return ;;
            CREATE_COMPLETE | UPDATE_COMPLETE)
                printf '%s' "$answer"
                return
                ;;
            *_IN_PROGRESS) ;;
            *)
                show_failures "$1"
                fail "stack $1 is $answer; when the cause is gone, run the same command again"
                ;;
        esac
        ((SECONDS < deadline)) || fail "stack $1 is $answer after $STACK_SECONDS s; look at its events, then run this again"
        sleep 2
    done
}

show_failures() {
    aws_cli cloudformation describe-stack-events --stack-name "$1" --query \
        "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" >&2 || true
}

# read_outputs TEMPLATE: adds the stack's outputs to PARAMETERS.
read_outputs() {
    local key value lines
    lines=$(aws_cli cloudformation describe-stacks --stack-name "$(stack_name "$1")" \
        --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]')
    while read -r key value; do
        [[ -z $key || $key == None ]] || PARAMETERS+=("$key=$value")
    done <<<"$lines"
}

# parameter NAME: what PARAMETERS says of it, the last word.
parameter() {
    local pair value=
    for pair in "${PARAMETERS[@]}"; do
        [[ $pair != "$1="* ]] || value=${pair#*=}
    done
    printf '%s\n' "$value"
}

# read_stage: the stage's file into PARAMETERS.
read_stage() {
    local pairs
    pairs=$(python3 -c 'import json, sys
for name, value in json.load(open(sys.argv[1]))["Parameters"].items(): print(f"{name}={value}")' \
        "$root/infra/parameters/$stage.json")
    mapfile -t -O "${#PARAMETERS[@]}" PARAMETERS <<<"$pairs"
    PARAMETERS+=("NamePrefix=$PREFIX")
}

# delete_stack TEMPLATE: and waits until it is gone. Says nothing if there is none.
delete_stack() {
    local name
    name=$(stack_name "$1")
    [[ -n $(stack_status "$1") ]] || return 0
    say "deleting stack $name"
    aws_cli cloudformation delete-stack --stack-name "$name"
    unset "STATUSES[$name]"
    wait_for_stack "$name" >/dev/null
}
