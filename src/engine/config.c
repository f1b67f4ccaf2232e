/* engine/config.c - every setting, its value, and where the value came from */
#include "engine/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "engine/config-read.h"
#include "engine/config-tls.h"
#include "engine/url.h"

struct item {
    tl_config_item shown; /* its texts are those below, the table's, or libpq's */
    char value[72];       /* of Trunkline's settings */
    char source[72];
};

struct tl_config {
    struct tl__settings settings;
    struct tl__conninfo libpq;
    struct item *items; /* the table's rows, then libpq's parameters */
    size_t n_items;
    const char **keywords;
    const char **values;
};

/* What we set where nobody said anything. */
static const struct {
    const char *keyword;
    const char *value;
} ours[] = {
    { "fallback_application_name", "trunkline" },
    { "client_encoding", "UTF8" },
    { "tcp_user_timeout", "30000" }, /* ms; a line that is cut shows within half a minute */
};

/* Where systems keep the roots that they trust. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

void tl_config_free(tl_config *config)
{
    if (config == NULL)
        return;
    tl__conninfo_done(&config->libpq);
    tl__free(config->items);
    tl__free(config->keywords);
    tl__free(config->values);
    tl__free(config);
}

void tl_config_freep(tl_config **config)
{
    tl_config_free(*config);
    *config = NULL;
}

size_t tl_config_count(const tl_config *config)
{
    return config->n_items;
}

bool tl_config_get(const tl_config *config, size_t i, tl_config_item *out)
{
    if (i >= config->n_items)
        return false;
    *out = config->items[i].shown;
    return true;
}

const struct tl__settings *tl__config_settings(const tl_config *config)
{
    return &config->settings;
}

const char *const *tl__config_keywords(const tl_config *config)
{
    return config->keywords;
}

const char *const *tl__config_values(const tl_config *config)
{
    return config->values;
}

/* What we add. */

static bool is_set(const struct tl__parameter *item)
{
    return item != NULL && item->value != NULL && item->origin != TL__FROM_DEFAULT;
}

static const char *value_of(const tl_config *config, const char *keyword)
{
    const struct tl__parameter *item = tl__conninfo_find(&config->libpq, keyword);

    return item != NULL ? item->value : NULL;
}

/* libpq takes this file where nobody names another. */
static bool has_own_roots(void)
{
    const char *home = getenv("HOME");
    char path[4096];

    if (home == NULL || home[0] == '\0')
        return false;
    snprintf(path, sizeof path, "%s/.postgresql/root.crt", home);
    return access(path, F_OK) == 0;
}

static const char *find_bundle(void)
{
    for (size_t i = 0; i < COUNT_OF(bundles); i++)
        if (access(bundles[i], R_OK) == 0)
            return bundles[i];
    return NULL;
}

static struct tl__tls choose_tls(const tl_config *config)
{
    const struct tl__tls_facts facts = {
        .host = value_of(config, "host"),
        .hostaddr = value_of(config, "hostaddr"),
        .libpq_version = tl_libpq_version(),
        .has_mode = is_set(tl__conninfo_find(&config->libpq, "sslmode")),
        .has_roots = is_set(tl__conninfo_find(&config->libpq, "sslrootcert")) || has_own_roots(),
        .bundle = find_bundle(),
    };

    return tl__tls_choose(&facts);
}

static int set_unless_set(tl_config *config, const char *keyword, const char *value)
{
    if (value == NULL || is_set(tl__conninfo_find(&config->libpq, keyword)))
        return TL_OK;
    return tl__conninfo_set(&config->libpq, keyword, value);
}

static int add_ours(tl_config *config)
{
    const struct tl__tls tls = choose_tls(config);

    int status = set_unless_set(config, "sslmode", tls.sslmode);
    if (status == TL_OK)
        status = set_unless_set(config, "sslrootcert", tls.sslrootcert);
    for (size_t i = 0; i < COUNT_OF(ours) && status == TL_OK; i++)
        status = set_unless_set(config, ours[i].keyword, ours[i].value);
    return status;
}

/* host:port/database, of the first host. */
static void name_pool(tl_config *config)
{
    const char *host = value_of(config, "host");
    const char *port = value_of(config, "port");
    const char *database = value_of(config, "dbname");
    char name[256];

    if (config->settings.pool_name[0] != '\0')
        return;
    if (host == NULL)
        host = value_of(config, "hostaddr");
    if (host == NULL)
        host = "local";
    if (port == NULL || port[0] == ',')
        port = "5432";
    snprintf(name, sizeof name, "%.*s:%.*s/%s", (int)strcspn(host, ","), host,
             (int)strcspn(port, ","), port, database != NULL ? database : "");
    tl__copy_text(config->settings.pool_name, sizeof config->settings.pool_name, name);
}

/* What is handed to libpq: also what it would find by itself, so that the environment is read once,
 * here, and not by whatever thread connects. */
static int fill_arrays(tl_config *config)
{
    size_t n = 0;

    config->keywords = tl__alloc_array(config->libpq.n + 1, sizeof *config->keywords);
    config->values = tl__alloc_array(config->libpq.n + 1, sizeof *config->values);
    if (config->keywords == NULL || config->values == NULL)
        return TL_ERR_NOMEM;
    for (size_t i = 0; i < config->libpq.n; i++) {
        const struct tl__parameter *item = &config->libpq.items[i];

        if (!is_set(item))
            continue;
        config->keywords[n] = item->keyword;
        config->values[n++] = item->value;
    }
    return TL_OK;
}

