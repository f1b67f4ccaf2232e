/* cli/dev/dev.h - the embedded PostgreSQL for development: what the files of the command share
 *
 * Everything lies in one folder, the home, which is ours alone:
 *
 *     trunkline-dev.lock   held while a command changes something; it marks the folder as ours
 *     runs.lock            held, shared, by every "run"
 *     cluster/             state, two passwords, data/, log/, sock/; appears by a rename, so whole
 *     making/ removing/    left by a command that was interrupted; the next one removes them
 *
 * Commands work inside the home by relative names. As root they do so as the server's user, by the
 * effective user id, so that nothing that this user can put there is followed with root's rights.
 *
 * A function that gives int gives EXIT_OK, or has said in one line what is wrong and gives the exit
 * code.
 */
#pragma once

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/cmd.h"

#define DEV_DATABASE "graphiti_dev"
#define DEV_ROLE "graphiti"
#define DEV_SUPERUSER "postgres"

#define DEV_CLUSTER "cluster"
#define DEV_MAKING "making"
#define DEV_DATA DEV_CLUSTER "/data"
#define DEV_LOG DEV_CLUSTER "/log"

enum {
    DEV_PASSWORD_SIZE = 33,
    DEV_STOP_MS = 30000,  /* for a fast shutdown, when --timeout does not say */
    DEV_START_MS = 60000, /* crash recovery takes its time */
};

/* A folder with PostgreSQL's programs, and what its server has. */
struct dev_programs {
    char bin[PATH_MAX];
    char version[32]; /* such as 17.2 or 18beta1 */
    int major;
    bool has_age;
    bool has_vector;
    bool is_prepared; /* made by tools/setup, not installed */
};

/* What is kept beside the data. */
struct dev_state {
    char bin[PATH_MAX]; /* the programs that it runs with */
    int major;
    int port;
    bool is_provisioned; /* role, database and extensions are there */
    char password[DEV_PASSWORD_SIZE];
    char superuser_password[DEV_PASSWORD_SIZE];
};

/* What postmaster.pid says, if that server lives. */
struct dev_server {
    pid_t pid; /* 0: no server runs */
    int port;
    bool is_ready;
};

struct dev {
    const struct cmd *self;
    struct cmd_common common;
    const char *wanted_dir;      /* --dir, or NULL */
    const char *wanted_programs; /* --postgres, or NULL */
    bool quiet;

    char *home;  /* absolute, without links; NULL until dev_home_open() */
    int lock_fd; /* -1: not held */
    int runs_fd;
    int came_from_fd; /* the folder in which the command was called */
    mode_t came_with_umask;
    bool has_dropped; /* works as the server's user, and was root */
    uid_t uid;        /* the server's user */
    gid_t gid;
};

/* ---- home.c: the folder ---- */

typedef enum dev_home_mode {
    DEV_HOME_LOOK, /* what is not there is not made */
    DEV_HOME_MAKE,
} dev_home_mode;

/* Where the home is, by option, environment and user; NULL if nothing tells. To be freed. Pure. */
char *dev_home_choose(const char *option,
                      const char *variable,
                      const char *data_home,
                      const char *user_home,
                      bool is_root);

/* Enters the home, as the server's user. With DEV_HOME_LOOK *out_exists tells whether there is a
 * cluster; a folder that is not ours is refused in both modes. */
int dev_home_open(struct dev *dev, dev_home_mode mode, bool *out_exists);

/* Where the command was called, as the user who called it; before becoming another program. */
int dev_home_leave(struct dev *dev);

/* Takes the home's lock within the deadline; and clears what an interrupted command left. */
int dev_home_lock(struct dev *dev);
void dev_home_unlock(struct dev *dev);

/* Every "run" holds a share from here to its end. The last one there gets true. Needs the lock. */
int dev_home_join_runs(struct dev *dev);
bool dev_home_is_last_run(struct dev *dev);

/* Removes a folder and all in it, on its own file system; what is missing is no failure. */
bool dev_home_remove(const char *path);
int64_t dev_home_measure_bytes(const char *path);

/* ---- state.c: what is kept beside the data ---- */

/* False if the text is not a state that this version understands. Leaves the passwords. Pure. */
bool dev_state_parse(const char *text, struct dev_state *out);

int dev_state_read(struct dev *dev, struct dev_state *out);
int dev_state_write(struct dev *dev, const char *folder, const struct dev_state *state);
int dev_state_new_passwords(struct dev *dev, struct dev_state *state);

/* Whether a server could listen there now; and a port where it could, or 0. */
bool dev_port_is_free(int port);
int dev_port_choose(void);

/* postgresql://..., with **** for the password when masked. */
void dev_url(const struct dev_state *state, bool masked, char *buf, size_t size);

/* Beside the state: the server was started by a "run" and ends with the last of them. */
bool dev_state_ends_with_runs(void);
int dev_state_set_ends_with_runs(struct dev *dev, bool ends);

/* ---- find.c: which PostgreSQL ---- */

