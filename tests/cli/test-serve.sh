#!/bin/bash
# test-serve.sh - "trunkline serve": endpoints, refusals, signals, and a server that dies under it
#
# Runs below "tests/harness/pg with 17", which gives TL_TEST_URL and TL_TEST_PG_DIR; TRUNKLINE is the
# command. Prints TAP.
set -uo pipefail

readonly TRUNKLINE=${TRUNKLINE:?the command to test}
HARNESS=$(cd "$(dirname "${BASH_SOURCE[0]}")/../harness" && pwd)
readonly HARNESS
WORK=$(mktemp -d)
readonly WORK
readonly PATIENCE_S=20
export DATABASE_URL=$TL_TEST_URL
export LC_ALL=C.UTF-8

N=0
N_FAILED=0
PID=
URL=

# ---- words for the tests ----------------------------------------------------------------------

check() # SENTENCE CMD...
{
    local sentence=$1
    shift
    N=$((N + 1))
    if "$@"; then
        echo "ok $N - $sentence"
    else
        echo "not ok $N - $sentence"
        N_FAILED=$((N_FAILED + 1))
        tail -n 20 "$WORK/events" "$WORK/err" "$WORK/body" 2>/dev/null | sed 's/^/# /'
    fi
}

# A moment between two looks at a condition that has no bell to ring.
pause()
{
    read -r -t 0.05 <>"$WORK/never" || true
}

# Until CMD succeeds, or patience is over.
until_true() # CMD...
{
    local deadline=$((SECONDS + PATIENCE_S))

    until "$@"; do
        ((SECONDS < deadline)) || return 1
        pause
    done
}

run() # ARGS... ; leaves CODE, out and err
{
    CODE=0
    timeout "$PATIENCE_S" "$TRUNKLINE" serve "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || CODE=$?
}

start() # ARGS... ; leaves PID and URL
{
    : >"$WORK/events"
    "$TRUNKLINE" serve --listen 127.0.0.1:0 "$@" >"$WORK/events" 2>"$WORK/err" </dev/null &
    PID=$!
    until_true has_event serve.listening || return 1
    URL=$(jq -r 'select(.event == "serve.listening").url' "$WORK/events")
}

finish() # [SIGNAL] ; leaves CODE
{
    CODE=0
    [[ -z $PID ]] || kill -"${1:-INT}" "$PID" 2>/dev/null || true
    [[ -z $PID ]] || wait "$PID" || CODE=$?
    PID=
}

clean_up()
{
    finish KILL 2>/dev/null
    rm -rf "$WORK"
}
trap clean_up EXIT
mkfifo "$WORK/never"

has_event() # NAME [JQ-CONDITION]
{
    jq -se --arg name "$1" "any(.[]; .event == \$name and (${2:-true}))" "$WORK/events" >/dev/null 2>&1
}

count_events() # NAME
{
    jq -s --arg name "$1" 'map(select(.event == $name)) | length' "$WORK/events"
}

