/* `clientele export`: customers or orders, streamed in short transactions. A
 * page is read, written out and forgotten, so that neither memory nor the
 * store's log grow with the export. What it writes, import takes. */
#include "base/clock.h"
#include "base/json_out.h"
#include "base/money.h"
#include "exec/exec.h"
#include "imports/commands.h"
#include "imports/csv_out.h"
#include "imports/imports_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PAGE = 1000, LINES_JSON_MAX = 8 << 20 };

enum {
    C_ID,
    C_EXTERNAL_ID,
    C_NAME,
    C_PREFERRED_NAME,
    C_PHONE,
    C_EMAIL,
    C_ADDRESS,
    C_AREA,
    C_BIRTHDAY,
    C_ANNIVERSARY,
    C_NOTES,
    C_TAGS,
    C_PREFERENCES,
    C_ACTIVE,
    C_CREATED_AT,
    C_COUNT
};
static const struct column customer_columns[C_COUNT] = {
    {"id", false},         {"externalId", false},  {"name", false},      {"preferredName", false},
    {"phone", false},      {"email", false},       {"address", false},   {"area", false},
    {"birthday", false},   {"anniversary", false}, {"notes", false},     {"tags", true},
    {"preferences", true}, {"isActive", true},     {"createdAt", false},
};

enum {
    O_ID,
    O_EXTERNAL_ID,
    O_NUMBER,
    O_CUSTOMER_ID,
    O_CUSTOMER_EXTERNAL_ID,
    O_CUSTOMER_PHONE,
    O_CUSTOMER_NAME,
    O_WALK_IN_PHONE,
    O_CREATED_AT,
    O_LINES,
    O_DISCOUNT,
    O_TOTAL,
    O_REFUNDED,
    O_STATUS,
    O_SOURCE,
    O_METHOD,
    O_STORE_CODE,
    O_NOTES,
    O_COUNT
};
static const struct column order_columns[O_COUNT] = {
    {"id", false},
    {"externalId", false},
    {"orderNumber", false},
    {"customerId", false},
    {"customerExternalId", false},
    {"customerPhone", false},
    {"customerName", false},
    {"walkInPhone", false},
    {"createdAt", false},
    {"lines", true},
    {"discount", false},
    {"totalAmount", false},
    {"refundedAmount", false},
    {"status", false},
    {"source", false},
    {"paymentMethod", false},
    {"storeCode", false},
    {"notes", false},
};

/* An export under way. */
struct export
{
    struct company company;
    struct uuid id;    /* of the company */
    struct uuid after; /* the last id written */
    struct arena *a;   /* of the page */
    struct rows_out out;
    size_t n; /* rows of the last page */
    int (*page)(struct export * x, struct tx * tx);
};

static struct str id_text(struct arena *a, struct uuid id)
{
    char text[UUID_TEXT];

    if (uuid_is_nil(id))
        return STR_NULL;
    uuid_format(id, text);
    return arena_str(a, (struct str){text, UUID_TEXT});
}

static struct str time_text(struct arena *a, int64_t at)
{
    char text[TIME_TEXT];

    return arena_str(a, (struct str){text, time_format(at, text)});
}

static struct str date_text(struct arena *a, int64_t day)
{
    char text[DATE_TEXT];

    if (day == I64_NULL)
        return STR_NULL;
    date_format(day, text);
    return arena_str(a, (struct str){text, DATE_TEXT});
}

static struct str decimal_text(struct arena *a, int64_t v, int digits)
{
    char text[MONEY_TEXT];

    return arena_str(a, (struct str){text, money_format(v, digits, text)});
}

static struct str unless(struct str s, const char *plain)
{
    return str_eq(s, str_c(plain)) ? STR_NULL : s;
}

