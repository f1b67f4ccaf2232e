/* fuzz/fuzz.h - what every fuzz target shows its driver */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Gives 0, or aborts where the promise of the target does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
