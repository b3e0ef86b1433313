/* Customers of the demo: each is a function of seed, company and place, so
 * that an order can name its customer without a look at the store. */
#include "base/clock.h"
#include "base/names.h"
#include "imports/demo_priv.h"
#include "imports/names_data.h"

/* Numbers that the region's plan gives to mobile phones: a prefix, and so many
 * digits that may be anything. */
struct plan {
    const char *prefix;
    int64_t first, room; /* the digits behind the prefix: first … first + room - 1 */
    int digits;
};
static const struct plan india[] = {
    {"+9198", 0, 100000000, 8}, {"+9199", 0, 100000000, 8}, {"+9197", 0, 100000000, 8},
    {"+9196", 0, 100000000, 8}, {"+9195", 0, 100000000, 8}, {"+9194", 0, 100000000, 8},
    {"+9190", 0, 100000000, 8}, {"+9188", 0, 100000000, 8}, {"+9170", 0, 100000000, 8},
};
static const struct plan us[] = {
    {"+1212", 2000000, 8000000, 7}, {"+1415", 2000000, 8000000, 7}, {"+1312", 2000000, 8000000, 7},
    {"+1617", 2000000, 8000000, 7}, {"+1206", 2000000, 8000000, 7}, {"+1512", 2000000, 8000000, 7},
    {"+1305", 2000000, 8000000, 7},
};
static const struct plan europe[] = {
    {"+346", 0, 100000000, 8},   {"+4474", 0, 100000000, 8}, {"+49151", 0, 100000000, 8},
    {"+49176", 0, 100000000, 8}, {"+3934", 0, 100000000, 8}, {"+44771", 0, 10000000, 7},
    {"+4670", 0, 10000000, 7},   {"+4673", 0, 10000000, 7},  {"+4850", 0, 10000000, 7},
    {"+4860", 0, 10000000, 7},   {"+35191", 0, 10000000, 7},
};
static const struct {
    const struct plan *v;
    int64_t n;
} plans[NAMES_REGIONS] = {
    {india, sizeof(india) / sizeof(*india)},
    {us, sizeof(us) / sizeof(*us)},
    {europe, sizeof(europe) / sizeof(*europe)},
};

static const char *pick(struct rng *r, struct words w)
{
    return w.v[rng_below(r, (int64_t)w.n)];
}

/* No two places give the same number: within a plan the digits are a
 * permutation of the place (the factor has no divisor in common with any room,
 * all of which are made of 2 and 5), and n stays below the smallest room. */
static struct str phone_of(const struct demo_shop *s, struct rng *r, enum region_names home,
                           int64_t n, struct arena *a)
{
    const struct plan *p = &plans[home].v[rng_below(r, plans[home].n)];
    struct rng shift = rng_for(s->seed, s->number, 'p', 0);
    int64_t start = rng_below(&shift, p->room);
    int64_t digits = p->first + (start + n % p->room * INT64_C(61803399)) % p->room;

    return arena_printf(a, "%s%0*lld", p->prefix, p->digits, (long long)digits);
}

void demo_person_brief(const struct demo_shop *s, int64_t n, struct arena *a, struct str *name,
                       struct str *phone)
{
    struct rng r = rng_for(s->seed, s->number, 'n', n);
    int64_t roll = rng_below(&r, 100);
    enum region_names home = roll < 70 ? NAMES_INDIA : roll < 84 ? NAMES_US : NAMES_EUROPE;
    const char *first = pick(&r, first_names[home]), *last = pick(&r, last_names[home]);

    *name = arena_printf(a, "%s %s", first, last);
    *phone = rng_percent(&r, 98) ? phone_of(s, &r, home, n, a) : STR_NULL;
}

/* "Zoë O'Brien" -> "zoe.obrien", and a number that tells namesakes apart. */
static struct str email_of(struct rng *r, struct str name, int64_t n, struct arena *a)
{
    struct str folded = name_fold(a, name);
    char *local = arena_bytes(a, folded.n);

    for (size_t i = 0; i < folded.n; i++)
        local[i] = folded.p[i] == ' ' ? '.' : folded.p[i];
    return arena_printf(a, "%.*s%lld@example.%s", (int)folded.n, local, (long long)(n % 1000),
                        rng_percent(r, 60) ? "com" : "org");
}

static struct str tags_of(struct rng *r, struct arena *a)
{
    const char *one = pick(r, demo_tags), *two = pick(r, demo_tags);

    if (rng_percent(r, 60))
        return STR_NULL;
    if (one == two || rng_percent(r, 70))
        return arena_printf(a, "[\"%s\"]", one);
    return arena_printf(a, "[\"%s\",\"%s\"]", one, two);
}

void demo_person(const struct demo_shop *s, int64_t n, struct arena *a, struct customer_new *out)
{
    struct rng r = rng_for(s->seed, s->number, 'c', n);

    *out = (struct customer_new){.id = s->ids[n],
                                 .created_at = s->created_at[n],
                                 .birthday = I64_NULL,
                                 .anniversary = I64_NULL,
                                 .user_id = n == 0 ? s->login : UUID_NIL,
                                 .created_by = s->cashier};
    demo_person_brief(s, n, a, &out->name, &out->phone);
    if (rng_percent(&r, 55) || str_is_null(out->phone))
        out->email = email_of(&r, out->name, n, a);
    if (rng_percent(&r, 70))
        out->area = str_c(pick(&r, demo_areas));
    if (rng_percent(&r, 60))
        out->address =
            arena_printf(a, "%lld, %s", (long long)rng_below(&r, 240) + 1, pick(&r, demo_streets));
    if (rng_percent(&r, 60))
        out->birthday = date_days(1946, 1, 1) + rng_below(&r, 60 * 365);
    if (rng_percent(&r, 15))
        out->anniversary = date_days(1985, 1, 1) + rng_below(&r, 40 * 365);
    if (rng_percent(&r, 10)) {
        const char *space = memchr(out->name.p, ' ', out->name.n);
        out->preferred_name =
            (struct str){out->name.p, space ? (size_t)(space - out->name.p) : out->name.n};
    }
    out->tags = tags_of(&r, a);
    if (rng_percent(&r, 5))
        out->notes = str_c(pick(&r, demo_notes));
}
