/* pool/settings.c - the table of Trunkline's settings, and reading and printing their values */
#include "pool/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/append.h"
#include "base/fail.h"

enum {
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
};

static const struct tl__setting_word booleans[] = {
    { "true", 1 }, { "on", 1 }, { "yes", 1 }, { "1", 1 },  { "false", 0 },
    { "off", 0 },  { "no", 0 }, { "0", 0 },   { NULL, 0 },
};

/* SQLAlchemy's True asks for a check before each loan, which auto does as cheaply as it can be. */
static const struct tl__setting_word pre_pings[] = {
    { "none", TL__PING_NEVER },
    { "peek", TL__PING_PEEK },
    { "auto", TL__PING_AUTO },
    { "always", TL__PING_ALWAYS },
    { "false", TL__PING_NEVER },
    { "true", TL__PING_AUTO },
    { NULL, 0 },
};

/* SQLAlchemy's True and False stand for rollback and none. */
static const struct tl__setting_word resets[] = {
    { "none", TL__RESET_NONE },
    { "rollback", TL__RESET_ROLLBACK },
    { "smart", TL__RESET_SMART },
    { "full", TL__RESET_FULL },
    { "false", TL__RESET_NONE },
    { "true", TL__RESET_ROLLBACK },
    { NULL, 0 },
};

#define AT(member) .offset = offsetof(struct tl__settings, member)

/* clang-format off */
static const struct tl__setting table[] = {
    { "pool_name", TL__SETTING_TEXT, "", 0, 63, AT(pool_name),
      .help = "what the pool is called; by default host:port/database" },
    { "pool_size", TL__SETTING_INTEGER, "10", 1, 1000, AT(pool_size),
      .help = "connections that the pool keeps" },
    { "max_overflow", TL__SETTING_INTEGER, "20", 0, 1000, AT(max_overflow),
      .help = "connections more, for as long as they are needed" },
    { "max_waiting", TL__SETTING_INTEGER, "0", 0, 1000000, AT(max_waiting),
      .help = "how many may wait in line, more are refused at once; 0 for no bound" },
    { "pool_timeout", TL__SETTING_DURATION, "30s", 0, DAY, AT(pool_timeout_ms),
      .may_be_never = true, .live = true,
      .help = "how long a caller who does not say waits for a connection; never for no bound" },
    { "pool_recycle", TL__SETTING_DURATION, "1h", 1, INT64_C(365) * DAY, AT(pool_recycle_ms),
      .may_be_never = true, .live = true,
      .help = "the age at which a connection is replaced; or never" },
    { "pool_pre_ping", TL__SETTING_WORD, "auto", AT(pool_pre_ping),
      .words = pre_pings, .live = true,
      .help = "check before a loan: none, peek, auto or always; true means auto, false none" },
    { "pool_ping_age", TL__SETTING_DURATION, "30s", 0, DAY, AT(pool_ping_age_ms), .live = true,
      .help = "how long a connection may rest before auto checks it by a round trip" },
    { "pool_ping_timeout", TL__SETTING_DURATION, "1s", 10, MINUTE, AT(pool_ping_timeout_ms),
      .live = true,
      .help = "how long such a check may take" },
    { "pool_use_lifo", TL__SETTING_BOOLEAN, "true", AT(pool_use_lifo),
      .words = booleans, .live = true,
      .help = "lend the connection that came back last, so that others grow old and are closed" },
    { "pool_reset_on_return", TL__SETTING_WORD, "smart", AT(pool_reset_on_return),
      .words = resets, .live = true,
      .help = "undo on return: none, rollback, smart or full; true means rollback, false none" },
    { "echo_pool", TL__SETTING_BOOLEAN, "false", AT(echo_pool), .words = booleans, .live = true,
      .help = "report loans and returns as events of level info rather than debug" },
    { "call_timeout", TL__SETTING_DURATION, "never", 1, DAY, AT(call_timeout_ms),
      .may_be_never = true, .live = true,
      .help = "how long a call may take where nothing else was said; or never" },
    { "prepare_threshold", TL__SETTING_INTEGER, "3", 0, 1000, AT(prepare_threshold), .live = true,
      .help = "which use of a statement prepares it; 0 for never" },
    { "statement_cache_size", TL__SETTING_INTEGER, "256", 1, 10000, AT(statement_cache_size),
      .help = "prepared statements that each connection keeps" },
};
/* clang-format on */

