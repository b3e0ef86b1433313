/* The record of a login, and what a proved number says about whose it is. The
 * login is locked first, then the records, the lower id first; who has a number
 * is looked up before and looked at again under the lock. */
#include "base/phone.h"
#include "identity/identity_priv.h"

const char *const identity_outcome_names[] = {"ALREADY", "OWNED", "JOINED", "PROOF_NEEDED", NULL};

int identity_take_user(struct req *r, struct tx *tx, struct uuid user, struct identity_user *u)
{
    int rc = identity_user_lock(tx, r->company->id, user, u);
    return rc == 0 ? ERR_USER_NOT_FOUND : rc < 0 ? rc : 0;
}

/* A record for a login that has none: provisional without a phone. */
static int make_record(struct req *r, struct tx *tx, const struct identity_user *u,
                       struct str phone, struct customer_row *out)
{
    bool proved = phone.n > 0;
    struct customer_new n = {
        .id = req_new_id(r),
        .name = u->name,
        .email = u->email,
        .phone = phone,
        .birthday = I64_NULL,
        .anniversary = I64_NULL,
        .user_id = u->id,
        .created_by = u->id,
        .created_at = r->now,
        .phone_evidence = proved ? EVIDENCE_VERIFIED : STR_NULL,
        .is_phone_verified = proved,
        .is_provisional = !proved,
    };
    int taken, rc = customers_insert(tx, r->company, r->arena, &n, out, &taken);
    if (rc == 0)
        return ERR_RETRY; /* somebody got the number since it was looked for */
    if (rc > 0)
        rc = customer_login_link(tx, r->company->id, u->id, n.id,
                                 proved ? EVIDENCE_VERIFIED : EVIDENCE_PENDING, r->now);
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.created", n.id);
    return rc < 0 ? rc : 1;
}

int identity_own(struct req *r, struct tx *tx, const struct identity_user *u,
                 struct customer_row *out)
{
    int rc =
        uuid_is_nil(u->customer_id) ? 0 : customer_by_id(tx, r->company->id, u->customer_id, out);
    if (rc == 0)
        return make_record(r, tx, u, STR_NULL, out);
    return rc < 0 ? rc : 0;
}

int identity_find_or_create(struct req *r, struct tx *tx, struct uuid user,
                            struct customer_row *out)
{
    struct identity_user u;
    int rc = identity_take_user(r, tx, user, &u);
    return rc < 0 ? rc : identity_own(r, tx, &u, out);
}

/* A number and who is concerned, all locked. */
struct proof {
    struct identity_user user;
    struct str phone;
    struct customer_row own, holder;
    bool has_own, has_holder; /* has_holder: a record other than own has the number */
};

static int find_holder(struct req *r, struct tx *tx, struct proof *p)
{
    struct uuid company = r->company->id, own = p->user.customer_id;
    int rc = uuid_is_nil(own) ? 0 : customer_by_id(tx, company, own, &p->own);
    p->has_own = rc == 1;
    if (rc >= 0)
        rc = customer_by_phone(tx, company, p->phone, &p->holder);
    p->has_holder = rc == 1 && !(p->has_own && uuid_eq(p->holder.id, p->own.id));
    if (rc < 0)
        return rc;
    rc = customers_lock_two(tx, company, p->has_own ? own : UUID_NIL, &p->own,
                            p->has_holder ? p->holder.id : UUID_NIL, &p->holder);
    if (rc == 0 || (p->has_holder && !str_eq(p->holder.phone, p->phone)))
        return ERR_RETRY;
    return rc < 0 ? rc : 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a == I64_NULL || (b != I64_NULL && b > a) ? b : a;
}

/* Did anything happen lately that this person must have done? What guests
 * ordered under the number may have been somebody else's, but for a record of
 * which nothing else is known. */
static int is_alive(struct req *r, struct tx *tx, const struct customer_row *c)
{
    struct identity_last_seen_row seen;
    bool guest = str_eq(c->phone_evidence, STR("guest"));
    int rc = identity_last_seen(tx, r->company->id, c->id, &seen);
    if (rc < 0)
        return rc;
    int64_t at = later(c->created_at, guest ? seen.order_at : c->updated_at);
    at = later(at, later(seen.login_at, seen.proven_at));
    return at >= customers_recycle_before(r);
}

