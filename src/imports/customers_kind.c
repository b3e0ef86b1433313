/* Importing customers: known by id, externalId or phone, in this order. */
#include "base/clock.h"
#include "base/json_out.h"
#include "customers/customers.h"
#include "http/text.h"
#include "imports/imports_priv.h"
#include "imports/kind.h"
#include "imports/lookup.h"
#include <jansson.h>

enum { TAGS_MAX = 50, TAG_MAX = 50 };

struct customer_in {
    struct given given;
    struct uuid id;
    struct str external_id, name, preferred_name, phone, email, address, area, notes;
    struct str tags, preferences, active;
    int64_t birthday, anniversary, created_at;
    struct customer_new made; /* of the above, with its keys */
};

/* clang-format off */
#define IN(name_, type_, member_, ...)                                                             \
    {.name = name_, .type = type_, .place = IN_PATH, .offset = offsetof(struct customer_in, member_), \
     __VA_ARGS__}
FIELDS(customer_import_in, "CustomerImport", struct customer_in,
       IN("externalId", F_TEXT, external_id, .max = 100, .help = "id in the other system; an import with the same one changes nothing"),
       IN("name", F_TEXT, name, .flags = FIELD_REQUIRED, .min = 1, .max = 200, .help = "as people write it"),
       IN("preferredName", F_TEXT, preferred_name, .max = 200, .help = "how to call them"),
       IN("phone", F_PHONE, phone, .help = "in any spelling; may be missing where there is an externalId"),
       IN("email", F_EMAIL, email, .help = "need not be unique"),
       IN("address", F_TEXT, address, .max = 500, .help = "as one text"),
       IN("area", F_TEXT, area, .max = 100, .help = "part of town"),
       IN("birthday", F_DATE, birthday, .help = "YYYY-MM-DD"),
       IN("anniversary", F_DATE, anniversary, .help = "YYYY-MM-DD"),
       IN("notes", F_TEXT, notes, .max = 4000, .help = "of staff, for staff"),
       IN("tags", F_TEXT, tags, .help = "labels with ; between them, or a JSON list"),
       IN("preferences", F_TEXT, preferences, .max = 8192, .help = "a JSON object"),
       IN("isActive", F_TEXT, active, .names = (const char *const[]){"true", "false", NULL}, .help = "true or false"),
       IN("createdAt", F_TIME, created_at, .help = "a time, or a day in the company's zone; else the time of the import"),
       IN("id", F_UUID, id, .help = "kept as the record's id, as exports have it"));
/* clang-format on */

static bool tag_ok(struct str tag, struct arena *a, struct outcome *o)
{
    if (tag.n <= TAG_MAX * 4 && utf8_count(tag) <= TAG_MAX)
        return true;
    outcome_reject(o, "tags", arena_printf(a, "a tag is longer than %d characters", TAG_MAX));
    return false;
}

/* "vip; regular" or ["vip","regular"] to a JSON list. */
static struct str tags_of(struct str text, struct arena *a, struct outcome *o)
{
    json_t *list = text.p[0] == '[' ? json_loadb(text.p, text.n, 0, NULL) : json_array();
    const char *end = text.p + text.n;
    struct buf b;

    for (const char *p = text.p; text.p[0] != '[' && p < end;) {
        const char *semi = memchr(p, ';', (size_t)(end - p));
        struct str tag = str_trim((struct str){p, (size_t)((semi ? semi : end) - p)});
        if (tag.n)
            json_array_append_new(list, json_stringn(tag.p, tag.n));
        p = semi ? semi + 1 : end;
    }
    if (!json_is_array(list) || json_array_size(list) > TAGS_MAX) {
        json_decref(list);
        outcome_reject(o, "tags", arena_printf(a, "not a list of at most %d tags", TAGS_MAX));
        return STR_NULL;
    }
    buf_init(&b, 64 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < json_array_size(list) && o->verdict == VERDICT_OPEN; i++) {
        const json_t *v = json_array_get(list, i);
        struct str tag = {json_string_value(v), json_string_length(v)};
        if (!tag.p)
            outcome_reject_lit(o, "tags", "a tag is not a text");
        else if (tag_ok(tag, a, o))
            json_text(&j, tag);
    }
    json_close(&j, ']');
    struct str out = arena_str(a, buf_view(&b));
    buf_free(&b);
    json_decref(list);
    return out;
}

static struct customer_new new_of(const struct import *x, const struct customer_in *in)
{
    return (struct customer_new){
        .id = in->id,
        .name = in->name,
        .preferred_name = in->preferred_name,
        .phone = in->phone,
        .email = in->email,
        .external_id = in->external_id,
        .address = in->address,
        .area = in->area,
        .notes = in->notes,
        .tags = in->tags,
        .preferences = in->preferences,
        .birthday = in->birthday,
        .anniversary = in->anniversary,
        .batch_id = x->batch,
        .created_at = in->created_at,
    };
}

