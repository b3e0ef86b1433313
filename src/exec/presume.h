/* Whether to presume, see tx_presume(). A transaction that presumed in vain is
 * run twice, so that after one the next are run exactly: one at first, twice as
 * many each time it happens again, fewer as it goes well. */
#pragma once
#include <stdbool.h>

enum { PRESUME_PAUSE_MOST = 64 };

struct presume {
    unsigned exact; /* transactions to come that presume nothing */
    unsigned pause; /* how many those were the last time */
};

/* Once a transaction. */
static inline bool presume_now(struct presume *p)
{
    if (p->exact == 0)
        return true;
    p->exact--;
    return false;
}

static inline void presume_failed(struct presume *p)
{
    unsigned longer = 2 * p->pause + 1;
    p->pause = longer < PRESUME_PAUSE_MOST ? longer : PRESUME_PAUSE_MOST;
    p->exact = p->pause;
}

static inline void presume_held(struct presume *p)
{
    p->pause /= 2;
}
