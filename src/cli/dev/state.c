/* cli/dev/state.c - what is kept beside the data: programs, port, passwords */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/dev/dev.h"

#define STATE "trunkline-dev.state"
#define PASSWORD "password"
#define SUPERUSER_PASSWORD "superuser-password"
#define ENDS_WITH_RUNS DEV_CLUSTER "/ends-with-runs"

enum { FORMAT = 1, MOST_PORT_TRIES = 200 };

/* ---- the text of a state ---- */

/* The rest of the line that begins with key and a blank, or false. */
static bool find_value(const char *text, const char *key, char *buf, size_t size)
{
    const size_t n = strlen(key);

    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n")) {
        line += *line == '\n';
        if (strncmp(line, key, n) != 0 || line[n] != ' ')
            continue;

        const char *const value = line + n + 1;
        const size_t len = strcspn(value, "\n");

        if (len >= size)
            return false;
        memcpy(buf, value, len);
        buf[len] = '\0';
        return true;
    }
    return false;
}

static bool find_number(const char *text, const char *key, int least, int most, int *out)
{
    char value[16], *end;

    if (!find_value(text, key, value, sizeof value))
        return false;

    const long number = strtol(value, &end, 10);

    if (end == value || *end != '\0' || number < least || number > most)
        return false;
    *out = (int)number;
    return true;
}

bool dev_state_parse(const char *text, struct dev_state *out)
{
    int format, provisioned;

    if (!find_number(text, "format", FORMAT, FORMAT, &format) ||
        !find_number(text, "major", 1, 9999, &out->major) ||
        !find_number(text, "port", 1, 65535, &out->port) ||
        !find_number(text, "provisioned", 0, 1, &provisioned) ||
        !find_value(text, "programs", out->bin, sizeof out->bin))
        return false;
    out->is_provisioned = provisioned != 0;
    return true;
}

static bool write_state(const char *path, const struct dev_state *state)
{
    char text[PATH_MAX + 256];

    snprintf(text, sizeof text,
             "# trunkline dev knows its cluster by this file\n"
             "format %d\nmajor %d\nport %d\nprovisioned %d\nprograms %s\n",
             FORMAT, state->major, state->port, state->is_provisioned, state->bin);
    return dev_file_write(path, text);
}

/* ---- files ---- */

static bool read_password(const char *path, char *buf)
{
    if (!dev_file_read(path, buf, DEV_PASSWORD_SIZE))
        return false;
    return strlen(buf) == DEV_PASSWORD_SIZE - 1;
}

int dev_state_read(struct dev *dev, struct dev_state *out)
{
    char text[PATH_MAX + 256];

    if (!dev_file_read(DEV_CLUSTER "/" STATE, text, sizeof text))
        return cmd_failf(dev->self,
                         "\"%s/" DEV_CLUSTER
                         "\" was not made by trunkline dev: could not read \"" STATE "\" there: %s",
                         dev->home, strerror(errno));
    if (!dev_state_parse(text, out))
        return cmd_failf(dev->self,
                         "\"%s/" DEV_CLUSTER "/" STATE "\" is damaged, or from another version of "
                         "trunkline",
                         dev->home);
    errno = 0;
    if (!read_password(DEV_CLUSTER "/" PASSWORD, out->password) ||
        !read_password(DEV_CLUSTER "/" SUPERUSER_PASSWORD, out->superuser_password))
        return cmd_failf(dev->self, "could not read the passwords in \"%s/" DEV_CLUSTER "\": %s",
                         dev->home, errno != 0 ? strerror(errno) : "damaged file");
    return EXIT_OK;
}

static bool write_in(const char *folder, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return dev_file_write(path, text);
}

int dev_state_write(struct dev *dev, const char *folder, const struct dev_state *state)
{
    char path[128];

    snprintf(path, sizeof path, "%s/" STATE, folder);
    if (!write_in(folder, PASSWORD, state->password) ||
        !write_in(folder, SUPERUSER_PASSWORD, state->superuser_password) ||
        !write_state(path, state))
        return cmd_failf(dev->self, "could not write \"%s/%s\": %s", dev->home, path,
                         strerror(errno));
    return EXIT_OK;
}

bool dev_state_ends_with_runs(void)
{
    return access(ENDS_WITH_RUNS, F_OK) == 0;
}

int dev_state_set_ends_with_runs(struct dev *dev, bool ends)
{
    const bool done =
        ends ? dev_file_write(ENDS_WITH_RUNS, "") : unlink(ENDS_WITH_RUNS) == 0 || errno == ENOENT;

    if (!done)
        return cmd_failf(dev->self, "could not write \"%s/" ENDS_WITH_RUNS "\": %s", dev->home,
                         strerror(errno));
    return EXIT_OK;
}

/* ---- passwords ---- */

/* Letters that mean nothing to URLs, SQL and shells, 64 of them: six bits each, 192 in all. */
static bool draw_password(char *buf)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    unsigned char random[DEV_PASSWORD_SIZE - 1];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        buf[i] = letters[random[i] % 64];
    buf[sizeof random] = '\0';
    return true;
}

int dev_state_new_passwords(struct dev *dev, struct dev_state *state)
{
    if (!draw_password(state->password) || !draw_password(state->superuser_password))
        return cmd_failf(dev->self, "could not draw a random password: %s", strerror(errno));
    return EXIT_OK;
}

/* ---- ports ---- */

/* By the option that PostgreSQL sets too, or a port that was in use a moment ago would count. */
bool dev_port_is_free(int port)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);

    const bool is_free =
        bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0;

    close(fd);
    return is_free;
}

/* Below the ports that the system gives to outgoing connections. */
int dev_port_choose(void)
{
    for (int i = 0; i < MOST_PORT_TRIES; i++) {
        uint16_t random;

        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
            return 0;

        const int port = 20000 + random % 12000;

        if (dev_port_is_free(port))
            return port;
    }
    return 0;
}

void dev_url(const struct dev_state *state, bool masked, char *buf, size_t size)
{
    snprintf(buf, size, "postgresql://" DEV_ROLE ":%s@127.0.0.1:%d/" DEV_DATABASE,
             masked ? "****" : state->password, state->port);
}