/* Does a code alone open this person's history to the login (nil: a guest)? */
static int is_certain(struct req *r, struct tx *tx, const struct customer_row *c, struct uuid user)
{
    struct customer_logins_proved_row proved;
    int rc = customer_logins_proved(tx, r->company->id, c->id, c->phone, user, &proved);
    if (rc < 0)
        return rc;
    return c->is_active && proved.n == 0 ? is_alive(r, tx, c) : 0;
}

/* Is it a record of which nothing is known but what a guest typed? */
static int is_guests(struct req *r, struct tx *tx, const struct customer_row *c)
{
    struct customer_login_first_row login;
    if (!str_eq(c->phone_evidence, STR("guest")))
        return 0;
    int rc = customer_login_first(tx, r->company->id, c->id, UUID_NIL, &login);
    return rc < 0 ? rc : rc == 0;
}

static int owned(struct req *r, struct tx *tx, struct proof *p, struct identity_result *out)
{
    int rc =
        customer_login_link(tx, r->company->id, p->user.id, p->own.id, EVIDENCE_VERIFIED, r->now);
    out->outcome = IDENTITY_OWNED;
    out->customer = p->own.id;
    if (rc >= 0)
        rc = outbox_add(r, tx, "customer.updated", p->own.id);
    return rc < 0 ? rc : 0;
}

/* The login's record has the number already. */
static int confirm(struct req *r, struct tx *tx, struct proof *p, struct identity_result *out)
{
    bool before = p->user.is_phone_verified && str_eq(p->user.phone, p->phone) &&
                  p->own.is_phone_verified && uuid_is_nil(p->user.pending_customer_id);
    int rc = customers_phone_proved(r, tx, &p->own);
    if (rc < 0)
        return rc;
    if (!before)
        return owned(r, tx, p, out);
    out->outcome = IDENTITY_ALREADY;
    out->customer = p->own.id;
    return 0;
}

/* Nobody else has the number. */
static int own_number(struct req *r, struct tx *tx, struct proof *p, struct identity_result *out)
{
    int rc;
    if (!p->has_own) {
        rc = make_record(r, tx, &p->user, p->phone, &p->own);
        out->outcome = IDENTITY_OWNED;
        out->customer = p->own.id;
        return rc < 0 ? rc : 0;
    }
    rc = customers_take_phone(r, tx, &p->own, p->phone, EVIDENCE_VERIFIED, p->user.id);
    if (rc == 0)
        rc = customers_phone_proved(r, tx, &p->own);
    return rc < 0 ? rc : owned(r, tx, p, out);
}

/* Who has proved the number knows better what they are called than whoever
 * typed it, and an e-mail that only a guest said is no proof of anything later. */
static int correct_guests(struct req *r, struct tx *tx, const struct proof *p,
                          struct customer_row *c)
{
    const struct identity_user *u = &p->user;
    struct customer_row was = *c;
    if (!str_eq(u->name, phone_national(r->arena, p->phone, r->company->country)))
        c->name = p->has_own ? p->own.name : u->name;
    if (c->email.n > 0 && !str_eq(c->email, u->email) && !str_eq(c->email, u->claimed_email))
        c->email = u->email;
    if (str_eq(c->name, was.name) && str_eq(c->email, was.email))
        return 0;
    return customers_save(r, tx, c, was.name);
}

/* The login's own record becomes part of the person who has the number. */
static int join(struct req *r, struct tx *tx, struct proof *p, bool guests,
                struct identity_result *out)
{
    struct customer_linking l;
    int rc = customers_linking(r, tx, p->user.id, p->holder.id, &l);
    if (rc == 0)
        return ERR_RETRY;
    if (rc > 0 && guests)
        rc = correct_guests(r, tx, p, &l.target);
    if (rc >= 0)
        rc = customers_link(r, tx, &l, EVIDENCE_VERIFIED);
    out->outcome = IDENTITY_JOINED;
    out->customer = p->holder.id;
    return rc < 0 ? rc : 0;
}

/* What guests ordered under the number becomes part of the login's record. */
static int absorb(struct req *r, struct tx *tx, struct proof *p, struct identity_result *out)
{
    int rc = customers_absorb(r, tx, &p->holder, &p->own, p->user.id);
    return rc < 0 ? rc : own_number(r, tx, p, out);
}

/* One that a login proved is surer than what somebody once said. */
int identity_email(struct req *r, struct tx *tx, const struct customer_row *old, struct str *email)
{
    struct identity_email_of_row found;
    int rc = identity_email_of(tx, r->company->id, old->id, &found);
    *email = rc == 1 ? found.email : old->email;
    return rc < 0 ? rc : 0;
}

