/* Importing orders: paid ones, known by the number they have elsewhere. Who
 * bought is found by id, externalId or phone, and remembered: most people buy
 * more than once. */
#include "base/clock.h"
#include "companies/companies.h"
#include "imports/imports_priv.h"
#include "imports/kind.h"
#include "imports/people.h"
#include "orders/orders.h"
#include <jansson.h>
#include <stdlib.h>

enum { LINES_MAX = 500, STORES_MAX = 1000 };

struct order_in {
    struct given given;
    struct uuid id, customer_id;
    struct str external_id, order_number, customer_external_id, customer_phone, customer_name;
    struct str walk_in_phone, item, store_code, notes, lines;
    int64_t created_at, quantity, total, discount, refunded;
    int64_t method, source, status; /* places in the names below; I64_NULL: the first */
    struct order_import_line *line; /* of `lines`, decoded */
    size_t nlines;
};

static const char *const sources[] = {"POS", "WEB", "PHONE", "SUBSCRIPTION", NULL};
enum { STATUS_PAID, STATUS_REFUNDED, STATUS_OPEN, STATUS_CANCELLED };
static const char *const statuses[] = {"PAID", "REFUNDED", "OPEN", "CANCELLED", NULL};

/* clang-format off */
#define IN(name_, type_, member_, ...)                                                             \
    {.name = name_, .type = type_, .place = IN_PATH, .offset = offsetof(struct order_in, member_), \
     __VA_ARGS__}
FIELDS(order_import_in, "OrderImport", struct order_in,
       IN("externalId", F_TEXT, external_id, .max = 100, .help = "number in the other system; an import with the same one changes nothing"),
       IN("orderNumber", F_TEXT, order_number, .max = 100, .help = "stands for a missing externalId"),
       IN("customerExternalId", F_TEXT, customer_external_id, .max = 100, .help = "who bought, by externalId"),
       IN("customerPhone", F_PHONE, customer_phone, .help = "who bought, by phone"),
       IN("customerId", F_UUID, customer_id, .help = "who bought, by the record's id; with none of the three it is a walk-in"),
       IN("customerName", F_TEXT, customer_name, .max = 200, .help = "the name at the time; else the customer's"),
       IN("walkInPhone", F_PHONE_LOOSE, walk_in_phone, .help = "what a walk-in left"),
       IN("createdAt", F_TIME, created_at, .alias = "date", .flags = FIELD_REQUIRED, .help = "a time, or a day in the company's zone"),
       IN("quantity", F_QUANTITY, quantity, .help = "of the one line; without it the order is a bare total"),
       IN("item", F_TEXT, item, .max = 200, .help = "name of that line"),
       IN("lines", F_TEXT, lines, .help = "JSON: [{sku, name, quantity, unitPrice, discount}], instead of quantity and item"),
       IN("discount", F_MONEY, discount, .help = "of the whole order, taken off already in totalAmount"),
       IN("totalAmount", F_MONEY, total, .flags = FIELD_REQUIRED, .help = "decimal, in the company's currency"),
       IN("refundedAmount", F_MONEY, refunded, .help = "what of it was given back"),
       IN("status", F_ENUM, status, .names = statuses, .help = "PAID when left out"),
       IN("source", F_ENUM, source, .names = sources, .help = "POS when left out"),
       IN("paymentMethod", F_ENUM, method, .names = order_method_names, .help = "CASH when left out"),
       IN("storeCode", F_TEXT, store_code, .max = 50, .help = "code of the store"),
       IN("notes", F_TEXT, notes, .max = 4000, .help = "of staff"),
       IN("id", F_UUID, id, .help = "kept as the record's id, as exports have it"));
/* A line of `lines`. */
struct line_in {
    struct given given;
    struct str sku, name;
    int64_t quantity, unit_price, discount;
};
#define LINE(name_, type_, member_, ...)                                                           \
    {.name = name_, .type = type_, .offset = offsetof(struct line_in, member_), __VA_ARGS__}
