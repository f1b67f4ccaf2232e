/* cli/dev/process.c - other programs in a sealed environment, and the rights they run with */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dev/dev.h"

/* ---- rights ---- */

int dev_become(struct dev *dev, uid_t uid, gid_t gid)
{
    dev->uid = uid;
    dev->gid = gid;
    if (geteuid() != 0 || uid == 0)
        return EXIT_OK;
    if (setgroups(1, &gid) != 0 || setegid(gid) != 0 || seteuid(uid) != 0)
        return cmd_failf(dev->self, "could not become user %ld for the server: %s", (long)uid,
                         strerror(errno));
    dev->has_dropped = true;
    return EXIT_OK;
}

/* The caller's other groups are not given back: root has no need of them. Nor has he of a process
 * that cannot be traced, as one is that changed its user. */
int dev_become_caller(struct dev *dev)
{
    umask(dev->came_with_umask);
    if (!dev->has_dropped)
        return EXIT_OK;

    const gid_t gid = getgid();

    if (seteuid(getuid()) != 0 || setegid(gid) != 0 || setgroups(1, &gid) != 0)
        return cmd_failf(dev->self, "could not become the caller again: %s", strerror(errno));
    dev->has_dropped = false;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return EXIT_OK;
}

/* For good, unlike dev_become(). */
static bool drop_rights(const struct dev *dev)
{
    if (dev->has_dropped && (seteuid(0) != 0 || setgroups(1, &dev->gid) != 0 ||
                             setresgid(dev->gid, dev->gid, dev->gid) != 0 ||
                             setresuid(dev->uid, dev->uid, dev->uid) != 0))
        return false;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* ---- programs ---- */

/* Neither the caller's PG* variables nor his language reach the server. Of his PATH pg_config alone
 * has need, which was looked up before. */
static char *const sealed_environment[] = {
    (char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" },
    (char[]){ "LC_ALL=C.UTF-8" },
    NULL,
};

static void reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

/* The server would keep whatever the caller left open, and somebody waiting for its end waiting. */
static bool set_files(int out_fd)
{
    const int in = open("/dev/null", O_RDWR);

    if (in < 0 || dup2(in, STDIN_FILENO) < 0)
        return false;
    if (dup2(out_fd >= 0 ? out_fd : STDIN_FILENO, STDOUT_FILENO) < 0 ||
        dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        return false;
    return close_range(3, ~0U, 0) == 0;
}

/* execve() wants pointers to texts that may change; it changes none. */
static char *const *unconst(const char *const *argv)
{
    union {
        const char *const *from;
        char *const *to;
    } same = { argv };

    return same.to;
}

static void become_program(const struct dev *dev, const struct dev_process *process)
{
    if (process->is_daemon)
        setsid();
    reset_signals();
    if (set_files(process->out_fd) && drop_rights(dev))
        execve(process->argv[0], unconst(process->argv), sealed_environment);
    dprintf(STDERR_FILENO, "error: could not run \"%s\": %s\n", process->argv[0], strerror(errno));
    _exit(127);
}

pid_t dev_process_start(const struct dev *dev, const struct dev_process *process)
{
    const pid_t pid = fork();

    if (pid == 0)
        become_program(dev, process);
    return pid;
}

int dev_exit_code(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Reads to the end, so that the program never waits for us; keeps what fits. */
static void collect_output(int fd, char *buf, size_t size)
{
    char scrap[1024];
    size_t n = 0;

    for (;;) {
        const bool fits = n + 1 < size;
        const ssize_t got = read(fd, fits ? buf + n : scrap, fits ? size - 1 - n : sizeof scrap);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += fits ? (size_t)got : 0;
    }
    buf[n] = '\0';
}

int dev_process_run(const struct dev *dev, const char *const *argv, char *buf, size_t size)
{
    int ends[2], status;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;

    const pid_t pid = dev_process_start(dev, &(struct dev_process){ argv, ends[1], false });

    close(ends[1]);
    if (pid > 0)
        collect_output(ends[0], buf, size);
    close(ends[0]);
    if (pid < 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return dev_exit_code(status);
}
