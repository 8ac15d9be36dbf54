# shellcheck shell=bash
# Settings of the services beside those that the templates set: a file of NAME=value lines, which ECS and the instance read
# from S3. To be sourced; needs stacks.sh, and `mode`.

: "${TEMPLATES:?}" "${mode:=}" "${stage:=}"

# check_settings_file FILE: refuses what would have no effect.
check_settings_file() {
    local line name number=0
    [[ -r $1 ]] || fail "--settings: cannot read $1"
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        [[ -n $line && $line != '#'* ]] || continue
        [[ $line =~ ^([A-Z][A-Z0-9_]*)= ]] || fail "$1:$number: neither NAME=value nor a comment"
        name=${BASH_REMATCH[1]}
        ! is_set_by_template "$name" || fail "$1:$number: $name is set by infra/cloudformation/$mode.yaml, which counts more"
    done <"$1"
}

# Whether a service has this variable from the template.
is_set_by_template() {
    grep -qE "\{Name: $1, |^ +$1: |[{ ]$1: required\}" "$TEMPLATES/$mode.yaml"
}

# put_settings_file [FILE]: what it says and what is known here, into S3, called by its hash: another content is another
# version of the services.
put_settings_file() {
    local bucket key content
    content=$(all_settings "$1")
    if [[ -z $content ]]; then
        PARAMETERS+=("SettingsFileArn=")
        return
    fi
    bucket=$(parameter CodeBucketName)
    key="settings/$stage-$(sha256sum <<<"$content" | cut -d ' ' -f 1).env"
    say "settings s3://$bucket/$key"
    aws_cli s3 cp --only-show-errors - "s3://$bucket/$key" <<<"$content"
    PARAMETERS+=("SettingsFileArn=arn:$(partition):s3:::$bucket/$key")
}

# all_settings [FILE]: on ECS the load balancer, in the same network, is believed where a request comes from, unless the file
# says whom to believe.
all_settings() {
    [[ -z $1 ]] || cat "$1"
    if [[ $mode == ecs ]] && { [[ -z $1 ]] || ! grep -q '^TRUSTED_PROXIES=' "$1"; }; then
        # On a line of its own, wherever the file ends.
        printf '\nTRUSTED_PROXIES=%s\n' "$(parameter VpcCidr)"
    fi
}

# The partition that the caller's account is in, such as `aws`.
partition() {
    aws_cli sts get-caller-identity --query Arn | cut -d : -f 2
}