FIELDS(order_import_line_in, "OrderImportLine", struct line_in,
       LINE("sku", F_TEXT, sku, .max = 100, .flags = FIELD_NULLABLE, .help = "article number"),
       LINE("name", F_TEXT, name, .max = 200, .flags = FIELD_REQUIRED, .help = "what was sold"),
       LINE("quantity", F_QUANTITY, quantity, .flags = FIELD_REQUIRED, .help = "how much"),
       LINE("unitPrice", F_MONEY, unit_price, .flags = FIELD_REQUIRED, .help = "of one"),
       LINE("discount", F_MONEY, discount, .help = "of the line"));
/* clang-format on */

/* What an import of orders remembers. */
struct order_state {
    struct people *people;
    struct lookup orders, numbers; /* of a part: orders that are here already */
    struct store_row *stores;
    size_t nstores;
    struct seen *seen; /* dry run */
};

static int decode_line(const struct import *x, struct arena *a, const json_t *v,
                       struct order_import_line *out, struct outcome *o)
{
    struct decode_context c = {
        .a = a, .region = x->company->country, .digits = (int)x->company->digits, .creating = true};
    struct line_in in = {0};
    struct field_errors *e = ARENA_NEW(a, struct field_errors);
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    int rc = fields_decode_body(&order_import_line_in, str_c(text), &c, &in, e);

    free(text);
    fields_defaults(&order_import_line_in, &in);
    if (rc == 0)
        rc = fields_check_required(&order_import_line_in, &in, e, a);
    if (rc < 0) {
        outcome_reject(
            o, "lines",
            e->n ? arena_printf(a, "%.*s: %.*s", STR_ARG(e->v[0].field), STR_ARG(e->v[0].message))
                 : STR("not a list of lines"));
        return rc;
    }
    *out = (struct order_import_line){.sku = in.sku,
                                      .name = in.name,
                                      .quantity = in.quantity,
                                      .unit_price = in.unit_price,
                                      .discount = in.discount == I64_NULL ? 0 : in.discount};
    return 0;
}

static void decode_lines(const struct import *x, struct arena *a, struct order_in *in,
                         struct outcome *o)
{
    json_t *list = json_loadb(in->lines.p, in->lines.n, JSON_REJECT_DUPLICATES, NULL);
    size_t n = json_array_size(list);

    if (!json_is_array(list) || n > LINES_MAX) {
        outcome_reject(o, "lines", arena_printf(a, "not a list of at most %d lines", LINES_MAX));
    } else {
        in->line = ARENA_ARRAY(a, struct order_import_line, n);
        for (size_t i = 0; i < n; i++)
            if (decode_line(x, a, json_array_get(list, i), &in->line[i], o) < 0)
                break;
        in->nlines = n;
    }
    json_decref(list);
}

static void check_status(struct order_in *in, struct outcome *o)
{
    bool unpaid = in->status == STATUS_OPEN || in->status == STATUS_CANCELLED;

    if (in->status == STATUS_REFUNDED && in->refunded == 0)
        in->refunded = in->total;
    if (in->refunded > in->total)
        outcome_reject_lit(o, "refundedAmount", "is more than the total");
    else if (unpaid && in->refunded > 0)
        outcome_reject_lit(o, "refundedAmount", "an order that was not paid has no refunds");
    else if (in->status == STATUS_REFUNDED && in->refunded != in->total)
        outcome_reject_lit(o, "refundedAmount", "a refunded order was refunded wholly");
}

static void check(const struct import *x, struct arena *a, void *row, struct outcome *o)
{
    struct order_in *in = row;

    if (in->external_id.n == 0)
        in->external_id = in->order_number;
    if (in->external_id.n == 0)
        outcome_reject_lit(o, "externalId", "is missing");
    import_check_time(x, "createdAt", in->created_at, o);
    if (in->quantity == 0)
        outcome_reject_lit(o, "quantity", "must be more than 0");
    int64_t *const or_zero[] = {&in->discount, &in->refunded, &in->method, &in->source,
                                &in->status};
    for (size_t i = 0; i < sizeof(or_zero) / sizeof(*or_zero); i++)
        *or_zero[i] = *or_zero[i] == I64_NULL ? 0 : *or_zero[i];
    check_status(in, o);
    if (in->lines.n && o->verdict == VERDICT_OPEN)
        decode_lines(x, a, in, o);
    if (uuid_is_nil(in->id))
        in->id = uuid_new(in->created_at);
}

