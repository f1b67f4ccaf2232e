#!/bin/bash
# test-catalog.sh - the catalogue example, on made-up catalogues and on this machine's own
#
# Below "tests/harness/pg with 17"; TRUNKLINE is the example's program here.
# shellcheck source-path=SCRIPTDIR disable=SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit

HARNESS=$(cd "$(dirname "${BASH_SOURCE[0]}")/../harness" && pwd)
readonly HARNESS
export DATABASE_URL=$TL_TEST_URL

# ---- words for these tests ----------------------------------------------------------------------

sql() # STATEMENT
{
    PGOPTIONS='-c client_min_messages=warning' \
        psql -X -q -A -t -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "$1"
}

sql_gives() # WANT STATEMENT
{
    local got

    got=$(sql "$2")
    [[ $got == "$1" ]] || {
        echo "# \"$got\", not \"$1\""
        return 1
    }
}

# The number of the n-th line that is this.
line_of() # FILE LINE [N]
{
    grep -anFx -- "$2" "$1" | sed -n "${3:-1}s/:.*//p"
}

out_lacks() # TEXT...
{
    local text

    for text in "$@"; do
        ! grep -Fq -- "$text" "$WORK/out" || return
    done
}

# The answer under a heading begins with this.
answer_has() # HEADING TEXT
{
    grep -F -A 1 -- "$1" "$WORK/out" | grep -Fq -- "$2"
}

# Everything that was loaded, in one line.
state()
{
    sql "select md5(string_agg(t::text, '|' order by t::text)) from (
           select p::text from catalog.package p union all
           select d::text from catalog.dependency d union all
           select e::text from catalog.edge e union all
           select l::text from catalog.load l union all
           select n::text from catalog.note n union all
           select v::text from packages.\"Package\" v union all
           select g::text from packages.\"DEPENDS_ON\" g) as t (t)"
}

state_is()
{
    [[ $(state) == "$1" ]]
}

# ---- catalogues ---------------------------------------------------------------------------------

readonly INSTALLED='Status: install ok installed'