get() # PATH [CURL-ARG]... ; leaves STATUS, TYPE, body and head
{
    local told

    told=$(curl -s -m 5 -o "$WORK/body" -D "$WORK/head" -w '%{http_code} %{content_type}' \
        "${URL%/}$1" "${@:2}")
    STATUS=${told%% *}
    TYPE=${told#* }
}

answers() # STATUS TYPE PATH [CURL-ARG]...
{
    get "${@:3}"
    [[ $STATUS == "$1" && $TYPE == "$2" ]] || {
        echo "# $3: $STATUS $TYPE, not $1 $2"
        return 1
    }
}

status_is() # STATUS PATH
{
    get "$2"
    [[ $STATUS == "$1" ]]
}

body_has()
{
    grep -Fq -- "$1" "$WORK/body"
}

head_has()
{
    grep -iq -- "$1" "$WORK/head"
}

json_is() # JQ-CONDITION
{
    jq -e "$1" "$WORK/body" >/dev/null
}

code_is()
{
    [[ $CODE == "$1" ]] || {
        echo "# exit code $CODE, not $1"
        return 1
    }
}

err_has()
{
    grep -Fq -- "$1" "$WORK/err"
}

err_is_one_line()
{
    (($(wc -l <"$WORK/err") == 1))
}

not()
{
    ! "$@"
}

port_of()
{
    local port=${1##*:}

    echo "${port%/}"
}

is_alive()
{
    kill -0 "$PID" 2>/dev/null
}

readonly PLAIN='text/plain; charset=utf-8'

# ---- tests --------------------------------------------------------------------------------------

every_endpoint_answers()
{
    start
    check "/livez says ok" answers 200 "$PLAIN" /livez
    check "/readyz says ok" answers 200 "$PLAIN" /readyz
    check "its answer is one line" body_has ok
    check "/readyz?verbose answers" answers 200 "$PLAIN" '/readyz?verbose'
    check "it lists the checks" body_has '[+]database ok'
    check "a check can be left out" answers 200 "$PLAIN" '/readyz?verbose&exclude=database'
    check "and is said to be" body_has '[+]database excluded'
    check "a single check answers" answers 200 "$PLAIN" /readyz/writable
    check "an unknown check is not found" answers 404 "$PLAIN" /readyz/nonsense
    check "/health is a health document" answers 200 application/health+json /health
    check "its status is pass" json_is '.status == "pass"'
    check "it knows the database" json_is '.checks
        | ."postgresql:responseTime"[0].observedValue > 0
          and (."postgresql:connections"[0].observedValue >= 1)
          and (."postgresql:role"[0].observedValue == "primary")
          and (."pool:utilization"[0].status == "pass")'
    check "it has the server's version" json_is \
        ".checks.\"postgresql:version\"[0].observedValue | startswith(\"$TL_TEST_PG_VERSION\")"
    check "times are ISO 8601, in UTC" json_is '[.checks[][].time]
        | all(test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"))'
    check "/metrics is Prometheus' text" answers 200 'text/plain; version=0.0.4; charset=utf-8' /metrics
    check "it has the pool" body_has db_client_connection_count
    check "/pool is JSON" answers 200 application/json /pool
    check "the states add up to all places" json_is '.status
        | .n_empty + .n_opening + .n_idle + .n_lent + .n_probing + .n_resetting + .n_closing
          == .pool_size + .max_overflow'
    check "SQLAlchemy's line is there" json_is '.line | startswith("Pool size: ")'
    check "/ is a page" answers 200 'text/html; charset=utf-8' /
    check "the page has values without scripts" body_has 'All is well'
    check "no mark is left in it" not body_has '{{'
    check "the page's policy names hashes" head_has "content-security-policy:.*script-src 'sha256-"
    finish
}

extensions_are_seen()
{
    ((TL_TEST_PG_VERSION >= 17)) || return
    start
    get /health
    check "AGE is seen, with its version" json_is \
        '.checks."age:available"[0] | .observedValue and (.version | length > 0)'
    check "pgvector, too" json_is \
        '.checks."pgvector:available"[0] | .observedValue and (.version | length > 0)'
    finish
}

strange_requests_are_refused()
{
    start
    check "POST is not allowed" answers 405 "$PLAIN" /readyz -X POST -d x
    check "and told what is" head_has '^allow: GET, HEAD'
    check "HEAD is answered" answers 200 "$PLAIN" /livez -I
    check "an unknown path is not found" answers 404 "$PLAIN" /livezz
    check "a foreign Host is refused" answers 421 "$PLAIN" /pool -H 'Host: evil.example'
    check "localhost is not" answers 200 application/json /pool -H 'Host: localhost:8432'
    check "a path too long is told so" status_is 414 "/livez?$(printf '%020000d' 0)"
    get /pool
    check "nothing guesses types" head_has '^x-content-type-options: nosniff'
    check "nothing keeps what is seen" head_has '^cache-control: no-store'
    check "a connection serves one request" head_has '^connection: close'
    finish
}

# More than there are places; each has connected and says nothing.
silent_crowds_keep_nobody_out()
{
    local -a held=()
    local fd i

    start
    for ((i = 0; i < 80; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$(port_of "$URL")" && held+=("$fd")
    done
    check "a crowd that says nothing keeps nobody out" answers 200 "$PLAIN" /livez
    for fd in "${held[@]}"; do
        exec {fd}>&-
    done
    finish
}

addresses_are_checked()
{
    run --listen 0.0.0.0:0
    check "beyond loopback is refused" code_is 2
    check "with the option's name" err_has --allow-remote
    run --listen nonsense
    check "nonsense is refused" code_is 2
    start
    run --listen "127.0.0.1:$(port_of "$URL")"
    check "a busy port fails" code_is 4
    check "in one line" err_is_one_line
    check "with what to do" err_has 'choose with --listen'
    finish
    start --listen '[::1]:0'
    check "IPv6 is listened on" answers 200 "$PLAIN" /livez
    finish
}

wrong_usage_is_refused()
{
    run --log nonsense
    check "an unknown log is wrong usage" code_is 2
    run argument
    check "so is an argument" code_is 2
    run --set pool_size=0
    check "so is a setting out of range" code_is 2
    check "which is named" err_has pool_size
    printf 'pool_timeout = 5s\npool_siz = 3\n' >"$WORK/settings"
    run --settings "$WORK/settings"
    check "so is a file with a wrong line" code_is 2
    check "which is named by its number" err_has "settings:2: "
}

signals_end_it_well()
{
    start --drain-delay 30s
    kill -TERM "$PID"
    check "after SIGTERM /readyz fails" until_true status_is 503 /readyz
    check "and says why" body_has '[-]shutdown failed'
    check "/livez does not" status_is 200 /livez
    check "the log says draining" has_event serve.draining
    kill -TERM "$PID"
    CODE=0
    wait "$PID" || CODE=$?
    PID=
    check "a second signal ends it at once" code_is 143
    start --drain-delay 250ms
    finish TERM
    check "SIGTERM ends it with 0" code_is 0
    check "the last word is serve.stopped" last_event_is serve.stopped
    start
    finish INT
    check "SIGINT, too" code_is 0
}

last_event_is()
{
    [[ $(tail -n 1 "$WORK/events" | jq -r .event) == "$1" ]]
}

settings_are_read_again()
{
    printf '# ours\npool_timeout = 5s\npool_size = 3\n' >"$WORK/settings"
    start --settings "$WORK/settings"
    get /pool
    check "the file's settings hold" json_is '.status.pool_size == 3'
    printf 'pool_timeout = 7s\npool_size = 3\n' >"$WORK/settings"
    kill -HUP "$PID"
    check "SIGHUP applies what changed" until_true has_event serve.settings_applied \
        '.changed | test("pool_timeout: .* -> ")'
    printf 'pool_timeout = 7s\npool_size = 4\n' >"$WORK/settings"
    kill -HUP "$PID"
    check "what needs a restart is refused, with its line" until_true has_event \
        serve.settings_refused '.reason | test(":2: pool_size")'
    printf '\npool_timeout = soon\n' >"$WORK/settings"
    kill -HUP "$PID"
    check "a wrong value is refused, with its line" until_true has_event \
        serve.settings_refused '.reason | test(":2: .*pool_timeout")'
    check "and the process goes on" status_is 200 /readyz
    finish
}

text_is_for_people()
{
    "$TRUNKLINE" serve --listen 127.0.0.1:0 --log text >"$WORK/events" 2>"$WORK/err" </dev/null &
    PID=$!
    check "--log text prints lines for people" until_true grep -q 'serve.ready' "$WORK/events"
    check "which are no JSON" not jq -e . "$WORK/events" 2>/dev/null
    finish
}

a_read_only_server_is_not_ready()
{
    local -r url="$TL_TEST_URL&options=-c%20default_transaction_read_only%3Don"

    start -d "$url"
    check "a read-only server is not ready" until_true status_is 503 /readyz
    check "the check says why" body_has '[-]writable failed: transactions are read-only'
    check "its health is warn" answers 200 application/health+json /health
    check "as the document says" json_is '.status == "warn"'
    check "the log, too" until_true has_event serve.not_ready '.reason | test("read-only")'
    finish
    start -d "$url" --read-only-ok
    check "with --read-only-ok it is ready" until_true status_is 200 /readyz
    finish
}

server_processes()
{
    local postmaster

    postmaster=$("$HARNESS/pg" pid "$TL_TEST_PG_DIR")
    echo "$postmaster" "$(ps -o pid= --ppid "$postmaster")"
}

# For longer than an answer of the database is kept, so that probes are under way in between.
livez_is_quick()
{
    local i

    for ((i = 0; i < 40; i++)); do
        answers 200 "$PLAIN" /livez -m 0.5 || return 1
        pause
    done
}

a_stalled_server_holds_nobody_up()
{
    local pids

    start
    until_true status_is 200 /readyz
    pids=$(server_processes)
    # shellcheck disable=SC2086
    kill -STOP $pids
    check "with the server stalled /readyz fails in time" until_true status_is 503 /readyz
    check "meanwhile /livez answers at once, again and again" livez_is_quick
    check "/health says fail" answers 503 application/health+json /health
    # shellcheck disable=SC2086
    kill -CONT $pids
    check "when it goes on, /readyz returns" until_true status_is 200 /readyz
    finish
}

# Asked without a pause while the server dies and returns; every answer must be 200.
ask_livez_until() # FILE
{
    until [[ -e $1 ]]; do
        curl -s -m 2 -o /dev/null -w '%{http_code}\n' "${URL}livez"
        pause
    done >"$WORK/livez"
}

all_lives()
{
    [[ -s $WORK/livez ]] && ! grep -qv '^200$' "$WORK/livez"
}

the_server_dies_and_returns()
{
    local pid asking

    start
    pid=$PID
    check "it is ready" until_true has_event serve.ready
    ask_livez_until "$WORK/done" &
    asking=$!

    "$HARNESS/pg" kill "$TL_TEST_PG_DIR"
    check "the postmaster killed: /readyz fails" until_true status_is 503 /readyz
    check "the check says which" body_has '[-]database failed'
    check "/health says fail" answers 503 application/health+json /health
    check "without the server's address" not body_has "$TL_TEST_PG_DIR/sock/"
    check "events tell that it is not ready, and why" until_true has_event serve.not_ready \
        '.level == "warn" and (.reason | length > 0)'

    "$HARNESS/pg" start "$TL_TEST_PG_DIR"
    check "started again: /readyz returns" until_true status_is 200 /readyz
    check "events tell that it is ready again" until_true events_tell_of_return
    : >"$WORK/done"
    wait "$asking"
    check "/livez stayed 200 all the time" all_lives
    check "it is the same process" is_alive
    check "which listened once" test "$(count_events serve.listening)" = 1
    check "and was never restarted" test "$PID" = "$pid"
    check "every line of the log is JSON" log_is_json
    finish
}

log_is_json()
{
    jq -se 'length > 0' "$WORK/events" >/dev/null
}

events_tell_of_return()
{
    [[ $(jq -r '.event | select(. == "serve.ready" or . == "serve.not_ready")' "$WORK/events" |
        tr '\n' ' ') == "serve.ready serve.not_ready serve.ready "* ]]
}

it_starts_while_the_server_is_down()
{
    "$HARNESS/pg" stop "$TL_TEST_PG_DIR"
    start
    check "without a server it starts" status_is 200 /livez
    check "and is not ready" status_is 503 /readyz
    check "the page says so" answers 200 'text/html; charset=utf-8' /
    check "in words" body_has 'The database cannot be reached'
    "$HARNESS/pg" start "$TL_TEST_PG_DIR"
    check "when the server comes, it is ready" until_true status_is 200 /readyz
    finish
}

every_endpoint_answers
extensions_are_seen
strange_requests_are_refused
silent_crowds_keep_nobody_out
addresses_are_checked
wrong_usage_is_refused
signals_end_it_well
settings_are_read_again
text_is_for_people
a_read_only_server_is_not_ready
a_stalled_server_holds_nobody_up
the_server_dies_and_returns
it_starts_while_the_server_is_down
echo "1..$N"
((N_FAILED == 0))
