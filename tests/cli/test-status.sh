#!/bin/bash
# test-status.sh - trunkline status: the server, our sessions there, and the pool
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit

run status --json -d "$TL_TEST_TCP_URL"
check 'status knows the server' all 'code_is 0' 'err_is_empty' \
    "json_says '.server.host == \"127.0.0.1\" and .server.address == \"127.0.0.1\"'" \
    "json_says '.server.role == \"tl_test\" and .server.database == \"tl_test\"'" \
    "json_says '(.server.version | startswith(\"$TL_TEST_PG_VERSION\")) and .server.max_connections > 0'" \
    "json_says '.server.in_recovery == false and .server.read_only == false'"
check 'extensions have their versions' \
    json_says '.extensions.age == null or (.extensions.age | test("^[0-9.]+$"))'
[[ $TL_TEST_PG_VERSION != 17 ]] ||
    check 'both of them' json_says '.extensions | (.age | length) > 0 and (.vector | length) > 0'
check 'our own session is active, and counted' \
    json_says '.sessions_of_this_role.active >= 1 and .sessions_of_this_application.active >= 1'
check 'the places of the pool add up' \
    json_says '.pool | .lent == 1 and .empty + .opening + .idle + .lent + .probing + .resetting
        + .closing == .pool_size + .max_overflow'
check 'the summary is SQLAlchemys line' \
    json_says '.pool.summary | test("^Pool size: [0-9]+ +Connections in pool: [0-9]+ Current Overflow: -?[0-9]+ Current Checked out connections: 1$")'
check 'no password is shown' all '! out_has "${TL_TEST_TCP_URL:21:10}"'

run status -d "$TL_TEST_URL" --set 'pool_size=3 max_overflow=1'
check 'a person gets the same facts' all 'code_is 0' "out_matches '^  in recovery +no$'" \
    "out_matches '^  pool size +3$'" "out_matches '^  max overflow +1$'" "out_matches '^  role +tl_test$'" \
    "out_matches '^sessions of this role$'"

# A role that may see nothing of others.
psql -X -q "$TL_TEST_ADMIN_URL" -c 'create role nobody login' || exit 1
run status --json -d "${TL_TEST_URL/tl_test@/nobody@}"
check 'an ordinary role is enough' all 'code_is 0' "json_says '.server.role == \"nobody\"'"

open_ports
run status -d "postgresql://127.0.0.1:$CLOSED_PORT/db"
check 'without a server: the reason, the address, the phase' \
    all 'code_is 3' 'err_has "Connection refused"' "err_has 127.0.0.1:$CLOSED_PORT" \
    'err_has "connect"' 'out_is_empty'
SECONDS=0
run status --timeout 500ms -d "postgresql://127.0.0.1:$SILENT_PORT/db"
check 'a server that never answers costs no more than the deadline' \
    all 'code_is 3' 'took_less_than 10' "err_has 127.0.0.1:$SILENT_PORT" 'err_has "phase"' 'out_is_empty'

finish