# A cycle (left, right), alternatives, virtual packages, an unmet recommendation, twice the same,
# missing fields, malformed ones, other bytes than UTF-8, and one that is not installed.
write_strange()
{
    printf '%b' "Package: base
$INSTALLED
Version: 2.0-1
Installed-Size: 100
Section: libs
Description: base library of everything
 Database client library.

Package: left
$INSTALLED
Version: 1
Depends: base (>= 2.0), right
Description: left half of a database client

Package: right
$INSTALLED
Depends: left

Package: app
$INSTALLED
Pre-Depends: base (>= 2)
Depends: mta, base (>= 9) | other | gone
Recommends: not-here
Description: app with alternatives

Package: postfix
$INSTALLED
Provides: mta
Depends: base (<< 1) | other

Package: exim
$INSTALLED
Provides: mta
Installed-Size: huge
Depends: base, ???

Package: other
$INSTALLED
Maintainer: Andr\\0351 <a@b>
Description: caf\\0303\\0251 \\0033[31mred

Package: other
$INSTALLED
Version: 9

$INSTALLED
Version: 1

Package: removed
Status: deinstall ok config-files

Package: bad name
$INSTALLED

this is not a field
"
}

# ---- the tests ----------------------------------------------------------------------------------

strange_content_loads()
{
    local file=$WORK/strange

    write_strange >"$file"
    run --file "$file" --package base
    check "strange content loads" code_is 0
    check "it counts what it loaded" out_has "12 entries, 5 left out; loaded 7 packages"
    check "a repeated entry is named" err_has "line $(line_of "$file" 'Package: other' 2): other:\
 left out: it was given before, on line $(line_of "$file" 'Package: other')"
    check "an entry without a name is named" err_has \
        "line $(($(line_of "$file" 'Version: 9') + 2)): left out: it has no Package field"
    check "one that is not installed is named" err_has "line $(line_of "$file" \
        'Status: deinstall ok config-files'): removed: left out: it is not installed:\
 \"deinstall ok config-files\""
    check "one with a bad name is named" err_has \
        "line $(line_of "$file" 'Package: bad name'): bad name: left out: its name is not one"
    check "rubbish is named" err_has "line $(line_of "$file" \
        'this is not a field'): left out: the line is not \"Field: value\""
    check "a bad part of a field is named" err_has "line $(line_of "$file" \
        'Depends: base, ???'): exim: a part of Depends is left out, as it is malformed: \"???\""
    check "a bad number is named" err_has "line $(line_of "$file" \
        'Installed-Size: huge'): exim: Installed-Size is not a number: \"huge\""
    check "other bytes than UTF-8 are named" err_has "line $(($(line_of "$file" \
        'Package: other') + 2)): other: Maintainer is not UTF-8"
    check "and they are replaced" sql_gives $'Andr\uFFFD <a@b>' \
        "select maintainer from catalog.package where name = 'other'"
    check "missing fields are NULL" sql_gives t \
        "select version is null and summary is null and size_kib is null
           from catalog.package where name = 'exim'"
    check "the notes are kept" sql_gives 8 "select count(*) from catalog.note"
    check "texts get embeddings" sql_gives 4 "select count(embedding) from catalog.package"
}

answers_are_right()
{
    check "what falls is told from what has a choice" out_has \
        "needed by 4: 4 fall with it, 0 have another choice"
    check "the graph has the cycle" sql_gives 2 \
        "select count(*) from catalog.edge e join catalog.edge b
           on (e.from_id, e.to_id) = (b.to_id, b.from_id)"
    run --file "$WORK/strange" --package exim
    check "a virtual package leaves a choice" out_has \
        "needed by 1: 0 fall with it, 1 have another choice"
    run --file "$WORK/strange" --package right
    check "a cycle ends" out_has "needed by 1: 1 fall with it"
    run --file "$WORK/strange" --package left
    check "nothing of the catalogue can steer the terminal" \
        out_lacks $'\033'
    check "what is alike comes first" answer_has "2. What resembles left" base
    check "the graph tells the same as the table" sql_gives "$(sql 'select count(*) from catalog.edge')" \
        "select n from ag_catalog.cypher('packages',
           \$\$ match (:Package)-[:DEPENDS_ON]->(:Package) return count(*) \$\$) as (n bigint)"
}

# Each needs every other, so there are more chains than anybody could follow.
dense_catalogues_end()
{
    local i needs

    needs=$(printf 'p%d, ' {1..150})
    for i in {1..150}; do
        printf 'Package: p%d\n%s\nDepends: %s\n\n' "$i" "$INSTALLED" "$needs"
    done >"$WORK/dense"
    run --file "$WORK/dense" --package p7
    check "a dense catalogue loads" out_has "loaded 150 packages"
    check "a dense catalogue is answered" out_has "needed by 149: 149 fall with it, 0 have"
    check "what was not followed is said" out_has "are too many to follow; by SQL, 149 packages"
}

a_second_run_changes_nothing()
{
    local before

    before=$(state)
    run --file "$WORK/strange" --package base
    check "a second run succeeds" code_is 0
    check "a second run says that nothing changed" out_has "is unchanged since it was loaded"
    check "a second run changes nothing" state_is "$before"
}

# The last statement fails, so tables and graph have been filled by then.
a_failed_load_leaves_the_state()
{
    local before

    before=$(state)
    { write_strange; printf '\nPackage: more\n%s\n' "$INSTALLED"; } >"$WORK/more"
    sql "create function catalog.refuse() returns trigger language plpgsql
           as 'begin raise exception ''refused for the test''; end';
         create trigger refuse before insert on catalog.load
           for each row execute function catalog.refuse()"
    run --file "$WORK/more"
    check "a load that fails has exit code 4" code_is 4
    check "a load that fails gives the server's reason" err_has "refused for the test"
    check "a load that fails leaves tables and graph as they were" state_is "$before"
    sql "drop function catalog.refuse() cascade"
    run --file "$WORK/more"
    check "then it loads" out_has "loaded 8 packages"
}

