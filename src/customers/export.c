/* Everybody of a company as CSV (RFC 4180) or JSON Lines, streamed: a page of
 * rows in the order of ids for each call, each in a short transaction of its
 * own. A text that a spreadsheet would take for a formula gets an apostrophe
 * in front; phones, which begin with "+", do not. */
#include "base/money.h"
#include "customers/customers_priv.h"
#include <jansson.h>

enum { PAGE_ROWS = 500 };
enum { AS_CSV, AS_JSON_LINES };

/* A cell: in quotes when it has to be, guarded when it might be a formula. */
void csv_cell(struct buf *b, struct str s, bool guard)
{
    bool quote = false;
    guard = guard && s.n > 0 && memchr("=+-@\t\r", s.p[0], 6);
    for (size_t i = 0; i < s.n && !quote; i++)
        quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    if (quote)
        buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    if (quote)
        buf_char(b, '"');
}

static void cell_text(struct buf *b, struct str s)
{
    csv_cell(b, s, true);
    buf_char(b, ',');
}

static void cell_int(struct buf *b, int64_t v)
{
    buf_i64(b, v);
    buf_char(b, ',');
}

static void cell_money(struct buf *b, int64_t v, int digits)
{
    char text[MONEY_TEXT];
    buf_add(b, text, money_format(v, digits, text));
    buf_char(b, ',');
}

static void cell_date(struct buf *b, int64_t days)
{
    char text[DATE_TEXT];
    if (days != I64_NULL) {
        date_format(days, text);
        buf_add(b, text, DATE_TEXT);
    }
    buf_char(b, ',');
}

static void cell_time(struct buf *b, int64_t us)
{
    char text[TIME_TEXT];
    if (us != I64_NULL)
        buf_add(b, text, time_format(us, text));
    buf_char(b, ',');
}

/* Tags as one cell, apart by semicolons. */
static void cell_tags(struct buf *b, struct arena *a, struct str json)
{
    json_t *list = json.n > 2 ? json_loadb(json.p, json.n, 0, NULL) : NULL;
    struct str all = STR("");
    size_t i;
    json_t *v;

    json_array_foreach(list, i, v)
    {
        const char *text = json_string_value(v);
        if (text)
            all = arena_printf(a, "%.*s%s%s", STR_ARG(all), all.n ? ";" : "", text);
    }
    json_decref(list);
    cell_text(b, all);
}

/* The names are those of the fields, so that what was exported can be imported. */
static const char csv_header[] =
    "id,externalId,name,preferredName,phone,email,address,area,birthday,anniversary,tags,isActive,"
    "balance,totalOrders,visitCount,totalSpent,loyaltyPoints,firstOrderAt,lastOrderAt,createdAt,"
    "notes\r\n";

static void csv_row(struct buf *b, struct arena *a, const struct company *co,
                    const struct customer_row *c)
{
    char id[UUID_TEXT];
    int digits = (int)co->digits;

    uuid_format(c->id, id);
    buf_add(b, id, UUID_TEXT);
    buf_char(b, ',');
    cell_text(b, c->external_id);
    cell_text(b, c->name);
    cell_text(b, c->preferred_name);
    csv_cell(b, c->phone, false);
    buf_char(b, ',');
    cell_text(b, c->email);
    cell_text(b, c->address);
    cell_text(b, c->area);
    cell_date(b, c->birthday);
    cell_date(b, c->anniversary);
    cell_tags(b, a, c->tags);
    buf_str(b, c->is_active ? STR("true,") : STR("false,"));
    cell_money(b, c->balance, digits);
    cell_int(b, c->total_orders);
    cell_int(b, c->visit_count);
    cell_money(b, c->total_spent, digits);
    cell_int(b, c->loyalty_points);
    cell_time(b, c->first_order_at);
    cell_time(b, c->last_order_at);
    cell_time(b, c->created_at);
    csv_cell(b, c->notes, true);
    buf_lit(b, "\r\n");
}

static void json_row(struct buf *b, struct req *r, const struct customer_row *c)
{
    struct encode_context context = {.digits = (int)r->company->digits, .staff = true};
    struct json_out j = json_out(b);
    struct customer_view v;

    customer_view_make(r, c, &v);
    fields_encode(&customer_row_out, &v, &context, &j);
    buf_char(b, '\n');
}

int customers_export(struct req *r, struct tx *tx)
{
    const struct customer_export_in *in = r->in;
    bool csv = in->format != AS_JSON_LINES;
    bool first = uuid_is_nil(r->page_after);
    struct customer_row *rows;
    size_t n = 0;
    int rc = customers_export_page(tx, r->company->id, first ? id_lowest : r->page_after, PAGE_ROWS,
                                   &rows, &n);

    if (rc < 0)
        return rc;
    r->status = 200;
    r->content_type = csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
    r->disposition = csv ? STR("attachment; filename=\"customers.csv\"")
                         : STR("attachment; filename=\"customers.jsonl\"");
    if (first && csv)
        buf_lit(&r->out, csv_header);
    for (size_t i = 0; i < n; i++) {
        if (csv)
            csv_row(&r->out, r->arena, r->company, &rows[i]);
        else
            json_row(&r->out, r, &rows[i]);
    }
    if (n > 0)
        r->page_after = rows[n - 1].id;
    return n == PAGE_ROWS;
}
