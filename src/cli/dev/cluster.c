/* cli/dev/cluster.c - making a cluster, and starting its server */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dev/dev.h"

#define REMOVING "removing"
#define START_LOG DEV_LOG "/start.log"

enum {
    SOCKET_PATH_MAX = 107, /* sun_path without its NUL */
    SOCKET_NAME_LEN = 15,  /* "/.s.PGSQL.65535" */
    MOST_PORT_TRIES = 10,
    STEP_MS = 10,
};

/* ---- settings ---- */

/* Losing the last transactions when the machine fails is all that it costs, and nobody waits for the
 * disk. The log has a week, a file for each day. */
static const char settings[] = "\n"
                               "# by trunkline dev\n"
                               "listen_addresses = '127.0.0.1'\n"
                               "unix_socket_permissions = 0700\n"
                               "cluster_name = 'trunkline dev'\n"
                               "max_connections = 100\n"
                               "shared_buffers = 64MB\n"
                               "max_wal_size = 256MB\n"
                               "synchronous_commit = off\n"
                               "logging_collector = on\n"
                               "log_directory = '../log'\n"
                               "log_filename = 'server-%a.log'\n"
                               "log_rotation_age = 1d\n"
                               "log_rotation_size = 0\n"
                               "log_truncate_on_rotation = on\n"
                               "log_line_prefix = '%m [%p] %q%u@%d '\n";

static const char preload_age[] = "shared_preload_libraries = 'age'\n";

/* ---- sockets ---- */

static bool fits(const char *folder, int len, size_t size)
{
    return len > 0 && (size_t)len < size && strlen(folder) + SOCKET_NAME_LEN <= SOCKET_PATH_MAX;
}

bool dev_socket_folder(
    const char *home, const char *runtime, uint64_t home_id, char *buf, size_t size)
{
    if (fits(buf, snprintf(buf, size, "%s/" DEV_CLUSTER "/sock", home), size))
        return true;
    if (runtime == NULL || runtime[0] != '/')
        return false;
    return fits(buf, snprintf(buf, size, "%s/trunkline/dev-%" PRIx64, runtime, home_id), size);
}

/* The runtime folder is the user's own, so the one in between is made for him alone as well. */
static bool make_socket_folder(char *path)
{
    char *const name = strrchr(path, '/');
    struct stat made;

    *name = '\0';
    mkdir(path, 0700);
    *name = '/';
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    if (lstat(path, &made) != 0)
        return false;
    errno = EACCES;
    return S_ISDIR(made.st_mode) && made.st_uid == geteuid() && (made.st_mode & 077) == 0;
}

static int choose_socket_folder(struct dev *dev, char *buf, size_t size)
{
    const char *const runtime = dev->has_dropped ? NULL : getenv("XDG_RUNTIME_DIR");
    struct stat home;

    if (stat(".", &home) != 0)
        return cmd_failf(dev->self, "could not look at \"%s\": %s", dev->home, strerror(errno));
    if (!dev_socket_folder(dev->home, runtime, home.st_ino, buf, size))
        return cmd_failf(dev->self,
                         "\"%s\" is too long: the paths of its sockets would have more than %d "
                         "bytes; name a shorter folder by --dir",
                         dev->home, SOCKET_PATH_MAX);
    return EXIT_OK;
}

static int prepare_socket_folder(struct dev *dev, char *buf, size_t size)
{
    const int code = choose_socket_folder(dev, buf, size);

    if (code == EXIT_OK && !make_socket_folder(buf))
        return cmd_failf(dev->self, "could not make folder \"%s\" for you alone: %s", buf,
                         strerror(errno));
    return code;
}

/* ---- making ---- */

static void explain_missing(const struct dev *dev, const struct dev_programs *programs)
{
    const char *const missing = programs->has_age && programs->has_vector ? NULL
                                : programs->has_age                       ? "vector"
                                : programs->has_vector                    ? "age"
                                                                          : "age and vector";

    if (missing != NULL)
        dev_say(dev,
                "PostgreSQL %s in \"%s\" lacks %s: tools/setup prepares one with both; then run "
                "\"trunkline dev reset\"",
                programs->version, programs->bin, missing);
}