/* The largest first, for printing; "m" is only understood. */
static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    { "d", DAY }, { "h", HOUR }, { "min", MINUTE }, { "s", SECOND }, { "ms", 1 }, { "m", MINUTE },
};

const struct tl__setting *tl__settings_table(size_t *n)
{
    *n = COUNT_OF(table);
    return table;
}

const struct tl__setting *tl__setting_find(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (strlen(table[i].name) == len && memcmp(table[i].name, name, len) == 0)
            return &table[i];
    return NULL;
}

void tl__settings_defaults(struct tl__settings *out)
{
    struct tl__buf why = TL__BUF_INIT; /* stays empty: a test sets every default */

    *out = (struct tl__settings){ 0 };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        tl__setting_set(out, &table[i], table[i].fallback, &why);
    tl__buf_done(&why);
}

/* Members are reached by their offset. */

static void store(struct tl__settings *s, const struct tl__setting *row, int64_t value)
{
    memcpy((char *)s + row->offset, &value, sizeof value);
}

static int64_t load(const struct tl__settings *s, const struct tl__setting *row)
{
    int64_t value;

    memcpy(&value, (const char *)s + row->offset, sizeof value);
    return value;
}

/* Reading. */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits up to a bound that is far from overflow; gives what follows them. */
static const char *read_digits(const char *text, int64_t *out)
{
    enum { MOST_DIGITS = 10 };
    const char *c = text;

    *out = 0;
    while (is_digit(*c) && c - text < MOST_DIGITS)
        *out = *out * 10 + (*c++ - '0');
    return c;
}

static bool read_integer(const char *text, int64_t *out)
{
    const char *end = read_digits(text, out);

    return end != text && *end == '\0';
}

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* A number, perhaps with a fraction, and a unit; without a unit it is seconds. */
static bool read_duration(const char *text, int64_t *out_ms)
{
    int64_t whole;
    int64_t part = 0;
    int64_t parts = 1; /* of what part counts */
    const char *c = read_digits(text, &whole);

    if (c == text)
        return false;
    if (*c == '.') {
        const char *fraction = c + 1;

        c = read_digits(fraction, &part);
        if (c == fraction)
            return false;
        for (const char *digit = fraction; digit < c; digit++)
            parts *= 10;
    }
    while (*c == ' ')
        c++;
    const struct unit *unit = find_unit(*c != '\0' ? c : "s");
    if (unit == NULL)
        return false;
    *out_ms = whole * unit->ms + part * unit->ms / parts;
    return true;
}

static bool read_word(const struct tl__setting_word *words, const char *text, int64_t *out)
{
    for (size_t i = 0; words[i].word != NULL; i++)
        if (strcasecmp(words[i].word, text) == 0) {
            *out = words[i].value;
            return true;
        }
    return false;
}

static bool is_never(const char *text)
{
    return strcmp(text, "-1") == 0 || strcasecmp(text, "never") == 0;
}

