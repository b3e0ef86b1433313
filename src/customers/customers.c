/* Customers: making records and keeping their statistics. The statements with
 * ON CONFLICT DO NOTHING decide who has a phone, so that of any number of
 * concurrent calls one makes the record. */
#include "customers/customers.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/phone.h"
#include "customers/customers_priv.h"
#include <jansson.h>

const struct uuid id_lowest = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
const struct uuid id_highest = {
    {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

struct str phone_reversed(struct arena *a, struct str phone)
{
    if (str_is_null(phone))
        return STR_NULL;
    char *p = arena_bytes(a, phone.n);
    size_t n = 0;
    for (size_t i = phone.n; i > 0; i--)
        if (phone.p[i - 1] >= '0' && phone.p[i - 1] <= '9')
            p[n++] = phone.p[i - 1];
    return (struct str){p, n};
}

struct str tags_json(struct arena *a, struct strs tags)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j = json_out(&b);

    json_open(&j, '[');
    for (size_t i = 0; i < tags.n; i++) {
        struct str t = str_trim(tags.v[i]);
        bool seen = t.n == 0;
        for (size_t k = 0; k < i; k++)
            seen |= str_eq(t, str_trim(tags.v[k]));
        if (!seen)
            json_text(&j, t);
    }
    json_close(&j, ']');
    struct str out = arena_str(a, buf_view(&b));
    buf_free(&b);
    return out;
}

struct str tags_union(struct arena *a, struct str x, struct str y)
{
    json_t *lists[] = {json_loadb(x.p, x.n, 0, NULL), json_loadb(y.p, y.n, 0, NULL)};
    size_t n = json_array_size(lists[0]) + json_array_size(lists[1]), at = 0, i;
    struct str *v = ARENA_ARRAY(a, struct str, n + 1);
    json_t *tag;
    for (size_t k = 0; k < 2; k++) {
        json_array_foreach(lists[k], i, tag) if (json_is_string(tag)) v[at++] =
            arena_str(a, str_c(json_string_value(tag)));
        json_decref(lists[k]);
    }
    return tags_json(a, (struct strs){v, at});
}

int tags_write(struct tx *tx, struct uuid company, struct uuid id, struct arena *a, struct str json,
               bool old)
{
    int rc = old ? customer_tags_delete(tx, company, id) : 0;
    if (rc < 0 || json.n <= 2)
        return rc < 0 ? rc : 0;
    json_t *list = json_loadb(json.p, json.n, 0, NULL);
    size_t i;
    json_t *v;
    rc = 0;
    json_array_foreach(list, i, v)
    {
        const char *text = json_string_value(v);
        if (text && rc >= 0)
            rc = customer_tag_insert(tx, company, arena_str(a, str_c(text)), id);
    }
    json_decref(list);
    return rc < 0 ? rc : 0;
}

/* A record needs a name: the number as people write it, the e-mail, or the id
 * in the other system stand for a missing one. */
static struct str name_or_stand_in(const struct company *c, struct arena *a,
                                   const struct customer_new *n)
{
    if (n->name.n > 0)
        return n->name;
    if (n->phone.n > 0)
        return phone_national(a, n->phone, c->country);
    if (n->email.n > 0)
        return n->email;
    return n->external_id.n > 0 ? n->external_id : STR("?");
}

void customers_prepare(const struct company *c, struct arena *a, struct customer_new *n)
{
    n->name = name_or_stand_in(c, a, n);
    n->name_key = name_sort_key(a, n->name);
    n->name_folded = name_fold(a, n->name);
}

static struct customer_insert_params params_of(const struct company *c, struct arena *a,
                                               const struct customer_new *n)
{
    struct str name = name_or_stand_in(c, a, n);
    return (struct customer_insert_params){
        .company = c->id,
        .id = uuid_is_nil(n->id) ? uuid_new(clock_now()) : n->id,
        .user_id = n->user_id,
        .external_id = n->external_id,
        .name = name,
        .preferred_name = n->preferred_name,
        .name_key = str_is_null(n->name_key) ? name_sort_key(a, name) : n->name_key,
        .phone = n->phone,
        .phone_reversed = phone_reversed(a, n->phone),
        .email = n->email,
        .address = n->address,
        .area = n->area,
        .birthday = n->birthday,
        .anniversary = n->anniversary,
        .notes = n->notes,
        .tags = str_is_null(n->tags) ? STR("[]") : n->tags,
        .preferences = str_is_null(n->preferences) ? STR("{}") : n->preferences,
        .created_by = n->created_by,
        .batch_id = n->batch_id,
        .created_at = n->created_at,
        .is_phone_verified = n->is_phone_verified,
        .is_provisional = n->is_provisional,
        .phone_evidence = n->phone_evidence,
    };
}

/* The record as it now stands, without reading it back. */
static struct customer_row row_of(const struct customer_insert_params *p)
{
    return (struct customer_row){
        .id = p->id,
        .user_id = p->user_id,
        .external_id = p->external_id,
        .name = p->name,
        .preferred_name = p->preferred_name,
        .phone = p->phone,
        .email = p->email,
        .address = p->address,
        .area = p->area,
        .birthday = p->birthday,
        .anniversary = p->anniversary,
        .notes = p->notes,
        .tags = p->tags,
        .preferences = p->preferences,
        .is_active = true,
        .first_order_at = I64_NULL,
        .last_order_at = I64_NULL,
        .created_by_user_id = p->created_by,
        .version = 1,
        .created_at = p->created_at,
        .updated_at = p->created_at,
        .is_phone_verified = p->is_phone_verified,
        .is_provisional = p->is_provisional,
        .phone_evidence = p->phone_evidence,
    };
}

/* Whose phone or externalId it is: fills *out and *taken. ERR_CONFLICT when
 * nobody has it any more: the record went away in between. */
static int find_taker(struct tx *tx, const struct customer_insert_params *p,
                      struct customer_row *out, int *taken)
{
    int rc = 0;

    if (p->phone.n > 0) {
        *taken = ERR_PHONE_TAKEN;
        rc = customer_by_phone(tx, p->company, p->phone, out);
    }
    if (rc == 0 && p->external_id.n > 0) {
        *taken = ERR_EXTERNAL_ID_TAKEN;
        rc = customer_by_external_id(tx, p->company, p->external_id, out);
    }
    if (rc == 0)
        return ERR_CONFLICT;
    return rc < 0 ? rc : 0;
}

int customers_insert(struct tx *tx, const struct company *c, struct arena *a,
                     const struct customer_new *n, struct customer_row *out, int *taken)
{
    struct customer_insert_params p = params_of(c, a, n);
    int rc = customer_insert(tx, &p);

    *taken = 0;
    if (rc < 0)
        return rc;
    if (rc == 0)
        return find_taker(tx, &p, out, taken);
    rc = names_add(tx, c->id, a, &(struct named){p.id, p.name, n->name_folded}, 1);
    if (rc >= 0)
        rc = tags_write(tx, c->id, p.id, a, p.tags, false);
    if (rc < 0)
        return rc;
    *out = row_of(&p);
    return 1;
}

int customers_insert_many(struct tx *tx, const struct company *c, struct arena *a,
                          const struct customer_new *v, size_t n, int8_t *made)
{
    struct named *names = ARENA_ARRAY(a, struct named, n);
    size_t nnames = 0;

    for (size_t i = 0; i < n; i++) {
        struct customer_insert_params p = params_of(c, a, &v[i]);
        int rc = customer_insert(tx, &p);
        if (rc < 0)
            return rc;
        made[i] = (int8_t)(rc > 0);
        if (rc == 0)
            continue;
        names[nnames++] = (struct named){p.id, p.name, v[i].name_folded};
        rc = tags_write(tx, c->id, p.id, a, p.tags, false);
        if (rc < 0)
            return rc;
    }
    return nnames ? names_add(tx, c->id, a, names, nnames) : 0;
}

int customers_remove(struct tx *tx, struct uuid company, struct arena *a, struct uuid id,
                     struct str name)
{
    int rc = names_remove(tx, company, a, (struct named){.id = id, .name = name});
    return rc < 0 ? rc : customer_delete(tx, company, id);
}

int customers_add_stats(struct tx *tx, struct uuid company, struct uuid id,
                        const struct customer_delta *d)
{
    return customer_stats_add(tx, &(struct customer_stats_add_params){
                                      .company = company,
                                      .id = id,
                                      .order_count = d->order_count,
                                      .total_orders = d->total_orders,
                                      .visit_count = d->visit_count,
                                      .total_spent = d->total_spent,
                                      .order_at = d->order_at,
                                  });
}

int customers_add_stats_known(struct tx *tx, struct uuid company, struct uuid id,
                              const struct customer_delta *d)
{
    return customer_stats_add_known(tx, &(struct customer_stats_add_known_params){
                                            .company = company,
                                            .id = id,
                                            .order_count = d->order_count,
                                            .total_orders = d->total_orders,
                                            .visit_count = d->visit_count,
                                            .total_spent = d->total_spent,
                                            .order_at = d->order_at,
                                        });
}

int customers_set_order_times(struct tx *tx, struct uuid company, struct uuid id, int64_t first_at,
                              int64_t last_at)
{
    int rc = customer_order_times_set(tx, company, id, first_at, last_at);
    if (rc < 0)
        return rc;
    return rc == 0 ? ERR_CUSTOMER_NOT_FOUND : 0;
}

struct str customers_existing(struct req *r, const struct customer_row *c)
{
    struct buf b;

    if (!req_staff(r))
        return STR_NULL;
    buf_init(&b, 1 << 16);
    struct json_out j = json_out(&b);
    buf_lit(&b, "\"existing\":");
    json_open(&j, '{');
    json_key(&j, STR("id"));
    json_uuid(&j, c->id);
    json_key(&j, STR("name"));
    json_text(&j, c->name);
    json_close(&j, '}');
    struct str out = arena_str(r->arena, buf_view(&b));
    buf_free(&b);
    return out;
}
