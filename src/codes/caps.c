/* Caps: who may have how many codes sent, and how many were guessed wrong.
 * Counters are rows of `attempts` under keyed hashes, each counted in one step
 * before what it counts is done, and kept when that is refused. The narrow ones
 * come first, so that who is refused there uses up nothing of everybody's.
 *
 * Wrong guesses refuse nobody: anybody can guess at anybody's number, and would
 * keep its owner out. Where many were made the next codes are too long to be
 * guessed instead. */
#include "app.h"
#include "base/clock.h"
#include "base/phone.h"
#include "base/zone.h"
#include "codes/codes_priv.h"

static const int64_t hour = 3600 * SECOND_US;

struct cap {
    const char *kind; /* of the counter */
    struct str key;   /* whom it counts */
    int64_t most;     /* in the window */
    int64_t until;    /* end of a window that begins now */
};

static struct str key_of(const struct req *r, const struct cap *c)
{
    return codes_hash(r, "cap", arena_printf(r->arena, "%s %.*s", c->kind, STR_ARG(c->key)));
}

static int count(struct req *r, struct tx *tx, const struct cap *c)
{
    struct cap_count_row row;
    int rc = cap_count(tx,
                       &(struct cap_count_params){
                           .company = r->company->id,
                           .kind = str_c(c->kind),
                           .key = key_of(r, c),
                           .now = r->now,
                           .until = c->until,
                       },
                       &row);
    if (rc < 0 || row.count <= c->most)
        return rc < 0 ? rc : 0;
    r->retry_after = (row.window_until - r->now + SECOND_US - 1) / SECOND_US;
    return req_fail_keep(r, ERR_RATE_LIMITED);
}

/* A cap whose figure the operator sets; 0: there is none. */
static int count_hour(struct req *r, struct tx *tx, const char *kind, struct str key,
                      enum setting most)
{
    int64_t n = setting_int(r->app->settings, most);
    return n == 0 ? 0 : count(r, tx, &(struct cap){kind, key, n, r->now + hour});
}

/* All messages of a company, by its own calendar. */
static int count_day(struct req *r, struct tx *tx)
{
    struct str zone = r->company->zone;
    int64_t midnight = zone_day_start(zone, zone_day(zone, r->now) + 1);
    return count(r, tx,
                 &(struct cap){"message-day", STR("all"), r->company->daily_messages, midnight});
}

static int count_number(struct req *r, struct tx *tx, const char *soon, const char *often,
                        struct str destination)
{
    /* Who sets no limit wants no pause either. */
    if (setting_int(r->app->settings, SETTING_CODES_NUMBER) == 0)
        return 0;
    int rc = count(r, tx, &(struct cap){soon, destination, 1, r->now + CODES_PAUSE * SECOND_US});
    return rc < 0 ? rc : count_hour(r, tx, often, destination, SETTING_CODES_NUMBER);
}

bool caps_country_served(const struct company *c, const char country[2])
{
    struct str list = str_is_null(c->code_countries) ? c->country : c->code_countries;
    for (size_t i = 0; i + 2 <= list.n; i++)
        if (memcmp(list.p + i, country, 2) == 0 && (i == 0 || list.p[i - 1] == ',') &&
            (i + 2 == list.n || list.p[i + 2] == ','))
            return true;
    return false;
}

int caps_send(struct req *r, struct tx *tx, const struct code_to *to)
{
    char country[2];
    bool is_phone = !str_is_null(to->phone);
    if (is_phone &&
        (!phone_region(to->phone, country) || !caps_country_served(r->company, country)))
        return req_fail_field(r, ERR_CODE_COUNTRY, "phone", NULL,
                              "is of a country that codes are not sent to");
    int rc = count_hour(r, tx, "code-address", r->address, SETTING_CODES_ADDRESS);
    if (rc == 0)
        rc = count_number(r, tx, "code-soon", "code-number", codes_destination(r, to));
    if (rc == 0 && is_phone)
        rc = count_hour(r, tx, "code-country", (struct str){country, sizeof country},
                        SETTING_CODES_COUNTRY);
    return rc < 0 ? rc : count_day(r, tx);
}

int codes_allow_link(struct req *r, struct tx *tx, struct str email)
{
    int rc = count_hour(r, tx, "code-address", r->address, SETTING_CODES_ADDRESS);
    if (rc == 0)
        rc = count_number(r, tx, "link-soon", "link-number", email);
    return rc < 0 ? rc : count_day(r, tx);
}

static struct cap wrong_guesses(const struct req *r, struct str destination)
{
    return (struct cap){"code-wrong", destination,
                        setting_int(r->app->settings, SETTING_CODES_GUESSES), r->now + DAY_US};
}

int caps_guessed_wrong(struct req *r, struct tx *tx, struct str destination)
{
    struct cap c = wrong_guesses(r, destination);
    struct cap_count_row row;
    return cap_count(tx,
                     &(struct cap_count_params){
                         .company = r->company->id,
                         .kind = str_c(c.kind),
                         .key = key_of(r, &c),
                         .now = r->now,
                         .until = c.until,
                     },
                     &row);
}

int caps_is_guessed_at(struct req *r, struct tx *tx, struct str destination)
{
    struct cap c = wrong_guesses(r, destination);
    struct cap_read_row row;
    int rc = cap_read(tx, r->company->id, str_c(c.kind), key_of(r, &c), r->now, &row);
    return rc <= 0 ? rc : row.count >= c.most;
}
