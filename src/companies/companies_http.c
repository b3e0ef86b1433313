/* /api/companies: the tenant's own settings, and for SUPER_ADMIN all tenants. */
#include "companies/companies_priv.h"
#include "http/cursor.h"

enum { RECYCLE_MONTHS_MAX = 120, DAILY_MESSAGES_MAX = 1000000, CODE_COUNTRIES_MAX = 250 };

struct company_out {
    struct company_row row;
    struct strs hosts, code_countries;
};

/* Requests of both POST and PATCH; what either does not take is not in its
 * table of fields. */
struct company_in {
    struct given given;
    struct uuid id;
    struct str name, slug, country, currency, zone;
    struct strs hosts, code_countries;
    _Alignas(8) bool phone_required;
    _Alignas(8) bool auto_create_login;
    _Alignas(8) bool cod_requires_verified_phone;
    _Alignas(8) bool require_second_factor;
    _Alignas(8) bool show_contacts;
    _Alignas(8) bool is_active;
    _Alignas(8) int64_t recycle_months, daily_messages;
};

#define AT(member) .offset = offsetof(struct company_in, member)
#define FIELD_NAME(flags_)                                                                         \
    {                                                                                              \
        .name = "name", .type = F_TEXT, .flags = flags_, AT(name), .min = 1, .max = 200,           \
        .help = "As people write it"                                                               \
    }
#define FIELD_COUNTRY(flags_)                                                                      \
    {                                                                                              \
        .name = "country", .type = F_TEXT, .flags = flags_, AT(country),                           \
        .check = companies_country_ok, .check_says = "must be a country of ISO 3166, like IN",     \
        .help = "Region of phone numbers without a country code"                                   \
    }
#define FIELD_CURRENCY(flags_)                                                                     \
    {                                                                                              \
        .name = "currency", .type = F_TEXT, .flags = flags_, AT(currency),                         \
        .check = companies_currency_ok, .check_says = "must be a currency of ISO 4217, like INR",  \
        .help = "Of all amounts; fixed once there are orders"                                      \
    }
#define FIELD_ZONE(flags_)                                                                         \
    {                                                                                              \
        .name = "zone", .type = F_TEXT, .flags = flags_, AT(zone), .check = companies_zone_ok,     \
        .check_says = "must be an IANA time zone, like Asia/Kolkata", .help = "Of its days"        \
    }
#define FIELD_SETTINGS                                                                             \
    {.name = "hosts",                                                                              \
     .type = F_STRINGS,                                                                            \
     AT(hosts),                                                                                    \
     .max = 20,                                                                                    \
     .help = "Host names by which public requests find the company; lower case"},                  \
        {.name = "phoneRequired",                                                                  \
         .type = F_BOOL,                                                                           \
         AT(phone_required),                                                                       \
         .help = "Must a customer made at the API have a phone"},                                  \
    {                                                                                              \
        .name = "autoCreateLogin", .type = F_BOOL, AT(auto_create_login),                          \
        .help = "Does a new customer get a login"                                                  \
    }

FIELDS(company_create_in, "CompanyNew", struct company_in, FIELD_NAME(FIELD_REQUIRED),
       {.name = "slug",
        .type = F_TEXT,
        .flags = FIELD_REQUIRED,
        AT(slug),
        .check = companies_slug_ok,
        .check_says = "must be a-z, 0-9 and inner hyphens, at most 63",
        .help = "Its name in URLs and at sign-in; never changes"},
       FIELD_COUNTRY(FIELD_REQUIRED), FIELD_CURRENCY(FIELD_REQUIRED), FIELD_ZONE(FIELD_REQUIRED),
       FIELD_SETTINGS);

