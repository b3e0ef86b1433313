/* Wrong passwords, counted per account over 15 minutes. The account is a keyed
 * hash of what was typed, so that unknown ones are counted alike and the table
 * tells nobody's name. */
#include "accounts/accounts_priv.h"
#include "app.h"
#include "auth/tokens.h"
#include "base/clock.h"

#define WINDOW (900 * SECOND_US)
static const char kind[] = "login";

static struct str key_of(const struct req *r, struct str account)
{
    char *key = arena_bytes(r->arena, 32);
    tokens_mac(r->app->tokens, kind, account, (uint8_t *)key);
    return (struct str){key, 32};
}

static int judge(struct req *r, int found, const struct attempts_row *row)
{
    if (found <= 0)
        return found;
    if (row->window_until <= r->now ||
        row->count < setting_int(r->app->settings, SETTING_LOGIN_ATTEMPTS))
        return 0;
    r->retry_after = (row->window_until - r->now) / SECOND_US + 1;
    return req_fail(r, ERR_RATE_LIMITED);
}

int attempts_check(struct req *r, struct tx *tx, struct str account)
{
    struct attempts_row row;
    int found = attempts_read(tx, r->company->id, STR(kind), key_of(r, account), &row);
    return judge(r, found, &row);
}

int attempts_settle(struct req *r, struct tx *tx, struct str account, bool right)
{
    struct attempts_row row;
    struct str key = key_of(r, account);
    int found = attempts_lock(tx, r->company->id, STR(kind), key, &row);
    int rc = judge(r, found, &row);
    if (rc < 0)
        return rc;
    if (right) {
        rc = found ? attempts_clear(tx, r->company->id, STR(kind), key) : 0;
        return rc < 0 ? rc : 0;
    }
    rc = attempts_add(tx, &(struct attempts_add_params){.company = r->company->id,
                                                        .kind = STR(kind),
                                                        .key = key,
                                                        .now = r->now,
                                                        .until = r->now + WINDOW});
    return rc < 0 ? rc : req_fail_keep(r, ERR_BAD_CREDENTIALS);
}

int attempts_forget(struct req *r, struct tx *tx, struct str account)
{
    int rc = attempts_clear(tx, r->company->id, STR(kind), key_of(r, account));
    return rc < 0 ? rc : 0;
}
