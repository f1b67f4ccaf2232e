/* unit/examples/test-dpkg.c - the catalogue example's parser and resolver, on strange content too */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/parse.h"
#include "catalog/resolve.h"
#include "catalog/text.h"

#define OK "Status: install ok installed\n"

static struct catalog parse(const char *text)
{
    struct catalog catalog = { 0 };

    CHECK(catalog_parse(&catalog, text, strlen(text)));
    CHECK(catalog_resolve(&catalog));
    return catalog;
}

static void check_text(tl_str text, const char *want)
{
    ck_assert_msg(text_equal(text, want), "\"%.*s\" is not \"%s\"", TL_STR(text), want);
}

static bool has_edge(const struct catalog *catalog, const char *from, const char *to, int choices)
{
    for (size_t i = 0; i < catalog->n_edges; i++) {
        const struct edge *edge = &catalog->edges[i];
        if (text_equal(catalog->packages[edge->from].name, from) &&
            text_equal(catalog->packages[edge->to].name, to) && edge->choices == choices)
            return true;
    }
    return false;
}

TEST(an_entry_becomes_a_package)
{
    struct catalog catalog = parse("Package: adduser\n" OK "Section: admin\nInstalled-Size: 686\n"
                                   "Maintainer: A <a@b>\nArchitecture: all\nVersion: 3.134\n"
                                   "Conffiles:\n /etc/adduser.conf cc34\n"
                                   "Description: add users\n This adds\n .\n  - users.\n\n");

    CHECK_INT(catalog.n_packages, 1, "packages");
    const struct package *p = &catalog.packages[0];
    check_text(p->name, "adduser");
    check_text(p->version, "3.134");
    check_text(p->section, "admin");
    check_text(p->maintainer, "A <a@b>");
    check_text(p->architecture, "all");
    check_text(p->summary, "add users");
    check_text(p->description, "This adds\n\n - users.");
    CHECK_INT(p->size_kib, 686, "size");
    CHECK_INT(catalog.n_notes, 0, "notes");
    catalog_done(&catalog);
}
END_TEST

TEST(missing_fields_are_missing_and_nothing_more)
{
    struct catalog catalog = parse("Package: bare\n" OK);

    CHECK_INT(catalog.n_packages, 1, "packages");
    CHECK(catalog.packages[0].version.data == NULL);
    CHECK(catalog.packages[0].summary.data == NULL);
    CHECK_INT(catalog.packages[0].size_kib, -1, "size");
    CHECK_INT(catalog.n_notes, 0, "notes");
    catalog_done(&catalog);
}
END_TEST

TEST(relations_have_clauses_alternatives_and_versions)
{
    struct catalog catalog =
        parse("Package: a\n" OK "Depends: libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0,\n"
              " python3:any (<< 4)\nPre-Depends: dpkg\nProvides: mta (= 1.2), base\n");

    CHECK_INT(catalog.n_dependencies, 5, "dependencies");
    const struct dependency *d = catalog.dependencies;
    check_text(d[0].name, "dpkg");
    CHECK_INT(d[0].kind, RELATION_PRE_DEPENDS, "kind");
    check_text(d[1].name, "libc6");
    check_text(d[1].relation, ">=");
    check_text(d[1].version, "2.36");
    CHECK_INT(d[2].clause, 3, "clause");
    CHECK_INT(d[3].clause, 3, "clause");
    CHECK_INT(d[3].alternative, 2, "alternative");
    CHECK(d[3].relation.data == NULL);
    check_text(d[4].name, "python3");
    check_text(d[4].relation, "<<");
    CHECK_INT(catalog.n_provided, 2, "provided");
    check_text(catalog.provided[0].name, "mta");
    check_text(catalog.provided[0].version, "1.2");
    CHECK(catalog.provided[1].version.data == NULL);
    catalog_done(&catalog);
}
END_TEST

struct left_out {
    const char *text;
    size_t line;
    const char *package;
    const char *reason;
};