FIELDS(company_update_in, "CompanyChange", struct company_in, PATH_ID(struct company_in),
       FIELD_NAME(0), FIELD_COUNTRY(0), FIELD_CURRENCY(0), FIELD_ZONE(0), FIELD_SETTINGS,
       {.name = "codRequiresVerifiedPhone",
        .type = F_BOOL,
        AT(cod_requires_verified_phone),
        .help = "Does cash on delivery on the web need a verified phone"},
       {.name = "requireSecondFactor",
        .type = F_BOOL,
        AT(require_second_factor),
        .help = "Must admins sign in with a second factor"},
       {.name = "recycleMonths",
        .type = F_INT,
        AT(recycle_months),
        .min = 1,
        .max = RECYCLE_MONTHS_MAX,
        .help = "Months of silence after which a code alone opens no history"},
       {.name = "dailyMessages",
        .type = F_INT,
        AT(daily_messages),
        .min = 1,
        .max = DAILY_MESSAGES_MAX,
        .help = "Most one-time messages a day"},
       {.name = "codeCountries",
        .type = F_STRINGS,
        .flags = FIELD_NULLABLE,
        AT(code_countries),
        .min = 1,
        .max = CODE_COUNTRIES_MAX,
        .help = "Countries of ISO 3166 whose numbers get codes; null: its own alone"},
       {.name = "showContacts",
        .type = F_BOOL,
        AT(show_contacts),
        .help = "Do cashiers see customers' e-mails and addresses in full"},
       {.name = "isActive",
        .type = F_BOOL,
        AT(is_active),
        .help = "False: nobody of it can sign in; SUPER_ADMIN only, never of the own company"});

#define OUT(name_, type_, member_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct company_out, member_),             \
        .help = help_                                                                              \
    }
FIELDS(company_out, "Company", struct company_out, OUT("id", F_UUID, row.id, "The company"),
       OUT("name", F_TEXT, row.name, "As people write it"),
       OUT("slug", F_TEXT, row.slug, "Its name in URLs and at sign-in"),
       OUT("hosts", F_STRINGS, hosts, "Host names by which public requests find it"),
       OUT("country", F_TEXT, row.country, "ISO 3166"),
       OUT("currency", F_TEXT, row.currency, "ISO 4217"),
       OUT("zone", F_TEXT, row.zone, "IANA time zone"),
       OUT("phoneRequired", F_BOOL, row.phone_required, "Must a customer have a phone"),
       OUT("autoCreateLogin", F_BOOL, row.auto_create_login, "Does a new customer get a login"),
       OUT("codRequiresVerifiedPhone", F_BOOL, row.cod_requires_verified_phone,
           "Does cash on delivery on the web need a verified phone"),
       OUT("requireSecondFactor", F_BOOL, row.require_second_factor,
           "Must admins sign in with a second factor"),
       OUT("recycleMonths", F_INT, row.recycle_months,
           "Months of silence after which a code alone opens no history"),
       OUT("dailyMessages", F_INT, row.daily_messages, "Most one-time messages a day"),
       {.name = "codeCountries",
        .type = F_STRINGS,
        .flags = FIELD_NULLABLE,
        .offset = offsetof(struct company_out, code_countries),
        .help = "Countries of ISO 3166 whose numbers get codes; null: its own alone"},
       OUT("showContacts", F_BOOL, row.show_contacts,
           "Do cashiers see customers' e-mails and addresses in full"),
       OUT("isActive", F_BOOL, row.is_active, "False: nobody of it can sign in"),
       OUT("version", F_INT, row.version, "Counts changes, as in the ETag"),
       OUT("createdAt", F_TIME, row.created_at, "When it was made"),
       OUT("updatedAt", F_TIME, row.updated_at, "Last change"));

FIELDS(company_path_in, "CompanyId", struct id_in, PATH_ID(struct id_in));
FIELDS(companies_list_in, "CompaniesQuery", struct page_in, PAGE_FIELDS(struct page_in));

static bool is_super(const struct req *r)
{
    return r->who.role == ROLE_SUPER_ADMIN;
}