static int start(struct import *x, struct tx *tx)
{
    struct order_state *s = ARENA_NEW(x->arena, struct order_state);
    struct store_row *rows;
    size_t n;
    int rc = stores_page(tx, x->company->id, import_before_all, I64_NULL, STORES_MAX, &rows, &n);

    if (rc < 0)
        return rc;
    s->people = people_new(x->arena, x->part ? IMPORT_PART_ROWS : 0);
    s->stores = ARENA_ARRAY(x->arena, struct store_row, n);
    s->nstores = n;
    for (size_t i = 0; i < n; i++) {
        s->stores[i] = rows[i];
        s->stores[i].code = arena_str(x->arena, rows[i].code);
    }
    if (x->dry)
        s->seen = seen_new(x);
    x->state = s;
    return 0;
}

static void stop(struct import *x)
{
    struct order_state *s = x->state;

    if (s)
        seen_free(&s->seen);
}

/* The bytes of the customer's id; empty where the row has none. */
static struct str person_id(const struct order_in *in)
{
    return uuid_is_nil(in->customer_id)
               ? STR("")
               : (struct str){(const char *)in->customer_id.b, sizeof(in->customer_id)};
}

static int find_person(struct import *x, struct tx *tx, const struct order_in *in, struct uuid *id,
                       struct outcome *o)
{
    const struct order_state *s = x->state;
    struct uuid company = x->company->id;
    bool by_id = !uuid_is_nil(in->customer_id);
    const char *named = in->customer_external_id.n ? "customerExternalId"
                        : in->customer_phone.n     ? "customerPhone"
                                                   : "customerId";
    int rc = people_find(s->people, tx, company, PERSON_ID, person_id(in), id);

    if (rc == 0)
        rc = people_find(s->people, tx, company, PERSON_EXTERNAL_ID, in->customer_external_id, id);
    if (rc == 0)
        rc = people_find(s->people, tx, company, PERSON_PHONE, in->customer_phone, id);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    *id = UUID_NIL;
    if (by_id || in->customer_external_id.n || in->customer_phone.n)
        outcome_reject_lit(o, named, "there is no such customer");
    return 0;
}

static struct uuid store_of(const struct import *x, const struct order_in *in, struct outcome *o)
{
    const struct order_state *s = x->state;

    if (in->store_code.n == 0)
        return UUID_NIL;
    for (size_t i = 0; i < s->nstores; i++)
        if (str_eq(s->stores[i].code, in->store_code))
            return s->stores[i].id;
    outcome_reject_lit(o, "storeCode", "there is no store with this code");
    return UUID_NIL;
}

static bool is_ours(const struct order_in *in)
{
    return str_starts(in->external_id, STR("ORD-"));
}

/* Asks for all that the rows of a part name. */
static int look_up(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    const struct order_in *in = r->rows;
    struct order_state *s = x->state;
    struct uuid company = x->company->id;

    lookup_begin(&s->orders, a, r->n);
    lookup_begin(&s->numbers, a, r->n);
    for (size_t i = 0; i < r->n; i++) {
        if (r->outcomes[i].verdict != VERDICT_OPEN)
            continue;
        people_want(s->people, PERSON_ID, person_id(&in[i]));
        people_want(s->people, PERSON_EXTERNAL_ID, in[i].customer_external_id);
        people_want(s->people, PERSON_PHONE, in[i].customer_phone);
        lookup_want(&s->orders, in[i].external_id);
        if (is_ours(&in[i]))
            lookup_want(&s->numbers, in[i].external_id);
    }
    int rc = people_ask(s->people, tx, company);
    if (rc == 0)
        rc = lookup_texts(&s->orders, tx, company, import_known_orders);
    return rc < 0 ? rc : lookup_texts(&s->numbers, tx, company, import_known_numbers);
}

/* Is the order here already, under its own number or ours? 1, 0, negative. */
static int present(struct import *x, struct tx *tx, const struct order_in *in)
{
    const struct order_state *s = x->state;
    struct import_order_with_external_id_row theirs;
    struct import_order_with_number_row ours;

    if (x->part)
        return lookup_get(&s->orders, in->external_id) || lookup_get(&s->numbers, in->external_id);
    int rc = import_order_with_external_id(tx, x->company->id, in->external_id, &theirs);

    if (rc == 0 && is_ours(in))
        rc = import_order_with_number(tx, x->company->id, in->external_id, &ours);
    return rc;
}

