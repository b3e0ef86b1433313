/* Counters of wrong guesses. The row is locked before it is judged, so that
 * parallel guesses are counted one after another. */
#include "auth/attempts.h"
#include "app.h"
#include "auth.sql.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "store/store.h"

const struct attempts_rule attempts_passwords = {"login", 900 * SECOND_US, ERR_BAD_CREDENTIALS};
const struct attempts_rule attempts_factors = {"factor", DAY_US, ERR_BAD_CODE};

static struct str key_of(const struct req *r, const struct attempts_rule *rule, struct str account)
{
    char *key = arena_bytes(r->arena, 32);
    tokens_mac(r->app->tokens, rule->kind, account, (uint8_t *)key);
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

int attempts_check(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                   struct str account)
{
    struct attempts_row row;
    int found =
        attempts_read(tx, r->company->id, str_c(rule->kind), key_of(r, rule, account), &row);
    return judge(r, found, &row);
}

int attempts_settle(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                    struct str account, bool right)
{
    struct attempts_row row;
    struct str kind = str_c(rule->kind), key = key_of(r, rule, account);
    int found = attempts_lock(tx, r->company->id, kind, key, &row);
    int rc = judge(r, found, &row);
    if (rc < 0)
        return rc;
    if (right) {
        rc = found ? attempts_clear(tx, r->company->id, kind, key) : 0;
        return rc < 0 ? rc : 0;
    }
    rc = attempts_add(tx, &(struct attempts_add_params){.company = r->company->id,
                                                        .kind = kind,
                                                        .key = key,
                                                        .now = r->now,
                                                        .until = r->now + rule->window});
    return rc < 0 ? rc : req_fail_keep(r, rule->wrong);
}

int attempts_forget(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                    struct str account)
{
    int rc = attempts_clear(tx, r->company->id, str_c(rule->kind), key_of(r, rule, account));
    return rc < 0 ? rc : 0;
}

struct str attempts_user(struct req *r, struct uuid user)
{
    char text[UUID_TEXT];
    uuid_format(user, text);
    return arena_str(r->arena, (struct str){text, sizeof text});
}