static int hosts_read(struct req *r, struct tx *tx, struct uuid id, struct strs *out)
{
    struct company_hosts_of_row *rows;
    size_t n = 0;
    int rc = company_hosts_of(tx, id, &rows, &n);
    struct str *v = ARENA_ARRAY(r->arena, struct str, n + 1);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        v[i] = rows[i].host;
    *out = (struct strs){v, n};
    return rc;
}

/* The rest of what an answer shows, beside the row. */
static int complete(struct req *r, struct tx *tx, struct company_out *out)
{
    out->code_countries = companies_countries_split(out->row.code_countries, r->arena);
    return hosts_read(r, tx, out->row.id, &out->hosts);
}

static int answer(struct req *r, struct tx *tx, int status, struct uuid id)
{
    struct company_out out;
    int rc = company_read(tx, id, &out.row);
    if (rc == 1)
        rc = complete(r, tx, &out);
    return rc < 0 ? rc : req_answer(r, status, &company_out, &out);
}

static bool among(struct strs list, struct str s)
{
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.v[i], s))
            return true;
    return false;
}

static int hosts_write(struct req *r, struct tx *tx, struct uuid id, struct strs wanted)
{
    struct strs old;
    int rc = hosts_read(r, tx, id, &old);
    for (size_t i = 0; rc >= 0 && i < old.n; i++)
        if (!among(wanted, old.v[i]))
            rc = company_host_drop(tx, id, old.v[i]);
    for (size_t i = 0; rc >= 0 && i < wanted.n; i++) {
        if (!companies_host_ok(wanted.v[i]))
            return req_fail_field(r, ERR_INVALID, "hosts", "format",
                                  "hosts are names like shop.example.com, in lower case");
        if (among(old, wanted.v[i]) || among((struct strs){wanted.v, i}, wanted.v[i]))
            continue;
        rc = company_host_claim(tx, id, wanted.v[i]);
        if (rc == 0)
            return req_fail_field(r, ERR_SLUG_TAKEN, "hosts", NULL, "%.*s is already in use",
                                  STR_ARG(wanted.v[i]));
    }
    return rc < 0 ? rc : 0;
}

int companies_http_create(struct req *r, struct tx *tx)
{
    const struct company_in *in = r->in;
    struct company_new c = {
        .id = req_new_id(r),
        .slug = in->slug,
        .name = in->name,
        .country = in->country,
        .currency = in->currency,
        .zone = in->zone,
        .phone_required = !GIVEN(in, phone_required) || in->phone_required,
        .auto_create_login = !GIVEN(in, auto_create_login) || in->auto_create_login,
    };
    int rc = companies_create(tx, &c, r->now);
    if (rc == 0)
        return req_fail_field(r, ERR_SLUG_TAKEN, "slug", NULL, "This slug is already in use");
    if (rc == 1)
        rc = hosts_write(r, tx, c.id, in->hosts);
    return rc < 0 ? rc : answer(r, tx, 201, c.id);
}

int companies_http_list(struct req *r, struct tx *tx)
{
    const struct page_in *in = r->in;
    struct uuid after;
    struct company_row *rows;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &after);
    if (rc == 0 && is_super(r)) {
        rc = companies_page(tx, after, (int64_t)limit + 1, &rows, &n);
    } else if (rc == 0) {
        rows = ARENA_NEW(r->arena, struct company_row);
        rc = company_read(tx, r->company->id, rows);
        n = rc == 1 && uuid_cmp(rows->id, after) > 0 ? 1 : 0;
    }
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct company_out *out = ARENA_ARRAY(r->arena, struct company_out, n + 1);
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        out[i].row = rows[i];
        rc = complete(r, tx, &out[i]);
    }
    if (rc < 0)
        return rc;
    return req_answer_list(r, &company_out, out, n,
                           more ? cursor_of_id(&out[n - 1].row.id) : STR_NULL);
}

/* Another company does not exist, but for SUPER_ADMIN. */
static int check_own(struct req *r, struct uuid id)
{
    return is_super(r) || uuid_eq(id, r->company->id) ? 0 : req_fail(r, ERR_COMPANY_NOT_FOUND);
}

