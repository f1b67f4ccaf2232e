/* integration/test-budget.c - what hot paths cost, counted: allocations and system calls
 *
 * System calls are counted by the kernel itself: a filter lets the thread be killed at the first one
 * that is not on its short list, in a process of its own.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "harness/db.h"

TEST(a_loan_of_a_resting_connection_allocates_nothing)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);

    tl_conn_release(db_acquire(engine));
    const size_t before = tl__alloc_total();
    for (int i = 0; i < 1000; i++)
        tl_conn_release(db_acquire(engine));
    CHECK_INT(tl__alloc_total() - before, 0, "allocations");
}

/* From here on only the exit of the process is allowed. */
static void forbid_system_calls(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = { .len = COUNT_OF(code), .filter = code };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(1);
}

/* The first loan of a thread learns its number from the system; the ones after it need nothing. */
static bool lends_without_system_calls(tl_engine *engine)
{
    const pid_t child = fork();
    int state;

    if (child == 0) {
        tl_conn_release(db_acquire(engine));
        forbid_system_calls();
        tl_conn_release(db_acquire(engine));
        tl_conn_release(db_acquire(engine));
        _exit(7);
    }
    CHECK(waitpid(child, &state, 0) == child);
    return WIFEXITED(state) && WEXITSTATUS(state) == 7;
}

/* A sanitizer makes system calls of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = true };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif
#else
enum { SANITIZED = false };
#endif

/* A process that was set aside for longer than a moment looks at its socket, rightly: so one of many
 * tries must do without. */
TEST(a_loan_soon_after_the_last_makes_no_system_call)
{
    tl_engine *engine = db_open(NULL, NULL);
    bool without = SANITIZED;

    tl_conn_release(db_acquire(engine));
    for (int i = 0; i < 100 && !without; i++)
        without = lends_without_system_calls(engine);
    CHECK(without);
    CHECK_INT(tl_engine_close(engine, 10000, NULL), TL_OK, "close");
}

/* One for the result; libpq's own come on top. */
TEST(a_query_of_one_row_allocates_one_block)
{
    scoped(tl_engine_closep) tl_engine *engine = db_open(NULL, NULL);
    scoped(tl_conn_releasep) tl_conn *conn = db_acquire(engine);
    size_t before = 0;

    for (int i = 0; i < 10; i++) {
        scoped(tl_result_freep) tl_result *rows = NULL;
        tl_error err = TL_ERROR_INIT;

        if (i == 9)
            before = tl__alloc_total();
        CHECK_OK(tl_query(conn, "select $1::int8, $2::text", TL_ARGS(tl_int8(i), tl_text("x")),
                          &rows, &err),
                 &err);
        CHECK_INT(tl_get_int8(rows, 0, 0), i, "value");
    }
    CHECK_INT(tl__alloc_total() - before, 1, "allocations");
}

int main(void)
{
    return TEST_MAIN("budget", a_loan_of_a_resting_connection_allocates_nothing,
                     a_loan_soon_after_the_last_makes_no_system_call,
                     a_query_of_one_row_allocates_one_block);
}
