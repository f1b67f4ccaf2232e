/* catalog/parse.c - Debian's package catalogue: bytes in, records out */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"

enum field {
    FIELD_PRE_DEPENDS, /* the relations first, in the order of enum relation_kind */
    FIELD_DEPENDS,
    FIELD_RECOMMENDS,
    FIELD_SUGGESTS,
    FIELD_PACKAGE,
    FIELD_STATUS,
    FIELD_VERSION,
    FIELD_ARCHITECTURE,
    FIELD_MULTI_ARCH,
    FIELD_SECTION,
    FIELD_INSTALLED_SIZE,
    FIELD_MAINTAINER,
    FIELD_ESSENTIAL,
    FIELD_PROVIDES,
    FIELD_DESCRIPTION,
    FIELDS,
};

static const char *const field_names[FIELDS] = {
    "Pre-Depends",    "Depends",    "Recommends",   "Suggests",   "Package",
    "Status",         "Version",    "Architecture", "Multi-Arch", "Section",
    "Installed-Size", "Maintainer", "Essential",    "Provides",   "Description",
};

/* An entry of the file: fields up to a blank line. */
struct entry {
    size_t line;
    struct raw_field fields[FIELDS];
    struct raw_field *last; /* what a folded line goes on with; NULL if nobody wants it */
    bool has_any_field;
    size_t bad_line; /* 0 while all is well */
    char reason[128];
};

struct block {
    struct block *next;
    char bytes[];
};

struct parser {
    struct catalog *catalog;
    tl_str rest;
    size_t line; /* of what comes next, from 1 */
};

const char *relation_name(enum relation_kind kind)
{
    return field_names[kind];
}

/* Room is made whenever the length is a power of two, so it need not be kept. */
void *catalog_more(void *array_address, size_t *n, size_t item_size)
{
    char **array = array_address;

    if ((*n & (*n - 1)) == 0) {
        const size_t room = *n == 0 ? 1 : 2 * *n;
        char *grown = room <= SIZE_MAX / item_size ? realloc(*array, room * item_size) : NULL;
        if (grown == NULL)
            return NULL;
        *array = grown;
    }
    memset(*array + *n * item_size, 0, item_size);
    return *array + (*n)++ * item_size;
}

static char *take_memory(struct catalog *catalog, size_t size)
{
    struct block *block = malloc(sizeof *block + size);

    if (block == NULL)
        return NULL;
    block->next = catalog->blocks;
    catalog->blocks = block;
    return block->bytes;
}

