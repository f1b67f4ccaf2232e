/* wire/conninfo.c - libpq's connection parameters: what is given, and what holds in the end
 *
 * libpq tells what a text says (PQconninfoParse), but what it adds from a service file only once it
 * connects. So we let it start to connect with one parameter that it must refuse before it looks at
 * the network, and ask that attempt for its parameters. Two such attempts tell everything: what the
 * refused parameter would have been is read from the other one.
 */
#include "wire/conninfo.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "base/alloc.h"
#include "base/fail.h"

/* A libpq that knows more parameters than this may not tell of the rest. */
enum { MOST_PARAMETERS = 128 };

/* Values that libpq refuses, and that its message, in whatever language, repeats. */
static const char impossible_port[] = "76543210";
static const char impossible_sslmode[] = "neither-sslmode-76543210";

/* A password file is not for looking at yet: libpq prints to standard error what it has against it. */
static const char no_file[] = "/dev/null/none";

static void wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
}

static void options_free(PQconninfoOption *options)
{
    if (options == NULL)
        return;
    for (PQconninfoOption *o = options; o->keyword != NULL; o++)
        wipe(o->val);
    PQconninfoFree(options);
}

static void set_value(struct tl__parameter *item, char *value)
{
    wipe(item->value);
    tl__free(item->value);
    item->value = value;
}

void tl__conninfo_done(struct tl__conninfo *conninfo)
{
    for (size_t i = 0; i < conninfo->n; i++)
        set_value(&conninfo->items[i], NULL);
    tl__free(conninfo->items);
    options_free(conninfo->options);
    *conninfo = (struct tl__conninfo){ 0 };
}

struct tl__parameter *tl__conninfo_find(const struct tl__conninfo *conninfo, const char *keyword)
{
    for (size_t i = 0; i < conninfo->n; i++)
        if (strcmp(conninfo->items[i].keyword, keyword) == 0)
            return &conninfo->items[i];
    return NULL;
}

/* An empty value is none, as it is to PQconnectStartParams(). */
static int give_value(struct tl__parameter *item, const char *value, enum tl__origin origin)
{
    char *copy = NULL;

    item->origin = TL__FROM_DEFAULT;
    if (value != NULL && value[0] != '\0') {
        copy = tl__strdup(value);
        if (copy == NULL)
            return TL_ERR_NOMEM;
        item->origin = origin;
    }
    set_value(item, copy);
    return TL_OK;
}

int tl__conninfo_set(struct tl__conninfo *conninfo, const char *keyword, const char *value)
{
    struct tl__parameter *item = tl__conninfo_find(conninfo, keyword);

    return item != NULL ? give_value(item, value, TL__FROM_US) : TL_OK; /* an older libpq */
}

/* Parsing. */

static size_t count_options(const PQconninfoOption *options)
{
    size_t n = 0;

    while (options[n].keyword != NULL && n < MOST_PARAMETERS)
        n++;
    return n;
}

static int fill_item(struct tl__parameter *item, PQconninfoOption *option)
{
    *item = (struct tl__parameter){
        .keyword = option->keyword,
        .envvar = option->envvar,
        .compiled = option->compiled,
        .label = option->label,
        .secret = option->dispchar != NULL && option->dispchar[0] == '*',
    };
    const int status = give_value(item, option->val, TL__FROM_TEXT);
    wipe(option->val);
    return status;
}

static void append_reason(struct tl__buf *why, const char *message)
{
    const size_t len = strcspn(message, "\n");

    tl__buf_bytes(why, message, len);
}

int tl__conninfo_parse(const char *text, struct tl__conninfo *out, struct tl__buf *why)
{
    scoped(tl__conninfo_done) struct tl__conninfo made = { 0 };
    char *message = NULL;

    PQconninfoOption *options = PQconninfoParse(text, &message);
    if (options == NULL) {
        if (message == NULL)
            return TL_ERR_NOMEM;
        append_reason(why, message);
        wipe(message);
        PQfreemem(message);
        return TL_ERR_INVALID;
    }
    made.options = options;
    const size_t n = count_options(options);
    made.items = tl__alloc_array(n, sizeof *made.items);
    if (made.items == NULL)
        return TL_ERR_NOMEM;
    for (; made.n < n; made.n++)
        if (fill_item(&made.items[made.n], &options[made.n]) != TL_OK)
            return TL_ERR_NOMEM;
    *out = made;
    made = (struct tl__conninfo){ 0 };
    return TL_OK;
}

/* Resolving. */

struct attempt {
    PGconn *pg;
    PQconninfoOption *options;
};

static void attempt_done(struct attempt *attempt)
{
    options_free(attempt->options);
    PQfinish(attempt->pg);
}

struct arrays {
    const char *keywords[MOST_PARAMETERS + 3];
    const char *values[MOST_PARAMETERS + 3];
    size_t n;
};