int companies_http_read_one(struct req *r, struct tx *tx)
{
    const struct id_in *in = r->in;
    struct company_out out;
    int rc = check_own(r, in->id);
    if (rc < 0)
        return rc;
    rc = company_read(tx, in->id, &out.row);
    if (rc == 0)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (rc == 1)
        rc = complete(r, tx, &out);
    return rc < 0 ? rc : req_answer(r, 200, &company_out, &out);
}

static int check_countries(struct req *r, struct strs list)
{
    for (size_t i = 0; i < list.n; i++)
        if (!companies_country_ok(list.v[i]))
            return req_fail_field(r, ERR_INVALID, arena_printf(r->arena, "codeCountries[%zu]", i).p,
                                  "format", "must be a country of ISO 3166, like IN");
    return 0;
}

/* May this change be made at all? */
static int check_change(struct req *r, struct tx *tx, const struct company_row *old)
{
    const struct company_in *in = r->in;
    if (GIVEN(in, is_active) && in->is_active != old->is_active) {
        if (!is_super(r))
            return req_fail_field(r, ERR_FORBIDDEN, "isActive", NULL,
                                  "Only SUPER_ADMIN may do this");
        if (uuid_eq(old->id, r->who.company))
            return req_fail_field(r, ERR_INVALID, "isActive", "own_company",
                                  "The own company cannot be deactivated");
    }
    if (GIVEN(in, currency) && !str_eq(in->currency, old->currency)) {
        struct company_any_order_row any;
        int rc = company_any_order(tx, old->id, &any);
        if (rc < 0)
            return rc;
        if (rc == 1)
            return req_fail_field(r, ERR_INVALID, "currency", "fixed",
                                  "The currency cannot change once there are orders");
    }
    return check_countries(r, in->code_countries);
}

int companies_http_update(struct req *r, struct tx *tx)
{
    const struct company_in *in = r->in;
    struct company_row old;
    int rc = check_own(r, in->id);
    if (rc < 0)
        return rc;
    rc = company_lock(tx, in->id, &old);
    if (rc == 0)
        return req_fail(r, ERR_COMPANY_NOT_FOUND);
    if (rc == 1)
        rc = req_match(r, old.version);
    if (rc == 0)
        rc = check_change(r, tx, &old);
    if (rc == 0 && GIVEN(in, hosts))
        rc = hosts_write(r, tx, in->id, in->hosts);
    if (rc < 0)
        return rc;
    struct company_update_params p = {
        .company = in->id,
        .name = GIVEN(in, name) ? in->name : old.name,
        .country = GIVEN(in, country) ? in->country : old.country,
        .currency = GIVEN(in, currency) ? in->currency : old.currency,
        .zone = GIVEN(in, zone) ? in->zone : old.zone,
        .phone_required = GIVEN(in, phone_required) ? in->phone_required : old.phone_required,
        .auto_create_login =
            GIVEN(in, auto_create_login) ? in->auto_create_login : old.auto_create_login,
        .cod_requires_verified_phone = GIVEN(in, cod_requires_verified_phone)
                                           ? in->cod_requires_verified_phone
                                           : old.cod_requires_verified_phone,
        .require_second_factor = GIVEN(in, require_second_factor) ? in->require_second_factor
                                                                  : old.require_second_factor,
        .recycle_months = GIVEN(in, recycle_months) ? in->recycle_months : old.recycle_months,
        .daily_messages = GIVEN(in, daily_messages) ? in->daily_messages : old.daily_messages,
        .code_countries = GIVEN(in, code_countries)
                              ? companies_countries_join(in->code_countries, r->arena)
                              : old.code_countries,
        .show_contacts = GIVEN(in, show_contacts) ? in->show_contacts : old.show_contacts,
        .is_active = GIVEN(in, is_active) ? in->is_active : old.is_active,
        .now = r->now,
    };
    rc = company_update(tx, &p);
    return rc < 0 ? rc : answer(r, tx, 200, in->id);
}
