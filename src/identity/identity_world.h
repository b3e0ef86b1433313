/* The world of this slice's store tests: that of the customers' tests, with
 * handlers that do what the codes' slices do after a right code. */
#pragma once
#include "accounts/accounts.h"
#include "customers/customers_world.h"
#include "identity/identity_priv.h"
#include "orders/orders.h"

/* What a test asks for: only what its step needs is given. */
struct step_in {
    struct given given;
    struct uuid user, customer;
    struct str phone, name, evidence, email;
    int64_t days;  /* ago */
    int64_t total; /* minor units */
    _Alignas(8) bool unproven;
};
#define STEP(name_, type_, member_)                                                                \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct step_in, member_),                 \
        .help = "of a step"                                                                        \
    }
static const struct field step_rows[] = {
    STEP("user", F_UUID, user),         STEP("customer", F_UUID, customer),
    STEP("phone", F_PHONE, phone),      STEP("name", F_TEXT, name),
    STEP("evidence", F_TEXT, evidence), STEP("email", F_EMAIL, email),
    STEP("days", F_INT, days),          STEP("total", F_INT, total),
    STEP("unproven", F_BOOL, unproven),
};
static const struct fields step_fields = {"Step", step_rows, sizeof step_rows / sizeof *step_rows,
                                          sizeof(struct step_in)};

struct step_out {
    struct uuid id;
    struct str outcome, hint;
    int64_t n;
};
#define SAYS(name_, type_, member_)                                                                \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct step_out, member_),                \
        .flags = FIELD_NULLABLE, .help = "of a step"                                               \
    }
static const struct field says_rows[] = {
    SAYS("id", F_UUID, id),
    SAYS("outcome", F_TEXT, outcome),
    SAYS("hint", F_TEXT, hint),
    SAYS("n", F_INT, n),
};
static const struct fields says_fields = {"Says", says_rows, sizeof says_rows / sizeof *says_rows,
                                          sizeof(struct step_out)};

static inline int says(struct req *r, struct step_out out)
{
    return req_answer(r, 200, &says_fields, &out);
}

/* A login that signed up: e-mail proved, phone merely told. */
static inline int step_login(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct user_new u = {.id = req_new_id(r),
                         .email = in->email,
                         .name = in->name,
                         .password_hash = STR("x"),
                         .is_email_verified = true,
                         .role = ROLE_CUSTOMER};
    int rc = accounts_create_user(tx, r->company->id, &u, r->now);
    return rc < 0 ? rc : says(r, (struct step_out){.id = u.id, .n = rc});
}

static inline int step_own(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct customer_row c;
    int rc = identity_find_or_create(r, tx, in->user, &c);
    return rc < 0 ? req_fail(r, rc) : says(r, (struct step_out){.id = c.id, .n = rc});
}

static inline int step_prove(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct identity_result out;
    int rc = identity_phone_proved(r, tx, in->user, in->phone, &out);
    if (rc < 0)
        return rc;
    return says(r, (struct step_out){.id = out.customer,
                                     .outcome = str_c(identity_outcome_names[out.outcome]),
                                     .hint = out.email_hint});
}

static inline int step_guest_prove(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct step_out out = {0};
    int rc = identity_guest_proved(r, tx, in->phone, in->name, &out.id);
    return rc < 0 ? rc : says(r, out);
}

static inline int step_link(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    int rc = identity_link(r, tx, in->user, in->customer, in->evidence);
    return rc < 0 ? req_fail(r, rc) : says(r, (struct step_out){0});
}

/* The logins that a code would open: how many, and the first of them. */
static inline int step_logins(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct identity_login v[5];
    size_t n;
    int rc = identity_logins_of(r, tx, in->phone, v, 5, &n);
    return rc < 0 ? rc
                  : says(r, (struct step_out){.id = n ? v[0].user : UUID_NIL, .n = (int64_t)n});
}

/* Who is signed in is the user of the step. */
static inline int step_fresh(struct req *r, struct tx *tx)
{
    r->who.id = ((const struct step_in *)r->in)->user;
    return identity_fresh(r, tx);
}

static inline int step_me(struct req *r, struct tx *tx)
{
    r->who.id = ((const struct step_in *)r->in)->user;
    r->who.role = ROLE_CUSTOMER;
    int rc = identity_me_lookup(r, tx);
    return rc < 0 || r->status ? rc : identity_me(r, tx);
}

