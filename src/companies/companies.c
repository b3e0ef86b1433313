/* Rules of companies and stores that commands and requests share. */
#include "companies/companies.h"
#include "base/money.h"
#include "base/names.h"
#include "base/phone.h"
#include "base/zone.h"

enum { SLUG_MAX = 63, HOST_MAX = 253 };

static bool lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool upper(struct str s, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return s.n == n;
}

/* Letters, digits and hyphens, not at the ends, as in a DNS label. */
static bool label_ok(struct str s)
{
    if (s.n == 0 || s.n > SLUG_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!lower_or_digit(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

bool companies_slug_ok(struct str slug)
{
    return label_ok(slug);
}

bool companies_country_ok(struct str country)
{
    return upper(country, 2) && region_exists(country);
}

bool companies_currency_ok(struct str currency)
{
    return upper(currency, 3) && currency_digits(currency) >= 0;
}

bool companies_zone_ok(struct str zone)
{
    return zone.n > 0 && zone_exists(zone);
}

bool companies_host_ok(struct str host)
{
    if (host.n == 0 || host.n > HOST_MAX)
        return false;
    while (host.n > 0) {
        const char *dot = memchr(host.p, '.', host.n);
        size_t n = dot ? (size_t)(dot - host.p) : host.n;
        if (!label_ok((struct str){host.p, n}) || (dot && n + 1 == host.n))
            return false;
        n += dot ? 1 : 0;
        host = (struct str){host.p + n, host.n - n};
    }
    return true;
}

struct str companies_slug_of(struct str name, struct arena *a)
{
    struct str folded = name_fold(a, name);
    char *slug = arena_bytes(a, SLUG_MAX);
    size_t n = 0;
    for (size_t i = 0; i < folded.n && n < SLUG_MAX; i++) {
        if (lower_or_digit(folded.p[i]))
            slug[n++] = folded.p[i];
        else if (n > 0 && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    while (n > 0 && slug[n - 1] == '-')
        n--;
    return n > 0 ? (struct str){slug, n} : STR_NULL;
}

static bool among(const struct str *v, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i], s))
            return true;
    return false;
}

struct str companies_countries_join(struct strs list, struct arena *a)
{
    if (list.n == 0)
        return STR_NULL;
    size_t n = 0;
    for (size_t i = 0; i < list.n; i++)
        n += list.v[i].n + 1;
    char *text = arena_bytes(a, n);
    n = 0;
    for (size_t i = 0; i < list.n; i++) {
        if (among(list.v, i, list.v[i]))
            continue;
        if (n > 0)
            text[n++] = ',';
        memcpy(text + n, list.v[i].p, list.v[i].n);
        n += list.v[i].n;
    }
    return (struct str){text, n};
}

struct strs companies_countries_split(struct str text, struct arena *a)
{
    if (str_is_null(text))
        return (struct strs){NULL, 0};
    size_t n = 0, from = 0;
    struct str *v = ARENA_ARRAY(a, struct str, text.n + 1);
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != ',')
            continue;
        if (i > from)
            v[n++] = (struct str){text.p + from, i - from};
        from = i + 1;
    }
    return (struct strs){v, n};
}

int companies_create(struct tx *tx, const struct company_new *c, int64_t now)
{
    int r = company_slug_claim(tx, c->id, c->slug);
    if (r <= 0)
        return r;
    return company_insert(tx, &(struct company_insert_params){
                                  .company = c->id,
                                  .slug = c->slug,
                                  .name = c->name,
                                  .country = c->country,
                                  .currency = c->currency,
                                  .zone = c->zone,
                                  .phone_required = c->phone_required,
                                  .auto_create_login = c->auto_create_login,
                                  .now = now,
                              });
}

int stores_create(struct tx *tx, struct uuid company, const struct store_new *s, int64_t now)
{
    return store_insert(tx, &(struct store_insert_params){
                                .company = company,
                                .id = s->id,
                                .name = s->name,
                                .code = s->code,
                                .address = s->address,
                                .now = now,
                            });
}

int companies_find(struct tx *tx, struct str slug, struct uuid *out)
{
    struct companies_named_row *rows;
    size_t n = 0;
    int r = companies_named(tx, slug, &rows, &n);
    if (r < 0 || n == 0)
        return r;
    if (n > 1)
        return ERR_USAGE;
    *out = rows[0].id;
    return 1;
}
