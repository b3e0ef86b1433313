/* How long a message waits after a try that failed. */
#include "base/clock.h"
#include "messages/messages_priv.h"

static const int64_t usual_s[] = {5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600, 0};
/* What a service may ask for at most; a wrong header must not park a message for years. */
static const int64_t longest_s = 6 * 3600;

int64_t backoff(const int64_t *waits_s, int64_t tries, int64_t retry_after, uint32_t chance)
{
    int64_t n = 0;
    if (!waits_s)
        waits_s = usual_s;
    while (waits_s[n])
        n++;
    if (tries < 1 || tries > n)
        return -1;
    /* A fifth more or less, so that what failed together does not come back together. */
    int64_t wait = waits_s[tries - 1] * SECOND_US;
    wait += wait / 5 * (int64_t)(chance % 2001) / 1000 - wait / 5;
    if (retry_after > longest_s)
        retry_after = longest_s;
    return retry_after * SECOND_US > wait ? retry_after * SECOND_US : wait;
}