/* What is shown. */

static void show_found_source(struct item *item, const char *name, const struct tl__found *found)
{
    if (found->value == NULL)
        tl__copy_text(item->source, sizeof item->source, "default");
    else if (strcmp(found->source, "environment") != 0)
        tl__copy_text(item->source, sizeof item->source, found->source);
    else
        tl__variable_print(name, item->source, sizeof item->source);
}

static void show_setting(const tl_config *config,
                         const struct tl__setting *row,
                         const struct tl__found *found,
                         struct item *item)
{
    tl__setting_print(&config->settings, row, item->value, sizeof item->value);
    show_found_source(item, row->name, found);
    item->shown = (tl_config_item){
        .name = row->name,
        .value = item->value,
        .source = item->source,
        .help = row->help,
        .kind = TL_CONFIG_POOL,
        .live = row->live,
    };
}

static void
show_parameter(const struct tl__parameter *parameter, const char *text_source, struct item *item)
{
    const char *value = parameter->value != NULL ? parameter->value : "";

    tl__origin_print(parameter, text_source, item->source, sizeof item->source);
    item->shown = (tl_config_item){
        .name = parameter->keyword,
        .value = parameter->secret && value[0] != '\0' ? "********" : value,
        .source = item->source,
        .help = parameter->label,
        .kind = TL_CONFIG_LIBPQ,
        .secret = parameter->secret,
    };
}

static int fill_items(tl_config *config, const struct tl__reading *reading, const char *text_source)
{
    size_t n_rows;
    const struct tl__setting *table = tl__settings_table(&n_rows);

    config->items = tl__alloc_array(n_rows + config->libpq.n, sizeof *config->items);
    if (config->items == NULL)
        return TL_ERR_NOMEM;
    for (size_t i = 0; i < n_rows; i++)
        show_setting(config, &table[i], &reading->found[i], &config->items[i]);
    for (size_t i = 0; i < config->libpq.n; i++)
        show_parameter(&config->libpq.items[i], text_source, &config->items[n_rows + i]);
    config->n_items = n_rows + config->libpq.n;
    return TL_OK;
}

/* Reading. */

static const char *find_text(const char *url, const char **source)
{
    *source = "url";
    if (url != NULL)
        return url;
    *source = "environment DATABASE_URL";
    const char *text = getenv("DATABASE_URL");
    return text != NULL ? text : "";
}

static void read_url(tl_config *config, struct tl__reading *r, const char *text, const char *source)
{
    scoped(tl__secret_done) struct tl__buf rest = TL__BUF_INIT;
    const size_t n_before = r->mistakes.n;

    tl__reading_text(r, text, source, &rest);
    const bool is_whole = rest.len > 0 || r->mistakes.n == n_before;
    if (!r->no_memory && is_whole)
        tl__reading_libpq(r, tl__buf_cstr(&rest), source, &config->libpq);
}

/* A settings text has nothing for libpq, and is not a URL. */
static void read_settings(struct tl__reading *r, const char *text)
{
    scoped(tl__buf_done) struct tl__buf rest = TL__BUF_INIT;

    if (text == NULL || text[0] == '\0')
        return;
    if (tl__url_is_uri(text))
        tl__buf_str(tl__mistakes_next(&r->mistakes), "the settings are a URL (settings)");
    else
        tl__reading_text(r, text, "settings", &rest);
    if (rest.len > strspn(tl__buf_cstr(&rest), " \t\n\r\v\f"))
        tl__buf_str(tl__mistakes_next(&r->mistakes),
                    "the settings are not like \"pool_size=5 pool_timeout=250ms\" (settings)");
}

static int complete(tl_config *config, const struct tl__reading *r, const char *source)
{
    int status = add_ours(config);

    if (status != TL_OK)
        return status;
    name_pool(config);
    status = fill_arrays(config);
    return status == TL_OK ? fill_items(config, r, source) : status;
}

int tl_config_new(const char *url, const char *settings, tl_config **out, tl_error *err)
{
    scoped(tl_config_freep) tl_config *config = tl__alloc(sizeof *config);
    scoped(tl__reading_done) struct tl__reading reading = { 0 };
    struct tl__buf why = TL__BUF_INIT; /* nothing is wrong with an empty text */
    const char *source;

    if (config == NULL)
        return tl__fail_nomem(err);
    read_settings(&reading, settings);
    if (tl__conninfo_parse("", &reading.known, &why) != TL_OK)
        return tl__fail_nomem(err);
    const char *text = find_text(url, &source);
    read_url(config, &reading, text, source);
    tl__reading_environment(&reading);
    tl__settings_defaults(&config->settings);
    tl__reading_apply(&reading, false, &config->settings);

    int status = tl__reading_finish(&reading, err);
    if (status != TL_OK)
        return status;
    status = complete(config, &reading, source);
    if (status != TL_OK)
        return tl__fail_nomem(err);
    *out = tl__take(&config);
    return TL_OK;
}

int tl__config_apply(const tl_config *base,
                     const struct tl__settings *now,
                     const char *settings,
                     struct tl__settings *out,
                     tl_error *err)
{
    scoped(tl__reading_done) struct tl__reading reading = { 0 };
    struct tl__settings wanted = *now;

    (void)base; /* what is said anew goes before all that was read when the engine was opened */
    read_settings(&reading, settings);
    tl__reading_apply(&reading, true, &wanted);
    const int status = tl__reading_finish(&reading, err);
    if (status == TL_OK)
        *out = wanted;
    return status;
}
