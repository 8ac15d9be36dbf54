# shellcheck shell=bash
# The images of the services in ECR. To be sourced; needs stacks.sh.

SERVICES=(svc-api svc-worker dlq-handler)
declare -A REPOSITORY_OUTPUTS=([svc-api]=ApiRepositoryUri [svc-worker]=WorkerRepositoryUri
    [dlq-handler]=DeadLetterRepositoryUri)
declare -A IMAGE_PARAMETERS=([svc-api]=ApiImage [svc-worker]=WorkerImage [dlq-handler]=DeadLetterImage)

# The caller's tag, else the commit: a tag is never written twice, so it must say which sources these are.
image_tag() {
    if [[ -n ${tag:-} ]]; then
        printf '%s' "$tag"
        return
    fi
    [[ -z $(git status --porcelain --untracked-files=no) ]] \
        || fail "there are changes that are not committed: commit them, or say --tag <tag> of images that are in ECR"
    git rev-parse --short=12 HEAD
}

# Adds each image to PARAMETERS by its digest; what the tag does not have yet is built and pushed.
find_or_push_images() {
    local service wanted digest
    wanted=$(image_tag)
    for service in "${SERVICES[@]}"; do
        digest=$(image_digest "$service" "$wanted")
        if [[ -z $digest ]]; then
            push_image "$service" "$wanted"
            digest=$(image_digest "$service" "$wanted")
            [[ -n $digest ]] || fail "$service:$wanted was pushed, but ECR does not know it"
        fi
        say "image $service@$digest"
        PARAMETERS+=("${IMAGE_PARAMETERS[$service]}=$(parameter "${REPOSITORY_OUTPUTS[$service]}")@$digest")
    done
}

# image_digest SERVICE TAG: nothing if there is no such image.
image_digest() {
    local answer
    if answer=$(aws_cli ecr describe-images --repository-name "$PREFIX/$1" --image-ids "imageTag=$2" \
        --query 'imageDetails[0].imageDigest' 2>&1); then
        [[ $answer == None ]] || printf '%s\n' "$answer"
    elif [[ $answer != *ImageNotFound* ]]; then
        fail "$answer"
    fi
}

# push_image SERVICE TAG
push_image() {
    command -v docker >/dev/null || fail "docker is not in PATH, and $1:$2 is not in ECR yet: it must be built and pushed"
    [[ -z ${tag:-} ]] || fail "$1:$2 is not in ECR; without --tag the images of this commit are built"
    local uri
    uri=$(parameter "${REPOSITORY_OUTPUTS[$1]}")
    if [[ -z ${signed_in:-} ]]; then
        sign_in docker "$uri"
        signed_in=yes
    fi
    say "building and pushing $uri:$2"
    docker build --platform linux/amd64 --target "$1" --build-arg "REVISION=$2" --tag "$uri:$2" .
    docker push --quiet "$uri:$2"
}

# pull_image TOOL IMAGE: from ECR, unless it is on this machine.
pull_image() {
    ! "$1" image inspect "$2" >/dev/null 2>&1 || return 0
    sign_in "$1" "$2"
    "$1" pull --quiet --platform linux/amd64 "$2"
}

# sign_in TOOL IMAGE: at the registry of that image.
sign_in() {
    aws_cli ecr get-login-password | "$1" login --username AWS --password-stdin "${2%%/*}" >/dev/null
}