static int fill_state(struct dev *dev,
                      const struct dev_programs *programs,
                      const struct dev_state *old,
                      struct dev_state *out)
{
    *out = old != NULL ? *old : (struct dev_state){ 0 };
    snprintf(out->bin, sizeof out->bin, "%s", programs->bin);
    out->major = programs->major;
    out->is_provisioned = false;
    if (old != NULL)
        return EXIT_OK;
    if ((out->port = dev_port_choose()) == 0)
        return cmd_failf(dev->self, "could not find a free port on 127.0.0.1");
    return dev_state_new_passwords(dev, out);
}

static int run_initdb(struct dev *dev, const struct dev_programs *programs)
{
    char program[PATH_MAX + 16], output[16384];
    const char *const argv[] = { program,
                                 "-D" DEV_MAKING "/data",
                                 "-U" DEV_SUPERUSER,
                                 "--pwfile=" DEV_MAKING "/superuser-password",
                                 "--auth=scram-sha-256",
                                 "--encoding=UTF8",
                                 "--locale=C.UTF-8",
                                 NULL };

    snprintf(program, sizeof program, "%s/initdb", programs->bin);

    const int code = dev_process_run(dev, argv, output, sizeof output);

    if (code < 0)
        return cmd_failf(dev->self, "could not run \"%s\": %s", program, strerror(errno));
    if (code == 0)
        return EXIT_OK;

    const tl_str reason = dev_log_find_reason(output);

    return cmd_failf(dev->self, "could not make a cluster in \"%s\": %.*s", dev->home,
                     (int)reason.len, reason.data);
}

static bool write_settings(const struct dev_programs *programs)
{
    static const char file[] = DEV_MAKING "/data/postgresql.conf";

    return dev_file_append(file, settings) &&
           (!programs->has_age || dev_file_append(file, preload_age));
}

static int fill(struct dev *dev, const struct dev_programs *programs, const struct dev_state *state)
{
    if (mkdir(DEV_MAKING, 0700) != 0 || mkdir(DEV_MAKING "/log", 0700) != 0)
        return cmd_failf(dev->self, "could not make a folder in \"%s\": %s", dev->home,
                         strerror(errno));

    int code = dev_state_write(dev, DEV_MAKING, state);

    if (code == EXIT_OK)
        code = run_initdb(dev, programs);
    if (code == EXIT_OK && !write_settings(programs))
        code = cmd_failf(dev->self, "could not write the settings in \"%s\": %s", dev->home,
                         strerror(errno));
    return code;
}

static bool sync_home(void)
{
    scoped(dev_close_fd) int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0;
}

/* The old one goes only now that the new one is whole. */
static int put_in_place(struct dev *dev, const struct dev_state *old)
{
    const int code =
        old != NULL ? dev_server_stop(dev, dev_ms_left(dev->common.deadline_ms)) : EXIT_OK;

    if (code != EXIT_OK)
        return code;
    if ((old != NULL && rename(DEV_CLUSTER, REMOVING) != 0) ||
        rename(DEV_MAKING, DEV_CLUSTER) != 0 || !sync_home())
        return cmd_failf(dev->self, "could not put the new cluster in \"%s\" into its place: %s",
                         dev->home, strerror(errno));
    if (!dev_home_remove(REMOVING))
        return cmd_failf(dev->self, "could not remove the old cluster in \"%s\": %s", dev->home,
                         strerror(errno));
    return EXIT_OK;
}

int dev_cluster_make(struct dev *dev, const struct dev_state *old)
{
    struct dev_programs programs;
    struct dev_state state;
    char sockets[PATH_MAX];
    int code = choose_socket_folder(dev, sockets, sizeof sockets); /* before it was all in vain */

    if (code == EXIT_OK)
        code = dev_programs_choose(dev, 0, &programs);
    if (code == EXIT_OK)
        code = fill_state(dev, &programs, old, &state);
    if (code != EXIT_OK)
        return code;
    explain_missing(dev, &programs);
    dev_say(dev, "making a cluster of PostgreSQL %s in \"%s\"", programs.version, dev->home);
    code = fill(dev, &programs, &state);
    if (code == EXIT_OK)
        code = put_in_place(dev, old);
    if (code != EXIT_OK)
        tl__ignore(!dev_home_remove(DEV_MAKING)); /* the next command tries again */
    return code;
}

