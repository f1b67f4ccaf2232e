#!/bin/bash
# test-dev.sh - trunkline dev: a private cluster from nothing to nothing, and what may go wrong
#
# Needs PostgreSQL 15 and 17, as tools/setup gives them.
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
CACHE=${TRUNKLINE_CACHE:-}
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit
[[ -z $CACHE ]] || export TRUNKLINE_CACHE=$CACHE
unset XDG_RUNTIME_DIR

readonly BIN15=/usr/lib/postgresql/15/bin
BIN17=$("$(dirname "${BASH_SOURCE[0]}")/../../tools/pg17-root" --print) || exit
readonly BIN17
readonly MOST_SECONDS=60
readonly PASSWORD_OF_URL='s,^postgresql://graphiti:([^@]*)@.*,\1,'

# ---- words for these tests ----------------------------------------------------------------------

# As root the server's user must be able to come this far.
chmod 711 "$WORK"

use() # NAME: the home of what follows
{
    export TRUNKLINE_DEV_DIR=$WORK/$1
}

dev() # ARGS...
{
    run dev "$@"
}

# Whatever happened: nothing of ours goes on running.
stop_everything()
{
    local home

    for home in "$WORK"/*/trunkline-dev.lock; do
        "$TRUNKLINE" dev --dir "${home%/*}" down -q --timeout 1s >/dev/null 2>&1
    done
    ((${#HELPERS[@]} == 0)) || kill "${HELPERS[@]}" 2>/dev/null
}
HELPERS=()
trap 'stop_everything; clean_up' EXIT

# Started in the background, its number is that of the program.
as_server_user() # CMD...
{
    local -a drop=(env)

    ((EUID != 0)) || drop=(setpriv "--reuid=$(stat -c %u "$TRUNKLINE_DEV_DIR")"
        "--regid=$(stat -c %g "$TRUNKLINE_DEV_DIR")" --clear-groups)
    [[ $BASHPID == "$$" ]] || exec "${drop[@]}" "$@"
    "${drop[@]}" "$@"
}

data()
{
    printf '%s\n' "$TRUNKLINE_DEV_DIR/cluster/data"
}

postmaster()
{
    head -n 1 "$(data)/postmaster.pid"
}

# By its folder, as nothing else tells one server's processes from another's.
count_processes()
{
    local n=0 process

    for process in /proc/[0-9]*; do
        [[ $(<"$process/comm") == postgres && $process/cwd -ef $(data) ]] && n=$((n + 1))
    done 2>/dev/null
    echo "$n"
}

url()
{
    "$TRUNKLINE" dev url
}

password()
{
    url | sed -E "$PASSWORD_OF_URL"
}

sql() # STATEMENT...
{
    local statement
    local -a args=()

    for statement in "$@"; do
        args+=(-c "$statement")
    done
    psql -X -q -A -t -v ON_ERROR_STOP=1 "$(url)" "${args[@]}" 2>"$WORK/sql.err" ||
        sed 's/^/# psql: /' "$WORK/sql.err"
}

url_lets_in()
{
    psql -X -q "$(url)" -c 'select 1' >/dev/null 2>&1
}

gives() # WANT STATEMENT...
{
    local got

    got=$(sql "${@:2}")
    [[ $got == "$1" ]] || {
        echo "# \"$got\", not \"$1\""
        return 1
    }
}

mode_is() # MODE PATH
{
    [[ $(stat -c %a "$2") == "$1" ]]
}

server_runs()
{
    "$TRUNKLINE" dev status >/dev/null
}

holds_only() # FOLDER NAME...
{
    [[ $(cd "$1" && echo ./* | sed 's,\./,,g') == "${*:2}" ]]
}

# A folder of programs that say they are a PostgreSQL, with an initdb that does as told.
fake_programs() # NAME INITDB_COMMAND
{
    mkdir -p "$WORK/$1"
    printf '#!/bin/sh\necho "postgres (PostgreSQL) 17.99"\n' >"$WORK/$1/postgres"
    printf '#!/bin/sh\n%s\n' "$2" >"$WORK/$1/initdb"
    chmod 755 "$WORK/$1" "$WORK/$1"/*
}

# ---- the tests ------------------------------------------------------------------------------------

wrong_usage_is_told()
{
    use none
    dev
    check 'without a verb: which there are' all 'code_is 2' 'err_has "up, down, status"'
    dev upp
    check 'a slip is corrected' all 'code_is 2' "err_has 'did you mean \"up\"'"
    dev run
    check 'run wants a command' all 'code_is 2' 'err_has "run needs a command"'
    dev up extra
    check 'an argument too many is refused' all 'code_is 2' "err_has 'unexpected argument \"extra\"'"
    dev logs -n many
    check 'a wrong number is refused' code_is 2
    dev --postgres /nowhere up
    check 'programs that are not there are refused' all 'code_is 2' 'err_has /nowhere'
    dev up --postgres /usr/bin
    check 'a folder without a server is refused' all 'code_is 2' 'err_has "postgres and initdb"'
    dev --help
    check 'help is on standard output' all 'code_is 0' 'err_is_empty' 'out_has "trunkline dev [OPTION]... up"'
}

before_the_first_up()
{
    use fresh
    dev status
    check 'status: 1, not made' all 'code_is 1' "out_matches '^state +not made'"
    dev status --json
    check 'also for machines' all 'code_is 1' "json_says '.state == \"not made\"'"
    dev url
    check 'url: 3, what to do, and nothing on standard output' \
        all 'code_is 3' 'out_is_empty' "err_has 'trunkline dev up'"
    dev psql -c 'select 1'
    check 'psql: 3' code_is 3
    dev logs
    check 'logs: 3' code_is 3
    dev down
    check 'down: 0, nothing to do' all 'code_is 0' 'out_is "not running"'
    check 'none of them made anything' test ! -e "$TRUNKLINE_DEV_DIR"
}

up_makes_all()
{
    use main
    dev up
    check 'up makes a cluster and starts it' all 'code_is 0' 'out_has "started: PostgreSQL 17 on 127.0.0.1:"'
    local pid
    pid=$(postmaster)
    dev up
    check 'a second up says that it runs, and leaves it alone' all 'code_is 0' 'err_is_empty' \
        'out_has "running: PostgreSQL 17"' "test $pid == $(postmaster)"
    dev up --quiet
    check 'a quiet one says nothing' all 'code_is 0' 'out_is_empty' 'err_is_empty'
    dev url
    check 'the URL is one line' all 'code_is 0' 'err_is_empty' \
        "out_matches '^postgresql://graphiti:[A-Za-z0-9_-]{32}@127\.0\.0\.1:[0-9]+/graphiti_dev$'"
    check 'and lets in' gives 'graphiti|graphiti_dev' 'select current_user, current_database()'
    check 'by a password alone' \
        all "! psql -X -q -w \"\$(url | sed -E 's,:[^:@]*@,@,')\" -c 'select 1' 2>/dev/null" \
        "! psql -X -q -w \"\$(url | sed -E 's,:[^:@]*@,:wrong@,')\" -c 'select 1' 2>/dev/null"
    check 'kept as SCRAM' gives 'scram-sha-256' 'show password_encryption'
    check 'listening on loopback alone' gives '127.0.0.1' 'show listen_addresses'
}

files_are_private()
{
    local home=$TRUNKLINE_DEV_DIR

    check 'home, data, sockets and log may be entered by their owner alone' \
        all "mode_is 700 $home" "mode_is 700 $(data)" "mode_is 700 $home/cluster/sock" \
        "mode_is 700 $home/cluster/log"
    check 'passwords are for their owner alone' all "mode_is 600 $home/cluster/password" \
        "mode_is 600 $home/cluster/superuser-password"
    check 'the sockets are there' test -S "$home/cluster/sock/.s.PGSQL.$(url | sed -E 's,.*:([0-9]+)/.*,\1,')"
}

status_tells_all_but_the_password()
{
    dev status
    check 'status for people' all 'code_is 0' 'err_is_empty' "out_matches '^state +running$'" \
        "out_matches '^pid +$(postmaster)$'" 'out_has "graphiti:****@"' "! out_has $(password)"
    dev status --json
    check 'status for machines' all 'code_is 0' \
        "json_says '.state == \"running\" and .pid == $(postmaster) and .size_bytes > 1000000'" \
        "json_says '(.version | startswith(\"17\")) and .dir == \"$TRUNKLINE_DEV_DIR\"'" \
        "json_says '.extensions | (.age | length) > 0 and (.vector | length) > 0'" \
        "! out_has $(password)"
}

the_role_is_ordinary()
{
    check 'the role is no superuser, and owns the database' gives 'f|f|f|graphiti' \
        'select rolsuper, rolcreatedb, rolcreaterole, pg_get_userbyid(datdba) from pg_roles, pg_database
          where rolname = current_user and datname = current_database()'
    check 'vectors are ready for it' gives '5' \
        'create table point (at vector(2))' "insert into point values ('[3,4]')" \
        "select at <-> '[0,0]' from point"
    check 'so are graphs' gives '42' \
        "select from create_graph('known')" \
        "select * from cypher('known', \$\$ create (:Thing {n: 42}) \$\$) as (x agtype)" \
        "select * from cypher('known', \$\$ match (t:Thing) return t.n \$\$) as (n agtype)"
    check 'its own tables come first' gives 'public' \
        "select schemaname from pg_tables where tablename = 'point'"
}

psql_gets_the_way_in()
{
    dev psql -XAtc 'select current_user || $$ here $$'
    check 'psql runs in the database' all 'code_is 0' 'out_is "graphiti here "'
    dev psql --dir "$TRUNKLINE_DEV_DIR" -XAtc 'select 1'
    check 'its arguments are its own, but for ours' all 'code_is 0' 'out_is 1'
    dev psql -XAtc '\! tr "\0" " " </proc/$PPID/cmdline'
    check 'the password is not among them' all 'code_is 0' 'out_has psql' "! out_has $(password)"
    dev psql -XAtc 'select 1/0'
    check 'its exit code is passed on' code_is 1
}

logs_are_shown()
{
    local line marker=$RANDOM$RANDOM

    psql -X -q "$(url)" -c "select 'lost $marker'::int" 2>/dev/null
    dev logs
    check 'what the server said is in the log' all 'code_is 0' "out_has 'lost $marker'"
    dev logs -n 2
    check 'the last lines of it' all 'code_is 0' 'test $(wc -l <$WORK/out) == 2'

    exec {log}< <(exec "$TRUNKLINE" dev logs -n 0 -f)
    HELPERS+=("$!")
    local follower=$!
    # Until it is seen: what is said before the log is open is not among what is added.
    CODE=1
    for ((i = 0; i < MOST_SECONDS && CODE != 0; i++)); do
        psql -X -q "$(url)" -c "select 'more $marker'::int" 2>/dev/null
        while read -r -t 1 -u "$log" line; do
            [[ $line != *"more $marker"* ]] || {
                CODE=0
                break
            }
        done
    done
    check 'and goes on with what is added' code_is 0
    exec {log}<&-
    check 'until the reader goes away' timeout "$MOST_SECONDS" tail --pid="$follower" -f /dev/null
}

run_leaves_a_running_server()
{
    dev run -- sh -c 'echo "$PGHOST $PGUSER $PGDATABASE $PGPASSWORD"; echo "$DATABASE_URL"; exit 7'
    check 'the exit code is passed on' code_is 7
    check 'the command finds the way in its environment' all \
        "out_has '127.0.0.1 graphiti graphiti_dev $(password)'" "out_has $(url)"
    dev run -- psql -XAtc 'select current_user'
    check 'so psql needs no arguments' all 'code_is 0' 'out_is graphiti'
    PGHOSTADDR=192.0.2.1 PGSSLMODE=verify-full dev run psql -XAtc 'select 1'
    check 'whatever the environment said before' all 'code_is 0' 'out_is 1'
    dev run -- pwd
    check 'it runs where it was called' out_is "$PWD"
    dev run -- id -u
    check 'by whom it was called' out_is "$EUID"
    PATH=/usr/bin:/bin dev run -- no-such-program
    check 'what is not there is 127' all 'code_is 127' 'err_has no-such-program'
    dev run -- "$WORK"
    check 'what cannot run is 126' code_is 126
    dev run -- sh -c 'kill -KILL $$'
    check 'a signal is 128 and its number' code_is 137
    check 'the server was left running' server_runs
}

down_stops()
{
    dev down
    check 'down stops it' all 'code_is 0' 'out_is stopped' "test $(count_processes) == 0"
    dev down
    check 'twice is no failure' all 'code_is 0' 'out_is "not running"'
    dev status --json
    check 'status: 1, stopped' all 'code_is 1' "json_says '.state == \"stopped\" and .pid == null'"
    dev url
    check 'url: 3' all 'code_is 3' 'out_is_empty'
}

run_stops_what_it_started()
{
    dev run -q -- psql -XAtc 'select count(*) from point'
    check 'run starts a server that is needed' all 'code_is 0' 'out_is 1'
    check 'and stops it' all '! server_runs' "test $(count_processes) == 0"

    mkfifo "$WORK/go"
    exec {go}<>"$WORK/go"
    "$TRUNKLINE" dev run -q -- sh -c "echo ready; read line <$WORK/go; exit 3" >"$WORK/first" &
    local first=$!
    HELPERS+=("$first")
    exec {lines}< <(tail --pid="$first" -f "$WORK/first")
    read -r -t "$MOST_SECONDS" -u "$lines" _
    dev run -q -- true
    check 'another run ends before it, and leaves the server' all 'code_is 0' 'server_runs'
    echo go >&"$go"
    CODE=0
    wait "$first" || CODE=$?
    check 'the last one stops it' all 'code_is 3' '! server_runs'

    "$TRUNKLINE" dev run -q -- sh -c "trap 'exit 9' TERM; echo again; while :; do read line <$WORK/go; done" >"$WORK/second" &
    first=$!
    HELPERS+=("$first")
    exec {lines}< <(tail --pid="$first" -f "$WORK/second")
    read -r -t "$MOST_SECONDS" -u "$lines" _
    kill -TERM "$first"
    timeout "$MOST_SECONDS" tail --pid="$first" -f /dev/null || kill -KILL "$first"
    CODE=0
    wait "$first" || CODE=$?
    check 'a signal reaches the command, and the server is stopped all the same' \
        all 'code_is 9' '! server_runs'
    exec {go}>&- {lines}<&-

    dev up -q
    dev run -q -- true
    check 'a server that up started stays' server_runs
}

a_killed_server_recovers()
{
    sql 'set synchronous_commit = on; create table kept as select 1 as n'
    kill -KILL "$(postmaster)"
    dev up
    check 'up after SIGKILL to the postmaster' all 'code_is 0' 'out_has started'
    check 'keeps what was committed' gives 1 'select n from kept'
}

a_busy_backend_outlives_nobody()
{
    # It does not look up from this to notice that its postmaster is dead.
    PGAPPNAME=busy psql -X -q "$(url)" -c "select sum(length(repeat(md5(i::text), 1000)))
        from generate_series(1, 100000000) i" >/dev/null 2>&1 &
    HELPERS+=("$!")
    local n=0
    for ((i = 0; i < 10000 && n == 0; i++)); do
        n=$(sql "select count(*) from pg_stat_activity where application_name = 'busy' and state = 'active'")
    done
    kill -KILL "$(postmaster)"
    dev up
    check 'what is left of a killed server is ended' all 'code_is 0' 'server_runs'
    check 'and only one server has the data' gives 1 'select n from kept'
}

a_stale_pid_file_is_no_obstacle()
{
    local sleeper

    cp -p "$(data)/postmaster.pid" "$WORK/stale"
    cp -p "$TRUNKLINE_DEV_DIR"/cluster/sock/.s.PGSQL.*.lock "$WORK/"
    dev down -q
    as_server_user sleep 1000 >/dev/null &
    sleeper=$!
    HELPERS+=("$sleeper")
    for file in "$WORK/stale" "$WORK"/.s.PGSQL.*.lock; do
        sed -i "1s/.*/$sleeper/" "$file"
        chown --reference="$(data)" "$file"
    done
    mv "$WORK/stale" "$(data)/postmaster.pid"
    mv "$WORK"/.s.PGSQL.*.lock "$TRUNKLINE_DEV_DIR/cluster/sock/"
    dev status
    check 'another process under its number is not taken for the server' code_is 1
    dev down
    check 'down lets it live' all 'code_is 0' "kill -0 $sleeper"
    dev up
    check 'up goes past it' all 'code_is 0' 'out_has started' "kill -0 $sleeper"
    dev down -q
    as_server_user sh -c ": >'$(data)/postmaster.pid'"
    dev up
    check 'so it does when the file is empty' all 'code_is 0' 'out_has started'
}

