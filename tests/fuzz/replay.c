/* fuzz/replay.c - runs a fuzz target over inputs that were kept: replay FILE-OR-FOLDER...
 *
 * Any compiler builds it, so that each build replays the corpus. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "fuzz/fuzz.h"

enum { MOST_OPEN_FOLDERS = 16 };

static size_t n_run; /* ftw() hands its callback no pointer of ours */

/* In a block of exactly its size, so that a sanitizer sees a read past it. */
static void run_bytes(FILE *file, size_t size)
{
    uint8_t *data = malloc(size);

    if ((data == NULL && size > 0) || fread(data, 1, size, file) != size)
        abort();
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    n_run++;
}

static int run_file(const char *path, const struct stat *info, int kind)
{
    if (kind == FTW_D)
        return 0;

    FILE *file = kind == FTW_F ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "replay: could not read \"%s\"\n", path);
        return 1;
    }
    run_bytes(file, (size_t)info->st_size);
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (ftw(argv[i], run_file, MOST_OPEN_FOLDERS) != 0)
            return EXIT_FAILURE;
    printf("%zu inputs\n", n_run);
    return n_run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