/* Fills v with the open rows and at with their places; rejects what has no
 * customer or store, matches what is one of our own numbers. */
static int prepare(struct import *x, struct tx *tx, const struct import_rows *r,
                   struct order_import *v, size_t *at, size_t *n)
{
    const struct order_in *rows = r->rows;

    for (size_t i = 0; i < r->n; i++) {
        const struct order_in *in = &rows[i];
        struct outcome *o = &r->outcomes[i];
        struct uuid customer = UUID_NIL;
        if (o->verdict != VERDICT_OPEN)
            continue;
        bool look = x->dry || x->part || is_ours(in);
        int rc = look ? present(x, tx, in) : 0;
        if (rc == 1)
            o->verdict = VERDICT_MATCHED;
        if (rc == 0)
            rc = find_person(x, tx, in, &customer, o);
        if (rc < 0)
            return rc;
        struct uuid store = store_of(x, in, o);
        if (o->verdict != VERDICT_OPEN)
            continue;
        v[*n] = (struct order_import){
            .id = in->id,
            .customer_id = customer,
            .store_id = store,
            .batch_id = x->batch,
            .external_id = in->external_id,
            .customer_name = in->customer_name,
            .customer_phone = in->customer_phone.n ? in->customer_phone : in->walk_in_phone,
            .notes = in->notes,
            .source = sources[in->source],
            .method = order_method_names[in->method],
            .status = statuses[in->status],
            .quantity = in->quantity,
            .item = in->item,
            .total = in->total,
            .discount = in->discount,
            .refunded = in->refunded,
            .created_at = in->created_at,
            .lines = in->line,
            .nlines = in->nlines,
        };
        at[(*n)++] = i;
    }
    return 0;
}

/* What a dry run would have made of the rows: as orders_import_many says it. */
static int forecast(const struct import *x, struct tx *tx, struct arena *a,
                    const struct order_import *v, int8_t *made, size_t n)
{
    const struct order_state *s = x->state;
    uint64_t *h = ARENA_ARRAY(a, uint64_t, n + 1);
    bool *met = ARENA_ARRAY(a, bool, n + 1);
    size_t good = 0;

    for (size_t i = 0; i < n; i++) {
        made[i] = orders_import_adds_up(&v[i]) ? 1 : -1;
        if (made[i] > 0)
            h[good++] = import_hash('o', v[i].external_id);
    }
    int rc = seen_add_all(s->seen, tx, a, h, good, met);
    for (size_t i = 0, k = 0; rc == 0 && i < n; i++)
        if (made[i] > 0)
            made[i] = !met[k++];
    return rc;
}

static void decide(const struct import_rows *r, const size_t *at, const int8_t *made, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct outcome *o = &r->outcomes[at[i]];
        if (made[i] < 0)
            outcome_reject_lit(o, "totalAmount", "the lines do not add up to it");
        else
            o->verdict = made[i] ? VERDICT_CREATED : VERDICT_MATCHED;
    }
}

static int write(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    struct order_import *v = ARENA_ARRAY(a, struct order_import, r->n);
    int8_t *made = ARENA_ARRAY(a, int8_t, r->n);
    size_t *at = ARENA_ARRAY(a, size_t, r->n), n = 0;
    int rc = x->part ? look_up(x, tx, a, r) : 0;

    if (rc == 0)
        rc = prepare(x, tx, r, v, at, &n);
    if (rc == 0)
        rc = x->dry ? forecast(x, tx, a, v, made, n)
                    : orders_import_many(tx, x->company, a, v, n, made);
    if (rc == ERR_CUSTOMER_NOT_FOUND) {
        /* Somebody we remember was deleted meanwhile: ask anew. */
        const struct order_state *s = x->state;
        people_forget(s->people);
        return ERR_RETRY;
    }
    if (rc == 0)
        decide(r, at, made, n);
    return rc;
}

const struct import_kind import_orders = {
    .tables = (const char *const[]){"orders", NULL},
    .name = "orders",
    .fields = &order_import_in,
    .check = check,
    .start = start,
    .write = write,
    .stop = stop,
};
