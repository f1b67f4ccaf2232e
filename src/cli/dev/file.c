/* cli/dev/file.c - small files read and written whole; time */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/dev/dev.h"

/* The failure that is on its way out is the one that counts. */
void dev_close_fd(int *fd)
{
    const int kept = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = kept;
}

void dev_close_folder(DIR **folder)
{
    const int kept = errno;

    if (*folder != NULL)
        closedir(*folder);
    errno = kept;
}

static bool read_all(int fd, char *buf, size_t size)
{
    size_t n = 0;

    while (n + 1 < size) {
        const ssize_t got = read(fd, buf + n, size - 1 - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    buf[n] = '\0';
    return true;
}

bool dev_file_read(const char *path, char *buf, size_t size)
{
    scoped(dev_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return false;

    const off_t end = lseek(fd, 0, SEEK_END);
    const off_t room = (off_t)size - 1;

    lseek(fd, end > room ? end - room : 0, SEEK_SET);
    return read_all(fd, buf, size);
}

static bool write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        const ssize_t put = write(fd, text, left);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text += put;
        left -= (size_t)put;
    }
    return true;
}

static bool write_new(const char *path, const char *text)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    scoped(dev_close_fd) int fd = open(path, flags, 0600);

    return fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
}

static bool give_up(const char *path)
{
    const int kept = errno;

    unlink(path);
    errno = kept;
    return false;
}

bool dev_file_write(const char *path, const char *text)
{
    char fresh[PATH_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!write_new(fresh, text) || rename(fresh, path) != 0)
        return give_up(fresh);
    return true;
}

bool dev_file_append(const char *path, const char *text)
{
    scoped(dev_close_fd) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
}

int64_t dev_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int dev_ms_left(int64_t deadline)
{
    const int64_t left = deadline - dev_now_ms();

    return left < 1 ? 1 : left > INT_MAX ? INT_MAX : (int)left;
}

void dev_pause(int fd, int64_t ms)
{
    struct pollfd event = { .fd = fd, .events = POLLIN };

    poll(&event, fd >= 0 ? 1 : 0, ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms);
}

void dev_say(const struct dev *dev, const char *format, ...)
{
    va_list args;

    if (dev->quiet)
        return;
    fprintf(stderr, "trunkline %s: ", dev->self->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