what_was_lost_is_made_again()
{
    dev psql -Xqc "alter role graphiti password 'forgotten'"
    check 'a password that was changed is set again' all '! url_lets_in' \
        'dev up' 'code_is 0' 'out_has running' 'url_lets_in'
    psql -X -q "$(url | sed 's,/graphiti_dev$,/postgres,')" -c 'drop database graphiti_dev' 2>/dev/null
    check 'a database that was dropped is made again' all '! url_lets_in' 'dev up' 'code_is 0' \
        "gives 2 \"select count(*) from pg_extension where extname in ('age', 'vector')\""
    sql 'set synchronous_commit = on; create table kept as select 1 as n'
}

a_taken_port_is_left()
{
    local before taken

    before=$(url)
    taken=$(sed -E 's,.*:([0-9]+)/.*,\1,' <<<"$before")
    dev down -q
    exec {line}< <(exec python3 -c "
import socket, signal
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', $taken))
s.listen()
print('listening', flush=True)
signal.pause()")
    local listener=$!
    HELPERS+=("$listener")
    read -r -u "$line" _
    dev up
    check 'another port is taken, and told' all 'code_is 0' "err_has 'port $taken is taken'"
    check 'the URL has it' all "test $(url) != $before" "gives 1 'select 1'"
    before=$(url)
    kill "$listener"
    dev down -q
    dev up
    check 'and it is kept' test "$(url)" == "$before"
}

reset_makes_anew()
{
    local before

    before=$(url)
    dev reset
    check 'without a terminal it takes --yes' all 'code_is 2' 'err_has --yes' "gives 1 'select n from kept'"
    dev reset --yes --postgres "$WORK/refusing"
    check 'a reset that fails leaves the old cluster as it was' \
        all 'code_is 4' 'err_has "No space left on device"' "gives 1 'select n from kept'"
    dev reset --yes
    check 'reset --yes makes it anew' all 'code_is 0' 'gives "" "select to_regclass(\$\$kept\$\$)"'
    check 'under the same URL' test "$(url)" == "$before"
    check 'nothing is left of the old one' holds_only "$TRUNKLINE_DEV_DIR" cluster runs.lock trunkline-dev.lock
}

several_at_once()
{
    local i n_failed=0
    local -a each=()

    use several
    for i in 1 2 3 4; do
        "$TRUNKLINE" dev up >"$WORK/several.$i" 2>&1 &
        each+=($!)
    done
    for i in "${each[@]}"; do
        wait "$i" || n_failed=$((n_failed + 1))
    done
    cat "$WORK"/several.[1-4] >"$WORK/out"
    CODE=$n_failed
    check 'four at once all succeed' code_is 0
    check 'one of them starts it, the others find it running' \
        all 'test $(grep -c ^started $WORK/out) == 1' 'test $(grep -c ^running $WORK/out) == 3'
    check 'it works' gives 1 'select 1'
    dev down -q
}

what_is_not_ours_is_refused()
{
    use foreign
    mkdir "$TRUNKLINE_DEV_DIR"
    echo precious >"$TRUNKLINE_DEV_DIR/file"
    for verb in up down status 'reset --yes' 'run -- true'; do
        # shellcheck disable=SC2086
        dev $verb
        check "a folder with other files is refused by ${verb%% *}" \
            all 'code_is 4' 'err_has "was not made by trunkline dev"' 'err_lines_are 1'
    done
    check 'and left as it was' all "holds_only $TRUNKLINE_DEV_DIR file" \
        "test $(<"$TRUNKLINE_DEV_DIR/file") == precious" "test -O $TRUNKLINE_DEV_DIR"

    use empty
    mkdir "$TRUNKLINE_DEV_DIR"
    dev status
    check 'an empty folder is nothing yet' code_is 1
}

a_failed_set_up_is_taken_back()
{
    use broken
    dev up --postgres "$WORK/refusing"
    check 'a full disk is told in one line' all 'code_is 4' 'out_is_empty' \
        "err_has ': could not create directory \"data\": No space left on device'"
    check 'and nothing is left' holds_only "$TRUNKLINE_DEV_DIR" trunkline-dev.lock
    as_server_user mkdir -p "$TRUNKLINE_DEV_DIR/making/data/junk"
    CODE=0
    (ulimit -f 4000 && exec "$TRUNKLINE" dev up --postgres "$BIN15") >"$WORK/out" 2>"$WORK/err" || CODE=$?
    check 'so it is with a real one' all 'code_is 4' 'err_has "File too large"' \
        "holds_only $TRUNKLINE_DEV_DIR trunkline-dev.lock"

    dev up --postgres "$BIN15"
    check 'the next one succeeds' all 'code_is 0' 'out_has "PostgreSQL 15"' \
        'err_has "lacks age and vector"'
    check 'a plain server does what it can' gives 1 'select 1'
    dev status --json
    check 'and status tells what is missing' \
        all 'code_is 0' "json_says '.extensions == {age: null, vector: null}'"
}

another_version_is_not_touched()
{
    local before

    sql 'create table kept as select 15 as n'
    dev down -q
    before=$(md5sum <"$(data)/global/pg_control")
    dev up --postgres "$BIN17"
    check 'another version is told in one line, with what to do' all 'code_is 4' 'err_lines_are 1' \
        'err_has "made by PostgreSQL 15"' 'err_has "trunkline dev reset"'
    check 'and the data is not touched' test "$(md5sum <"$(data)/global/pg_control")" == "$before"
    dev up
    check 'its own version is found again' all 'code_is 0' "gives 15 'select n from kept'"
    dev reset --yes
    check 'a reset takes the best there is' all 'code_is 0' 'out_has "PostgreSQL 17"'
    dev down -q
}

a_path_too_long_is_told()
{
    use "$(printf 'long%.0s' {1..25})"
    dev up
    check 'sockets whose path would be too long: one line' \
        all 'code_is 4' 'err_lines_are 1' 'err_has "107 bytes"' 'err_has "--dir"'
    check 'and nothing is left' holds_only "$TRUNKLINE_DEV_DIR" trunkline-dev.lock
}

root_is_not_the_servers_user()
{
    local pid

    ((EUID == 0)) || return 0
    use main
    pid=$(postmaster)
    check 'as root: the server is another user, for good' \
        all "test $(stat -c %u "/proc/$pid") != 0" "grep -q '^NoNewPrivs:.*1' /proc/$pid/status" \
        "! grep -E '^(Uid|Gid):' /proc/$pid/status | grep -qw 0"
    check 'and so are its files' test -z "$(find "$TRUNKLINE_DEV_DIR" -user root)"

    mkdir -m 700 "$WORK/closed"
    use closed/home
    dev up
    check 'a folder that this user cannot reach is told' all 'code_is 4' 'err_lines_are 1' 'err_has "may not enter"'
}

fake_programs refusing 'echo "initdb: error: could not create directory \"data\": No space left on device" >&2; exit 1'

wrong_usage_is_told
before_the_first_up
up_makes_all
files_are_private
status_tells_all_but_the_password
the_role_is_ordinary
psql_gets_the_way_in
logs_are_shown
root_is_not_the_servers_user
use main
run_leaves_a_running_server
down_stops
run_stops_what_it_started
a_killed_server_recovers
a_busy_backend_outlives_nobody
a_stale_pid_file_is_no_obstacle
what_was_lost_is_made_again
a_taken_port_is_left
reset_makes_anew
dev down -q
several_at_once
what_is_not_ours_is_refused
a_failed_set_up_is_taken_back
another_version_is_not_touched
a_path_too_long_is_told
finish
