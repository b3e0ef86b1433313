/* Taking an import back: what it made goes, unless somebody has come to rely
 * on it since. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include <stdint.h>

struct store;
struct rollback {
    int64_t removed, kept;
    /* Told of each row that stays; NULL none. */
    void (*stays)(void *arg, struct uuid id, const char *reason);
    void *arg;
};
/* In short transactions; stopped in the middle, it goes on when run again.
 * 0; ERR_NOT_FOUND: there is no such batch. */
MUST_CHECK int import_rollback(struct store *s, struct uuid company, struct uuid batch,
                               struct arena *a, struct rollback *out);