what_is_no_catalogue_is_refused()
{
    local before

    before=$(state)
    : >"$WORK/empty"
    run --file "$WORK/empty"
    check "an empty file is refused" code_is 4
    check "an empty file is named" err_has "there is no installed package in it"
    head -c 300000 /dev/urandom >"$WORK/random"
    run --file "$WORK/random"
    check "random bytes are refused" code_is 4
    run --file "$WORK"
    check "a folder is refused" code_is 4
    run --file "$WORK/nowhere"
    check "a missing file is named" err_has "could not open \"$WORK/nowhere\": No such file"
    check "nothing of this changed the state" state_is "$before"
}

wrong_usage_has_its_codes()
{
    run --no-such-option
    check "an unknown option has exit code 2" code_is 2
    run extra
    check "an extra argument has exit code 2" code_is 2
    run --file "$WORK/more" --package oth
    check "an unknown package has exit code 2" code_is 2
    check "packages that are alike are named" err_has "other"
    DATABASE_URL=postgresql://127.0.0.1:1/nothing run --file "$WORK/more"
    check "no server has exit code 3" code_is 3
    DATABASE_URL='postgresql://127.0.0.1/x?pool_sice=1' run --file "$WORK/more"
    check "a wrong setting has exit code 2" code_is 2
    run --file "$WORK/more" --quiet
    check "quiet prints the answers" out_has "1. What stands and falls"
    check "and nothing else" out_lacks unchanged "Pool size" "answers in"
}

two_loads_at_once_take_turns()
{
    local a=0 b=0 pid

    write_strange >"$WORK/strange"
    "$TRUNKLINE" --file "$WORK/strange" >"$WORK/out" 2>"$WORK/err" &
    pid=$!
    "$TRUNKLINE" --file "$WORK/strange" >"$WORK/out2" 2>"$WORK/err2" || b=$?
    wait "$pid" || a=$?
    check "two loads at once succeed both" test "$a$b" = 00
    check "one of them found it loaded" test \
        "$(cat "$WORK/out" "$WORK/out2" | grep -c 'is unchanged since')" = 1
}

a_plain_server_does_what_it_can()
{
    local server

    server=$("$HARNESS/pg" new 15) || return
    DATABASE_URL=$("$HARNESS/pg" url "$server")
    run --file "$WORK/strange" --package base
    check "a plain server loads" code_is 0
    check "it says that there is no graph" out_has 'extension "age" is not in this database: no graph'
    check "it says that there are no embeddings" out_has 'extension "vector" is not in this database'
    check "the first answer is the same by SQL" out_has "needed by 4: 4 fall with it, 0 have"
    run --file "$WORK/strange"
    check "there, too, a second run changes nothing" out_has "is unchanged since it was loaded"
    DATABASE_URL=$TL_TEST_URL
    "$HARNESS/pg" drop "$server"
}

this_machines_catalogue_loads()
{
    local wanted

    [[ -r /var/lib/dpkg/status ]] || return
    wanted=$(grep -c '^Status: install ok installed' /var/lib/dpkg/status)
    run
    check "this machine's catalogue loads" code_is 0
    check "every installed package is there" sql_gives "$wanted" "select count(*) from catalog.package"
    check "the graph has them all" sql_gives "$wanted" 'select count(*) from packages."Package"'
    check "every package that dpkg calls configured has what it needs" sql_gives "" \
        "select string_agg(distinct p.name, ' ')
           from catalog.dependency d join catalog.package p on p.id = d.package_id
          where d.kind in ('Depends', 'Pre-Depends') and not exists (
                select from catalog.edge e where e.from_id = d.package_id and e.clause = d.clause)
            and not exists (select from catalog.dependency o join catalog.provides v
                  on v.package_id = o.package_id and v.name = o.name
                where o.package_id = d.package_id and o.clause = d.clause)"
    check "all three are answered" out_has "3. What takes the space?"
    check "the pool's status is shown" out_has "Pool size:"
}

strange_content_loads
answers_are_right
a_second_run_changes_nothing
a_failed_load_leaves_the_state
what_is_no_catalogue_is_refused
wrong_usage_has_its_codes
two_loads_at_once_take_turns
a_plain_server_does_what_it_can
dense_catalogues_end
this_machines_catalogue_loads
finish
