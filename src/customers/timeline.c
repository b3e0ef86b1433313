/* Everything that happened to a person, newest first: the audit log of the
 * record merged with the person's orders. Each of the two has its own place in
 * the cursor, so that a page neither skips nor repeats. */
#include "customers/customers_priv.h"

/* Where a page begins. */
struct place {
    struct uuid audit; /* rows of the log before this id */
    int64_t order_at;  /* orders before this time … */
    struct uuid order; /* … and id */
    bool made;         /* the creation was told already */
};
enum { PLACE_BYTES = 16 + 8 + 16 + 1 };

static struct str place_write(struct arena *a, const struct place *p)
{
    char *out = arena_bytes(a, PLACE_BYTES);
    memcpy(out, p->audit.b, 16);
    for (int i = 0; i < 8; i++)
        out[16 + i] = (char)((uint64_t)p->order_at >> (56 - 8 * i));
    memcpy(out + 24, p->order.b, 16);
    out[40] = (char)p->made;
    return (struct str){out, PLACE_BYTES};
}

static bool place_read(struct str s, struct place *p)
{
    *p = (struct place){.audit = id_highest, .order_at = TIME_LAST, .order = id_highest};
    if (str_is_null(s))
        return true;
    if (s.n != PLACE_BYTES)
        return false;
    uint64_t t = 0;
    for (int i = 0; i < 8; i++)
        t = t << 8 | (unsigned char)s.p[16 + i];
    p->order_at = (int64_t)t;
    memcpy(p->audit.b, s.p, 16);
    memcpy(p->order.b, s.p + 24, 16);
    p->made = s.p[40] != 0;
    return p->order_at >= TIME_FIRST && p->order_at <= TIME_LAST && !uuid_is_nil(p->audit) &&
           !uuid_is_nil(p->order);
}

/* "name,phone" as a list of names. */
static struct strs split_names(struct arena *a, struct str text)
{
    size_t n = 0, room = 1;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == ',';
    struct str *v = ARENA_ARRAY(a, struct str, room);
    for (size_t i = 0, from = 0; i <= text.n && text.n > 0; i++)
        if (i == text.n || text.p[i] == ',') {
            if (i > from)
                v[n++] = (struct str){text.p + from, i - from};
            from = i + 1;
        }
    return (struct strs){v, n};
}

/* The three sources of a page, and how far each is told. */
struct sources {
    struct customer_audit_before_row *log;
    struct customer_orders_before_row *orders;
    size_t nlog, norders, ilog, iorders;
    const struct customer_row *person;
};

static int load(struct tx *tx, struct uuid company, const struct place *p, size_t limit,
                struct sources *s)
{
    int rc = customer_audit_before(tx, company, s->person->id, p->audit, (int64_t)limit + 1,
                                   &s->log, &s->nlog);
    if (rc >= 0)
        rc = customer_orders_before(tx, company, s->person->id, p->order_at, p->order,
                                    (int64_t)limit + 1, &s->orders, &s->norders);
    return rc < 0 ? rc : 0;
}

/* Takes the newest of what is left: false when nothing is. */
static bool next_event(struct sources *s, struct place *p, struct arena *a,
                       struct customer_event *out)
{
    int64_t log = s->ilog < s->nlog ? s->log[s->ilog].at : I64_NULL;
    int64_t order = s->iorders < s->norders ? s->orders[s->iorders].created_at : I64_NULL;
    int64_t made = p->made ? I64_NULL : s->person->created_at;

    *out = (struct customer_event){0};
    if (log == I64_NULL && order == I64_NULL && made == I64_NULL)
        return false;
    if (log >= order && log >= made) {
        const struct customer_audit_before_row *row = &s->log[s->ilog++];
        *out = (struct customer_event){.type = row->action,
                                       .at = row->at,
                                       .by = row->actor_id,
                                       .fields = split_names(a, row->fields)};
        p->audit = row->id;
    } else if (order >= made) {
        const struct customer_orders_before_row *row = &s->orders[s->iorders++];
        *out = (struct customer_event){.type = STR("order"), .at = order, .order = row};
        p->order_at = row->created_at;
        p->order = row->id;
    } else {
        *out = (struct customer_event){
            .type = STR("customer.create"), .at = made, .by = s->person->created_by_user_id};
        p->made = true;
    }
    return true;
}

int customers_timeline(struct req *r, struct tx *tx)
{
    const struct customer_page_in *in = r->in;
    size_t limit = customers_limit(in->limit), n = 0;
    struct customer_row c;
    struct sources s = {.person = &c};
    struct place p;

    if (!place_read(in->cursor, &p))
        return req_fail_field(r, ERR_INVALID, "cursor", "format", "is not a cursor of this list");
    int rc = customers_find(tx, r->company->id, in->id, &c);
    if (rc == 0)
        return req_fail(r, ERR_CUSTOMER_NOT_FOUND);
    if (rc > 0)
        rc = load(tx, r->company->id, &p, limit, &s);
    if (rc < 0)
        return rc;
    struct customer_event *events = ARENA_ARRAY(r->arena, struct customer_event, limit);
    while (n < limit && next_event(&s, &p, r->arena, &events[n]))
        n++;
    bool more = s.ilog < s.nlog || s.iorders < s.norders || !p.made;
    req_subject(r, c.id);
    return req_answer_list(r, &customer_event_out, events, n,
                           more ? place_write(r->arena, &p) : STR_NULL);
}