static int page_of_customers(struct export *x, struct tx *tx)
{
    struct export_customer *rows;
    int rc = export_customers(tx, x->id, x->after, PAGE, &rows, &x->n);

    for (size_t i = 0; rc >= 0 && i < x->n; i++) {
        const struct export_customer *c = &rows[i];
        struct str v[C_COUNT] = {
            [C_ID] = id_text(x->a, c->id),
            [C_EXTERNAL_ID] = c->external_id,
            [C_NAME] = c->name,
            [C_PREFERRED_NAME] = c->preferred_name,
            [C_PHONE] = c->phone,
            [C_EMAIL] = c->email,
            [C_ADDRESS] = c->address,
            [C_AREA] = c->area,
            [C_BIRTHDAY] = date_text(x->a, c->birthday),
            [C_ANNIVERSARY] = date_text(x->a, c->anniversary),
            [C_NOTES] = c->notes,
            [C_TAGS] = unless(c->tags, "[]"),
            [C_PREFERENCES] = unless(c->preferences, "{}"),
            [C_ACTIVE] = c->is_active ? STR("true") : STR("false"),
            [C_CREATED_AT] = time_text(x->a, c->created_at),
        };
        rows_put(&x->out, v);
        x->after = c->id;
    }
    return rc;
}

/* What belongs to the orders of a page; both lists are in the order of ids. */
struct parts {
    struct export_order_lines_row *lines;
    struct export_order_payments_row *payments;
    size_t nlines, npayments;
    size_t line, payment; /* the first that is not behind the order in hand */
};

static struct str lines_json(struct export *x, struct parts *p, struct uuid order)
{
    struct buf b;

