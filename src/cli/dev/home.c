/* cli/dev/home.c - the folder that everything lies in: where, whose, and locked by whom */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/dev/dev.h"

#define LOCK_FILE "trunkline-dev.lock"
#define RUNS_FILE "runs.lock"
#define REMOVING "removing"

enum { LOCK_STEP_MS = 20, MOST_OPEN_FOLDERS = 16 };

/* ---- where ---- */

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static char *join(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s%s", folder, name) >= 0 ? path : NULL;
}

/* As root not below root's own home: the server's user may not enter that. */
char *dev_home_choose(const char *option,
                      const char *variable,
                      const char *data_home,
                      const char *user_home,
                      bool is_root)
{
    if (is_given(option))
        return join(option, "");
    if (is_given(variable))
        return join(variable, "");
    if (is_root)
        return join("/var/lib/trunkline/dev", "");
    if (is_given(data_home) && data_home[0] == '/') /* the standard ignores any other */
        return join(data_home, "/trunkline/dev");
    if (is_given(user_home))
        return join(user_home, "/.local/share/trunkline/dev");
    return NULL;
}

static char *choose_home(const struct dev *dev)
{
    return dev_home_choose(dev->wanted_dir, getenv("TRUNKLINE_DEV_DIR"), getenv("XDG_DATA_HOME"),
                           getenv("HOME"), geteuid() == 0);
}

static void free_text(char **text)
{
    free(*text);
}

static bool make_folder(const char *path, mode_t mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST;
}

/* As root the server's user must be able to enter all above the home. */
static int make_with_parents(const struct dev *dev, char *path)
{
    const mode_t mode = geteuid() == 0 ? 0755 : 0700;

    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = make_folder(path, mode);
        if (!made)
            return cmd_failf(dev->self, "could not make folder \"%s\": %s", path, strerror(errno));
        *slash = '/';
    }
    if (!make_folder(path, 0700))
        return cmd_failf(dev->self, "could not make folder \"%s\": %s", path, strerror(errno));
    return EXIT_OK;
}

/* ---- whose ---- */

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A folder that cannot be read counts as full: nothing may be put there. */
static bool is_empty(const char *path)
{
    scoped(dev_close_folder) DIR *folder = opendir(path);
    const struct dirent *entry;

    if (folder == NULL)
        return false;
    while ((entry = readdir(folder)) != NULL)
        if (!is_dots(entry->d_name))
            return false;
    return true;
}

static const struct passwd *find_server_user(void)
{
    const char *const sudo_uid = getenv("SUDO_UID");
    const struct passwd *user = getpwnam("postgres");

    if (user == NULL && sudo_uid != NULL)
        user = getpwuid((uid_t)strtoul(sudo_uid, NULL, 10));
    if (user == NULL || user->pw_uid == 0)
        user = getpwnam("nobody");
    return user;
}

