/* Sign-ups that came to nothing: anybody can make them, with anybody's address,
 * and nobody would ever clear them away. Gone with their provisional records
 * once they are old, unless anything was ever proved, ordered or noted of them
 * or somebody is still signed in. Ids begin with the time they were made at, so
 * that a walk along them ends where the young ones begin. */
#include "app.h"
#include "base/clock.h"
#include "exec/exec.h"
#include "exec/job.h"
#include "signup/signup_priv.h"

enum { LOOK = 1000, MOST = 20 }; /* logins that a piece looks at, and removes */

/* Nothing is known of the person but what the login itself said. 1, 0, negative. */
static int is_blank(struct tx *tx, struct uuid company, const struct customer_row *c,
                    struct uuid login)
{
    struct signup_record_used_row used;
    if (!c->is_provisional || !uuid_eq(c->user_id, login) || !str_is_null(c->phone) ||
        !str_is_null(c->external_id) || !str_is_null(c->notes) || !str_eq(c->tags, STR("[]")) ||
        c->order_count != 0 || c->balance != 0 || c->loyalty_points != 0)
        return 0;
    int rc = signup_record_used(tx, company, c->id, login, &used);
    return rc < 0 ? rc : rc == 0;
}

static int remove_record(const struct job_run *j, struct tx *tx, struct uuid company,
                         const struct customer_row *c)
{
    int rc = customers_remove(tx, company, j->arena, c->id, c->name);
    return rc < 0 ? rc : outbox_system(tx, company, j->now, "customer.deleted", c->id);
}

/* The login is locked; its record is locked after it, as everywhere. */
static int remove_one(const struct job_run *j, struct tx *tx, struct uuid company,
                      const struct signups_forsaken_row *u)
{
    struct customer_row c;
    int rc = uuid_is_nil(u->customer_id) ? 0 : customer_lock(tx, company, u->customer_id, &c);
    int blank = rc == 1 ? is_blank(tx, company, &c, u->id) : 1;
    if (rc < 0 || blank <= 0)
        return rc < 0 ? rc : blank;
    if (rc == 1)
        rc = remove_record(j, tx, company, &c);
    if (rc >= 0)
        rc = login_delete(tx, company, u->id);
    return rc < 0 ? rc : audit_system(tx, company, j->now, "signup.prune", u->id, STR_NULL);
}

/* The next piece of a company: 1 there is more of it, 0 it is done. */
static int prune_piece(const struct job_run *j, struct tx *tx, struct uuid company, int64_t before)
{
    struct signups_forsaken_row *rows;
    struct signup_page_end_row end;
    struct uuid young = uuid_v7(before, (const uint8_t[10]){0});
    size_t n = 0;
    int more = signup_page_end(tx, company, *j->within, young, LOOK - 1, &end);
    if (more < 0)
        return more;
    struct uuid upto = more ? end.id : young;
    int rc = signups_forsaken(tx,
                              &(struct signups_forsaken_params){
                                  .company = company,
                                  .after = *j->within,
                                  .upto = upto,
                                  .before = before,
                                  .now = j->now,
                                  .most = MOST,
                              },
                              &rows, &n);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = remove_one(j, tx, company, &rows[i]);
    if (rc < 0)
        return rc;
    *j->within = n == MOST ? rows[n - 1].id : upto;
    return n == MOST || more;
}

/* The id after this one. */
static struct uuid next_id(struct uuid id)
{
    for (int i = 15; i >= 0 && ++id.b[i] == 0; i--)
        continue;
    return id;
}

int signup_prune(const struct job_run *j, struct tx *tx)
{
    int64_t age = setting_int(j->app->settings, SETTING_UNPROVED_SIGNUPS);
    struct signup_company_from_row company;
    int rc = age == 0 ? 0 : signup_company_from(tx, *j->after, &company);
    if (rc <= 0)
        return rc;
    if (!uuid_eq(*j->after, company.id))
        *j->within = UUID_NIL;
    *j->after = company.id;
    rc = prune_piece(j, tx, company.id, j->now - age);
    if (rc != 0)
        return rc;
    *j->after = next_id(company.id);
    *j->within = UUID_NIL;
    return 1;
}