static bool read_number(const struct tl__setting *row, const char *text, int64_t *out)
{
    switch (row->kind) {
    case TL__SETTING_BOOLEAN:
    case TL__SETTING_WORD:
        return read_word(row->words, text, out);
    case TL__SETTING_DURATION:
        if (row->may_be_never && is_never(text)) {
            *out = -1;
            return true;
        }
        return read_duration(text, out) && *out >= row->min && *out <= row->max;
    default:
        return read_integer(text, out) && *out >= row->min && *out <= row->max;
    }
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static bool set_text(struct tl__settings *s, const struct tl__setting *row, const char *text)
{
    const size_t len = strlen(text);

    if (len > (size_t)row->max || has_control(text))
        return false;
    memcpy((char *)s + row->offset, text, len + 1);
    return true;
}

/* Printing. */

static void print_ms(int64_t ms, char *buf, size_t size)
{
    const struct unit *unit = units;

    if (ms < 0) {
        tl__copy_text(buf, size, "never");
        return;
    }
    while (ms % unit->ms != 0)
        unit++;
    if (ms == 0)
        unit = find_unit("s");
    snprintf(buf, size, "%" PRId64 "%s", ms / unit->ms, unit->name);
}

static const char *word_of(const struct tl__setting_word *words, int64_t value)
{
    while (words->word != NULL && words->value != value)
        words++;
    return words->word != NULL ? words->word : "";
}

void tl__setting_print(const struct tl__settings *s,
                       const struct tl__setting *row,
                       char *buf,
                       size_t size)
{
    switch (row->kind) {
    case TL__SETTING_TEXT:
        tl__copy_text(buf, size, (const char *)s + row->offset);
        break;
    case TL__SETTING_DURATION:
        print_ms(load(s, row), buf, size);
        break;
    case TL__SETTING_INTEGER:
        snprintf(buf, size, "%" PRId64, load(s, row));
        break;
    default:
        tl__copy_text(buf, size, word_of(row->words, load(s, row)));
    }
}

/* Complaining. */

/* Every value once, by the word that is shown. */
static void complain_words(const struct tl__setting_word *words, struct tl__buf *why)
{
    const char *before = "is not one of ";

    for (size_t i = 0; words[i].word != NULL; i++)
        if (word_of(words, words[i].value) == words[i].word) {
            tl__buf_printf(why, "%s%s", before, words[i].word);
            before = ", ";
        }
}

static void complain_range(const struct tl__setting *row, struct tl__buf *why)
{
    char min[32];
    char max[32];

    print_ms(row->min, min, sizeof min);
    print_ms(row->max, max, sizeof max);
    tl__buf_printf(why, "is not a duration from %s to %s", min, max);
    if (row->may_be_never)
        tl__buf_str(why, ", or never");
}

/* The name and the value, which is cut short and has its control characters made visible. */
static void complain_value(const struct tl__setting *row, const char *value, struct tl__buf *why)
{
    char shown[64];

    const bool whole = tl__copy_text(shown, sizeof shown, value);
    for (char *c = shown; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    tl__buf_printf(why, "%s \"%s%s\" ", row->name, shown, whole ? "" : "...");
}

static void complain(const struct tl__setting *row, const char *value, struct tl__buf *why)
{
    complain_value(row, value, why);
    switch (row->kind) {
    case TL__SETTING_TEXT:
        tl__buf_printf(why, "is longer than %" PRId64 " bytes, or has control characters",
                       row->max);
        break;
    case TL__SETTING_INTEGER:
        tl__buf_printf(why, "is not a whole number from %" PRId64 " to %" PRId64, row->min,
                       row->max);
        break;
    case TL__SETTING_DURATION:
        complain_range(row, why);
        break;
    case TL__SETTING_BOOLEAN:
        tl__buf_str(why, "is neither true nor false");
        break;
    case TL__SETTING_WORD:
        complain_words(row->words, why);
        break;
    }
}

bool tl__setting_set(struct tl__settings *s,
                     const struct tl__setting *row,
                     const char *value,
                     struct tl__buf *why)
{
    int64_t number = 0;
    const bool suits =
        row->kind == TL__SETTING_TEXT ? set_text(s, row, value) : read_number(row, value, &number);

    if (!suits)
        complain(row, value, why);
    else if (row->kind != TL__SETTING_TEXT)
        store(s, row, number);
    return suits;
}

/* A short pool_timeout alone is fine: a check ends with the deadline of the loan, whatever its own
 * bound. Somebody who asks for a longer check in so many words expects it to happen. */
bool tl__settings_check(const struct tl__settings *s, struct tl__buf *why)
{
    char check[32];
    char wait[32];
    const bool asked_for = s->pool_ping_timeout_ms != SECOND;

    if (!asked_for || s->pool_timeout_ms <= 0 || s->pool_ping_timeout_ms <= s->pool_timeout_ms)
        return true;
    print_ms(s->pool_ping_timeout_ms, check, sizeof check);
    print_ms(s->pool_timeout_ms, wait, sizeof wait);
    tl__buf_printf(why, "pool_ping_timeout %s is longer than pool_timeout %s", check, wait);
    return false;
}
