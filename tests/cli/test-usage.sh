#!/bin/bash
# test-usage.sh - trunkline without a server: help, wrong usage, wrong settings, broken output
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit

run --version
check '--version names the library and libpq' \
    all 'code_is 0' "out_matches '^trunkline [0-9.]+ \(libpq [0-9]+\.[0-9]+\)$'"

run --help
check '--help lists every command' \
    all 'code_is 0' 'out_has "  query "' 'out_has "  status "' 'out_has "  config "' \
    'out_has "  version "' 'out_has "  dev "' 'out_has "  serve "'
cp "$WORK/out" "$WORK/help"
run help
check '"help" is the same as --help' out_is "$(<"$WORK/help")"

for name in query status config version dev serve; do
    run help $name
    check "\"help $name\" shows its usage" all 'code_is 0' "out_has 'Usage: trunkline $name'"
    cp "$WORK/out" "$WORK/help"
    run $name --help
    check "\"$name --help\" is the same" all 'code_is 0' 'out_is "$(<"$WORK/help")"'
done

run
check 'without a command it says so' all 'code_is 2' 'err_lines_are 1' 'out_is_empty'
run qurey
check 'a slip of the finger is answered with the nearest command' \
    all 'code_is 2' 'err_is "trunkline: unknown command \"qurey\"; did you mean \"query\"?"'
run xylophone
check 'another word is answered with where the commands are' \
    all 'code_is 2' 'err_lines_are 1' 'err_has "\"trunkline help\" lists the commands"'
run help qurey
check '"help" of an unknown command is the same slip' \
    all 'code_is 2' 'err_has "did you mean \"query\"?"'

run query --jsno 'select 1'
check 'an unknown long option is answered with the nearest' \
    all 'code_is 2' 'err_has "unknown option \"--jsno\"; did you mean \"--json\"?"' \
    'err_has "trunkline help query"' 'err_lines_are 2' 'out_is_empty'
run query -x
check 'an unknown short option is named' all 'code_is 2' 'err_has "unknown option \"-x\""'
run query --json -xj
check 'an unknown short option in a cluster is named' \
    all 'code_is 2' 'err_has "unknown option \"-x\""'
run query --json=yes
check 'an option that takes no value refuses one' \
    all 'code_is 2' 'err_has "option \"--json\" takes no value"'
run query 'select 1' --url
check 'an option without its value is named' all 'code_is 2' 'err_has "option \"--url\" needs a value"'
for time in 5x 0 -1s 1.5s 99999999999s ''; do
    run query --timeout "$time" 'select 1'
    check "the time \"$time\" is refused" all 'code_is 2' "err_has 'invalid time \"$time\"'"
done
run status surplus
check 'a surplus argument is named' all 'code_is 2' 'err_has "unexpected argument \"surplus\""'

run query -d 'postgresql://localhost:nix/db' 'select 1'
check 'a malformed URL is wrong usage' all 'code_is 2' 'out_is_empty'
run query -d 'postgresql://localhost/db?pool_sise=5' 'select 1'
check 'an unknown setting is answered with the nearest' all 'code_is 2' 'err_has pool_sise' 'err_has pool_size'
run query --set 'pool_size=0 max_overflow=many' 'select 1'
check 'every wrong setting is named at once' \
    all 'code_is 2' 'err_has pool_size' 'err_has max_overflow'

run config
check '"config" alone says what is missing' all 'code_is 2' 'err_has "show"'

"$TRUNKLINE" help >/dev/full 2>"$WORK/err"
CODE=$?
check 'a full disk is a failure, with the reason' \
    all 'code_is 4' 'err_has "could not write to standard output: No space left on device"'
"$TRUNKLINE" help 2>"$WORK/err" >&-
CODE=$?
check 'a closed standard output is a failure' all 'code_is 4' 'err_lines_are 1'

finish
