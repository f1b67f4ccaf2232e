/* cli/dev/log.c - the server's log: shown, pruned, and searched for the reason of a failure
 *
 * The server writes one file for each day of the week, log/server-Mon.log and so on, and begins it
 * anew after a week. What it says before that, it says to log/start.log.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/dev/dev.h"

#define PATTERN "server-*.log"
#define START_LOG DEV_LOG "/start.log"

enum {
    MOST_FILES = 16, /* there are seven */
    KEPT_DAYS = 6,
    STEP_MS = 200,
    CHUNK_SIZE = 16384,
};

struct log_file {
    char name[64];
    struct timespec changed;
    off_t size;
};

/* The newest first. */
struct log_files {
    size_t n;
    struct log_file items[MOST_FILES];
};

/* ---- the files ---- */

static int compare_age(const void *a, const void *b)
{
    const struct timespec x = ((const struct log_file *)a)->changed;
    const struct timespec y = ((const struct log_file *)b)->changed;

    if (x.tv_sec != y.tv_sec)
        return x.tv_sec < y.tv_sec ? 1 : -1;
    return (x.tv_nsec < y.tv_nsec) - (x.tv_nsec > y.tv_nsec);
}

static void add_file(struct log_files *files, int folder, const char *name)
{
    struct log_file *const file = &files->items[files->n];
    struct stat info;

    if (files->n == MOST_FILES || strlen(name) >= sizeof file->name ||
        fnmatch(PATTERN, name, 0) != 0 || fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    memcpy(file->name, name, strlen(name) + 1);
    file->changed = info.st_mtim;
    file->size = info.st_size;
    files->n++;
}

static void list_files(struct log_files *out)
{
    scoped(dev_close_folder) DIR *folder = opendir(DEV_LOG);
    const struct dirent *entry;

    out->n = 0;
    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL)
        add_file(out, dirfd(folder), entry->d_name);
    qsort(out->items, out->n, sizeof out->items[0], compare_age);
}

static void write_path(const char *name, char *buf, size_t size)
{
    snprintf(buf, size, DEV_LOG "/%s", name);
}

/* The server begins a file anew when the day comes, but appends to one it finds at its start. */
void dev_log_prune(void)
{
    const time_t oldest = time(NULL) - (time_t)KEPT_DAYS * 24 * 3600;
    struct log_files files;
    char path[128];

    list_files(&files);
    for (size_t i = 0; i < files.n; i++) {
        write_path(files.items[i].name, path, sizeof path);
        if (files.items[i].changed.tv_sec < oldest)
            unlink(path);
    }
}

/* ---- reasons ---- */

static const char *find_in(const char *line, size_t len, const char *word)
{
    const char *const at = memmem(line, len, word, strlen(word));

    return at != NULL ? at + strlen(word) : NULL;
}

/* What follows a word such as FATAL: in a line; NULL if the line tells no reason. What clients are
 * told while the server is not ready is no reason. */
static const char *find_cause(const char *line, size_t len)
{
    static const char *const words[] = { "FATAL:", "PANIC:", "error:" };

    if (find_in(line, len, "the database system is") != NULL)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const char *const cause = find_in(line, len, words[i]);
        if (cause != NULL)
            return cause;
    }
    return NULL;
}

static tl_str trim(const char *from, const char *end)
{
    while (from < end && *from == ' ')
        from++;
    return (tl_str){ from, (size_t)(end - from) };
}

/* The first that went wrong is the cause of what follows; without one, the last words. */
tl_str dev_log_find_reason(const char *text)
{
    tl_str last = { "it gave no reason", strlen("it gave no reason") };

    for (const char *line = text; *line != '\0'; line += *line == '\n') {
        const size_t len = strcspn(line, "\n");
        const char *const cause = find_cause(line, len);

        if (cause != NULL)
            return trim(cause, line + len);
        if (len > 0)
            last = trim(line, line + len);
        line += len;
    }
    return last;
}

void dev_log_mark_end(struct dev_log_mark *out)
{
    struct log_files files;

    *out = (struct dev_log_mark){ 0 };
    list_files(&files);
    if (files.n == 0)
        return;
    memcpy(out->name, files.items[0].name, sizeof out->name);
    out->end = files.items[0].size;
}