void catalog_done(struct catalog *catalog)
{
    for (struct block *block = catalog->blocks; block != NULL;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(catalog->packages);
    free(catalog->dependencies);
    free(catalog->provided);
    free(catalog->notes);
    free(catalog->edges);
    *catalog = (struct catalog){ 0 };
}

/* Text that PostgreSQL takes: the same bytes where they are UTF-8, else a repaired copy. */
static bool make_clean(struct catalog *catalog, tl_str text, tl_str *out)
{
    if (text.data == NULL || text_is_utf8(text)) {
        *out = text;
        return true;
    }
    char *copy = take_memory(catalog, TEXT_REPAIRED_MAX(text.len));
    if (copy == NULL)
        return false;
    *out = (tl_str){ copy, text_repair(text, copy) };
    return true;
}

/* What of a text can be shown to a person, whatever is in it: the beginning, in ASCII. */
static const char *show(tl_str text, char *buf, size_t size)
{
    const size_t n = text.len < size - 1 ? text.len : size - 1;

    for (size_t i = 0; i < n; i++)
        buf[i] = text.data[i] >= ' ' && text.data[i] <= '~' ? text.data[i] : '?';
    buf[n] = '\0';
    return buf;
}

__attribute__((format(printf, 5, 6))) static bool add_note(
    struct catalog *catalog, size_t line, tl_str package, bool left_out, const char *format, ...)
{
    catalog->n_left_out += left_out;
    if (catalog->n_notes == CATALOG_NOTES_MAX) {
        catalog->n_notes_more++;
        return true;
    }
    struct note *note = catalog_more(&catalog->notes, &catalog->n_notes, sizeof *note);
    if (note == NULL)
        return false;

    va_list args;
    va_start(args, format);
    vsnprintf(note->reason, sizeof note->reason, format, args);
    va_end(args);
    note->line = line;
    note->left_out = left_out;
    show(package, note->package, sizeof note->package);
    return true;
}

/* --- entries and fields --- */

static bool next_line(struct parser *parser, tl_str *out)
{
    if (parser->rest.len == 0)
        return false;

    const char *newline = memchr(parser->rest.data, '\n', parser->rest.len);
    const size_t len = newline != NULL ? (size_t)(newline - parser->rest.data) : parser->rest.len;
    const size_t step = newline != NULL ? len + 1 : len;

    *out = (tl_str){ parser->rest.data, len };
    parser->rest.data += step;
    parser->rest.len -= step;
    parser->line++;
    return true;
}

static void spoil(struct entry *entry, size_t line, const char *reason)
{
    if (entry->bad_line != 0)
        return;
    entry->bad_line = line;
    snprintf(entry->reason, sizeof entry->reason, "%s", reason);
}

static struct raw_field *find_field(struct entry *entry, tl_str name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (strlen(field_names[i]) == name.len &&
            strncasecmp(field_names[i], name.data, name.len) == 0)
            return &entry->fields[i];
    return NULL;
}

static void begin_field(struct entry *entry, tl_str line, size_t number)
{
    const char *colon = memchr(line.data, ':', line.len);

    entry->last = NULL;
    if (colon == NULL || colon == line.data) {
        spoil(entry, number, "the line is not \"Field: value\"");
        return;
    }
    const size_t name_len = (size_t)(colon - line.data);
    struct raw_field *field = find_field(entry, (tl_str){ line.data, name_len });
    if (field == NULL)
        return;
    if (field->value.data != NULL) {
        spoil(entry, number, "the field was given before");
        return;
    }
    field->value = text_trim((tl_str){ colon + 1, line.len - name_len - 1 });
    field->line = number;
    entry->last = field;
}

/* The lines of a field lie one after the other in the file, so folding is only a longer view. */
static void fold_into(struct entry *entry, tl_str line, size_t number)
{
    struct raw_field *field = entry->last;

    if (!entry->has_any_field)
        spoil(entry, number, "the first line is folded");
    if (field == NULL)
        return;
    field->value.len = (size_t)(line.data + line.len - field->value.data);
    if (field->value.len > CATALOG_FIELD_MAX)
        spoil(entry, number, "the field is longer than a megabyte");
}

static void take_line(struct entry *entry, tl_str line, size_t number)
{
    if (line.len > CATALOG_LINE_MAX) {
        entry->last = NULL;
        spoil(entry, number, "the line is longer than 65536 bytes");
    } else if (line.data[0] == ' ' || line.data[0] == '\t') {
        fold_into(entry, line, number);
    } else {
        begin_field(entry, line, number);
    }
    entry->has_any_field = true;
}

static bool next_entry(struct parser *parser, struct entry *entry)
{
    tl_str line;

    *entry = (struct entry){ 0 };
    while (next_line(parser, &line)) {
        if (text_trim(line).len == 0) {
            if (entry->has_any_field)
                return true;
            continue;
        }
        if (!entry->has_any_field)
            entry->line = parser->line - 1;
        take_line(entry, line, parser->line - 1);
    }
    return entry->has_any_field;
}

/* --- from an entry to a package --- */

static bool is_name(tl_str text)
{
    return text.len <= CATALOG_NAME_MAX && text_is_made_of(text, "+-._");
}

static bool is_version(tl_str text)
{
    return text.len <= CATALOG_NAME_MAX && text_is_made_of(text, "+-._~:");
}

/* Whether the entry can be a package at all; if not, why. */
static bool check_entry(struct entry *entry, const struct raw_field *f)
{
    const size_t line = entry->line;
    char shown[41];
    char reason[128];

    if (f[FIELD_PACKAGE].value.len == 0)
        spoil(entry, line, "it has no Package field");
    else if (!is_name(f[FIELD_PACKAGE].value))
        spoil(entry, f[FIELD_PACKAGE].line, "its name is not one of a package");
    if (f[FIELD_STATUS].value.data == NULL)
        spoil(entry, line, "it has no Status field");
    else if (!text_equal(f[FIELD_STATUS].value, "install ok installed") &&
             !text_equal(f[FIELD_STATUS].value, "hold ok installed")) {
        snprintf(reason, sizeof reason, "it is not installed: \"%s\"",
                 show(f[FIELD_STATUS].value, shown, sizeof shown));
        spoil(entry, f[FIELD_STATUS].line, reason);
    }
    if (f[FIELD_VERSION].value.len > 0 && !is_version(f[FIELD_VERSION].value))
        spoil(entry, f[FIELD_VERSION].line, "its version is malformed");
    if (f[FIELD_ARCHITECTURE].value.len > 0 && !is_name(f[FIELD_ARCHITECTURE].value))
        spoil(entry, f[FIELD_ARCHITECTURE].line, "its architecture is malformed");
    return entry->bad_line == 0;
}

/* A text for people: repaired where it is not UTF-8, and then there is a note. */
static bool take_text(struct catalog *catalog,
                      const struct package *package,
                      const struct raw_field *field,
                      const char *name,
                      tl_str *out)
{
    if (field->value.len == 0)
        return true;
    if (!make_clean(catalog, field->value, out))
        return false;
    if (out->data == field->value.data)
        return true;
    return add_note(catalog, field->line, package->name, false,
                    "%s is not UTF-8 or has NUL; the bytes were replaced by U+FFFD", name);
}

static bool
take_size(struct catalog *catalog, struct package *package, const struct raw_field *field)
{
    char shown[41];

    package->size_kib = -1;
    if (field->value.len == 0 || text_to_size(field->value, &package->size_kib))
        return true;
    return add_note(catalog, field->line, package->name, false,
                    "Installed-Size is not a number: \"%s\"",
                    show(field->value, shown, sizeof shown));
}

static bool
take_description(struct catalog *catalog, struct package *package, const struct raw_field *field)
{
    tl_str text = { NULL, 0 };

    if (!take_text(catalog, package, field, "Description", &text))
        return false;
    if (text.data == NULL)
        return true;

    const char *newline = memchr(text.data, '\n', text.len);
    const size_t len = newline != NULL ? (size_t)(newline - text.data) : text.len;
    package->summary = text_trim((tl_str){ text.data, len });
    if (newline == NULL)
        return true;

    char *unfolded = take_memory(catalog, text.len);
    if (unfolded == NULL)
        return false;
    const tl_str body = { newline + 1, text.len - len - 1 };
    package->description = (tl_str){ unfolded, text_unfold(body, unfolded) };
    return true;
}

static bool
fill_package(struct catalog *catalog, struct package *package, const struct entry *entry)
{
    const struct raw_field *f = entry->fields;

    package->line = entry->line;
    package->name = f[FIELD_PACKAGE].value;
    package->version = f[FIELD_VERSION].value;
    package->architecture = f[FIELD_ARCHITECTURE].value;
    package->essential = text_equal(f[FIELD_ESSENTIAL].value, "yes");
    package->any_architecture = text_equal(f[FIELD_MULTI_ARCH].value, "foreign") ||
                                text_equal(f[FIELD_MULTI_ARCH].value, "allowed");
    package->provides = f[FIELD_PROVIDES];
    memcpy(package->relations, f, sizeof package->relations);
    return take_text(catalog, package, &f[FIELD_SECTION], "Section", &package->section) &&
           take_text(catalog, package, &f[FIELD_MAINTAINER], "Maintainer", &package->maintainer) &&
           take_size(catalog, package, &f[FIELD_INSTALLED_SIZE]) &&
           take_description(catalog, package, &f[FIELD_DESCRIPTION]);
}

static bool take_entry(struct catalog *catalog, struct entry *entry)
{
    catalog->n_entries++;
    if (entry->bad_line != 0 || !check_entry(entry, entry->fields))
        return add_note(catalog, entry->bad_line, entry->fields[FIELD_PACKAGE].value, true, "%s",
                        entry->reason);

    struct package *package =
        catalog_more(&catalog->packages, &catalog->n_packages, sizeof *package);
    return package != NULL && fill_package(catalog, package, entry);
}

/* --- entries given twice --- */

static int compare_identity(const void *a, const void *b)
{
    const struct package *one = *(const struct package *const *)a;
    const struct package *other = *(const struct package *const *)b;
    int order = text_compare(one->name, other->name);

    if (order == 0)
        order = text_compare(one->architecture, other->architecture);
    if (order == 0)
        order = one->line < other->line ? -1 : 1;
    return order;
}

static bool same_identity(const struct package *one, const struct package *other)
{
    return text_compare(one->name, other->name) == 0 &&
           text_compare(one->architecture, other->architecture) == 0;
}

/* A package left out loses its name; close_gaps() then drops it. */
static bool mark_repeated(struct catalog *catalog, struct package **sorted)
{
    const struct package *first = sorted[0];

    for (size_t i = 1; i < catalog->n_packages; i++) {
        if (!same_identity(first, sorted[i])) {
            first = sorted[i];
            continue;
        }
        if (!add_note(catalog, sorted[i]->line, sorted[i]->name, true,
                      "it was given before, on line %zu", first->line))
            return false;
        sorted[i]->line = 0;
    }
    return true;
}

static void close_gaps(struct catalog *catalog)
{
    size_t kept = 0;

    for (size_t i = 0; i < catalog->n_packages; i++)
        if (catalog->packages[i].line != 0)
            catalog->packages[kept++] = catalog->packages[i];
    catalog->n_packages = kept;
}

static bool drop_repeated(struct catalog *catalog)
{
    if (catalog->n_packages < 2)
        return true;

    struct package **sorted = calloc(catalog->n_packages, sizeof(struct package *));
    if (sorted == NULL)
        return false;
    for (size_t i = 0; i < catalog->n_packages; i++)
        sorted[i] = &catalog->packages[i];
    qsort(sorted, catalog->n_packages, sizeof(struct package *), compare_identity);
    const bool done = mark_repeated(catalog, sorted);
    free(sorted);
    close_gaps(catalog);
    return done;
}

/* --- relations: "a (>= 1) | b, c:any" --- */

/* Cuts the text at the next separator: what was before it goes to part. */
static bool cut(tl_str *rest, char separator, tl_str *part)
{
    if (rest->data == NULL)
        return false;

    const char *end = rest->len > 0 ? memchr(rest->data, separator, rest->len) : NULL;
    if (end == NULL) {
        *part = text_trim(*rest);
        *rest = (tl_str){ NULL, 0 };
        return true;
    }
    const size_t len = (size_t)(end - rest->data);
    *part = text_trim((tl_str){ rest->data, len });
    *rest = (tl_str){ end + 1, rest->len - len - 1 };
    return true;
}

/* "(>= 2.36)", with < and > as the old spellings of <= and >=. */
static bool parse_constraint(tl_str text, tl_str *relation, tl_str *version)
{
    static const char *const relations[] = { "<<", "<=", ">=", ">>", "=", "<", ">" };
    static const char *const meanings[] = { "<<", "<=", ">=", ">>", "=", "<=", ">=" };

    if (text.len < 3 || text.data[0] != '(' || text.data[text.len - 1] != ')')
        return false;
    const tl_str inside = text_trim((tl_str){ text.data + 1, text.len - 2 });
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        const size_t len = strlen(relations[i]);
        if (inside.len < len || memcmp(inside.data, relations[i], len) != 0)
            continue;
        *relation = (tl_str){ meanings[i], strlen(meanings[i]) };
        *version = text_trim((tl_str){ inside.data + len, inside.len - len });
        return version->len > 0 && is_version(*version);
    }
    return false;
}

