/* What `doctor` checks of links: both sides agree, what is said to exist does,
 * and a record without a proved number has none. In pages, company by company. */
#include "identity/identity_priv.h"

enum { PAGE = 500 };
/* No row has this id, and every other is above it; nil would be NULL. */
static const struct uuid before_all = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

struct walk {
    struct doctor *d;
    struct tx *tx;
    struct uuid company;
    int64_t drift;
};

static void differs(struct walk *w, const char *what, struct uuid id, const char *says)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    w->drift++;
    doctor_report(w->d, "%s %.*s: %s", what, UUID_TEXT, text, says);
}

static void check_user(struct walk *w, const struct identity_check_users_row *u)
{
    bool linked = !uuid_is_nil(u->customer_id), waits = !uuid_is_nil(u->pending_customer_id);
    if (linked && uuid_is_nil(u->found_customer))
        differs(w, "user", u->id, "its customer is not there");
    else if (linked && uuid_is_nil(u->first_login))
        differs(w, "user", u->id, "its customer knows no login");
    if (linked && str_is_null(u->link_evidence))
        differs(w, "user", u->id, "is linked without evidence");
    if (waits && uuid_is_nil(u->found_pending))
        differs(w, "user", u->id, "the customer that it waits for is not there");
    if (waits && linked && uuid_eq(u->customer_id, u->pending_customer_id))
        differs(w, "user", u->id, "waits for the customer that it has");
}

static int check_users(struct walk *w, struct arena *scratch)
{
    struct uuid after = before_all;
    size_t n = PAGE;
    int rc = 0;
    while (n == PAGE && rc >= 0) {
        struct identity_check_users_row *rows;
        arena_reset(scratch);
        rc = identity_check_users(w->tx, w->company, after, PAGE, &rows, &n);
        for (size_t i = 0; rc >= 0 && i < n; i++) {
            after = rows[i].id;
            check_user(w, &rows[i]);
        }
    }
    return rc < 0 ? rc : 0;
}

static void check_record(struct walk *w, const struct identity_check_records_row *c)
{
    if (!uuid_is_nil(c->user_id) && !uuid_eq(c->login_customer, c->id))
        differs(w, "customer", c->id, "its first login is not linked to it");
    if (c->is_provisional && !str_is_null(c->phone))
        differs(w, "customer", c->id, "is provisional, and has a phone");
    if (c->is_phone_verified && str_is_null(c->phone))
        differs(w, "customer", c->id, "has no phone, and a verified one");
}

static int check_records(struct walk *w, struct arena *scratch)
{
    struct uuid after = before_all;
    size_t n = PAGE;
    int rc = 0;
    while (n == PAGE && rc >= 0) {
        struct identity_check_records_row *rows;
        arena_reset(scratch);
        rc = identity_check_records(w->tx, w->company, after, PAGE, &rows, &n);
        for (size_t i = 0; rc >= 0 && i < n; i++) {
            after = rows[i].id;
            check_record(w, &rows[i]);
        }
    }
    return rc < 0 ? rc : 0;
}

static int check_merges(struct walk *w, struct arena *scratch)
{
    struct identity_check_merges_row *rows;
    size_t n;
    arena_reset(scratch);
    int rc = identity_check_merges(w->tx, w->company, PAGE, &rows, &n);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        differs(w, "merged customer", rows[i].merged_id, "is still there, or its survivor is not");
    return rc < 0 ? rc : 0;
}

static int64_t each_company(struct doctor *d, struct tx *tx,
                            int (*check)(struct walk *w, struct arena *scratch))
{
    struct walk w = {.d = d, .tx = tx};
    struct arena *scratch = arena_new(256 * 1024);
    struct identity_check_companies_row *rows;
    struct uuid after = before_all;
    size_t n = 1;
    int rc = 0;
    while (n > 0 && rc >= 0) {
        tx_arena(tx, doctor_arena(d));
        rc = identity_check_companies(tx, after, &rows, &n);
        tx_arena(tx, scratch);
        for (size_t i = 0; rc >= 0 && i < n; i++) {
            after = w.company = rows[i].id;
            rc = check(&w, scratch);
        }
    }
    tx_arena(tx, doctor_arena(d));
    arena_free(&scratch);
    return rc < 0 ? rc : w.drift;
}

static int64_t check_logins(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, check_users);
}

static int64_t check_people(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, check_records);
}

static int64_t check_merged(struct doctor *d, struct tx *tx)
{
    return each_company(d, tx, check_merges);
}

const struct check identity_checks[] = {
    {"identity.logins", check_logins, "a login's customer exists, knows it, and has a reason"},
    {"identity.records", check_people,
     "a record's first login is linked to it; one that is "
     "provisional has no phone"},
    {"identity.merges", check_merged, "merged records are gone, and their survivors are not"},
    {0},
};