/* ---- starting ---- */

struct start {
    const struct dev_state *state;
    const char *socket_folder;
    pid_t pid;
    struct dev_log_mark mark;
};

/* PostgreSQL takes a list of folders, where quotes keep blanks and commas from parting them. */
static void write_socket_setting(const char *folder, char *buf, size_t size)
{
    size_t n = (size_t)snprintf(buf, size, "unix_socket_directories=\"");

    for (; *folder != '\0' && n + 4 < size; folder++) {
        if (*folder == '"')
            buf[n++] = '"';
        buf[n++] = *folder;
    }
    snprintf(buf + n, size - n, "\"");
}

static pid_t spawn_server(const struct dev *dev, const struct start *start)
{
    char program[PATH_MAX + 16], data[PATH_MAX + 16], port[32], sockets[2 * SOCKET_PATH_MAX + 64];
    const char *const argv[] = { program, "-D", data, "-c", port, "-c", sockets, NULL };
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    scoped(dev_close_fd) int log = open(START_LOG, flags, 0600);

    if (log < 0)
        return -1;
    snprintf(program, sizeof program, "%s/postgres", start->state->bin);
    snprintf(data, sizeof data, "%s/" DEV_DATA, dev->home);
    snprintf(port, sizeof port, "port=%d", start->state->port);
    write_socket_setting(start->socket_folder, sockets, sizeof sockets);
    return dev_process_start(dev, &(struct dev_process){ argv, log, true });
}

typedef enum start_end {
    START_READY,
    START_ENDED,
    START_SLOW,
} start_end;

static start_end await_start(const struct dev *dev, pid_t pid)
{
    scoped(dev_close_fd) int process = pidfd_open(pid, 0);
    struct dev_server server;

    for (;;) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return START_ENDED;
        dev_server_look(&server);
        if (server.pid == pid && server.is_ready)
            return START_READY;
        if (dev_now_ms() >= dev->common.deadline_ms)
            return START_SLOW;
        dev_pause(process, STEP_MS);
    }
}

static int complain_start(const struct dev *dev, const struct start *start)
{
    char reason[1024];

    dev_log_reason_since(&start->mark, reason, sizeof reason);
    return cmd_failf(dev->self, "could not start the server: %s", reason);
}

/* One try. *out_again: the port was taken while it was starting. */
static int start_once(struct dev *dev, struct start *start, bool *out_again)
{
    *out_again = false;
    dev_log_mark_end(&start->mark);
    start->pid = spawn_server(dev, start);
    if (start->pid < 0)
        return cmd_failf(dev->self, "could not start the server: %s", strerror(errno));
    switch (await_start(dev, start->pid)) {
    case START_READY:
        return EXIT_OK;
    case START_SLOW:
        return cmd_failf(dev->self, "the server does not accept connections in time: it goes on "
                                    "starting, see \"trunkline dev logs\"");
    case START_ENDED:
        break;
    }
    *out_again = !dev_port_is_free(start->state->port);
    return *out_again ? EXIT_OK : complain_start(dev, start);
}

static int leave_taken_port(struct dev *dev, struct dev_state *state)
{
    const int taken = state->port;

    if (dev_port_is_free(taken))
        return EXIT_OK;
    if ((state->port = dev_port_choose()) == 0)
        return cmd_failf(dev->self, "could not find a free port on 127.0.0.1");
    dev_say(dev, "port %d is taken by another program; from now on it is %d", taken, state->port);
    return dev_state_write(dev, DEV_CLUSTER, state);
}

static int start_somewhere(struct dev *dev, struct dev_state *state, const char *socket_folder)
{
    struct start start = { .state = state, .socket_folder = socket_folder };
    bool again = true;
    int code = EXIT_OK;

    for (int i = 0; i < MOST_PORT_TRIES && again; i++) {
        code = leave_taken_port(dev, state);
        if (code == EXIT_OK)
            code = start_once(dev, &start, &again);
        if (code != EXIT_OK)
            return code;
    }
    return again ? complain_start(dev, &start) : EXIT_OK;
}