/* "name:any (>= version) [amd64]"; architecture lists do not occur in installed packages. */
static bool parse_target(tl_str text, tl_str *name, tl_str *relation, tl_str *version)
{
    const char *paren = text.len > 0 ? memchr(text.data, '(', text.len) : NULL;
    const size_t head_len = paren != NULL ? (size_t)(paren - text.data) : text.len;
    tl_str head = text_trim((tl_str){ text.data, head_len });

    cut(&head, ':', name);
    if (name->len == 0 || !is_name(*name))
        return false;
    if (paren == NULL)
        return true;
    return parse_constraint((tl_str){ paren, text.len - head_len }, relation, version);
}

static bool note_relation(struct catalog *catalog,
                          size_t index,
                          const struct raw_field *field,
                          const char *name,
                          tl_str text)
{
    char shown[41];

    return add_note(catalog, field->line, catalog->packages[index].name, false,
                    "a part of %s is left out, as it is malformed: \"%s\"", name,
                    show(text, shown, sizeof shown));
}

static bool take_alternative(struct catalog *catalog,
                             const struct dependency *like,
                             const struct raw_field *field,
                             tl_str text)
{
    struct dependency dependency = *like;

    if (!parse_target(text, &dependency.name, &dependency.relation, &dependency.version))
        return note_relation(catalog, like->package, field, relation_name(like->kind), text);

    struct dependency *kept =
        catalog_more(&catalog->dependencies, &catalog->n_dependencies, sizeof *kept);
    if (kept == NULL)
        return false;
    *kept = dependency;
    return true;
}

