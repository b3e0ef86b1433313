/* Orders, inside the slice: what an order is while a request works on it, the
 * rules of totals and states, and the steps that several handlers share.
 *
 * Locks are taken in one order everywhere: customer, order, number. What is
 * wrong with a request is found before the first write. */
#pragma once
#include "customers/customers.h"
#include "exec/exec.h"
#include "exec/job.h"
#include "orders/orders.h"

enum { ORDER_LINES_MAX = 500, ORDER_PAYMENTS_MAX = 20, ORDER_CUSTOMER_NAME_MAX = 200 };
#define ORDER_WALK_IN STR("Walk-in")
#define ORDER_OPEN STR("OPEN")
#define ORDER_PAID STR("PAID")
#define ORDER_REFUNDED STR("REFUNDED")
#define ORDER_CANCELLED STR("CANCELLED")

extern const char *const order_type_names[];   /* RETAIL, WHOLESALE */
extern const char *const order_source_names[]; /* POS, WEB, PHONE, SUBSCRIPTION */

/* Bodies. Numbers that were not given are I64_NULL. */
struct order_payment_in {
    struct given given;
    struct uuid id; /* of the order, path */
    int64_t method, amount, tendered;
    struct str reference;
};
struct order_in {
    struct given given;
    struct uuid id, customer_id, store_id;
    int64_t customer_type, source, status, payment_method;
    int64_t created_at; /* when it was sold, of a sale that comes in later */
    struct str customer_name, customer_phone, customer_address, external_id, notes;
    struct list lines, payments; /* struct order_line_in, struct order_payment_in */
    int64_t discount, total, total_cents;
};
struct order_patch {
    struct given given;
    struct uuid id; /* path */
    int64_t customer_type, discount, payment_method;
    struct str customer_name, customer_phone, customer_address, notes;
};
struct order_ref {
    struct given given;
    struct uuid id; /* path */
};
struct order_line_ref {
    struct given given;
    struct uuid id; /* of the order, path */
    int64_t line;   /* path */
};
struct order_refund_in {
    struct given given;
    struct uuid id; /* path */
    int64_t method, amount;
    struct str reason;
};
struct order_attach_in {
    struct given given;
    struct uuid id, customer_id; /* id: path */
    _Alignas(8) bool do_register;
    _Alignas(8) struct str name;
    struct str phone;
};
struct order_query {
    struct given given;
    struct uuid customer_id, store_id;
    int64_t status, source, from, to, limit;
    struct str customer_phone, order_number, cursor;
};

/* -- Rules without a store (orders.c) -- */

/* quantity (thousandths) times price, rounded half up, minus discount. False
 * when that is below zero or beyond what money can hold. */
bool order_line_amount(int64_t quantity, int64_t unit_price, int64_t discount, int64_t *amount);
/* Sum of amounts; false beyond what money can hold. */
bool order_lines_sum(const struct order_line_row *v, size_t n, int64_t *sum);
/* What is still to be paid of an open order, else 0; below zero it was paid
 * too much. */
int64_t order_due(const struct order_row *o);
/* What an order counts for in its customer's statistics. */
struct customer_delta order_share(const struct order_row *o);
/* The same taken away. */
struct customer_delta order_share_less(struct customer_delta d);
/* after minus before, for an order that stays with its customer. */
struct customer_delta order_share_change(struct customer_delta before, struct customer_delta after);
bool order_is(const struct order_row *o, struct str status);
/* OPEN with something paid and nothing due becomes PAID; true when it did. */
bool order_settle(struct order_row *o, int64_t now);
/* "ORD-20250127-001" */
struct str order_number_text(struct arena *a, int64_t day, int64_t number);
/* "150.00" in the company's currency, for sentences. */
const char *order_money(struct arena *a, const struct company *c, int64_t minor);
/* Index of a name in a NULL-terminated list of them, as text; null for I64_NULL. */
struct str order_name(const char *const *names, int64_t i);

/* -- A new order (draft.c) -- */

/* The order as the request describes it, without what the store must say. */
MUST_CHECK int orders_draft(struct req *r, const struct order_in *in, struct order_view *v);