/* The record of a number that a guest typed at the checkout. */
static inline int step_guest(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    struct customer_new n = {.id = req_new_id(r),
                             .name = in->name,
                             .phone = in->phone,
                             .email = in->email,
                             .birthday = I64_NULL,
                             .anniversary = I64_NULL,
                             .phone_evidence = STR("guest"),
                             .created_at = r->now - (in->days == I64_NULL ? 0 : in->days) * DAY_US};
    struct customer_row c;
    int taken, rc = customers_insert(tx, r->company, r->arena, &n, &c, &taken);
    return rc < 0 ? rc : says(r, (struct step_out){.id = c.id, .n = rc});
}

static inline int mark_unproven(struct tx *tx, struct uuid order)
{
    char sql[200], hex[33];
    for (size_t i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", order.b[i]);
    snprintf(sql, sizeof sql, "UPDATE orders SET is_unproven = TRUE WHERE id = %s'%s'",
             tx_engine(tx) == ENGINE_SQLITE ? "x" : "", hex);
    return tx_script(tx, sql);
}

/* A paid order so many days ago; unproven: a guest typed the number. */
static inline int step_order(struct req *r, struct tx *tx)
{
    const struct step_in *in = r->in;
    int64_t days = in->days == I64_NULL ? 0 : in->days;
    struct order_import o = {.id = req_new_id(r),
                             .customer_id = in->customer,
                             .customer_phone = in->phone,
                             .source = "WEB",
                             .method = "CASH",
                             .quantity = I64_NULL,
                             .total = in->total,
                             .created_at = r->now - days * DAY_US};
    int8_t made;
    int rc = orders_import_many(tx, r->company, r->arena, &o, 1, &made);
    if (rc >= 0 && in->unproven)
        rc = mark_unproven(tx, o.id);
    return rc < 0 ? rc : says(r, (struct step_out){.id = o.id, .n = made});
}

static inline int step(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                       const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline int step(struct fixture *f, int (*handler)(struct req *r, struct tx *tx),
                       const char *fmt, ...)
{
    char body[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(body, sizeof body, fmt, ap);
    va_end(ap);
    return call(f, handler, &step_fields, NULL, NULL, "", body);
}

/* A login with a provisional record of its own. */
static inline const char *login(struct fixture *f, const char *name, const char *email)
{
    assert_int_equal(step(f, step_login, "{\"name\":\"%s\",\"email\":\"%s\"}", name, email), 0);
    return kept(f, "id");
}

static inline const char *own(struct fixture *f, const char *user)
{
    assert_int_equal(step(f, step_own, "{\"user\":\"%s\"}", user), 0);
    return kept(f, "id");
}

/* Proves a number; the record that the login has then. */
static inline const char *prove(struct fixture *f, const char *user, const char *phone,
                                const char *outcome)
{
    int rc = step(f, step_prove, "{\"user\":\"%s\",\"phone\":\"%s\"}", user, phone);
    assert_int_equal(rc, 0);
    assert_string_equal(text(f, "outcome"), outcome);
    return kept(f, "id");
}

static inline const char *person(struct fixture *f, const char *name, const char *phone)
{
    char body[200];
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"phone\":\"%s\"}", name, phone);
    assert_int_equal(create(f, body), 0);
    return kept(f, "id");
}

static inline void order(struct fixture *f, const char *customer, int days, int total)
{
    assert_int_equal(step(f, step_order, "{\"customer\":\"%s\",\"days\":%d,\"total\":%d}", customer,
                          days, total),
                     0);
}

static inline void guest_order(struct fixture *f, const char *customer, const char *phone, int days)
{
    assert_int_equal(step(f, step_order,
                          "{\"customer\":\"%s\",\"phone\":\"%s\",\"days\":%d,\"total\":100,"
                          "\"unproven\":true}",
                          customer, phone, days),
                     0);
}

/* A number out of the answer. */
static inline int64_t number(const struct fixture *f, const char *name)
{
    return json_integer_value(json_object_get(data(f), name));
}

static inline bool is_true(const struct fixture *f, const char *name)
{
    return json_is_true(json_object_get(data(f), name));
}

/* The record that an id answers with. */
static inline void read_one(struct fixture *f, const char *id)
{
    assert_int_equal(with_id(f, customers_detail, id), 0);
}

static inline void me(struct fixture *f, const char *user)
{
    assert_int_equal(step(f, step_me, "{\"user\":\"%s\"}", user), 0);
}
