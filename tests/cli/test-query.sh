#!/bin/bash
# test-query.sh - trunkline query: where statements come from, how rows are shown, what goes wrong
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317
. "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit
export DATABASE_URL=$TL_TEST_URL

# ---- where statements come from -----------------------------------------------------------------

run query select 1 as a, "'x'" as b
check 'arguments are joined to one statement' all 'code_is 0' 'err_is_empty' "out_is ' a | b 
---+---
 1 | x
(1 row)'"

printf '\xef\xbb\xbfselect 42 as "größe";\n' >"$WORK/file.sql"
run query --csv -f "$WORK/file.sql"
check 'a file may begin with a byte order mark' all 'code_is 0' "out_is 'größe
42'"
given 'select 43 as n'
run query --csv
check 'without a statement it is read from standard input' all 'code_is 0' "out_is 'n
43'"
run query --csv -f -
check '-f - is standard input' out_has 43
run query --csv -
check 'so is -' out_has 43
given ''
run query
check 'an empty statement is wrong usage' all 'code_is 2' 'out_is_empty'
printf 'sel\0ect' >"$WORK/in"
run query
check 'a zero byte is refused' all 'code_is 4' 'err_has "zero byte"'
given ''
run query -f "$WORK/nowhere"
check 'a missing file is named, with the reason' \
    all 'code_is 4' 'err_has nowhere' 'err_has "No such file or directory"'
run query -f "$WORK"
check 'a folder is no file' all 'code_is 4' 'err_has "Is a directory"'
run query -f "$WORK/file.sql" 'select 1'
check 'a statement given twice is wrong usage' all 'code_is 2' 'err_has "given twice"'

# ---- parameters -----------------------------------------------------------------------------------

run query --csv -p 4 -p 5 --param-null --null - 'select $1::int + $2 as sum, $3::text as t'
check 'parameters are counted in their order, NULL among them' out_is 'sum,t
9,-'
run query --csv -p "Robert'); drop table students; --" 'select $1::text as t'
check 'a parameter is never part of the statement' out_is "t
Robert'); drop table students; --"
run query -p x 'select $1::int'
check 'a parameter that its type refuses is the servers error' \
    all 'code_is 4' 'err_has "22P02"' 'err_has "invalid input syntax for type integer: \"x\""'
run query -p 1 'select 1'
check 'one parameter too many is an error' all 'code_is 4' 'out_is_empty'

# ---- tables, as psql draws them -------------------------------------------------------------------

run query "select 1.5::numeric as n, 'a' || chr(10) || 'bb' as lines, 'z' as last
    union all select 100, 'one', 'p' || chr(10) || 'q'"
check 'numbers are right, and a value of several lines takes several' out_is '  n  | lines | last 
-----+-------+------
 1.5 | a    +| z
     | bb    | 
 100 | one   | p   +
     |       | q