static bool read_since(const char *path, off_t from, char *buf, size_t size)
{
    scoped(dev_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const ssize_t got = fd >= 0 ? pread(fd, buf, size - 1, from) : -1;

    buf[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* In the log, if the server came so far as to open it, else in what it said before. */
void dev_log_reason_since(const struct dev_log_mark *mark, char *buf, size_t size)
{
    struct log_files files;
    char path[128], text[CHUNK_SIZE];

    list_files(&files);
    write_path(files.n > 0 ? files.items[0].name : "", path, sizeof path);

    const bool is_same = files.n > 0 && strcmp(files.items[0].name, mark->name) == 0;

    if (files.n == 0 || !read_since(path, is_same ? mark->end : 0, text, sizeof text))
        read_since(START_LOG, 0, text, sizeof text);

    const tl_str reason = dev_log_find_reason(text);

    snprintf(buf, size, "%.*s", (int)reason.len, reason.data);
}

/* ---- showing ---- */

/* Where the last *n lines of a file begin; *n is lessened by those that it has. */
static off_t find_tail(int fd, long *n)
{
    char chunk[CHUNK_SIZE];
    off_t at = lseek(fd, 0, SEEK_END);
    bool is_end = true; /* the last line's own end ends nothing before it */

    while (at > 0) {
        const size_t want = at > CHUNK_SIZE ? CHUNK_SIZE : (size_t)at;
        const ssize_t got = pread(fd, chunk, want, at - (off_t)want);

        if (got != (ssize_t)want)
            break;
        for (size_t i = want; i > 0; i--, is_end = false)
            if (chunk[i - 1] == '\n' && !is_end && --*n == 0)
                return at - (off_t)(want - i);
        at -= (off_t)want;
    }
    if (!is_end)
        --*n;
    return 0;
}

/* Gives where it came to. */
static off_t copy_from(int fd, off_t at)
{
    char chunk[CHUNK_SIZE];
    ssize_t got;

    while ((got = pread(fd, chunk, sizeof chunk, at)) > 0 && !ferror(stdout)) {
        fwrite(chunk, 1, (size_t)got, stdout);
        at += got;
    }
    return at;
}

static int open_log(const char *name)
{
    char path[128];

    write_path(name, path, sizeof path);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* Older files first; gives where the newest was left off. */
static off_t show_tail(const struct log_files *files, size_t i, long n)
{
    if (i == files->n || n <= 0)
        return 0;

    scoped(dev_close_fd) int fd = open_log(files->items[i].name);
    off_t from = fd >= 0 ? find_tail(fd, &n) : 0;

    show_tail(files, i + 1, n);
    return fd >= 0 ? copy_from(fd, from) : 0;
}

/* Waits a moment; false when the reader is gone, which also shows when there is nothing to write. */
static bool await_more(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO };

    if (fflush(stdout) != 0)
        return false;
    poll(&out, 1, STEP_MS);
    return (out.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

static off_t follow_file(const struct log_file *file, off_t at)
{
    scoped(dev_close_fd) int fd = open_log(file->name);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0)
        return at;
    return copy_from(fd, info.st_size < at ? 0 : at); /* begun anew after a week */
}

/* Until the reader, or a signal, ends it. At midnight the log goes on in another file. */
static void follow_log(struct log_file *current, off_t at)
{
    struct log_files files;

    do {
        at = follow_file(current, at);
        list_files(&files);
        if (files.n > 0 && strcmp(files.items[0].name, current->name) != 0) {
            *current = files.items[0];
            at = follow_file(current, 0);
        }
    } while (await_more());
}

int dev_log_show(struct dev *dev, long n_lines, bool follow)
{
    struct log_files files;

    list_files(&files);
    if (files.n == 0)
        return cmd_failf(dev->self, "there is no log in \"%s/" DEV_LOG "\" yet", dev->home);

    const off_t at = n_lines > 0 ? show_tail(&files, 0, n_lines) : files.items[0].size;

    if (follow)
        follow_log(&files.items[0], at);
    return EXIT_OK;
}
