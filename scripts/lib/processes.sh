# shellcheck shell=bash
# Starts processes, watches and stops them, by pid and never by name. To be sourced; needs messages.sh and `run_dir`, the
# folder for `<name>.pid` and `<name>.log`.
#
# Each process leads a session of its own: a Ctrl-C in the terminal reaches this script alone, which stops them in order.

: "${run_dir:=}"
STARTED=()
STOP_GRACE_SECONDS=30

# start NAME COMMAND...: in the background, output to the log.
start() {
    local name=$1
    shift
    mkdir -p "$run_dir"
    JOBSYS_PID_FILE="$run_dir/$name.pid" setsid "$@" >"$run_dir/$name.log" 2>&1 </dev/null 9<&- &
    printf '%s\n' $! >"$run_dir/$name.pid"
    STARTED+=("$name")
}

# is_running NAME: is the process of that pid file there? A pid may have gone to a stranger since, after a reboot say. Ours
# is a child of this shell, or known by its environment (which a process that has ended has no more).
is_running() {
    local pid
    pid=$(pid_of "$1") && [[ -n $pid ]] || return 1
    grep -qx "$pid" <<<"$(jobs -pr)" \
        || grep -qzxF "JOBSYS_PID_FILE=$run_dir/$1.pid" "/proc/$pid/environ" 2>/dev/null
}

pid_of() {
    cat "$run_dir/$1.pid" 2>/dev/null
}

# wait_for_url NAME URL SECONDS: until the process answers there with a 2xx. Fails at once if it ends before.
wait_for_url() {
    local name=$1 url=$2 deadline=$((SECONDS + $3))
    until curl --fail --silent --output /dev/null --max-time 2 "$url"; do
        is_running "$name" || {
            show_log "$name"
            fail "$name ended at its start"
        }
        ((SECONDS < deadline)) || {
            show_log "$name"
            fail "$name: no good answer from $url in $3 s"
        }
        sleep 0.2
    done
}

show_log() {
    printf -- '--- the last lines of %s\n' "$run_dir/$1.log" >&2
    tail -n 20 "$run_dir/$1.log" >&2
    printf -- '---\n' >&2
}

# stop NAME: asks it to end, waits, and in the end insists, on what it left behind too. Says nothing if it is gone.
stop() {
    local name=$1 pid deadline=$((SECONDS + STOP_GRACE_SECONDS))
    if is_running "$name"; then
        pid=$(pid_of "$name")
        say "stopping $name"
        kill -TERM "$pid" 2>/dev/null || true
        while is_running "$name"; do
            ((SECONDS < deadline)) || {
                say "$name did not end in $STOP_GRACE_SECONDS s: killed"
                break
            }
            sleep 0.1
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
        # Else the shell reports the end of its child by itself.
        wait "$pid" 2>/dev/null || true
    fi
    rm -f "$run_dir/$name.pid"
}

# Stops what this script has started, the last one first.
stop_started() {
    local i
    for ((i = ${#STARTED[@]} - 1; i >= 0; i--)); do
        stop "${STARTED[i]}"
    done
    STARTED=()
}

# free_port [PREFERRED]: that port of this machine if nobody listens there, else a free one.
free_port() {
    python3 - "${1:-0}" <<'PYTHON'
import socket, sys

for port in (int(sys.argv[1]), 0):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
            probe.listen()
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
PYTHON
}