/* Reads "postgres (PostgreSQL) 17.2 (Debian ...)". Pure. */
bool dev_version_parse(const char *text, struct dev_programs *out);

/* Whether a serves better than b: by its extensions, then installed before prepared, then the
 * newer. Pure. */
bool dev_programs_is_better(const struct dev_programs *a, const struct dev_programs *b);

/* The programs for a new cluster; of this major version alone unless it is 0. */
int dev_programs_choose(struct dev *dev, int major, struct dev_programs *out);

/* The programs for a cluster that is there: those asked for, else those recorded, else others of its
 * version. */
int dev_programs_for(struct dev *dev, const struct dev_state *state, struct dev_programs *out);

/* ---- server.c: the server that runs, or does not ---- */

/* Reads a postmaster.pid; false if it has no number. Pure. */
bool dev_server_parse(const char *text, struct dev_server *out);

void dev_server_look(struct dev_server *out);
/* Within the deadline: ready, or not there. */
int dev_server_await_ready(struct dev *dev, struct dev_server *out);
int dev_server_stop(struct dev *dev, int timeout_ms);

/* Makes way for a new server: what is left of a killed one ends, and a postmaster.pid that names
 * another process goes. No server of ours may run. */
int dev_server_bury(struct dev *dev, const char *socket_folder);

/* ---- cluster.c: making and starting ---- */

/* The socket folder in use: below the home, or below the user's runtime folder if a socket's path
 * would be too long; false if neither will do. Pure, but for size. */
bool dev_socket_folder(
    const char *home, const char *runtime, uint64_t home_id, char *buf, size_t size);

/* Makes a cluster; old is NULL, or gives port and passwords to keep while it is replaced. */
int dev_cluster_make(struct dev *dev, const struct dev_state *old);
int dev_cluster_start(struct dev *dev, struct dev_state *state);

/* Needs the lock. out_started may be NULL. */
int dev_cluster_up(struct dev *dev, struct dev_state *out, bool *out_started);

/* ---- provision.c: role, database, extensions ---- */

/* An engine of one connection, as the superuser or as the role that programs use; by the library. */
struct dev_login {
    const char *role;
    const char *password;
    const char *database;
    int timeout_ms; /* of connecting, and of each call */
};

int dev_connect(const struct dev_state *state,
                const struct dev_login *login,
                tl_engine **out_engine,
                tl_conn **out_conn,
                tl_error *err);

int dev_provision(struct dev *dev, const struct dev_state *state);

/* ---- log.c: what the server says ---- */

/* The place where the log ends now. */
struct dev_log_mark {
    char name[64];
    off_t end;
};

/* The line of a program's or server's output that tells why it failed; to be used before text
 * changes. Pure. */
tl_str dev_log_find_reason(const char *text);

void dev_log_mark_end(struct dev_log_mark *out);
void dev_log_reason_since(const struct dev_log_mark *mark, char *buf, size_t size);
void dev_log_prune(void);
int dev_log_show(struct dev *dev, long n_lines, bool follow);

/* ---- run.c: other programs with our server ---- */

int dev_psql(struct dev *dev, const struct dev_state *state, char **args);
int dev_run(struct dev *dev, char **argv);

/* ---- status.c ---- */

/* EXIT_FOUND if no server accepts connections. */
int dev_status(struct dev *dev);

/* ---- process.c: other programs, and rights ---- */

struct dev_process {
    const char *const *argv; /* argv[0] is a path */
    int out_fd;              /* standard output and error; -1 for /dev/null */
    bool is_daemon;          /* outlives us, in a session of its own */
};

/* From here on the files are those of this user, and so are the programs started below. */
int dev_become(struct dev *dev, uid_t uid, gid_t gid);
int dev_become_caller(struct dev *dev);

/* Runs as the server's user, in a sealed environment, with no file of ours open. -1, and errno. */
pid_t dev_process_start(const struct dev *dev, const struct dev_process *process);

/* Gives the exit code, 128 + the signal, or -1 and errno. What it printed goes to buf, cut. */
int dev_process_run(const struct dev *dev, const char *const *argv, char *buf, size_t size);

int dev_exit_code(int wait_status);

/* ---- file.c: small files ---- */

/* The whole file, or its last size - 1 bytes, with a NUL; false, and errno. */
bool dev_file_read(const char *path, char *buf, size_t size);
/* Appears whole, for its owner alone, and stays. False, and errno. */
bool dev_file_write(const char *path, const char *text);
bool dev_file_append(const char *path, const char *text);

/* For scoped(); they leave errno alone. */
void dev_close_fd(int *fd);
void dev_close_folder(DIR **folder);

/* ---- time ---- */

int64_t dev_now_ms(void);
/* Waits for the time, or until fd is ready, whichever comes first; fd may be -1. */
void dev_pause(int fd, int64_t ms);
int dev_ms_left(int64_t deadline);

/* On standard error, unless --quiet. */
void dev_say(const struct dev *dev, const char *format, ...) PRINTF_LIKE(2, 3);