    while (p->line < p->nlines && uuid_cmp(p->lines[p->line].order_id, order) < 0)
        p->line++;
    if (p->line == p->nlines || !uuid_eq(p->lines[p->line].order_id, order))
        return STR_NULL;
    buf_init(&b, LINES_JSON_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (; p->line < p->nlines && uuid_eq(p->lines[p->line].order_id, order); p->line++) {
        const struct export_order_lines_row *l = &p->lines[p->line];
        json_open(&j, '{');
        if (!str_is_null(l->sku)) {
            json_key(&j, STR("sku"));
            json_text(&j, l->sku);
        }
        json_key(&j, STR("name"));
        json_text(&j, l->name);
        json_key(&j, STR("quantity"));
        json_text(&j, decimal_text(x->a, l->quantity, 3));
        json_key(&j, STR("unitPrice"));
        json_text(&j, decimal_text(x->a, l->unit_price, (int)x->company.digits));
        json_key(&j, STR("discount"));
        json_text(&j, decimal_text(x->a, l->discount, (int)x->company.digits));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    struct str out = arena_str(x->a, buf_view(&b));
    buf_free(&b);
    return out;
}

static struct str method_of(struct parts *p, struct uuid order)
{
    while (p->payment < p->npayments && uuid_cmp(p->payments[p->payment].order_id, order) < 0)
        p->payment++;
    if (p->payment == p->npayments || !uuid_eq(p->payments[p->payment].order_id, order))
        return STR_NULL;
    return p->payments[p->payment].method;
}

static struct str nonzero(struct export *x, int64_t v)
{
    return v ? decimal_text(x->a, v, (int)x->company.digits) : STR_NULL;
}

static void put_order(struct export *x, const struct export_order *o, struct parts *p)
{
    bool known = !uuid_is_nil(o->customer_id);
    bool dialable = str_starts(o->customer_phone, STR("+"));
    struct str v[O_COUNT] = {
        [O_ID] = id_text(x->a, o->id),
        [O_EXTERNAL_ID] = o->external_id,
        [O_NUMBER] = o->order_number,
        [O_CUSTOMER_ID] = id_text(x->a, o->customer_id),
        [O_CUSTOMER_EXTERNAL_ID] = o->customer_external_id,
        [O_CUSTOMER_PHONE] = known && dialable ? o->customer_phone : STR_NULL,
        [O_CUSTOMER_NAME] = o->customer_name,
        [O_WALK_IN_PHONE] = known ? STR_NULL : o->customer_phone,
        [O_CREATED_AT] = time_text(x->a, o->created_at),
        [O_LINES] = lines_json(x, p, o->id),
        [O_DISCOUNT] = nonzero(x, o->discount),
        [O_TOTAL] = decimal_text(x->a, o->total_amount, (int)x->company.digits),
        [O_REFUNDED] = nonzero(x, o->refunded_amount),
        [O_STATUS] = o->status,
        [O_SOURCE] = o->source,
        [O_METHOD] = method_of(p, o->id),
        [O_STORE_CODE] = o->store_code,
        [O_NOTES] = o->notes,
    };
    rows_put(&x->out, v);
}

static int page_of_orders(struct export *x, struct tx *tx)
{
    struct export_order *rows;
    struct parts p = {0};
    int rc = export_orders(tx, x->id, x->after, PAGE, &rows, &x->n);

    if (rc < 0 || x->n == 0)
        return rc;
    struct uuid first = rows[0].id, last = rows[x->n - 1].id;
    rc = export_order_lines(tx, x->id, first, last, &p.lines, &p.nlines);
    if (rc >= 0)
        rc = export_order_payments(tx, x->id, first, last, &p.payments, &p.npayments);
    for (size_t i = 0; rc >= 0 && i < x->n; i++)
        put_order(x, &rows[i], &p);
    x->after = last;
    return rc;
}

static int do_page(void *arg, struct tx *tx)
{
    struct export *x = arg;
    int rc = x->page(x, tx);

    return rc < 0 ? rc : 0;
}

static int load_company(void *arg, struct tx *tx)
{
    struct export *x = arg;

    return company_load(tx, x->id, x->a, &x->company);
}

/* 0 or an error; ERR_IO is the output's. */
static int stream(struct export *x, struct store *s, struct arena *keep)
{
    struct conn *c = NULL;
    int rc = conn_open(s, CONN_READER, &c);

    x->a = keep;
    x->after = import_before_all;
    if (rc == 0)
        rc = exec_tx(s, c, TX_READ, keep, load_company, x);
    if (rc == 0)
        rc = ERR_COMPANY_NOT_FOUND;
    if (rc == 1) {
        x->a = arena_new(1 << 20);
        rows_begin(&x->out);
        do {
            rc = exec_tx(s, c, TX_READ, x->a, do_page, x);
            arena_reset(x->a);
        } while (rc == 0 && x->n > 0 && !ferror(x->out.f));
        int ended = rows_end(&x->out);
        rc = rc < 0 ? rc : ended;
        arena_free(&x->a);
    }
    conn_close(&c);
    return rc;
}

/* --out, for the owner only: it is everybody's data; else standard output. */
static FILE *open_out(struct str path, struct arena *a)
{
    if (path.n == 0)
        return stdout;
    int fd = open(arena_cstr(a, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int run(const struct args *a, struct export *x, struct store *s)
{
    struct str out = args_text(a, "out");
    int status = cli_company(a, s, &x->id);

    if (status != EXIT_OK)
        return status;
    x->out.f = open_out(out, args_arena(a));
    if (!x->out.f)
        return cli_fail("%.*s: %s", STR_ARG(out), strerror(errno));
    int rc = stream(x, s, args_arena(a));
    if (x->out.f != stdout && fclose(x->out.f) != 0 && rc == 0)
        rc = ERR_IO;
    if (rc == ERR_IO)
        return cli_fail("%.*s cannot be written", STR_ARG(out.n ? out : STR("standard output")));
    return rc < 0 ? cli_fail("%s", err_row(rc)->message) : EXIT_OK;
}

int export_command(const struct args *a)
{
    struct export x = {0};
    const char *const *rest;
    struct store *s = NULL;
    struct str format = args_text(a, "format");

    if (args_rest(a, &rest) != 1)
        return cli_usage("export: say customers or orders");
    if (strcmp(rest[0], "customers") == 0) {
        x.page = page_of_customers;
        x.out = (struct rows_out){.columns = customer_columns, .n = C_COUNT};
    } else if (strcmp(rest[0], "orders") == 0) {
        x.page = page_of_orders;
        x.out = (struct rows_out){.columns = order_columns, .n = O_COUNT};
    } else {
        return cli_usage("export: say customers or orders, not \"%s\"", rest[0]);
    }
    x.out.jsonl = str_eq(format, STR("jsonl"));
    if (!x.out.jsonl && !str_eq(format, STR("csv")))
        return cli_usage("--format is csv or jsonl");
    int status = cli_store(a, false, false, &s);
    if (status != EXIT_OK)
        return status;
    status = run(a, &x, s);
    store_close(&s);
    return status;
}