/* It may be a recycled number: the login keeps its own record. */
static int wait_for_proof(struct req *r, struct tx *tx, struct proof *p,
                          struct identity_result *out)
{
    struct str email;
    int rc = p->has_own ? 0 : make_record(r, tx, &p->user, STR_NULL, &p->own);
    if (rc >= 0)
        rc = identity_user_waits(tx, r->company->id, p->user.id, p->holder.id, r->now);
    if (rc >= 0)
        rc = identity_email(r, tx, &p->holder, &email);
    if (rc < 0)
        return rc;
    out->outcome = IDENTITY_PROOF_NEEDED;
    out->customer = p->own.id;
    out->email_hint = customers_email_mask(r->arena, email);
    return 0;
}

int identity_phone_proved(struct req *r, struct tx *tx, struct uuid user, struct str phone,
                          struct identity_result *out)
{
    struct proof p = {.phone = phone};
    *out = (struct identity_result){.email_hint = STR_NULL};
    int rc = identity_take_user(r, tx, user, &p.user);
    if (rc == 0)
        rc = find_holder(r, tx, &p);
    if (rc == 0)
        rc = identity_user_proved(tx, r->company->id, user, phone, r->now);
    if (rc < 0)
        return rc;
    if (p.has_own && str_eq(p.own.phone, phone))
        return confirm(r, tx, &p, out);
    if (!p.has_holder)
        return own_number(r, tx, &p, out);
    int certain = is_certain(r, tx, &p.holder, user);
    int guests = certain > 0 ? is_guests(r, tx, &p.holder) : 0;
    if (certain < 0 || guests < 0)
        return certain < 0 ? certain : guests;
    if (certain && (!p.has_own || p.own.is_provisional))
        return join(r, tx, &p, guests, out);
    if (certain && guests)
        return absorb(r, tx, &p, out);
    return wait_for_proof(r, tx, &p, out);
}

/* The number is somebody's: theirs to see from now on, unless a login of theirs
 * or a long silence says that this may be somebody else. */
static int guest_has_record(struct req *r, struct tx *tx, struct customer_row *c,
                            struct uuid *customer)
{
    int certain = is_certain(r, tx, c, UUID_NIL);
    int rc = certain > 0 ? customers_phone_proved(r, tx, c) : certain;
    if (rc == 0 && certain > 0)
        *customer = c->id;
    return rc < 0 ? rc : 0;
}

int identity_guest_proved(struct req *r, struct tx *tx, struct str phone, struct str name,
                          struct uuid *customer)
{
    struct customer_row c;
    *customer = UUID_NIL;
    int rc = customer_by_phone(tx, r->company->id, phone, &c);
    if (rc == 1)
        rc = customer_lock(tx, r->company->id, c.id, &c) == 1 && str_eq(c.phone, phone) ? 1
                                                                                        : ERR_RETRY;
    if (rc != 0)
        return rc < 0 ? rc : guest_has_record(r, tx, &c, customer);
    struct customer_new n = {.id = req_new_id(r),
                             .name = name,
                             .phone = phone,
                             .birthday = I64_NULL,
                             .anniversary = I64_NULL,
                             .created_at = r->now,
                             .phone_evidence = EVIDENCE_VERIFIED,
                             .is_phone_verified = true};
    int taken;
    rc = customers_insert(tx, r->company, r->arena, &n, &c, &taken);
    if (rc <= 0)
        return rc < 0 ? rc : ERR_RETRY;
    *customer = n.id;
    return outbox_add(r, tx, "customer.created", n.id);
}

int identity_logins_of(struct req *r, struct tx *tx, struct str phone, struct identity_login *v,
                       size_t most, size_t *n)
{
    struct identity_logins_row *rows;
    int rc = identity_logins(tx, r->company->id, phone, customers_recycle_before(r), (int64_t)most,
                             &rows, n);
    for (size_t i = 0; rc >= 0 && i < *n; i++)
        v[i] = (struct identity_login){rows[i].id, rows[i].name, rows[i].email, rows[i].is_proved};
    return rc < 0 ? rc : 0;
}

int identity_link(struct req *r, struct tx *tx, struct uuid user, struct uuid customer,
                  struct str evidence)
{
    struct customer_linking l;
    int rc = customers_linking(r, tx, user, customer, &l);
    if (rc == 0)
        return ERR_CUSTOMER_NOT_FOUND;
    return rc < 0 ? rc : customers_link(r, tx, &l, evidence);
}
