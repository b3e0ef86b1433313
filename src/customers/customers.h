/* Customers: one person, one record. What other slices may call. */
#pragma once
#include "customer_links.sql.h"
#include "customers.sql.h" /* struct customer_row and the typed statements, generated */
#include "http/req.h"
#include "store/store.h"

/* 1 found, 0 absent, negative. lock: FOR UPDATE where the engine has it.
 * (generated from customers.sql: customer_by_id, customer_lock) */

/* What a new record is made of. Texts must be decoded (phone E.164). */
struct customer_new {
    struct uuid id;  /* nil: a new one of now; handlers pass req_new_id() */
    struct str name; /* null: the national number, e-mail or externalId stands for it */
    struct str preferred_name, phone, email, external_id, address, area, notes;
    struct str tags;               /* JSON array, null: [] */
    struct str preferences;        /* JSON object, null: {} */
    int64_t birthday, anniversary; /* days or I64_NULL */
    struct uuid user_id, created_by, batch_id;
    int64_t created_at;        /* us */
    struct str phone_evidence; /* "guest" (merely typed), "verified", "staff"; null: staff */
    bool is_phone_verified;
    bool is_provisional; /* of a login that has proved no phone; has none */
    /* What the indexes have of the name: by customers_prepare, or null. */
    struct str name_key, name_folded;
};
/* Does ahead what a record costs outside the store: the stand-in for a missing
 * name, its sorting key and its folded form. Any thread; optional. */
void customers_prepare(const struct company *c, struct arena *a, struct customer_new *n);

/* Inserts record, name index and tags. 1 made; 0: the phone or externalId is
 * taken — *out is then the record that has it and *taken the error
 * (ERR_PHONE_TAKEN, ERR_EXTERNAL_ID_TAKEN); negative an error. Atomic: of
 * concurrent calls for one phone one makes the record. */
MUST_CHECK int customers_insert(struct tx *tx, const struct company *c, struct arena *a,
                                const struct customer_new *n, struct customer_row *out, int *taken);
/* The record of a guest's number, made when nobody has it: 1 made, 0 it was
 * there and is not changed, negative. n: phone and no externalId. */
MUST_CHECK int customers_of_guest(struct tx *tx, const struct company *c, struct arena *a,
                                  const struct customer_new *n, struct customer_row *out);
/* Many at once, for imports: the same, without reading back; name index rows
 * are inserted in key order. made[i]: 1 made, 0 taken. */
MUST_CHECK int customers_insert_many(struct tx *tx, const struct company *c, struct arena *a,
                                     const struct customer_new *v, size_t n, int8_t *made);

/* Registers a person as staff do: customers_insert, but a record that has the
 * number only because a guest typed it is taken over, fields as given; login:
 * also makes the linked, not yet activated login, when there is a phone or an
 * e-mail. The same returns. */
MUST_CHECK int customers_register(struct req *r, struct tx *tx, const struct customer_new *n,
                                  bool login, struct customer_row *out, int *taken);

/* A record by its id, or by the id of one that became part of it: 1, 0,
 * negative. lock: kept from others until the transaction ends. */
MUST_CHECK int customers_find(struct tx *tx, struct uuid company, struct uuid id,
                              struct customer_row *out);
/* The id that answers for this one: its own, or its survivor's. 0 or negative. */
MUST_CHECK int customers_current(struct tx *tx, struct uuid company, struct uuid id,
                                 struct uuid *out);
MUST_CHECK int customers_find_lock(struct tx *tx, struct uuid company, struct uuid id,
                                   struct customer_row *out);
/* Locks two records, the lower id first; nil: none. 1 all that were named are
 * there, 0 one is not, negative. */
MUST_CHECK int customers_lock_two(struct tx *tx, struct uuid company, struct uuid a,
                                  struct customer_row *arow, struct uuid b,
                                  struct customer_row *brow);

/* -- Linking. Locks are taken in one order everywhere: login, then records by
 * rising id. What follows works on rows that the caller has locked. -- */

/* `from` becomes part of `into`: orders, figures, logins, former numbers, and
 * what `into` did not know; `from` is gone, its id answers with `into`. user:
 * by whose proof, or nil. Adds the event customer.merged. */
MUST_CHECK int customers_absorb(struct req *r, struct tx *tx, const struct customer_row *from,
                                struct customer_row *into, struct uuid user);
/* The person gets a number that nobody has; an old one is kept as a former one
 * and its logins but `by` no longer prove it. ERR_RETRY when somebody was faster. */
MUST_CHECK int customers_take_phone(struct req *r, struct tx *tx, struct customer_row *c,
                                    struct str phone, struct str evidence, struct uuid by);