static bool take_clause(struct catalog *catalog,
                        struct dependency like,
                        const struct raw_field *field,
                        tl_str clause)
{
    tl_str alternative;

    for (like.alternative = 1; cut(&clause, '|', &alternative); like.alternative++)
        if (!take_alternative(catalog, &like, field, alternative))
            return false;
    return true;
}

static bool take_relations(struct catalog *catalog, size_t index)
{
    int n_clauses = 0;

    for (int kind = 0; kind < RELATION_KINDS; kind++) {
        const struct raw_field field = catalog->packages[index].relations[kind];
        tl_str rest = field.value;
        tl_str clause;

        while (cut(&rest, ',', &clause)) {
            if (clause.len == 0)
                continue;
            const struct dependency like = { .package = index,
                                             .kind = (enum relation_kind)kind,
                                             .clause = ++n_clauses };
            if (!take_clause(catalog, like, &field, clause))
                return false;
        }
    }
    return true;
}

static bool
take_one_provided(struct catalog *catalog, size_t index, const struct raw_field *field, tl_str text)
{
    struct provided provided = { .package = index };
    tl_str relation = { NULL, 0 };

    if (!parse_target(text, &provided.name, &relation, &provided.version) ||
        (relation.data != NULL && !text_equal(relation, "=")))
        return note_relation(catalog, index, field, "Provides", text);

    struct provided *kept = catalog_more(&catalog->provided, &catalog->n_provided, sizeof *kept);
    if (kept == NULL)
        return false;
    *kept = provided;
    return true;
}

static bool take_provided(struct catalog *catalog, size_t index)
{
    const struct raw_field field = catalog->packages[index].provides;
    tl_str rest = field.value;
    tl_str part;

    while (cut(&rest, ',', &part))
        if (part.len > 0 && !take_one_provided(catalog, index, &field, part))
            return false;
    return true;
}

bool catalog_parse(struct catalog *catalog, const char *bytes, size_t len)
{
    struct parser parser = { .catalog = catalog, .rest = { bytes, len }, .line = 1 };
    struct entry entry;

    while (next_entry(&parser, &entry))
        if (!take_entry(catalog, &entry))
            return false;
    if (!drop_repeated(catalog))
        return false;
    for (size_t i = 0; i < catalog->n_packages; i++)
        if (!take_relations(catalog, i) || !take_provided(catalog, i))
            return false;
    return true;
}