/* The folder is empty, so nobody put anything there that could be mistaken for ours. */
static int hand_to_server_user(struct dev *dev)
{
    const struct passwd *const user = find_server_user();
    scoped(dev_close_fd) int fd = open(dev->home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (user == NULL)
        return cmd_failf(dev->self, "PostgreSQL does not run as root, and there is no user "
                                    "\"postgres\" or \"nobody\" to run it as");
    if (fd < 0 || fchown(fd, user->pw_uid, user->pw_gid) != 0 || fchmod(fd, 0700) != 0)
        return cmd_failf(dev->self, "could not give \"%s\" to user \"%s\": %s", dev->home,
                         user->pw_name, strerror(errno));
    return dev_become(dev, user->pw_uid, user->pw_gid);
}

static int refuse_foreign(const struct dev *dev)
{
    return cmd_failf(dev->self,
                     "\"%s\" is not empty and was not made by trunkline dev: name another folder "
                     "by --dir",
                     dev->home);
}

/* Looks for emptiness before it looks for the owner: another command may be handing it over. */
static int take_rights(struct dev *dev, dev_home_mode mode)
{
    const bool empty = is_empty(dev->home);
    struct stat home;

    if (stat(dev->home, &home) != 0)
        return cmd_failf(dev->self, "could not look at \"%s\": %s", dev->home, strerror(errno));
    if (!S_ISDIR(home.st_mode))
        return cmd_failf(dev->self, "\"%s\" is not a folder", dev->home);
    if (geteuid() != 0 && home.st_uid != geteuid())
        return cmd_failf(dev->self, "\"%s\" belongs to another user: name another folder by --dir",
                         dev->home);
    if (home.st_uid != 0 || geteuid() != 0)
        return dev_become(dev, home.st_uid, home.st_gid);
    if (!empty)
        return refuse_foreign(dev);
    return mode == DEV_HOME_MAKE ? hand_to_server_user(dev) : EXIT_OK;
}

/* ---- entering and leaving ---- */

static int complain_enter(const struct dev *dev)
{
    if (errno == EACCES && dev->has_dropped)
        return cmd_failf(dev->self,
                         "the server's user (%ld) may not enter \"%s\": name a folder by --dir "
                         "that other users can reach",
                         (long)dev->uid, dev->home);
    return cmd_failf(dev->self, "could not enter \"%s\": %s", dev->home, strerror(errno));
}

/* The lock is the first thing that we put there, so without it nothing else is ours. */
static bool is_ours(void)
{
    return is_empty(".") || access(LOCK_FILE, F_OK) == 0;
}

static int enter(struct dev *dev, dev_home_mode mode)
{
    dev->came_from_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    const int code = take_rights(dev, mode);

    if (code != EXIT_OK)
        return code;
    umask(077);
    if (chdir(dev->home) != 0)
        return complain_enter(dev);
    if (!is_ours())
        return refuse_foreign(dev);
    return EXIT_OK;
}

int dev_home_open(struct dev *dev, dev_home_mode mode, bool *out_exists)
{
    scoped(free_text) char *path = choose_home(dev);
    int code;

    *out_exists = false;
    if (path == NULL)
        return cmd_usage(dev->self,
                         "no folder for the cluster: HOME is not set; name one by --dir");
    if (mode == DEV_HOME_MAKE && (code = make_with_parents(dev, path)) != EXIT_OK)
        return code;
    dev->home = realpath(path, NULL);
    if (dev->home == NULL && errno == ENOENT && mode == DEV_HOME_LOOK)
        return EXIT_OK;
    if (dev->home == NULL)
        return cmd_failf(dev->self, "could not enter \"%s\": %s", path, strerror(errno));
    if ((code = enter(dev, mode)) != EXIT_OK)
        return code;
    *out_exists = access(DEV_CLUSTER, F_OK) == 0;
    return EXIT_OK;
}

int dev_home_leave(struct dev *dev)
{
    const int code = dev_become_caller(dev);

    if (code != EXIT_OK)
        return code;
    if (dev->came_from_fd < 0 || fchdir(dev->came_from_fd) != 0)
        return cmd_failf(dev->self, "could not return to the folder it was called in: %s",
                         strerror(errno));
    return EXIT_OK;
}

/* ---- locked ---- */

static bool lock_by(struct dev *dev, int64_t deadline)
{
    bool said = false;

    while (flock(dev->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || dev_now_ms() >= deadline)
            return false;
        if (!said)
            dev_say(dev, "waiting for another trunkline dev in \"%s\"", dev->home);
        said = true;
        dev_pause(-1, LOCK_STEP_MS);
    }
    return true;
}

/* With the lock, what bears these names was left by a command that did not come to its end. */
static int clear_leftovers(const struct dev *dev)
{
    if (!dev_home_remove(DEV_MAKING) || !dev_home_remove(REMOVING))
        return cmd_failf(dev->self, "could not remove what an earlier command left in \"%s\": %s",
                         dev->home, strerror(errno));
    return EXIT_OK;
}

int dev_home_lock(struct dev *dev)
{
    dev->lock_fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (dev->lock_fd < 0)
        return cmd_failf(dev->self, "could not open \"%s/" LOCK_FILE "\": %s", dev->home,
                         strerror(errno));
    if (!lock_by(dev, dev->common.deadline_ms)) {
        const bool is_held = errno == EWOULDBLOCK;
        return cmd_failf(dev->self, "could not lock \"%s\": %s", dev->home,
                         is_held ? "another trunkline dev is still at work there"
                                 : strerror(errno));
    }
    return clear_leftovers(dev);
}

void dev_home_unlock(struct dev *dev)
{
    dev_close_fd(&dev->lock_fd);
}

/* The exclusive kind is taken under the home's lock only, so this never waits. */
int dev_home_join_runs(struct dev *dev)
{
    dev->runs_fd = open(RUNS_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (dev->runs_fd < 0 || flock(dev->runs_fd, LOCK_SH) != 0)
        return cmd_failf(dev->self, "could not lock \"%s/" RUNS_FILE "\": %s", dev->home,
                         strerror(errno));
    return EXIT_OK;
}

bool dev_home_is_last_run(struct dev *dev)
{
    return flock(dev->runs_fd, LOCK_EX | LOCK_NB) == 0;
}

/* ---- whole folders ---- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

bool dev_home_remove(const char *path)
{
    return access(path, F_OK) != 0 ||
           nftw(path, remove_entry, MOST_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0;
}

/* nftw() hands nothing through to its callback. */
static int64_t n_bytes_measured;

static int measure_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)path;
    (void)place;
    if (kind == FTW_F || kind == FTW_D)
        n_bytes_measured += (int64_t)info->st_blocks * 512;
    return 0;
}

int64_t dev_home_measure_bytes(const char *path)
{
    n_bytes_measured = 0;
    tl__ignore(nftw(path, measure_entry, MOST_OPEN_FOLDERS, FTW_PHYS)); /* files come and go */
    return n_bytes_measured;
}
