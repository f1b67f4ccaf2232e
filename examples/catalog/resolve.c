/* catalog/resolve.c - which installed package meets which dependency; pure */
#include "resolve.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* A name under which something can be depended on: a package's own, or a virtual one. */
struct offer {
    tl_str name;
    tl_str version;
    size_t package;
    bool is_virtual;
};

struct offers {
    struct offer *items;
    size_t n;
};

/* --- versions: [epoch:]upstream[-revision] --- */

struct version {
    tl_str epoch, upstream, revision;
};

static struct version split_version(tl_str text)
{
    struct version version = { { "", 0 }, text, { "", 0 } };
    const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;

    if (colon != NULL) {
        const size_t len = (size_t)(colon - text.data);
        version.epoch = (tl_str){ text.data, len };
        version.upstream = (tl_str){ colon + 1, text.len - len - 1 };
    }
    const tl_str upstream = version.upstream;
    const char *hyphen = upstream.len > 0 ? memrchr(upstream.data, '-', upstream.len) : NULL;
    if (hyphen != NULL) {
        const size_t len = (size_t)(hyphen - upstream.data);
        version.upstream.len = len;
        version.revision = (tl_str){ hyphen + 1, upstream.len - len - 1 };
    }
    return version;
}

static bool is_digit(tl_str text)
{
    return text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

/* A tilde comes before the end, the end before letters, letters before everything else. */
static int rank(tl_str text)
{
    if (text.len == 0 || is_digit(text))
        return 0;
    const unsigned char c = (unsigned char)text.data[0];
    if (c == '~')
        return -1;
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : c + 256;
}

static void skip(tl_str *text)
{
    text->data++;
    text->len--;
}

/* Both texts move on behind the part that is not a number. */
static int compare_words(tl_str *one, tl_str *other)
{
    while ((one->len > 0 && !is_digit(*one)) || (other->len > 0 && !is_digit(*other))) {
        const int order = rank(*one) - rank(*other);
        if (order != 0)
            return order;
        skip(one);
        skip(other);
    }
    return 0;
}

static tl_str take_number(tl_str *text)
{
    while (text->len > 0 && text->data[0] == '0')
        skip(text);
    tl_str digits = { text->data, 0 };
    while (is_digit(*text)) {
        digits.len++;
        skip(text);
    }
    return digits;
}

/* By length first: numbers may have any number of digits. */
static int compare_numbers(tl_str *one, tl_str *other)
{
    const tl_str a = take_number(one);
    const tl_str b = take_number(other);

    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return text_compare(a, b);
}

static int compare_parts(tl_str one, tl_str other)
{
    int order = 0;

    while (order == 0 && (one.len > 0 || other.len > 0)) {
        order = compare_words(&one, &other);
        if (order == 0)
            order = compare_numbers(&one, &other);
    }
    return order;
}

int version_compare(tl_str one, tl_str other)
{
    const struct version a = split_version(one);
    const struct version b = split_version(other);
    int order = compare_parts(a.epoch, b.epoch);

    if (order == 0)
        order = compare_parts(a.upstream, b.upstream);
    if (order == 0)
        order = compare_parts(a.revision, b.revision);
    return order;
}

bool version_meets(tl_str version, tl_str relation, tl_str wanted)
{
    if (relation.data == NULL)
        return true;
    if (version.len == 0)
        return false;

    const int order = version_compare(version, wanted);
    switch (relation.data[0]) {
    case '<':
        return text_equal(relation, "<<") ? order < 0 : order <= 0;
    case '>':
        return text_equal(relation, ">>") ? order > 0 : order >= 0;
    default:
        return order == 0;
    }
}

/* --- offers --- */

static int compare_offers(const void *a, const void *b)
{
    const struct offer *one = a;
    const struct offer *other = b;
    const int order = text_compare(one->name, other->name);

    if (order != 0)
        return order;
    if (one->is_virtual != other->is_virtual)
        return one->is_virtual ? 1 : -1;
    return (one->package > other->package) - (one->package < other->package);
}

static bool list_offers(const struct catalog *catalog, struct offers *out)
{
    struct offer *items = calloc(catalog->n_packages + catalog->n_provided + 1, sizeof *items);
    size_t n = 0;

    if (items == NULL)
        return false;
    for (size_t i = 0; i < catalog->n_packages; i++)
        items[n++] =
            (struct offer){ catalog->packages[i].name, catalog->packages[i].version, i, false };
    for (size_t i = 0; i < catalog->n_provided; i++)
        items[n++] = (struct offer){ catalog->provided[i].name, catalog->provided[i].version,
                                     catalog->provided[i].package, true };
    qsort(items, n, sizeof *items, compare_offers);
    *out = (struct offers){ items, n };
    return true;
}

/* The place of the first offer of this name, or where it would be. */
static size_t find_offers(const struct offers *offers, tl_str name)
{
    size_t low = 0;
    size_t high = offers->n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (text_compare(offers->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool fits_architecture(const struct package *needs, const struct package *has)
{
    return has->any_architecture || text_equal(has->architecture, "all") ||
           text_equal(needs->architecture, "all") || has->architecture.len == 0 ||
           needs->architecture.len == 0 ||
           text_compare(needs->architecture, has->architecture) == 0;
}

static bool
meets(const struct catalog *catalog, const struct dependency *dependency, const struct offer *offer)
{
    return fits_architecture(&catalog->packages[dependency->package],
                             &catalog->packages[offer->package]) &&
           version_meets(offer->version, dependency->relation, dependency->version);
}

/* --- edges --- */

/* One edge for each package that meets the clause, whatever the number of its names that do. */
static bool add_edge(struct catalog *catalog,
                     size_t first_of_clause,
                     const struct dependency *dependency,
                     const struct offer *offer)
{
    for (size_t i = first_of_clause; i < catalog->n_edges; i++)
        if (catalog->edges[i].to == offer->package)
            return true;
    if (catalog->n_edges - first_of_clause == CATALOG_CHOICES_MAX)
        return true;

    struct edge *edge = catalog_more(&catalog->edges, &catalog->n_edges, sizeof *edge);
    if (edge == NULL)
        return false;
    edge->from = dependency->package;
    edge->to = offer->package;
    edge->clause = dependency->clause;
    edge->via = offer->is_virtual ? offer->name : (tl_str){ NULL, 0 };
    return true;
}

static bool resolve_alternative(struct catalog *catalog,
                                const struct offers *offers,
                                size_t first_of_clause,
                                const struct dependency *dependency)
{
    for (size_t i = find_offers(offers, dependency->name);
         i < offers->n && text_compare(offers->items[i].name, dependency->name) == 0; i++)
        if (meets(catalog, dependency, &offers->items[i]) &&
            !add_edge(catalog, first_of_clause, dependency, &offers->items[i]))
            return false;
    return true;
}

/* What a package offers to itself stays with it for ever: such a clause hangs on nobody else. */
static void close_clause(struct catalog *catalog, size_t first)
{
    const size_t n = catalog->n_edges - first;

    for (size_t i = first; i < catalog->n_edges; i++) {
        catalog->edges[i].choices = (int)n;
        if (catalog->edges[i].from == catalog->edges[i].to) {
            catalog->n_edges = first;
            return;
        }
    }
}

static bool same_clause(const struct dependency *one, const struct dependency *other)
{
    return one->package == other->package && one->clause == other->clause;
}

static bool
resolve_clause(struct catalog *catalog, const struct offers *offers, size_t begin, size_t end)
{
    const size_t first = catalog->n_edges;

    for (size_t i = begin; i < end; i++)
        if (!resolve_alternative(catalog, offers, first, &catalog->dependencies[i]))
            return false;
    close_clause(catalog, first);
    return true;
}

static bool resolve_all(struct catalog *catalog, const struct offers *offers)
{
    const struct dependency *d = catalog->dependencies;
    size_t begin = 0;

    while (begin < catalog->n_dependencies) {
        size_t end = begin + 1;
        while (end < catalog->n_dependencies && same_clause(&d[begin], &d[end]))
            end++;
        if (d[begin].kind <= RELATION_DEPENDS && !resolve_clause(catalog, offers, begin, end))
            return false;
        begin = end;
    }
    return true;
}

bool catalog_resolve(struct catalog *catalog)
{
    struct offers offers;

    if (!list_offers(catalog, &offers))
        return false;
    const bool done = resolve_all(catalog, &offers);
    free(offers.items);
    return done;
}