/* The person no longer has the number, but as a former one. */
MUST_CHECK int customers_leave_phone(struct req *r, struct tx *tx, struct customer_row *c);
/* The number is proved to be the person's: marks the record, and proves what
 * guests ordered under it. */
MUST_CHECK int customers_phone_proved(struct req *r, struct tx *tx, struct customer_row *c);
/* Before this nothing counts as a sign of life (company setting). */
int64_t customers_recycle_before(const struct req *r);

/* A login about to be linked, with both records locked. */
struct customer_linking {
    struct customer_login login;
    struct customer_row own;    /* its record now, when has_own */
    struct customer_row target; /* whose it is to be */
    bool has_own;
};
/* 1, 0 there is no such person; ERR_USER_NOT_FOUND. */
MUST_CHECK int customers_linking(struct req *r, struct tx *tx, struct uuid user,
                                 struct uuid customer, struct customer_linking *l);
/* Links: a provisional record of the login becomes part of the person's.
 * ERR_LINKED when it belongs to another person. l->target stands as stored. */
MUST_CHECK int customers_link(struct req *r, struct tx *tx, struct customer_linking *l,
                              struct str evidence);
/* The login, locked before c, is nobody's again. */
MUST_CHECK int customers_unlink(struct req *r, struct tx *tx, struct customer_row *c,
                                struct uuid user);

/* Takes a record away, with its place in the name index. name: as it stands in
 * the record. Whether it may go is the caller's business: 1 gone, 0 it was not
 * there, negative. */
MUST_CHECK int customers_remove(struct tx *tx, struct uuid company, struct arena *a, struct uuid id,
                                struct str name);

/* Statistics after a change of an order; added to the record. */
struct customer_delta {
    int64_t order_count, total_orders, visit_count, total_spent;
    int64_t order_at; /* I64_NULL, or the time of a newly paid order: first and last follow */
};
/* Of nobody it changes nothing: the foreign key of the order tells. */
MUST_CHECK int customers_add_stats(struct tx *tx, struct uuid company, struct uuid id,
                                   const struct customer_delta *d);
/* The same for a record that this transaction has just seen: it is not asked
 * whether it is still there, so that a server store need not answer. */
MUST_CHECK int customers_add_stats_known(struct tx *tx, struct uuid company, struct uuid id,
                                         const struct customer_delta *d);
/* When an order stops counting (wholly refunded, cancelled, taken to another
 * person): first and last as the orders slice has found them anew. */
MUST_CHECK int customers_set_order_times(struct tx *tx, struct uuid company, struct uuid id,
                                         int64_t first_at, int64_t last_at);

/* {"id":…,"name":…} as a failure's `existing`, or null when not staff. */
struct str customers_existing(struct req *r, const struct customer_row *c);
/* A record with what answers add to it. Texts are those of the row. */
struct customer_view {
    struct customer_row c;
    struct str phone_national; /* as people write the phone */
    struct uuid company_id;
    struct {
        struct uuid id;
        struct str name;
    } company;
    struct {
        int64_t orders; /* all orders of the person */
    } count;
    struct list orders;        /* of the detail: order_brief; of the admin's: rows of history */
    struct str orders_cursor;  /* of the admin's detail: the next page of orders, or null */
    struct str phone_evidence; /* why the phone is believed, null without one */
    bool matched_former;       /* found by a number that the person had before */
    struct str former_phone;   /* that number */
};
/* Contacts are masked here, for all answers, where who asks may not see them. */
void customer_view_make(struct req *r, const struct customer_row *row, struct customer_view *out);
/* "a•••@example.com"; null when it is no address. */
struct str customers_email_mask(struct arena *a, struct str email);
/* Writes a record back, its name's place in the index with it (was: the name
 * before), with the next version; refusals of the store's unique keys are answered. */
MUST_CHECK int customers_save(struct req *r, struct tx *tx, struct customer_row *c, struct str was);
/* What is wrong with a birthday, refused; 0 when nothing is. */
MUST_CHECK int customers_check_birthday(struct req *r, int64_t day);
/* Answers with one record. */
int customers_answer(struct req *r, int status, const struct customer_row *row);
/* The answers' field tables over struct customer_view, for slices that embed a
 * customer: the record with company and _count; with the last orders. */
extern const struct fields customer_out, customer_detail_out, customer_lookup_out;
/* The record and _count, as lists have it. */
extern const struct fields customer_row_out;

struct buf;
/* A cell of CSV, in quotes when it has to be; guard: with an apostrophe in
 * front when a spreadsheet would take it for a formula. */
void csv_cell(struct buf *b, struct str s, bool guard);