static int settle_programs(struct dev *dev, struct dev_state *state)
{
    struct dev_programs programs;
    const int code = dev_programs_for(dev, state, &programs);

    if (code != EXIT_OK || strcmp(programs.bin, state->bin) == 0)
        return code;
    snprintf(state->bin, sizeof state->bin, "%s", programs.bin);
    return dev_state_write(dev, DEV_CLUSTER, state);
}

int dev_cluster_start(struct dev *dev, struct dev_state *state)
{
    char sockets[PATH_MAX];
    int code = settle_programs(dev, state);

    if (code == EXIT_OK)
        code = prepare_socket_folder(dev, sockets, sizeof sockets);
    if (code == EXIT_OK)
        code = dev_server_bury(dev, sockets);
    if (code != EXIT_OK)
        return code;
    dev_log_prune();
    return start_somewhere(dev, state, sockets);
}

/* ---- up ---- */

/* Once the server says that it is ready. One that runs may be on its way down: then it is started
 * when it is gone. A server that somebody started by hand may listen elsewhere. */
static int bring_up(struct dev *dev, struct dev_state *state, bool *started)
{
    struct dev_server server;
    const int code = dev_server_await_ready(dev, &server);

    if (code != EXIT_OK)
        return code;
    if (server.pid == 0) {
        *started = true;
        return dev_cluster_start(dev, state);
    }
    if (server.port != 0)
        state->port = server.port;
    return EXIT_OK;
}

/* What fails here is done again by the next command: each step may be done twice. */
static int provision(struct dev *dev, struct dev_state *state, bool was_started)
{
    int code = dev_provision(dev, state);

    state->is_provisioned = code == EXIT_OK;
    if (code == EXIT_OK)
        code = dev_state_write(dev, DEV_CLUSTER, state);
    if (code != EXIT_OK && was_started)
        tl__ignore(dev_server_stop(dev, DEV_STOP_MS)); /* has complained; the first reason counts */
    return code;
}

static int log_in(struct dev *dev, const struct dev_state *state, tl_error *err)
{
    scoped(tl_engine_closep) tl_engine *engine = NULL;
    scoped(tl_conn_releasep) tl_conn *conn = NULL;
    const struct dev_login login = { DEV_ROLE, state->password, DEV_DATABASE,
                                     dev_ms_left(dev->common.deadline_ms) };

    return dev_connect(state, &login, &engine, &conn, err);
}

/* The role, its password or the database are no longer what they were made. */
static bool lacks_what_we_made(const tl_error *err)
{
    return tl_error_is(err, "28") || tl_error_is(err, "3D");
}

/* The server is there, whatever it says, unless it is coming up or going down. */
static bool was_answered(const tl_error *err)
{
    return err->sqlstate[0] != '\0' && !tl_error_is(err, "57");
}

/* Proof that it lets programs in. One that was killed a moment ago still looks alive. */
static int prove(struct dev *dev, struct dev_state *state, bool started, bool *out_again)
{
    tl_error err = TL_ERROR_INIT;

    *out_again = false;
    if (!state->is_provisioned)
        return provision(dev, state, started);
    if (log_in(dev, state, &err) == TL_OK)
        return EXIT_OK;
    if (lacks_what_we_made(&err))
        return provision(dev, state, started);
    if (was_answered(&err))
        return EXIT_OK;
    if (dev_now_ms() >= dev->common.deadline_ms)
        return cmd_fail(dev->self, &err);
    *out_again = true;
    return EXIT_OK;
}

static int start_and_prove(struct dev *dev, struct dev_state *state, bool *started)
{
    bool again;
    int code;

    do {
        code = bring_up(dev, state, started);
        if (code == EXIT_OK)
            code = prove(dev, state, *started, &again);
        if (code == EXIT_OK && again)
            dev_pause(-1, STEP_MS);
    } while (code == EXIT_OK && again);
    return code;
}

int dev_cluster_up(struct dev *dev, struct dev_state *out, bool *out_started)
{
    bool started = false;
    int code = EXIT_OK;

    if (access(DEV_CLUSTER, F_OK) != 0)
        code = dev_cluster_make(dev, NULL);
    if (code == EXIT_OK)
        code = dev_state_read(dev, out);
    if (code == EXIT_OK)
        code = start_and_prove(dev, out, &started);
    if (code == EXIT_OK && out_started != NULL)
        *out_started = started;
    return code;
}
