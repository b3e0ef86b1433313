/* Companies (tenants) and their stores: what other slices and commands may
 * call. (companies.sql: company_read, store_read, …) */
#pragma once
#include "base/error.h"
#include "companies.sql.h"
#include "store/store.h"

struct company_new {
    struct uuid id;
    struct str slug;     /* see companies_slug_ok */
    struct str name;     /* as people write it */
    struct str country;  /* ISO 3166 */
    struct str currency; /* ISO 4217 */
    struct str zone;     /* IANA */
    bool phone_required, auto_create_login;
};
/* 1 made, 0 the slug is taken, negative an error. */
MUST_CHECK int companies_create(struct tx *tx, const struct company_new *c, int64_t now);

struct store_new {
    struct uuid id;
    struct str name;          /* as people write it */
    struct str code, address; /* null: none */
};
/* 1 made, 0 the code is taken, negative an error. */
MUST_CHECK int stores_create(struct tx *tx, struct uuid company, const struct store_new *s,
                             int64_t now);

/* The company that a command means: by its slug, or null for the only one.
 * 1 found, 0 there is none, ERR_USAGE when there are several. */
MUST_CHECK int companies_find(struct tx *tx, struct str slug, struct uuid *out);

/* What a company may be made of. */
bool companies_slug_ok(struct str slug);         /* a-z, 0-9, inner hyphens; at most 63 */
bool companies_country_ok(struct str country);   /* ISO 3166, upper case */
bool companies_currency_ok(struct str currency); /* ISO 4217, upper case */
bool companies_zone_ok(struct str zone);         /* IANA */
bool companies_host_ok(struct str host);         /* a DNS name in lower case */
/* A slug made of a name: "Sharma & Sons" -> "sharma-sons"; null when nothing
 * is left of it. */
struct str companies_slug_of(struct str name, struct arena *a);
/* Countries as the store has them, "IN,US", and as a list; null: none. Doubles
 * are left out. */
struct str companies_countries_join(struct strs list, struct arena *a);
struct strs companies_countries_split(struct str text, struct arena *a);
