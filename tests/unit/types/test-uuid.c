/* unit/types/test-uuid.c - UUIDs as text */
#include <stdio.h>

#include "unit/types/wire.h"

TEST(every_form_that_postgresql_takes_is_read)
{
    static const char *const forms[] = {
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",    "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",  "a0eebc999c0b4ef8bb6d6bb9bd380a11",
        "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
    };

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        tl_error err = TL_ERROR_INIT;
        char text[37];
        tl_uuid uuid;

        CHECK_OK(tl_uuid_parse(forms[i], &uuid, &err), &err);
        tl_uuid_format(&uuid, text);
        CHECK_STR(text, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    }
}

TEST(other_text_is_refused)
{
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "a",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
        "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
        "a0-eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
        "-a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11} ",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        tl_uuid uuid = { { 7 } };
        tl_error err = TL_ERROR_INIT;
        char why[128];

        snprintf(why, sizeof why, "invalid input syntax for type uuid: \"%s\"", texts[i]);
        CHECK_REFUSED(tl_uuid_parse(texts[i], &uuid, &err), TL_ERR_TYPE, why, &err);
        CHECK_INT(uuid.bytes[0], 7, "untouched on failure");
    }
}

int main(void)
{
    return TEST_MAIN("uuid", every_form_that_postgresql_takes_is_read, other_text_is_refused);
}