static const struct left_out left_out[] = {
    { OK "Version: 1\n", 1, "", "it has no Package field" },
    { "\n\nPackage:\n" OK, 3, "", "it has no Package field" },
    { "Package: a b\n" OK, 1, "a b", "its name is not one of a package" },
    { "Package: ../etc\n" OK, 1, "../etc", "its name is not one of a package" },
    { OK "Package: \"; drop\n", 2, "\"; drop", "its name is not one of a package" },
    { "Package: esc\033[2J\n" OK, 1, "esc?[2J", "its name is not one of a package" },
    { "Package: p\n", 1, "p", "it has no Status field" },
    { "Package: p\nStatus: deinstall ok config-files\n", 2, "p",
      "it is not installed: \"deinstall ok config-files\"" },
    { "Package: p\n" OK "Version: 1 2\n", 3, "p", "its version is malformed" },
    { "Package: p\n" OK "Architecture: /\n", 3, "p", "its architecture is malformed" },
    { "Package: p\n" OK "no colon here\n", 3, "p", "the line is not \"Field: value\"" },
    { "Package: p\n" OK ": empty\n", 3, "p", "the line is not \"Field: value\"" },
    { " folded\nPackage: p\n" OK, 1, "p", "the first line is folded" },
    { "Package: p\n" OK "Package: q\n", 3, "p", "the field was given before" },
};

TEST(an_entry_left_out_is_named_with_line_and_reason)
{
    for (size_t i = 0; i < COUNT_OF(left_out); i++) {
        struct catalog catalog = parse(left_out[i].text);

        CHECK_INT(catalog.n_packages, 0, left_out[i].reason);
        CHECK_INT(catalog.n_left_out, 1, left_out[i].reason);
        CHECK_INT(catalog.n_notes, 1, left_out[i].reason);
        CHECK(catalog.notes[0].left_out);
        CHECK_STR(catalog.notes[0].reason, left_out[i].reason);
        CHECK_STR(catalog.notes[0].package, left_out[i].package);
        CHECK_INT(catalog.notes[0].line, left_out[i].line, left_out[i].reason);
        catalog_done(&catalog);
    }
}
END_TEST

TEST(a_bad_entry_spoils_neither_neighbour)
{
    struct catalog catalog = parse("Package: one\n" OK "\nrubbish\n\nPackage: two\n" OK);

    CHECK_INT(catalog.n_packages, 2, "packages");
    CHECK_INT(catalog.n_entries, 3, "entries");
    CHECK_INT(catalog.notes[0].line, 4, "line");
    CHECK_INT(catalog.packages[1].line, 6, "line");
    catalog_done(&catalog);
}
END_TEST

TEST(a_line_that_is_too_long_is_left_out_with_its_entry)
{
    static char filler[CATALOG_LINE_MAX + 1];
    static char text[CATALOG_LINE_MAX + 200];

    memset(filler, 'x', CATALOG_LINE_MAX);
    snprintf(text, sizeof text, "Package: long\n" OK "Depends: %s\n\nPackage: next\n" OK, filler);
    struct catalog catalog = parse(text);
    CHECK_INT(catalog.n_packages, 1, "packages");
    CHECK_INT(catalog.notes[0].line, 3, "line");
    CHECK_STR(catalog.notes[0].reason, "the line is longer than 65536 bytes");
    catalog_done(&catalog);
}
END_TEST

TEST(the_second_of_two_entries_is_left_out)
{
    struct catalog catalog =
        parse("Package: a\n" OK "Version: 1\nArchitecture: amd64\nDepends: b\n\n"
              "Package: b\n" OK "\n"
              "Package: a\n" OK "Version: 2\nArchitecture: amd64\n\n"
              "Package: a\n" OK "Version: 3\nArchitecture: i386\n");

    CHECK_INT(catalog.n_packages, 3, "packages");
    check_text(catalog.packages[0].version, "1");
    check_text(catalog.packages[2].version, "3");
    CHECK_STR(catalog.notes[0].reason, "it was given before, on line 1");
    CHECK_INT(catalog.notes[0].line, 10, "line");
    catalog_done(&catalog);
}
END_TEST

TEST(bytes_that_are_not_utf8_are_replaced_and_noted)
{
    struct catalog catalog = parse("Package: latin\n" OK "Maintainer: Andr\xE9 <a@b>\n"
                                   "Description: \xC3\xA9 is fine\n");

    check_text(catalog.packages[0].maintainer, "Andr\xEF\xBF\xBD <a@b>");
    check_text(catalog.packages[0].summary, "\xC3\xA9 is fine");
    CHECK_INT(catalog.n_notes, 1, "notes");
    CHECK(!catalog.notes[0].left_out);
    CHECK_INT(catalog.notes[0].line, 3, "line");
    CHECK_HAS(catalog.notes[0].reason, "Maintainer is not UTF-8");
    catalog_done(&catalog);
}
END_TEST