/* -- Of customers for themselves (own.c) -- */

/* Staff and servers, or a CUSTOMER with a record. 0 or a refusal. */
MUST_CHECK int orders_guard_own(struct req *r);
/* Refuses a CUSTOMER without a record, and says how to get one. */
int orders_no_record(struct req *r);
/* May this principal see it? Of a CUSTOMER: is it theirs, for certain? */
bool orders_is_own(const struct req *r, const struct order_row *o);
/* Refuses a CUSTOMER who names somebody else. */
MUST_CHECK int orders_own_customer(struct req *r, struct uuid named);
/* Refuses what a CUSTOMER has no say in. */
MUST_CHECK int orders_own_words(struct req *r, const struct order_in *in);

/* -- Steps of handlers (change.c) -- */

/* Only staff and servers change orders. 0 or a refusal. */
MUST_CHECK int orders_guard(struct req *r);
/* Locks customer, then order, checks If-Match, and loads what belongs to it.
 * ERR_RETRY when the order went to somebody else in between. */
MUST_CHECK int orders_take(struct req *r, struct tx *tx, struct uuid id, struct order_view *v);
/* Refuses unless the order is OPEN. */
MUST_CHECK int orders_must_be_open(struct req *r, const struct order_row *o);
/* Everything of an order read already. */
MUST_CHECK int orders_load(struct tx *tx, struct uuid company, struct order_view *v);
/* Writes the order's row as it now is, with the next version. */
MUST_CHECK int orders_save(struct req *r, struct tx *tx, struct order_row *o);
/* Adds what changed to the statistics of the order's customer, if any. */
MUST_CHECK int orders_count(struct req *r, struct tx *tx, const struct order_row *o,
                            struct customer_delta before);
/* First and last order of a person, found anew. */
MUST_CHECK int orders_retime(struct req *r, struct tx *tx, struct uuid customer);
int orders_answer(struct req *r, int status, struct order_view *v);

/* A line from a body; field: "lines[2]." or "". */
MUST_CHECK int order_line_make(struct req *r, const struct order_line_in *in, const char *field,
                               struct order_line_row *out);
/* A payment of what is due (amount not given: all of it). */
MUST_CHECK int order_payment_make(struct req *r, const struct order_payment_in *in, int64_t due,
                                  const char *field, struct order_payment_row *out);
MUST_CHECK int orders_put_line(struct tx *tx, struct uuid company, struct uuid order,
                               const struct order_line_row *l);
MUST_CHECK int orders_put_payment(struct tx *tx, struct uuid company, struct uuid order,
                                  const struct order_payment_row *p);

/* -- Handlers -- */
int orders_create(struct req *r, struct tx *tx);       /* create.c */
int orders_patch(struct req *r, struct tx *tx);        /* edit.c */
int orders_line_add(struct req *r, struct tx *tx);     /* edit.c */
int orders_line_change(struct req *r, struct tx *tx);  /* edit.c */
int orders_line_remove(struct req *r, struct tx *tx);  /* edit.c */
int orders_pay(struct req *r, struct tx *tx);          /* payments.c */
int orders_refund(struct req *r, struct tx *tx);       /* payments.c */
int orders_close(struct req *r, struct tx *tx);        /* payments.c */
int orders_cancel(struct req *r, struct tx *tx);       /* payments.c */
int orders_set_customer(struct req *r, struct tx *tx); /* attach.c */
int orders_list(struct req *r, struct tx *tx);         /* list.c */
int orders_items(struct req *r, struct tx *tx);        /* items.c */
int orders_bought(struct req *r, struct tx *tx);       /* items.c */
int orders_read(struct req *r, struct tx *tx);         /* list.c */

/* Field tables (fields.c). */
extern const struct fields order_out, order_attached_out, order_row_out;
extern const struct fields order_in_fields, order_patch_fields, order_line_new, order_line_patch,
    order_line_ref_fields, order_payment_new, order_refund_new, order_attach_fields,
    order_ref_fields, order_query_fields, order_items_query, order_item_out, order_bought_query,
    order_bought_out;

extern const struct check order_checks[]; /* checks.c */