(2 rows)'
run query "select '日本語' as \"名\", E'tab\tx' as t, E'\x01\x1b[31m\r' as c, U&'e\0301' as e"
check 'wide characters take two columns, control characters lose their power' out_is '   名   |     t     |       c        | e 
--------+-----------+----------------+---
 日本語 | tab     x | \x01\x1B[31m\r | é
(1 row)'
run query --null '(none)' "select null as n, '' as empty where true"
check '--null stands for NULL alone' out_is '   n    | empty 
--------+-------
 (none) | 
(1 row)'
run query "select 1 as a where false"
check 'no rows still have a header' out_is ' a 
---
(0 rows)'
run query "select from generate_series(1, 2)"
check 'rows without columns are counted' out_is '--
(2 rows)'
run query 'create temporary table t (a int)'
check 'a statement without rows shows its tag' all 'code_is 0' 'out_is "CREATE TABLE"'

# The same as psql, byte by byte, but for its empty last line.
odd="select n, repeat('x', n % 7) as x, case when n % 3 = 0 then null else n::text end as \"a
b\", case n % 5 when 0 then E'one\n\nthree' when 1 then '漢字' else '' end as c
 from generate_series(1, 300) n"
run query "$odd"
check 'a table is what psql draws' \
    diff <(psql -X "$DATABASE_URL" -c "$odd" | sed '$d') "$WORK/out"
run query --csv "select n, 'a\"b,' || n as t, E'x\ry' as r, '\\.' as d from generate_series(1, 300) n"
check 'CSV is what psql writes' diff <(psql -X --csv "$DATABASE_URL" -c \
    "select n, 'a\"b,' || n as t, E'x\ry' as r, '\\.' as d from generate_series(1, 300) n") "$WORK/out"

# ---- CSV --------------------------------------------------------------------------------------------

run query --csv "select 'a,b' as \"x,y\", 'q\"q' as \"q\"\"\", E'l1\nl2' as l, '' as e, null as n, ' b ' as b"
check 'CSV quotes what must be, and an empty text is not NULL' out_is '"x,y","q""",l,e,n,b
"a,b","q""q","l1
l2","",, b '
run query --csv --null NULL "select null as a, 'NULL' as b"
check 'a text that equals the one for NULL is quoted' out_is 'a,b
NULL,"NULL"'
run query --csv 'create temporary table t (a int)'
check 'a tag has no place in CSV' all 'code_is 0' 'out_is_empty' 'err_is "CREATE TABLE"'
run query --csv --json 'select 1'
check '--csv and --json exclude each other' code_is 2

# ---- JSON -------------------------------------------------------------------------------------------

run query --json "select 1 as i, -2::int2 as s, 9007199254740993::int8 as b, 1.50::numeric as n,
    1e-20::float8 as f, 'NaN'::float8 as nan, 'Infinity'::numeric as inf, true as t, false as u,
    null::int as nil, '{\"k\": [1, null]}'::jsonb as j, '[1 ]'::json as js, '1'::text as text,
    '\$3'::money as m, array[1, 2] as a, 'abc'::bytea as y"
check 'JSON keeps numbers as the server wrote them, and embeds JSON' \
    all 'code_is 0' 'out_has "\"b\": 9007199254740993, \"n\": 1.50, \"f\": 1e-20"' \
    "json_says '.[0] | .i == 1 and .s == -2 and .nan == \"NaN\" and .inf == \"Infinity\"'" \
    "json_says '.[0] | .t == true and .u == false and .nil == null and .j == {k: [1, null]}'" \
    "json_says '.[0] | .js == [1] and .text == \"1\" and .m == \"\$3.00\" and .a == \"{1,2}\"'" \
    "json_says '.[0].y == \"\\\\x616263\"'"
run query --json "select chr(34) || chr(92) || chr(10) || chr(9) || chr(1) || chr(127) || '/é😀' as t"
check 'odd characters in a string are escaped' \
    json_says '.[0].t == "\"\\\n\t\u0001\u007f/é😀"'
run query --json 'select 1 as a, 2 as a, 3 as a_2, 4 as a, 5 as "q\"'
check 'columns of the same name are told apart' \
    json_says '.[0] == {"a": 1, "a_3": 2, "a_2": 3, "a_4": 4, "q\\": 5}'
run query --json 'select 1 as a where false'
check 'no rows are an empty array' all 'code_is 0' 'out_is "[]"'
run query --json 'create temporary table t (a int)'
check 'a statement without rows is an empty array, too' all 'out_is "[]"' 'err_is "CREATE TABLE"'
run query --json "select n, repeat('ü', 100) as t from generate_series(1, 50000) n"
check 'a big result is whole' \
    json_says 'length == 50000 and .[49999].n == 50000 and (.[49999].t | length) == 100'
run query "select repeat('x', 3000000) as t"
check 'so is a big value' all 'code_is 0' '(($(wc -c <"$WORK/out") > 9000000))'

# ---- what goes wrong --------------------------------------------------------------------------------

run query 'select 1,
  nix from pg_class'
check 'an error shows the place in the statement' all 'code_is 4' 'out_is_empty' \
    'err_is "ERROR:  42703: column \"nix\" does not exist
LINE 2:   nix from pg_class
          ^"'
run query "select 'größe 漢字', nix"
check 'the mark stands below the character, however wide those before it' \
    err_has "LINE 1: select 'größe 漢字', nix
                             ^"
check 'as psql sets it' diff <(psql -X "$DATABASE_URL" -c "select 'größe 漢字', nix" 2>&1 |
    sed 's/ERROR:  /&42703: /') "$WORK/err"
run query "select $(printf '1,%.0s' {1..200}) nix, $(printf '1,%.0s' {1..200}) 1"
check 'a long line is cut around the place' all 'err_has "LINE 1: ..."' 'err_has "nix, 1,1"' \
    '((($(sed -n 2p "$WORK/err" | wc -c)) < 80))'
run query 'select 1 +'
check 'the place may be the end' err_has 'LINE 1: select 1 +
                  ^'
run query "do \$\$ begin perform 1; execute 'select nix from pg_class'; end \$\$"
check 'a statement inside a function is shown with its place' \
    all 'err_has "LINE 1: select nix from pg_class"' 'err_has "QUERY:  select nix from pg_class"' \
    'err_has "CONTEXT:  PL/pgSQL function"'
run query "do \$\$ begin raise exception using message = repeat('m', 2000), detail = repeat('d', 2000),
    hint = repeat('h', 2000); end \$\$"
check 'a long message is shown whole' \
    all 'err_has "$(printf "m%.0s" {1..2000})"' 'err_has "DETAIL:  $(printf "d%.0s" {1..2000})"' \
    'err_has "HINT:  $(printf "h%.0s" {1..2000})"'
run query "do \$\$ begin raise exception 'no' using errcode = '23505', constraint = 'c_key', table = 't';
    end \$\$"
check 'table and constraint are named' all 'err_has "CONSTRAINT NAME:  c_key"' 'err_has "TABLE NAME:  t"'
run query 'select 1; select 2'
check 'one statement is expected' all 'code_is 4' 'err_has 42601' 'err_has --script'
run query 'copy (select 1) to stdout'
check 'COPY to the client is refused as wrong usage' all 'code_is 2' 'out_is_empty' 'err_has "the data of a COPY"'

run query --script 'drop table if exists script_test; create table script_test (a int); insert into script_test values (1), (2)'
check '--script runs several statements' all 'code_is 0' 'out_is_empty'
run query --script 'insert into script_test values (3);
 insert into script_test values (nix);'
check 'a script that fails shows the place' all 'code_is 4' 'err_has "LINE 2:  insert"'
run query --csv 'select count(*) from script_test'
check 'and leaves nothing behind' out_is 'count
2'
run query --script -p 1 'select 1'
check 'a script takes no parameters' code_is 2

SECONDS=0
run query --timeout 500ms 'select pg_sleep(50)'
check '--timeout bounds the statement' all 'code_is 4' 'took_less_than 20' 'out_is_empty'

open_ports
run query -d "postgresql://127.0.0.1:$CLOSED_PORT/db" 'select 1'
check 'without a server: the reason, the address, the phase' \
    all 'code_is 3' 'err_has "Connection refused"' "err_has 127.0.0.1:$CLOSED_PORT" \
    'err_has connect' 'out_is_empty'
SECONDS=0
run query --timeout 500ms -d "postgresql://127.0.0.1:$SILENT_PORT/db" 'select 1'
check 'a server that never answers costs no more than the deadline' \
    all 'code_is 3' 'took_less_than 10' "err_has 127.0.0.1:$SILENT_PORT" 'err_has "phase"' 'out_is_empty'
run query -d "${TL_TEST_TCP_URL/tl_test:/tl_test:not}" 'select 1'
check 'a wrong password is no connection' all 'code_is 3' 'err_has "28P01"'
run query -d "${TL_TEST_URL/\/tl_test\?/\/nowhere?}" 'select 1'
check 'a missing database is no connection' all 'code_is 3' 'err_has "3D000"'

# ---- output that cannot be written ------------------------------------------------------------------

"$TRUNKLINE" query "select repeat('x', 1000) from generate_series(1, 1000)" >/dev/full 2>"$WORK/err"
CODE=$?
check 'a full disk is a failure' all 'code_is 4' 'err_has "No space left on device"' 'err_lines_are 1'
"$TRUNKLINE" query "select repeat('x', 1000) from generate_series(1, 1000)" 2>"$WORK/err" | head -n 1 >/dev/null
CODE=${PIPESTATUS[0]}
check 'a reader who has seen enough is no failure' all 'code_is 0' 'err_is_empty'

finish