TEST(nul_bytes_are_replaced_too)
{
    static const char text[] = "Package: nul\n" OK "Description: a\0b\n";
    struct catalog catalog = { 0 };

    CHECK(catalog_parse(&catalog, text, sizeof text - 1));
    check_text(catalog.packages[0].summary, "a\xEF\xBF\xBD"
                                            "b");
    catalog_done(&catalog);
}
END_TEST

TEST(a_malformed_part_of_a_relation_leaves_the_rest)
{
    struct catalog catalog = parse("Package: a\n" OK "Depends: b (>> ), c (2), d e, , f (= 1)|, g\n"
                                   "Provides: v (>= 1), w\nInstalled-Size: -5\n");

    CHECK_INT(catalog.n_packages, 1, "packages");
    CHECK_INT(catalog.n_dependencies, 2, "dependencies");
    check_text(catalog.dependencies[0].name, "f");
    check_text(catalog.dependencies[1].name, "g");
    CHECK_INT(catalog.n_provided, 1, "provided");
    CHECK_INT(catalog.n_notes, 6, "notes");
    CHECK_STR(catalog.notes[0].reason, "Installed-Size is not a number: \"-5\"");
    CHECK_STR(catalog.notes[1].reason,
              "a part of Depends is left out, as it is malformed: \"b (>> )\"");
    catalog_done(&catalog);
}
END_TEST

TEST(edges_know_alternatives_virtual_packages_and_cycles)
{
    struct catalog catalog =
        parse("Package: app\n" OK "Depends: mta, db (>= 2) | file, gone | lib\n\n"
              "Package: exim\n" OK "Provides: mta\nDepends: postfix\n\n"
              "Package: postfix\n" OK "Provides: mta\nDepends: exim\n\n"
              "Package: db\n" OK "Version: 1.9\n\n"
              "Package: file\n" OK "Depends: file\n\n"
              "Package: lib\n" OK "Recommends: app\n");

    CHECK(has_edge(&catalog, "app", "exim", 2));
    CHECK(has_edge(&catalog, "app", "postfix", 2));
    CHECK(has_edge(&catalog, "app", "file", 1));
    CHECK(has_edge(&catalog, "app", "lib", 1));
    CHECK(has_edge(&catalog, "exim", "postfix", 1));
    CHECK(has_edge(&catalog, "postfix", "exim", 1));
    CHECK_INT(catalog.n_edges, 6, "edges");
    check_text(catalog.edges[0].via, "mta");
    CHECK(catalog.edges[2].via.data == NULL);
    catalog_done(&catalog);
}
END_TEST

TEST(a_virtual_package_without_version_meets_no_version)
{
    struct catalog catalog =
        parse("Package: a\n" OK "Depends: v (>= 1)\n\nPackage: b\n" OK
              "Version: 5\nProvides: v\n\nPackage: c\n" OK "Provides: v (= 1.1)\n");

    CHECK_INT(catalog.n_edges, 1, "edges");
    CHECK(has_edge(&catalog, "a", "c", 1));
    catalog_done(&catalog);
}
END_TEST

TEST(packages_of_another_architecture_meet_nothing_unless_they_say_so)
{
    struct catalog catalog =
        parse("Package: a\n" OK "Architecture: i386\nDepends: lib, tool\n\n"
              "Package: lib\n" OK "Architecture: amd64\nMulti-Arch: same\n\n"
              "Package: tool\n" OK "Architecture: amd64\nMulti-Arch: foreign\n");

    CHECK_INT(catalog.n_edges, 1, "edges");
    CHECK(has_edge(&catalog, "a", "tool", 1));
    catalog_done(&catalog);
}
END_TEST

struct order {
    const char *one, *other;
    int want;
};

/* What dpkg --compare-versions says. */
static const struct order orders[] = {
    { "1", "1", 0 },         { "1", "2", -1 },
    { "1.10", "1.9", 1 },    { "1:0", "9", 1 },
    { "0:1", "1", 0 },       { "1.0~rc1", "1.0", -1 },
    { "1.0~", "1.0~~", 1 },  { "1.0-1", "1.0-2", -1 },
    { "1.0", "1.0-0", 0 },   { "1.0a", "1.0", 1 },
    { "1.0+b", "1.0a", 1 },  { "007", "7", 0 },
    { "1.2.3", "1.2-3", 1 }, { "2-1-1", "2-1-2", -1 },
    { "", "~", 1 },          { "99999999999999999999", "99999999999999999998", 1 },
};

