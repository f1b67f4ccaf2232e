/* cli/source.c - where the text of a statement comes from: arguments, a file, standard input */
#include "cli/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCE_MAX_BYTES = 256 << 20, SOURCE_FIRST_BYTES = 8 << 10 };

static void close_file(FILE **file)
{
    if (*file != NULL && *file != stdin)
        fclose(*file);
}

static void free_text(char **text)
{
    free(*text);
}

int source_join(const struct cmd *self, int argc, char **argv, char **out)
{
    size_t size = 1;

    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;

    char *const text = malloc(size);
    char *end = text;

    if (text == NULL)
        return cmd_failf(self, "out of memory");
    for (int i = 0; i < argc; i++) {
        if (i > 0)
            *end++ = ' ';
        end = stpcpy(end, argv[i]);
    }
    *end = '\0';
    *out = text;
    return EXIT_OK;
}

/* Doubles the room; false: no memory, or it would be more than a statement may have. */
static bool grow(char **text, size_t *size)
{
    const size_t more = *size == 0 ? SOURCE_FIRST_BYTES : *size * 2;
    char *const moved = more <= SOURCE_MAX_BYTES ? realloc(*text, more) : NULL;

    if (moved == NULL)
        return false;
    *text = moved;
    *size = more;
    return true;
}

static int
read_all(const struct cmd *self, FILE *file, const char *shown, char **out, size_t *out_len)
{
    scoped(free_text) char *text = NULL;
    size_t size = 0;
    size_t len = 0;

    do {
        if (len + 1 >= size && !grow(&text, &size))
            return cmd_failf(self, "%s is too large for a statement", shown);
        len += fread(text + len, 1, size - len - 1, file);
    } while (!feof(file) && !ferror(file));
    if (ferror(file))
        return cmd_failf(self, "could not read %s: %s", shown, strerror(errno));
    text[len] = '\0';
    *out = tl__take(&text);
    *out_len = len;
    return EXIT_OK;
}

static void drop_byte_order_mark(char *text, size_t len)
{
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        memmove(text, text + 3, len - 3 + 1);
}

int source_read(const struct cmd *self, const char *path, char **out)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    scoped(close_file) FILE *file = is_stdin ? stdin : fopen(path, "re");
    char shown[512] = "standard input";
    char *text = NULL;
    size_t len = 0;

    if (!is_stdin)
        snprintf(shown, sizeof shown, "\"%s\"", path);
    if (file == NULL)
        return cmd_failf(self, "could not open %s: %s", shown, strerror(errno));
    if (is_stdin && isatty(STDIN_FILENO))
        fputs("Type the statement, and Ctrl-D at its end.\n", stderr);

    const int code = read_all(self, file, shown, &text, &len);

    if (code != EXIT_OK || text == NULL)
        return code;
    if (strlen(text) != len) {
        free(text);
        return cmd_failf(self, "%s is not text: it has a zero byte", shown);
    }
    drop_byte_order_mark(text, len);
    *out = text;
    return EXIT_OK;
}
