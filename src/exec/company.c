/* The company of a request: by its token, or for public routes by slug or host
 * name. What is known of a company is remembered per thread for 3 seconds. */
#include "base/clock.h"
#include "base/money.h"
#include "exec.sql.h"
#include "exec/exec_priv.h"
#include <jansson.h>
#include <stdlib.h>

enum { CACHE_SLOTS = 256 }; /* direct-mapped: a clash only costs a look-up */
static const int64_t fresh_us = 3 * SECOND_US;

struct cached {
    struct company_facts facts; /* texts in arena */
    int64_t digits;
    int64_t loaded; /* clock_mono(), 0: empty */
    struct arena *arena;
};

struct company_cache {
    struct cached slots[CACHE_SLOTS];
};

struct company_cache *company_cache_new(void)
{
    struct company_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    return c;
}

void company_cache_free(struct company_cache **c)
{
    if (!*c)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        arena_free(&(*c)->slots[i].arena);
    free(*c);
    *c = NULL;
}

void company_cache_outdate(struct company_cache *c)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        c->slots[i].loaded = 0;
}

static struct company_facts facts_copy(struct arena *a, const struct company_facts *f)
{
    struct company_facts copy = *f;
    copy.name = arena_str(a, f->name);
    copy.slug = arena_str(a, f->slug);
    copy.country = arena_str(a, f->country);
    copy.currency = arena_str(a, f->currency);
    copy.zone = arena_str(a, f->zone);
    copy.code_countries = arena_str(a, f->code_countries);
    return copy;
}

static void company_fill(struct company *out, const struct company_facts *f, int64_t digits)
{
    *out = (struct company){.id = f->id,
                            .name = f->name,
                            .slug = f->slug,
                            .country = f->country,
                            .currency = f->currency,
                            .digits = digits,
                            .zone = f->zone,
                            .phone_required = f->phone_required,
                            .auto_create_login = f->auto_create_login,
                            .cod_requires_verified_phone = f->cod_requires_verified_phone,
                            .require_second_factor = f->require_second_factor,
                            .recycle_months = f->recycle_months,
                            .daily_messages = f->daily_messages,
                            .code_countries = f->code_countries,
                            .show_contacts = f->show_contacts,
                            .is_active = f->is_active};
}

int company_load(struct tx *tx, struct uuid id, struct arena *a, struct company *out)
{
    struct company_facts f;
    int got = company_facts_by_id(tx, id, &f);
    if (got <= 0)
        return got;
    f = facts_copy(a, &f);
    company_fill(out, &f, currency_digits(f.currency));
    return 1;
}

int company_of(struct worker *w, struct uuid id, struct req *r, struct tx *tx, struct company *out)
{
    /* The last bytes of a UUIDv7 are random. */
    struct cached *s = &w->companies->slots[id.b[15]];
    int64_t now = clock_mono();
    if (!s->loaded || !uuid_eq(s->facts.id, id) || now - s->loaded > fresh_us) {
        struct company_facts f;
        int got = company_facts_by_id(tx, id, &f);
        if (got <= 0)
            return got;
        if (s->arena)
            arena_reset(s->arena);
        else
            s->arena = arena_new(512);
        s->facts = facts_copy(s->arena, &f);
        s->digits = currency_digits(f.currency);
        s->loaded = now;
    }
    /* The slot may be taken by another company while the request waits. */
    struct company_facts mine = facts_copy(r->arena, &s->facts);
    company_fill(out, &mine, s->digits);
    return 1;
}

/* The value of a top-level text member, before the body is decoded by its
 * fields: decoding needs the company's region and currency. */
static struct str peek_body(struct req *r, const char *name)
{
    if (r->body.n == 0)
        return STR_NULL;
    json_t *root = json_loadb(r->body.p, r->body.n, JSON_REJECT_DUPLICATES, NULL);
    struct str value = STR_NULL;
    json_t *member = json_object_get(root, name);
    if (json_is_string(member))
        value = arena_str(r->arena,
                          (struct str){json_string_value(member), json_string_length(member)});
    json_decref(root);
    return value;
}

/* The raw value of a query parameter (ids and slugs need no decoding). */
static struct str peek_query(struct str query, struct str name)
{
    for (size_t at = 0; at < query.n;) {
        const char *p = query.p + at;
        const char *end = memchr(p, '&', query.n - at);
        size_t n = end ? (size_t)(end - p) : query.n - at;
        if (n > name.n && p[name.n] == '=' && memcmp(p, name.p, name.n) == 0)
            return (struct str){p + name.n + 1, n - name.n - 1};
        at += n + 1;
    }
    return STR_NULL;
}

static struct str peek(struct req *r, const char *name)
{
    struct str v = peek_query(r->query, str_c(name));
    return str_is_null(v) ? peek_body(r, name) : v;
}

/* SUPER_ADMIN names the company by the path or by companyId; everybody else's
 * is the token's. What is no id is refused when the request is decoded. */
static int by_token(struct req *r, struct uuid *id)
{
    *id = r->who.company;
    if (r->who.role != ROLE_SUPER_ADMIN || r->route->rule == COMPANY_OWN ||
        r->route->rule == COMPANY_NEW)
        return 0;
    if (r->route->rule == COMPANY_PATH) {
        (void)uuid_parse(r->params[0], id);
        return 0;
    }
    struct str named = peek(r, "companyId");
    if (str_is_null(named) || named.n == 0)
        return 0;
    if (!uuid_parse(named, id))
        return req_fail_field(r, ERR_INVALID, "companyId", "format", "companyId is not an id");
    return 0;
}

static int by_host(struct req *r, struct tx *tx, struct uuid *id)
{
    struct str slug = peek(r, "company");
    int got = 0;
    if (slug.n > 0) {
        struct company_by_slug_row row;
        got = company_by_slug(tx, slug, &row);
        *id = row.company_id;
        if (got == 0)
            return req_fail_field(r, ERR_COMPANY_NOT_FOUND, "company", "not_found",
                                  "There is no company with this slug");
        return got < 0 ? got : 0;
    }
    struct company_by_host_row host;
    got = company_by_host(tx, r->host, &host);
    *id = host.company_id;
    if (got != 0)
        return got < 0 ? got : 0;
    if (r->who.kind != WHO_NOBODY) {
        *id = r->who.company;
        return 0;
    }
    struct company_first_two_row *rows;
    size_t n = 0;
    int rc = company_first_two(tx, &rows, &n);
    if (rc < 0)
        return rc;
    if (n != 1)
        return req_fail_field(r, ERR_COMPANY_NOT_FOUND, "company", "required",
                              "Name the company by its slug");
    *id = rows[0].id;
    return 0;
}

int company_fix(struct worker *w, struct req *r, struct tx *tx)
{
    enum company_rule rule = r->route->rule;
    if (rule == COMPANY_NONE || rule == COMPANY_SECRET)
        return 0;
    /* A blank one is none, as it is where the body is decoded. */
    if (rule == COMPANY_SECRET_OR_HOST && str_trim(peek_body(r, "token")).n > 0)
        return 0;
    struct uuid id = UUID_NIL;
    bool host = rule == COMPANY_HOST || rule == COMPANY_SECRET_OR_HOST;
    int rc = host ? by_host(r, tx, &id) : by_token(r, &id);
    if (rc < 0)
        return rc;
    struct company *c = ARENA_NEW(r->arena, struct company);
    int got = company_of(w, id, r, tx, c);
    if (got < 0)
        return got;
    if (got == 0)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    r->company = c;
    return 0;
}
