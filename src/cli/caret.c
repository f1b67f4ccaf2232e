/* cli/caret.c - showing the place of an error in a statement: LINE 1: select ... and a ^ below */
#include "cli/caret.h"

#include <string.h>

#include "base/macro.h"
#include "cli/shown.h"

enum {
    LINE_COLUMNS = 60,  /* of the statement; a longer line is cut */
    RIGHT_COLUMNS = 10, /* at least so many are left to the right of the place, if there are */
};

struct place {
    const char *line;
    const char *at;
    unsigned line_number;
};

/* False if the statement is too short. The place just after its end counts: errors "at end of
 * input" are there. */
static bool find_place(const char *statement, int position, struct place *out)
{
    tl_str rest = { statement, strlen(statement) };
    struct place place = { .line = statement, .line_number = 1 };

    for (int i = 1; i < position; i++) {
        if (rest.len == 0)
            return false;

        const size_t len = shown_char_at(rest).len;

        if (rest.data[0] == '\n') {
            place.line = rest.data + 1;
            place.line_number++;
        }
        rest.data += len;
        rest.len -= len;
    }
    place.at = rest.data;
    *out = place;
    return true;
}

/* The text without its first characters, so that it takes no more than about so many columns: a tab
 * changes its width with its place. */
static tl_str cut_left(tl_str text, size_t columns)
{
    size_t width = shown_write(NULL, text);

    while (text.len > 0 && width > columns) {
        const tl_str first = { text.data, shown_char_at(text).len };

        width -= MIN_OF(width, shown_write(NULL, first));
        text.data += first.len;
        text.len -= first.len;
    }
    return text;
}

/* As many characters from the beginning as fit into so many columns. */
static tl_str cut_right(tl_str text, size_t columns)
{
    tl_str kept = { text.data, 0 };

    while (kept.len < text.len) {
        const tl_str rest = { text.data + kept.len, text.len - kept.len };
        const tl_str more = { text.data, kept.len + shown_char_at(rest).len };

        if (shown_write(NULL, more) > columns)
            break;
        kept = more;
    }
    return kept;
}

void caret_print(FILE *to, const char *statement, int position)
{
    struct place place;

    if (position < 1 || !find_place(statement, position, &place))
        return;

    const tl_str line = { place.line, strcspn(place.line, "\n") };
    const tl_str before = { place.line, (size_t)(place.at - place.line) };
    const tl_str after = { place.at, line.len - before.len };
    tl_str left = before, right = after;

    if (shown_write(NULL, line) > LINE_COLUMNS) {
        const size_t right_columns = MIN_OF(shown_write(NULL, after), RIGHT_COLUMNS);

        left = cut_left(before, LINE_COLUMNS - right_columns);
        right = cut_right(after, LINE_COLUMNS - MIN_OF(shown_write(NULL, left), LINE_COLUMNS));
    }

    int indent = fprintf(to, "LINE %u: ", place.line_number);
    if (left.len < before.len)
        indent += fprintf(to, "...");

    const size_t left_columns = shown_write(to, left);

    shown_write(to, right);
    fputs(right.len < after.len ? "...\n" : "\n", to);
    shown_blanks(to, (size_t)indent + left_columns);
    fputs("^\n", to);
}
