#!/bin/bash
# test-version.sh - trunkline version: library, libpq, and the server if one is known
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit

run version
check 'without a database it asks no server' all 'code_is 0' 'err_is_empty' \
    "out_matches '^trunkline +[0-9.]+$'" "out_matches '^libpq +[0-9]+\.[0-9]+$'" '! out_has server'

run version --json -d "$TL_TEST_URL"
check 'with one it knows the server and its extensions' all 'code_is 0' \
    "json_says '.trunkline and .libpq and (.server | startswith(\"$TL_TEST_PG_VERSION\"))'" \
    "json_says 'has(\"age\") and has(\"vector\")'"
[[ $TL_TEST_PG_VERSION != 17 ]] ||
    check 'which are there in 17' json_says '(.age | test("^[0-9.]+$")) and (.vector | test("^[0-9.]+$"))'
DATABASE_URL=$TL_TEST_URL run version
check 'DATABASE_URL is enough' all 'code_is 0' "out_matches '^server +$TL_TEST_PG_VERSION'"
run version --json -d "${TL_TEST_ADMIN_URL/\/tl_test\?/\/template1?}"
check 'an extension may be missing' json_says '.age == null and .vector == null'

open_ports
closed=postgresql://127.0.0.1:$CLOSED_PORT/db
DATABASE_URL=$closed run version
check 'a server that was not asked for may be away' \
    all 'code_is 0' "out_matches '^libpq'" 'err_has "Connection refused"'
run version -d "$closed"
check 'one that was asked for may not; the rest is shown all the same' \
    all 'code_is 3' "out_matches '^libpq'" 'err_has "Connection refused"'
PGHOST=127.0.0.1 PGPORT=$CLOSED_PORT run version --server --json
check '--server asks for that of libpqs environment' \
    all 'code_is 3' "json_says '.libpq and (has(\"server\") | not)'"
SECONDS=0
run version --timeout 500ms -d "postgresql://127.0.0.1:$SILENT_PORT/db"
check 'a server that never answers costs no more than the deadline' \
    all 'code_is 3' 'took_less_than 10' "out_matches '^libpq'"
run version 15
check 'it takes no arguments' code_is 2

finish
