#!/bin/sh
# Runs a job of the drill: the payload is a JSON string with a word for each attempt that says what it does.
read -r steps || true
steps=${steps#\"}
# shellcheck disable=SC2086 # A word is a step.
set -- ${steps%\"}
attempt=$JOBSYS_ATTEMPT
while [ "$attempt" -gt 1 ] && [ $# -gt 1 ]; do
    shift
    attempt=$((attempt - 1))
done
echo "$$ $PPID $JOBSYS_JOB_ID $JOBSYS_ATTEMPT" >>"$DRILL_JOURNAL"

succeed() {
    echo "1 as good as done" >&3
    echo "{\"attempt\":$JOBSYS_ATTEMPT}"
    exit 0
}

# A child that heeds no SIGTERM and has the output open.
fork() {
    (
        trap '' TERM
        exec sleep 600
    ) &
}

case $1 in
    ok) succeed ;;
    long)
        fork
        sleep 7
        succeed
        ;;
    fork)
        fork
        succeed
        ;;
    kill) kill -KILL $$ ;;
    flood)
        fork
        head -c 200000 /dev/zero | tr '\0' x
        sleep 5
        succeed
        ;;
    stubborn)
        trap '' TERM
        fork
        while :; do sleep 1; done
        ;;
    75)
        echo '{"retryAfter": "300ms"}'
        exit 75
        ;;
    *)
        echo "status $1, as the drill wants" >&2
        exit "$1"
        ;;
esac
