/* cli/dev/server.c - the server that runs, or does not: found, awaited, stopped, buried */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/dev/dev.h"

#define PID_FILE DEV_DATA "/postmaster.pid"

enum {
    LINE_PID = 1, /* the lines of postmaster.pid, as PostgreSQL numbers them */
    LINE_PORT = 4,
    LINE_STATUS = 8,

    STEP_MS = 20,
    IMMEDIATE_MS = 10000, /* an immediate shutdown kills what does not follow after five seconds */
    ORPHANS_MS = 1000,    /* most of a dead server's processes notice at once */
    ORPHANS_KILLED_MS = 10000,
};

/* ---- postmaster.pid ---- */

/* "" if there are fewer lines. */
static const char *find_line(const char *text, int nth)
{
    for (int i = 1; i < nth; i++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

bool dev_server_parse(const char *text, struct dev_server *out)
{
    const long pid = strtol(find_line(text, LINE_PID), NULL, 10);
    const long port = strtol(find_line(text, LINE_PORT), NULL, 10);

    if (pid < 1 || pid > INT_MAX)
        return false;
    out->pid = (pid_t)pid;
    out->port = port > 0 && port < 65536 ? (int)port : 0;
    out->is_ready = strncmp(find_line(text, LINE_STATUS), "ready", 5) == 0;
    return true;
}

static bool read_pid_file(struct dev_server *out)
{
    char text[PATH_MAX + 512];

    return dev_file_read(PID_FILE, text, sizeof text) && dev_server_parse(text, out);
}

/* ---- which processes are ours ---- */

static bool is_named_postgres(const char *pid)
{
    char path[64], name[32];

    snprintf(path, sizeof path, "/proc/%s/comm", pid);
    return dev_file_read(path, name, sizeof name) && strcmp(name, "postgres\n") == 0;
}

/* A server's processes work in its data folder. A corpse, another user's process, and whatever else
 * bears the number by now do not; a shell that somebody left there has another name. */
static bool is_of_our_server(const char *pid, const struct stat *data)
{
    char path[64];
    struct stat cwd;

    snprintf(path, sizeof path, "/proc/%s/cwd", pid);
    return stat(path, &cwd) == 0 && cwd.st_dev == data->st_dev && cwd.st_ino == data->st_ino &&
           is_named_postgres(pid);
}

static bool is_alive(pid_t pid)
{
    struct stat data;
    char text[16];

    snprintf(text, sizeof text, "%d", (int)pid);
    return stat(DEV_DATA, &data) == 0 && is_of_our_server(text, &data);
}

void dev_server_look(struct dev_server *out)
{
    *out = (struct dev_server){ 0 };
    if (!read_pid_file(out) || !is_alive(out->pid))
        *out = (struct dev_server){ 0 };
}

/* ---- coming up ---- */

int dev_server_await_ready(struct dev *dev, struct dev_server *out)
{
    for (;;) {
        dev_server_look(out);
        if (out->pid == 0 || out->is_ready)
            return EXIT_OK;
        if (dev_now_ms() >= dev->common.deadline_ms)
            return cmd_failf(dev->self,
                             "the server does not accept connections in time: it goes on starting "
                             "or stopping, see \"trunkline dev logs\"");
        dev_pause(-1, STEP_MS);
    }
}

/* ---- going down ---- */

static bool is_gone(int process, int64_t deadline)
{
    struct dev_server server;

    dev_pause(process, deadline - dev_now_ms());
    dev_server_look(&server);
    return server.pid == 0;
}

/* By a descriptor of the process: a number could be another's by the time the signal is sent. */
int dev_server_stop(struct dev *dev, int timeout_ms)
{
    struct dev_server server;

    dev_server_look(&server);
    if (server.pid == 0)
        return EXIT_OK;

    scoped(dev_close_fd) int process = pidfd_open(server.pid, 0);

    if (process < 0 || !is_alive(server.pid))
        return is_alive(server.pid) ? cmd_failf(dev->self, "could not reach process %d: %s",
                                                (int)server.pid, strerror(errno))
                                    : EXIT_OK;
    if (pidfd_send_signal(process, SIGINT, NULL, 0) != 0 && errno != ESRCH)
        return cmd_failf(dev->self, "could not stop process %d: %s", (int)server.pid,
                         strerror(errno));
    if (is_gone(process, dev_now_ms() + timeout_ms))
        return EXIT_OK;
    dev_say(dev, "the server did not stop in time; it is made to, and will recover at its next "
                 "start");
    pidfd_send_signal(process, SIGQUIT, NULL, 0);
    if (is_gone(process, dev_now_ms() + IMMEDIATE_MS))
        return EXIT_OK;
    return cmd_failf(dev->self, "could not stop the server: process %d stays", (int)server.pid);
}

/* ---- after a server was killed ---- */

/* Sends the signal, or none if 0, to every process of ours; gives the last one's number. */
static pid_t signal_orphans(int signal)
{
    scoped(dev_close_folder) DIR *all = opendir("/proc");
    const struct dirent *entry;
    struct stat data;
    pid_t last = 0;

    if (all == NULL || stat(DEV_DATA, &data) != 0)
        return 0;
    while ((entry = readdir(all)) != NULL) {
        const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid < 1 || !is_of_our_server(entry->d_name, &data))
            continue;
        if (signal != 0)
            kill(pid, signal);
        last = pid;
    }
    return last;
}

static pid_t await_orphans(int64_t deadline)
{
    pid_t left;

    while ((left = signal_orphans(0)) != 0 && dev_now_ms() < deadline) {
        scoped(dev_close_fd) int process = pidfd_open(left, 0);
        dev_pause(process, MIN_OF(deadline - dev_now_ms(), STEP_MS));
    }
    return left;
}

/* Backends that are busy do not notice that their postmaster is dead. Nothing that they do counts
 * any more: the log of what was committed does. */
static int end_orphans(struct dev *dev)
{
    if (await_orphans(dev_now_ms() + ORPHANS_MS) == 0)
        return EXIT_OK;
    dev_say(dev, "ending what is left of a killed server");
    signal_orphans(SIGQUIT);

    const pid_t left = await_orphans(dev_now_ms() + ORPHANS_KILLED_MS);

    if (left == 0)
        return EXIT_OK;
    return cmd_failf(dev->self, "process %d of a killed server stays: end it, then try again",
                     (int)left);
}

/* PostgreSQL takes any living process for its postmaster, even a corpse that nobody has collected,
 * and refuses to start; so it does when the file is empty. That no process works in the data folder
 * is what it wants to know. */
static bool remove_stale_pid_file(void)
{
    struct dev_server named;

    if (read_pid_file(&named) && kill(named.pid, 0) != 0 && errno == ESRCH)
        return true; /* PostgreSQL removes it, and a segment of shared memory with it */
    return unlink(PID_FILE) == 0 || errno == ENOENT;
}

/* The locks of sockets have the same fault. Nobody but our server has sockets there. */
static bool remove_stale_sockets(const char *folder_path)
{
    scoped(dev_close_folder) DIR *folder = opendir(folder_path);
    const struct dirent *entry;

    if (folder == NULL)
        return errno == ENOENT;
    while ((entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, ".s.PGSQL.", 9) == 0 &&
            unlinkat(dirfd(folder), entry->d_name, 0) != 0 && errno != ENOENT)
            return false;
    return true;
}

int dev_server_bury(struct dev *dev, const char *socket_folder)
{
    const int code = end_orphans(dev);

    if (code != EXIT_OK)
        return code;
    if (!remove_stale_pid_file() || !remove_stale_sockets(socket_folder))
        return cmd_failf(dev->self, "could not remove what a killed server left in \"%s\": %s",
                         dev->home, strerror(errno));
    return EXIT_OK;
}
