#!/bin/bash
# test-config.sh - trunkline config show: values and where they came from
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit

url='postgresql://someone:s3cret@db.example/app?pool_size=7&application_name=test'

# The setting of this name in out, which is the JSON of all of them.
says() # NAME JQ-EXPRESSION
{
    json_says "map(select(.name == \"$1\")) | length == 1 and (.[0] | $2)"
}

run config show --json -d "$url"
check 'a setting of the URL says so' all 'code_is 0' \
    "says pool_size '.value == \"7\" and (.source | contains(\"url\"))'"
check 'one that nobody set is the default' \
    says max_overflow '.value == "20" and .source == "default" and .kind == "trunkline"'
check 'libpqs parameters follow' says host '.value == "db.example" and .kind == "libpq"'
check 'a secret is masked' all "says password '.value == \"********\" and .secret'" '! out_has s3cret'
check 'those of libpq that are not set are left out' json_says 'all(.name != "passfile" or .value != "")'
check 'every setting has a line of help' json_says 'all(.[]; .help | length > 0)'
check 'some can change while a program works' \
    all "says pool_timeout .live" "says pool_size '.live | not'"

run config show -d "$url"
check 'a person gets a table' all 'code_is 0' \
    "out_matches '^ +name +\| +value +\| +source +\| live'" "out_matches '^ pool_size +\| 7 +\|'" \
    "out_matches '^ password +\| \*{8} '" '! out_has s3cret'

n=$(wc -l <"$WORK/out")
run config show --all -d "$url"
check '--all shows those of libpq that are not set, too' all 'code_is 0' '(($(wc -l <"$WORK/out") > n))'

run config show --json --set 'pool_size=3' --set 'max_overflow=1' -d "$url"
check '--set wins over the URL, and may be given twice' \
    all "says pool_size '.value == \"3\" and .source != \"default\"'" "says max_overflow '.value == \"1\"'"

TRUNKLINE_MAX_OVERFLOW=2 PGAPPNAME=env run config show --json -d 'postgresql://db.example/app'
check 'the environment is named as the source' \
    all "says max_overflow '.value == \"2\" and (.source | contains(\"TRUNKLINE_MAX_OVERFLOW\"))'" \
    "says application_name '.value == \"env\" and (.source | contains(\"PGAPPNAME\"))'"
DATABASE_URL=$url run config show --json
check 'DATABASE_URL is the default URL' says pool_size '.value == "7"'

run config show --json -d "$url" pool_size sslmode
check 'names choose settings' json_says 'map(.name) == ["pool_size", "sslmode"]'
run config show pool_sise
check 'an unknown name is answered with the nearest' \
    all 'code_is 2' 'err_has "unknown setting \"pool_sise\"; did you mean \"pool_size\"?"' 'out_is_empty'
run config list
check 'an unknown word is wrong usage' all 'code_is 2' 'err_has "\"show\""'
run config show -d 'postgresql://db/app?pool_size=none&max_overflo=3'
check 'every wrong setting is named' all 'code_is 2' 'err_has pool_size' 'err_has max_overflow' 'out_is_empty'
run config show -d "postgresql://someone:s3cret@db.example:port/app"
check 'a malformed URL does not give its password away' all 'code_is 2' '! err_has s3cret'

finish
