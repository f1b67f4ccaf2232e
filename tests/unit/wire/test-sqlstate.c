/* unit/wire/test-sqlstate.c - what a SQLSTATE means for the caller */
#include "wire/sqlstate.h"

#include "harness/test.h"

TEST(codes_call_for_reactions)
{
    static const struct {
        const char *sqlstate;
        int status;
        uint32_t flags;
    } cases[] = {
        { "", TL_ERR_SERVER, 0 },
        { "23505", TL_ERR_SERVER, 0 },
        { "25P02", TL_ERR_SERVER, 0 },
        { "40001", TL_ERR_CONFLICT, TL_ERROR_RETRY_TX },
        { "40P01", TL_ERR_CONFLICT, TL_ERROR_RETRY_TX },
        { "40002", TL_ERR_SERVER, 0 },
        { "57014", TL_ERR_CANCELED, 0 },
        { "57P01", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT },
        { "57P03", TL_ERR_CONNECT, TL_ERROR_RETRY_CONNECT },
        { "53300", TL_ERR_CONNECT, TL_ERROR_RETRY_CONNECT },
        { "53200", TL_ERR_SERVER, 0 },
        { "08006", TL_ERR_LOST, TL_ERROR_LOST | TL_ERROR_RETRY_CONNECT },
        { "25P03", TL_ERR_LOST, TL_ERROR_LOST },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(tl__status_of_sqlstate(cases[i].sqlstate), cases[i].status, cases[i].sqlstate);
        CHECK_INT(tl__flags_of_sqlstate(cases[i].sqlstate), cases[i].flags, cases[i].sqlstate);
    }
}

int main(void)
{
    return TEST_MAIN("sqlstate", codes_call_for_reactions);
}