static void check(const struct import *x, struct arena *a, void *row, struct outcome *o)
{
    struct customer_in *in = row;

    if (!in->phone.n && !in->external_id.n && uuid_is_nil(in->id))
        outcome_reject_lit(o, "phone", "a phone or an externalId is needed");
    if (in->created_at == I64_NULL)
        in->created_at = x->now;
    import_check_time(x, "createdAt", in->created_at, o);
    if (in->tags.n && o->verdict == VERDICT_OPEN)
        in->tags = tags_of(in->tags, a, o);
    if (in->preferences.n) {
        json_t *v = json_loadb(in->preferences.p, in->preferences.n, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(v))
            outcome_reject_lit(o, "preferences", "not a JSON object");
        json_decref(v);
    }
    if (uuid_is_nil(in->id))
        in->id = uuid_new(in->created_at);
    in->made = new_of(x, in);
    if (o->verdict == VERDICT_OPEN && !x->dry)
        customers_prepare(x->company, a, &in->made);
}

/* The record that has this row's id, externalId or phone: 1, 0, negative. A
 * phone that belongs to a person with another externalId is not this person. */
static int find(struct tx *tx, struct uuid company, const struct customer_in *in,
                struct customer_row *out, bool *foreign)
{
    int rc = GIVEN(in, id) ? customer_by_id(tx, company, in->id, out) : 0;

    *foreign = false;
    if (rc == 0 && in->external_id.n)
        rc = customer_by_external_id(tx, company, in->external_id, out);
    if (rc == 0 && in->phone.n) {
        rc = customer_by_phone(tx, company, in->phone, out);
        *foreign = rc == 1 && in->external_id.n && out->external_id.n;
    }
    return rc;
}

/* What is to be looked up of a row. */
static void want(struct lookup_people *k, const struct customer_in *in)
{
    if (GIVEN(in, id))
        lookup_want_id(&k->ids, &in->id);
    lookup_want(&k->external_ids, in->external_id);
    lookup_want(&k->phones, in->phone);
}

/* As find(), of what was looked up; NULL when nobody is this. */
static const struct import_known *known_find(const struct lookup_people *k,
                                             const struct customer_in *in, bool *foreign)
{
    const struct import_known *have = GIVEN(in, id) ? lookup_get_id(&k->ids, &in->id) : NULL;

    *foreign = false;
    if (!have)
        have = lookup_get(&k->external_ids, in->external_id);
    if (!have) {
        have = lookup_get(&k->phones, in->phone);
        *foreign = have && in->external_id.n && have->has_external_id;
    }
    return have;
}

/* A row that could not be inserted: somebody is there already. k: what was
 * looked up, NULL when it may be so no more. *adopted: an externalId came to somebody. */
static int match(struct import *x, struct tx *tx, const struct lookup_people *k,
                 const struct customer_in *in, struct outcome *o, bool *adopted)
{
    struct customer_row row;
    bool foreign = false;
    const struct import_known *known = k ? known_find(k, in, &foreign) : NULL;
    struct import_known have = known ? *known : (struct import_known){0};
    int rc = known ? 1 : find(tx, x->company->id, in, &row, &foreign);

    if (rc < 0)
        return rc;
    if (rc == 0)
        return ERR_RETRY; /* gone since: run the batch again */
    if (foreign) {
        outcome_reject_lit(o, "phone", "belongs to a customer with another externalId");
        return 0;
    }
    if (!known)
        have = (struct import_known){.id = row.id, .has_external_id = row.external_id.n > 0};
    o->verdict = VERDICT_MATCHED;
    /* The person was known by phone only: the other system's id comes to it, so
     * that its orders find the person. */
    bool adopts = in->external_id.n && !have.has_external_id;
    *adopted |= adopts;
    if (adopts)
        rc = import_adopt_external_id(tx, x->company->id, have.id, in->external_id, x->now);
    return rc < 0 ? rc : 0;
}

/* Of the rows that were not made, whom they are. */
static int look_up(struct tx *tx, struct uuid company, struct arena *a,
                   const struct customer_in *in, const size_t *at, const int8_t *made, size_t n,
                   struct lookup_people *k)
{
    lookup_people_begin(k, a, n);
    for (size_t i = 0; i < n; i++)
        if (!made[i])
            want(k, &in[at[i]]);
    return lookup_people_ask(k, tx, company);
}

/* Rows that change nothing, since their externalId is known, or their phone
 * where they have none, need no insert to be refused. */
