/* catalog/parse.h - Debian's package catalogue: bytes in, records out
 *
 * Reads the format of /var/lib/dpkg/status. Pure: it opens no file and talks to nobody. No bytes make
 * it fail but for want of memory: what cannot be used is left out, and a note says which entry, on
 * which line, and why.
 */
#pragma once

#include <trunkline/common.h>

enum {
    CATALOG_LINE_MAX = 65536,    /* an entry with a longer line is left out */
    CATALOG_FIELD_MAX = 1 << 20, /* so is one with a longer field */
    CATALOG_NAME_MAX = 200,      /* of a package, a version, an architecture */
    CATALOG_CHOICES_MAX = 100,   /* of packages that meet one clause, further ones make no edge */
    CATALOG_NOTES_MAX = 10000,   /* further notes are only counted */
};

enum relation_kind {
    RELATION_PRE_DEPENDS,
    RELATION_DEPENDS,
    RELATION_RECOMMENDS,
    RELATION_SUGGESTS,
    RELATION_KINDS,
};

/* A field as it stands in the file; data is NULL if it is not there. */
struct raw_field {
    tl_str value;
    size_t line;
};

/* An installed package. A text that is missing has no data. All texts are UTF-8 without NUL. */
struct package {
    tl_str name;
    tl_str version;
    tl_str architecture;
    tl_str section;
    tl_str maintainer;
    tl_str summary;     /* the first line of the description */
    tl_str description; /* the rest of it, unfolded */
    int64_t size_kib;   /* -1 if it is not known */
    bool essential;
    bool
        any_architecture; /* Multi-Arch: foreign or allowed: serves packages of all architectures */
    size_t line;          /* where its entry begins */
    struct raw_field relations[RELATION_KINDS];
    struct raw_field provides;
};

/* "libc6 (>= 2.36) | libc6-udeb" is one clause with two alternatives, each a struct dependency. */
struct dependency {
    size_t package; /* whose it is: an index of packages */
    enum relation_kind kind;
    int clause;      /* from 1, through all of a package's relations */
    int alternative; /* from 1 */
    tl_str name;
    tl_str relation; /* "<<", "<=", "=", ">=", ">>"; no data for any version */
    tl_str version;
};

/* A virtual package that a real one stands for. */
struct provided {
    size_t package;
    tl_str name;
    tl_str version; /* no data if it has none: then it meets no dependency on a version */
};

/* Why something of an entry, or all of it, is not in the records. */
struct note {
    size_t line;
    char package[80]; /* as far as it can be shown; "" if the entry has no name */
    bool left_out;    /* the whole entry */
    char reason[160];
};

/* A dependency that an installed package meets. What resolve.h makes. */
struct edge {
    size_t from; /* depends on */
    size_t to;
    int clause;
    int choices; /* installed packages that meet this clause; 1 means that it hangs on this one */
    tl_str via;  /* the virtual package through which it does; or no data */
};

struct catalog {
    struct package *packages;
    struct dependency *dependencies;
    struct provided *provided;
    struct note *notes;
    struct edge *edges;
    size_t n_packages, n_dependencies, n_provided, n_notes, n_edges;
    size_t n_entries;     /* in the file, with those left out */
    size_t n_left_out;    /* entries */
    size_t n_notes_more;  /* beyond CATALOG_NOTES_MAX */
    struct block *blocks; /* memory of texts that had to be made */
};

/* Reads bytes. The records point into them: they must live as long as the catalogue. The catalogue
 * must be zero before; free it with catalog_done() whatever the outcome. Gives false if there was no
 * memory. */
bool catalog_parse(struct catalog *catalog, const char *bytes, size_t len);
void catalog_done(struct catalog *catalog);

/* Makes room for one more item, and gives its address; NULL if there is no memory. For the arrays of
 * a catalogue, whose length doubles. */
void *catalog_more(void *array_address, size_t *n, size_t item_size);

/* "Depends", and so on. */
const char *relation_name(enum relation_kind kind);
