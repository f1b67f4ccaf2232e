# shellcheck shell=bash disable=SC2034
#
# words.sh - the words that the tests of the command are written in; sourced, not run
#
# Below "tests/harness/pg with 17", which gives TL_TEST_URL and its sisters; TRUNKLINE is the command.
# Prints TAP. A test ends with "finish".
set -uo pipefail

readonly TRUNKLINE=${TRUNKLINE:?the command to test}
WORK=$(mktemp -d)
readonly WORK
readonly PATIENCE_S=60

N=0
N_FAILED=0
CODE=0
PORTS_PID=

# Nobody's own settings reach the tests.
for name in $(compgen -e); do
    [[ $name != PG* && $name != TRUNKLINE_* && $name != DATABASE_URL ]] || unset "$name"
done
export LC_ALL=C.UTF-8

clean_up()
{
    [[ -z $PORTS_PID ]] || kill "$PORTS_PID" 2>/dev/null
    rm -rf "$WORK"
}
trap clean_up EXIT

# ---- doing ----------------------------------------------------------------------------------------

# Leaves CODE, out and err. Standard input is what "given" said last, or nothing.
run() # ARGS...
{
    CODE=0
    timeout "$PATIENCE_S" "$TRUNKLINE" "$@" >"$WORK/out" 2>"$WORK/err" <"$WORK/in" || CODE=$?
}
: >"$WORK/in"

given() # TEXT
{
    printf '%s' "$1" >"$WORK/in"
}

# Two ports of 127.0.0.1 that stay ours while the test runs: nobody listens on CLOSED_PORT, and
# SILENT_PORT takes connections and never answers.
open_ports()
{
    mkfifo "$WORK/ports"
    python3 -c '
import socket, signal
closed, silent = socket.socket(), socket.socket()
closed.bind(("127.0.0.1", 0))
silent.bind(("127.0.0.1", 0))
silent.listen(50)
print(closed.getsockname()[1], silent.getsockname()[1], flush=True)
signal.pause()' >"$WORK/ports" &
    PORTS_PID=$!
    read -r CLOSED_PORT SILENT_PORT <"$WORK/ports"
}

# ---- saying ---------------------------------------------------------------------------------------

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
        echo "# exit code $CODE"
        head -c 4000 "$WORK/out" | sed 's/^/# out: /'
        head -c 4000 "$WORK/err" | sed 's/^/# err: /'
    fi
}

all() # CMD... each a word with its arguments in one string
{
    local each

    for each in "$@"; do
        eval "$each" || {
            echo "# not so: $each"
            return 1
        }
    done
}

code_is()
{
    [[ $CODE == "$1" ]]
}

out_is() # TEXT
{
    diff <(printf '%s\n' "$1") "$WORK/out" >"$WORK/diff" || {
        sed 's/^/# /' "$WORK/diff"
        return 1
    }
}

out_is_empty()
{
    [[ ! -s $WORK/out ]]
}

err_is_empty()
{
    [[ ! -s $WORK/err ]]
}

err_is() # TEXT
{
    diff <(printf '%s\n' "$1") "$WORK/err" >"$WORK/diff" || {
        sed 's/^/# /' "$WORK/diff"
        return 1
    }
}

out_has()
{
    [[ $(<"$WORK/out") == *"$1"* ]]
}

out_matches()
{
    grep -Eq -- "$1" "$WORK/out"
}

err_has()
{
    [[ $(<"$WORK/err") == *"$1"* ]]
}

err_lines_are() # N
{
    (($(wc -l <"$WORK/err") == $1))
}

# Whether out is JSON of which this is true.
json_says() # JQ-EXPRESSION
{
    jq -e "$1" "$WORK/out" >/dev/null
}

took_less_than() # SECONDS, since SECONDS was set to 0
{
    ((SECONDS < $1))
}

finish()
{
    echo "1..$N"
    exit $((N_FAILED > 0))
}