static int match_known(struct import *x, struct tx *tx, struct arena *a,
                       const struct import_rows *r)
{
    const struct customer_in *in = r->rows;
    struct lookup_people k;

    lookup_people_begin(&k, a, r->n);
    for (size_t i = 0; i < r->n; i++)
        if (r->outcomes[i].verdict == VERDICT_OPEN && !GIVEN(&in[i], id))
            lookup_want(in[i].external_id.n ? &k.external_ids : &k.phones,
                        in[i].external_id.n ? in[i].external_id : in[i].phone);
    int rc = lookup_people_ask(&k, tx, x->company->id);
    for (size_t i = 0; rc == 0 && i < r->n; i++)
        if (r->outcomes[i].verdict == VERDICT_OPEN && !GIVEN(&in[i], id) &&
            (in[i].external_id.n ? lookup_get(&k.external_ids, in[i].external_id)
                                 : lookup_get(&k.phones, in[i].phone)))
            r->outcomes[i].verdict = VERDICT_MATCHED;
    return rc;
}

static int write(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    const struct customer_in *in = r->rows;
    struct customer_new *v = ARENA_ARRAY(a, struct customer_new, r->n);
    size_t *at = ARENA_ARRAY(a, size_t, r->n), n = 0;
    int8_t *made = ARENA_ARRAY(a, int8_t, r->n);
    bool adopted = false;
    struct lookup_people k;
    int rc;

    rc = x->part ? match_known(x, tx, a, r) : 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->outcomes[i].verdict == VERDICT_OPEN) {
            v[n] = in[i].made;
            at[n++] = i;
        }
    if (rc == 0)
        rc = customers_insert_many(tx, x->company, a, v, n, made);
    if (rc >= 0)
        rc = look_up(tx, x->company->id, a, in, at, made, n, &k);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        struct outcome *o = &r->outcomes[at[i]];
        if (!made[i]) /* who was given an externalId is known by it to the rows behind */
            rc = match(x, tx, adopted ? NULL : &k, &in[at[i]], o, &adopted);
        else
            o->verdict = VERDICT_CREATED;
        if (rc >= 0 && made[i] && str_eq(in[at[i]].active, STR("false")))
            rc = import_customer_deactivate(tx, x->company->id, in[at[i]].id);
    }
    return rc < 0 ? rc : 0;
}

/* Which externalIds and phones of the open rows were met before, two a row. */
static int meet(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r,
                bool *met)
{
    const struct customer_in *in = r->rows;
    uint64_t *h = ARENA_ARRAY(a, uint64_t, 2 * r->n);
    size_t *at = ARENA_ARRAY(a, size_t, 2 * r->n), n = 0;
    bool *there = ARENA_ARRAY(a, bool, 2 * r->n);

    for (size_t i = 0; i < r->n; i++) {
        if (r->outcomes[i].verdict != VERDICT_OPEN)
            continue;
        if (in[i].external_id.n) {
            at[n] = 2 * i;
            h[n++] = import_hash('e', in[i].external_id);
        }
        if (in[i].phone.n) {
            at[n] = 2 * i + 1;
            h[n++] = import_hash('p', in[i].phone);
        }
    }
    int rc = seen_add_all(x->state, tx, a, h, n, there);
    for (size_t i = 0; rc == 0 && i < n; i++)
        met[at[i]] = there[i];
    return rc;
}

/* The verdicts that writing would give, as far as looking can tell. */
static int forecast(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    const struct customer_in *in = r->rows;
    bool *met = ARENA_ARRAY(a, bool, 2 * r->n + 1), foreign;
    struct lookup_people k;
    int rc = meet(x, tx, a, r, met);

    lookup_people_begin(&k, a, r->n);
    for (size_t i = 0; i < r->n; i++)
        if (r->outcomes[i].verdict == VERDICT_OPEN)
            want(&k, &in[i]);
    if (rc == 0)
        rc = lookup_people_ask(&k, tx, x->company->id);
    for (size_t i = 0; rc == 0 && i < r->n; i++) {
        struct outcome *o = &r->outcomes[i];
        bool twice = met[2 * i], phone_twice = met[2 * i + 1];
        if (o->verdict != VERDICT_OPEN)
            continue;
        bool there = known_find(&k, &in[i], &foreign) != NULL;
        foreign |= !there && !twice && phone_twice && in[i].external_id.n;
        if (foreign)
            outcome_reject_lit(o, "phone", "belongs to a customer with another externalId");
        else
            o->verdict = there || twice || phone_twice ? VERDICT_MATCHED : VERDICT_CREATED;
    }
    return rc;
}

static int start(struct import *x, struct tx *tx)
{
    (void)tx;
    if (x->dry)
        x->state = seen_new(x);
    return 0;
}

static void stop(struct import *x)
{
    struct seen *s = x->state;

    seen_free(&s);
    x->state = NULL;
}

static int decide(struct import *x, struct tx *tx, struct arena *a, const struct import_rows *r)
{
    return x->dry ? forecast(x, tx, a, r) : write(x, tx, a, r);
}

const struct import_kind import_customers = {
    .name = "customers",
    .fields = &customer_import_in,
    .tables = (const char *const[]){"customers", "customer_tags", NULL},
    .check = check,
    .start = start,
    .write = decide,
    .stop = stop,
};
