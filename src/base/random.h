/* Random bytes of the system for ids and seeds. Keys, salts and tokens are
 * libsodium's business, not this. */
#pragma once
#include <stddef.h>

/* n ≤ 256. Drawn from a per-thread store of getrandom(2). */
void random_bytes(void *out, size_t n);
