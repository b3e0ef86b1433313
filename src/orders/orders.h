/* Orders: what other slices may call. */
#pragma once
#include "http/req.h"
#include "orders.sql.h"
#include "store/store.h"

/* An order in short, as in a customer's detail: id, orderNumber, totalAmount,
 * status, createdAt. */
extern const struct fields order_brief_out;
/* OPEN, PAID, REFUNDED, CANCELLED; NULL-terminated. */
extern const char *const order_status_names[];
/* The last n orders of a person, newest first. (orders.sql: orders_of_customer) */

/* CASH, CARD, UPI, WALLET, COD; NULL-terminated. */
extern const char *const order_method_names[];

/* An order with all that belongs to it; also what an answer is made from. */
struct order_view {
    struct order_row o;
    int64_t due;          /* while open: total minus what was paid and not given back */
    struct list lines;    /* struct order_line_row */
    struct list payments; /* struct order_payment_row */
    struct list refunds;  /* struct order_refund_row */
    struct list offers;   /* struct order_offer: only where a customer is attached */
};
/* A line as answers show it, over struct order_line_row. */
extern const struct fields order_line_out;

/* A line as a request says it; numbers that were not given are I64_NULL. */
struct order_line_in {
    struct given given;
    struct uuid id; /* of the order, path */
    int64_t line;   /* its number, path */
    struct str sku, name;
    int64_t quantity, unit_price, discount;
};
/* What a buyer says of one: there is no discount in it. */
extern const struct fields order_buyer_line;
enum { ORDER_BUYER_LINES_MAX = 100 };

/* An order of somebody who is not signed in: WEB, OPEN, unpaid, with what was
 * typed as its snapshot. */
struct order_web {
    struct str name; /* never null */
    struct str phone, address, notes;
    int64_t payment_method; /* index of order_method_names, or I64_NULL */
    struct list lines;      /* struct order_line_in */
};
/* Checks it and works it out: 0 or a refusal. Takes the request's next id,
 * touches no store. */
MUST_CHECK int orders_web_draft(struct req *r, const struct order_web *w, struct order_view *v);
/* Writes it, with number, event and the person's count of orders. The customer
 * must exist. is_unproven: by a number that nobody has proved. */
MUST_CHECK int orders_web_place(struct req *r, struct tx *tx, struct order_view *v,
                                struct uuid customer, bool is_unproven);
/* Cash on delivery on the web needs a verified phone where the company says
 * so: 0, or ERR_PHONE_UNVERIFIED with what to do next. */
MUST_CHECK int orders_check_cod(struct req *r, const struct order_row *o, bool verified);

/* A line of an imported order. */
struct order_import_line {
    struct str sku, name;
    int64_t quantity;             /* thousandths */
    int64_t unit_price, discount; /* minor units */
};

/* One order of an import: whole, with its own number as externalId. */
struct order_import {
    struct uuid id, customer_id, store_id, batch_id, created_by;
    struct str external_id, customer_name, customer_phone, notes;
    const char *source;                    /* "POS", "WEB", … */
    const char *method;                    /* of the payment and the refund */
    const char *status;                    /* NULL: "PAID" */
    int64_t quantity;                      /* thousandths; I64_NULL: no line, a bare total */
    struct str item;                       /* name of the line */
    int64_t total;                         /* minor units */
    int64_t created_at;                    /* us */
    const struct order_import_line *lines; /* instead of quantity and item; NULL none */
    size_t nlines;
    int64_t discount; /* of the whole order, minor units */
    int64_t refunded; /* what of the total was given back; all of it when REFUNDED */
    bool numbered;    /* also gets an ORD-YYYYMMDD-NNN of the local day of created_at */
};
/* Inserts orders and adds their statistics, one update a customer.
 * made[i]: 1 made, 0 the externalId was there, -1 its lines do not add up to
 * its total. A null customer_name is taken from the customer's record, or is
 * "Walk-in". */
MUST_CHECK int orders_import_many(struct tx *tx, const struct company *c, struct arena *a,
                                  const struct order_import *v, size_t n, int8_t *made);
/* Do its lines (if any) and discount add up to its total? */
bool orders_import_adds_up(const struct order_import *o);
/* Takes back an order that an import made, with its statistics: 1 gone; 0 it
 * was changed since, or is not there; negative an error. */
MUST_CHECK int orders_take_back(struct tx *tx, struct uuid company, struct uuid id);
/* All orders of one record belong to another from now on. The caller moves the
 * statistics, and has both records locked. */
MUST_CHECK int orders_move_all(struct tx *tx, struct uuid company, struct uuid from, struct uuid to,
                               int64_t now);
/* A person has proved a number: what was ordered under it since then, when it
 * was merely typed, is theirs to see. */
MUST_CHECK int orders_prove(struct tx *tx, struct uuid company, struct uuid customer,
                            struct str phone, int64_t since, int64_t now);
