/* cli/dev/run.c - other programs with our server: psql, and whatever "run" is given */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dev/dev.h"

enum {
    EXIT_NOT_RUNNABLE = 126, /* as shells and env have it */
    EXIT_NOT_FOUND = 127,
};

static bool set_environment(const struct dev_state *state)
{
    char url[256], port[16];

    dev_url(state, false, url, sizeof url);
    snprintf(port, sizeof port, "%d", state->port);
    return setenv("DATABASE_URL", url, 1) == 0 && setenv("PGHOST", "127.0.0.1", 1) == 0 &&
           setenv("PGPORT", port, 1) == 0 && setenv("PGUSER", DEV_ROLE, 1) == 0 &&
           setenv("PGPASSWORD", state->password, 1) == 0 &&
           setenv("PGDATABASE", DEV_DATABASE, 1) == 0;
}

static int complain_exec(const struct dev *dev, const char *name)
{
    const int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;

    tl__ignore(cmd_failf(dev->self, "could not run \"%s\": %s", name, strerror(errno)));
    return code;
}

/* ---- psql ---- */

/* That of the server's version first: it knows the server's catalogs. The password goes by the
 * environment, which other users cannot read, unlike arguments. */
int dev_psql(struct dev *dev, const struct dev_state *state, char **args)
{
    char own[PATH_MAX + 16];
    const int code = dev_home_leave(dev);

    if (code != EXIT_OK)
        return code;
    if (!set_environment(state))
        return cmd_failf(dev->self, "out of memory");
    snprintf(own, sizeof own, "%s/psql", state->bin);
    signal(SIGPIPE, SIG_DFL);
    args[0] = own;
    execv(own, args);
    execvp("psql", args);
    return complain_exec(dev, "psql");
}

/* ---- run: signals ---- */

static const int passed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

static void block_signals(sigset_t *out_waited, sigset_t *out_before)
{
    sigemptyset(out_waited);
    sigaddset(out_waited, SIGCHLD);
    for (size_t i = 0; i < COUNT_OF(passed_on); i++)
        sigaddset(out_waited, passed_on[i]);
    sigprocmask(SIG_BLOCK, out_waited, out_before);
}

/* A terminal's signals reach the program as well: only what was sent to us alone is passed on. */
static int await_program(pid_t pid, const sigset_t *waited)
{
    siginfo_t info;
    int status;

    for (;;) {
        const int signal = sigwaitinfo(waited, &info);

        if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL)
            kill(pid, signal);
        if (waitpid(pid, &status, WNOHANG) == pid)
            return dev_exit_code(status);
    }
}

/* ---- run: the program ---- */

static void become_program(struct dev *dev, const struct dev_state *state, char **argv)
{
    const int code = dev_home_leave(dev);

    if (code != EXIT_OK)
        _exit(code);
    if (!set_environment(state))
        _exit(cmd_failf(dev->self, "out of memory"));
    signal(SIGPIPE, SIG_DFL);
    execvp(argv[0], argv);
    _exit(complain_exec(dev, argv[0]));
}

static int run_program(struct dev *dev, const struct dev_state *state, char **argv)
{
    sigset_t waited, before;

    block_signals(&waited, &before);

    const pid_t pid = fork();

    if (pid < 0)
        return cmd_failf(dev->self, "could not run \"%s\": %s", argv[0], strerror(errno));
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        become_program(dev, state, argv);
    }
    return await_program(pid, &waited);
}

/* ---- run: the server around it ---- */

static int join(struct dev *dev, struct dev_state *state)
{
    bool was_started = false;
    int code = dev_home_lock(dev);

    if (code == EXIT_OK)
        code = dev_home_join_runs(dev);
    if (code == EXIT_OK)
        code = dev_cluster_up(dev, state, &was_started);
    if (code == EXIT_OK && was_started)
        code = dev_state_set_ends_with_runs(dev, true);
    dev_home_unlock(dev);
    return code;
}

/* A server that was there before stays; one that a "run" started ends with the last of them. */
static int leave(struct dev *dev)
{
    dev->common.deadline_ms = dev_now_ms() + DEV_START_MS;

    int code = dev_home_lock(dev);

    if (code == EXIT_OK && dev_state_ends_with_runs() && dev_home_is_last_run(dev)) {
        code = dev_server_stop(dev, DEV_STOP_MS);
        if (code == EXIT_OK)
            code = dev_state_set_ends_with_runs(dev, false);
    }
    dev_home_unlock(dev);
    return code;
}

int dev_run(struct dev *dev, char **argv)
{
    struct dev_state state;
    int code = join(dev, &state);

    if (code != EXIT_OK)
        return code;
    code = run_program(dev, &state, argv);

    const int left = leave(dev);

    return code != EXIT_OK ? code : left;
}