static void add(struct arrays *arrays, const char *keyword, const char *value)
{
    arrays->keywords[arrays->n] = keyword;
    arrays->values[arrays->n] = value;
    arrays->n++;
}

/* Starts to connect, in vain. Of two equal keywords the last counts. */
static int try(const struct tl__conninfo *conninfo,
               const char *keyword,
               const char *impossible,
               struct attempt *out,
               struct tl__buf *why)
{
    struct arrays arrays = { 0 };

    for (size_t i = 0; i < conninfo->n; i++)
        if (conninfo->items[i].value != NULL)
            add(&arrays, conninfo->items[i].keyword, conninfo->items[i].value);
    add(&arrays, "passfile", no_file);
    add(&arrays, keyword, impossible);
    out->pg = PQconnectStartParams(arrays.keywords, arrays.values, 0);
    if (out->pg == NULL)
        return TL_ERR_NOMEM;
    out->options = PQconninfo(out->pg);
    if (out->options == NULL)
        return TL_ERR_NOMEM;
    if (PQstatus(out->pg) == CONNECTION_BAD &&
        strstr(PQerrorMessage(out->pg), impossible) == NULL && why->len == 0)
        append_reason(why, PQerrorMessage(out->pg));
    return TL_OK;
}

static const char *find_option(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val;
    return NULL;
}

/* What libpq would use; NULL where only the environment can tell. */
static const char *
find_effective(const char *keyword, const struct attempt *no_port, const struct attempt *no_ssl)
{
    const bool is_port = strcmp(keyword, "port") == 0;
    const char *value = find_option(is_port ? no_ssl->options : no_port->options, keyword);

    if (strcmp(keyword, "passfile") == 0)
        return NULL;
    if (value == NULL && strcmp(keyword, "host") == 0)
        value = PQhost(no_ssl->pg); /* the folder of local sockets */
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool is_system_user(const char *name)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char text[1024];

    return getpwuid_r(geteuid(), &entry, text, sizeof text, &found) == 0 && found != NULL &&
           strcmp(found->pw_name, name) == 0;
}

/* Whether value is what libpq takes where nobody says anything. */
static bool
is_default(const struct tl__parameter *item, const char *value, const struct attempt *no_ssl)
{
    if (item->compiled != NULL && strcmp(item->compiled, value) == 0)
        return true;
    if (strcmp(item->keyword, "user") == 0)
        return is_system_user(value);
    if (strcmp(item->keyword, "dbname") == 0)
        return PQuser(no_ssl->pg) != NULL && strcmp(PQuser(no_ssl->pg), value) == 0;
    return strcmp(item->keyword, "host") == 0 &&
           find_option(no_ssl->options, "host") == NULL; /* made up by libpq */
}

static const char *get_environment(const struct tl__parameter *item)
{
    const char *value = item->envvar != NULL ? getenv(item->envvar) : NULL;

    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* An old variable that libpq still heeds. */
static void heed_requiressl(struct tl__parameter *item, const char *value)
{
    const char *old = getenv("PGREQUIRESSL");

    if (strcmp(item->keyword, "sslmode") != 0 || get_environment(item) != NULL || old == NULL ||
        old[0] != '1' || strcmp(value, "require") != 0)
        return;
    item->envvar = "PGREQUIRESSL";
    item->origin = TL__FROM_ENVIRONMENT;
}

static int resolve_item(struct tl__parameter *item,
                        bool has_service,
                        const struct attempt *no_port,
                        const struct attempt *no_ssl)
{
    const char *environment = get_environment(item);
    const char *value = find_effective(item->keyword, no_port, no_ssl);

    if (item->value != NULL)
        return TL_OK; /* given */
    if (value == NULL || (environment != NULL && strcmp(environment, value) == 0))
        return give_value(item, environment, TL__FROM_ENVIRONMENT);

    const bool by_default = !has_service || is_default(item, value, no_ssl);
    const int status = give_value(item, value, by_default ? TL__FROM_DEFAULT : TL__FROM_SERVICE);
    heed_requiressl(item, value);
    return status;
}

int tl__conninfo_resolve(struct tl__conninfo *conninfo, struct tl__buf *why)
{
    scoped(attempt_done) struct attempt no_port = { 0 };
    scoped(attempt_done) struct attempt no_ssl = { 0 };

    int status = try(conninfo, "sslmode", impossible_sslmode, &no_ssl, why);
    if (status == TL_OK)
        status = try(conninfo, "port", impossible_port, &no_port, why);
    if (status != TL_OK)
        return status;
    if (why->len > 0 || tl__buf_status(why) != TL_OK)
        return TL_ERR_INVALID;

    const struct tl__parameter *service = tl__conninfo_find(conninfo, "service");
    const bool has_service =
        service != NULL && (service->value != NULL || get_environment(service) != NULL);
    for (size_t i = 0; i < conninfo->n && status == TL_OK; i++)
        status = resolve_item(&conninfo->items[i], has_service, &no_port, &no_ssl);
    return status;
}
