/* Taking an import back: what it made goes, unless somebody has come to rely
 * on it since. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include <stddef.h>
#include <stdint.h>

struct store;
struct tx;

/* A row of a batch and why it stays; NULL: it went. */
struct fate {
    struct uuid id;
    const char *reason;
};
enum { ROLLBACK_PAGE = 500 };
/* A page of a batch that is taken back. */
struct rollback_page {
    struct uuid company, batch;
    struct uuid after; /* the page begins behind it */
    struct str kind;
    size_t most; /* rows, at most ROLLBACK_PAGE */
    struct fate fates[ROLLBACK_PAGE];
    size_t n; /* of fates; 0: that was all */
};
/* Takes back the next rows of a batch: 0, or negative. */
MUST_CHECK int import_rollback_page(struct tx *tx, struct arena *a, struct rollback_page *p);

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