TEST(versions_have_debians_order)
{
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        const tl_str one = { orders[i].one, strlen(orders[i].one) };
        const tl_str other = { orders[i].other, strlen(orders[i].other) };
        const int there = version_compare(one, other);
        const int back = version_compare(other, one);

        CHECK_INT((there > 0) - (there < 0), orders[i].want, orders[i].one);
        CHECK_INT((back > 0) - (back < 0), -orders[i].want, orders[i].one);
    }
}
END_TEST

struct utf8_case {
    const char *bytes;
    bool good;
};

static const struct utf8_case utf8_cases[] = {
    { "plain", true },         { "\xC3\xA9", true },
    { "\xE9\x99\xB3", true },  { "\xF0\x9F\x90\x98", true },
    { "\xC3", false },         { "\xA9", false },
    { "\xC0\x80", false },     { "\xE0\x80\x80", false },
    { "\xED\xA0\x80", false }, { "\xF4\x90\x80\x80", false },
    { "\xFF", false },         { "\xE9\x99", false },
};

TEST(utf8_is_what_postgresql_takes)
{
    for (size_t i = 0; i < COUNT_OF(utf8_cases); i++) {
        const tl_str text = { utf8_cases[i].bytes, strlen(utf8_cases[i].bytes) };
        char repaired[64];

        CHECK_INT(text_is_utf8(text), utf8_cases[i].good, utf8_cases[i].bytes);
        const size_t len = text_repair(text, repaired);
        CHECK(text_is_utf8((tl_str){ repaired, len }));
        CHECK(len <= TEXT_REPAIRED_MAX(text.len));
    }
}
END_TEST

TEST(a_character_that_the_end_cuts_is_not_utf8)
{
    CHECK(text_is_utf8((tl_str){ "\xE9\x99\xB3", 3 }));
    CHECK(!text_is_utf8((tl_str){ "\xE9\x99\xB3", 2 }));
    CHECK(!text_is_utf8((tl_str){ "\xE9\x99\xB3", 1 }));
    char repaired[TEXT_REPAIRED_MAX(2)];
    CHECK_INT(text_repair((tl_str){ "\xE9\x99\xB3", 2 }, repaired), 6, "repaired");
}
END_TEST

TEST(nothing_at_all_is_an_empty_catalogue)
{
    struct catalog catalog = parse("\n \n\t\n");

    CHECK_INT(catalog.n_entries, 0, "entries");
    CHECK_INT(catalog.n_packages, 0, "packages");
    catalog_done(&catalog);
}
END_TEST

/* Every beginning of a text is a text, too. */
TEST(a_file_cut_anywhere_is_read)
{
    static const char text[] = "Package: a\n" OK "Version: 1:2-3\nDepends: b (>= 1) | c:any, d\r\n"
                               "Provides: e (= 2)\nDescription: x\n y\n .\n\xE9\n\n"
                               "Package: b\n" OK "Provides: c";

    for (size_t len = 0; len < sizeof text; len++) {
        char *copy = malloc(len + 1); /* exact, so that a sanitizer sees any step beyond */
        memcpy(copy, text, len);
        copy = realloc(copy, len > 0 ? len : 1);
        struct catalog catalog = { 0 };
        CHECK(catalog_parse(&catalog, copy, len));
        CHECK(catalog_resolve(&catalog));
        catalog_done(&catalog);
        free(copy);
    }
}
END_TEST

int main(void)
{
    return TEST_MAIN(
        "dpkg", an_entry_becomes_a_package, missing_fields_are_missing_and_nothing_more,
        relations_have_clauses_alternatives_and_versions,
        an_entry_left_out_is_named_with_line_and_reason, a_bad_entry_spoils_neither_neighbour,
        a_line_that_is_too_long_is_left_out_with_its_entry, the_second_of_two_entries_is_left_out,
        bytes_that_are_not_utf8_are_replaced_and_noted, nul_bytes_are_replaced_too,
        a_malformed_part_of_a_relation_leaves_the_rest,
        edges_know_alternatives_virtual_packages_and_cycles,
        a_virtual_package_without_version_meets_no_version,
        packages_of_another_architecture_meet_nothing_unless_they_say_so,
        versions_have_debians_order, utf8_is_what_postgresql_takes,
        a_character_that_the_end_cuts_is_not_utf8, nothing_at_all_is_an_empty_catalogue,
        a_file_cut_anywhere_is_read);
}
