/* Search at the till: a few bounded ranges of the indexes give candidates,
 * C scores them. Names: the pair index finds any two words in any order, the
 * last (or the first) cut short; only when that gives too little, words spelt
 * nearly so are looked up (SymSpell by W. Garbe: both sides with one letter
 * left out) and tried in their place. */
#include "base/phone.h"
#include "customers/search_priv.h"
#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { VARIANT_ROWS = 128 };

/* U+10FFFF: sorts behind whatever may follow a prefix. */
#define BEYOND "\xf4\x8f\xbf\xbf"

struct search {
    struct req *r;
    struct tx *tx;
    struct query q;
    struct hits hits;
    size_t limit;
    int country_code;
};

/* Keeps a candidate once, if everything that is asked fits. */
static void offer(struct search *s, const struct customer_row *c, struct str pair)
{
    const struct query *q = &s->q;
    int cost = 0, part;

    for (size_t i = 0; i < s->hits.n; i++)
        if (uuid_eq(s->hits.v[i].c->id, c->id))
            return;
    if (q->nwords > 0) {
        bool whole = str_is_null(pair) || q->nwords > 2;
        part = score_name(q, whole ? name_fold(s->r->arena, c->name) : pair);
        if (part < 0)
            return;
        cost += part;
    }
    if (q->digits.n > 0) {
        part = score_phone(q, c->phone, s->country_code);
        if (part < 0)
            return;
        cost += part;
    }
    if (q->email.n > 0) {
        part = score_email(q, c->email);
        if (part < 0)
            return;
        cost += part;
    }
    if (s->hits.n < SEARCH_HITS)
        s->hits.v[s->hits.n++] = (struct hit){c, cost};
}

static bool enough(const struct search *s)
{
    return s->hits.n >= s->limit;
}

/* Rows worth reading of one range: some more than are asked for, so that the
 * best of them can be chosen; all where the index knows only two of the words. */
static int64_t range(const struct search *s)
{
    size_t n = s->limit + s->limit / 4 + 8;
    return s->q.nwords > 2 || n > SEARCH_RANGE ? SEARCH_RANGE : (int64_t)n;
}

static struct str beyond(struct search *s, struct str prefix)
{
    return arena_printf(s->r->arena, "%.*s" BEYOND, STR_ARG(prefix));
}

/* -- Names -- */

/* The two rows begin alike, so that a pointer to one serves for the other. */
_Static_assert(offsetof(struct customer_found, pair) == sizeof(struct customer_row),
               "customer_found is customer_row and a pair");

static int names_between(struct search *s, struct str low, struct str high)
{
    struct customer_found *rows;
    size_t n = 0;
    int rc = customers_by_name(s->tx, s->r->company->id, low, high, range(s), &rows, &n);

    for (size_t i = 0; i < n && rc >= 0; i++)
        offer(s, (const struct customer_row *)&rows[i], rows[i].pair);
    return rc < 0 ? rc : 0;
}

/* People with the word `first`, and one that begins with `second`. */
static int names_with(struct search *s, struct str first, struct str second)
{
    struct str low = arena_printf(s->r->arena, "%.*s %.*s", STR_ARG(first), STR_ARG(second));
    return names_between(s, low, beyond(s, low));
}

/* Words of this company's names that are spelt nearly like this one. */
static int near_words(struct search *s, struct str word, struct str out[SEARCH_NEAR], size_t *count)
{
    struct str variants[NAME_VARIANTS + 7], known[NAME_VARIANTS / 8 * VARIANT_ROWS + VARIANT_ROWS];
    size_t n = 0, total = 0;

    *count = 0;
    if (score_edits(word.n) == 0)
        return 0;
    n = name_variants(s->r->arena, word, variants);
    while (n % 8)
        variants[n++] = word;
    for (size_t i = 0; i < n; i += 8) {
        struct str *v = variants + i;
        struct name_words_near_row *rows;
        size_t found = 0;
        int rc = name_words_near(s->tx, s->r->company->id, v[0], v[1], v[2], v[3], v[4], v[5], v[6],
                                 v[7], VARIANT_ROWS, &rows, &found);
        if (rc < 0)
            return rc;
        for (size_t k = 0; k < found; k++)
            known[total++] = rows[k].word;
    }
    *count = score_near(word, known, total, out);
    return 0;
}

static int one_word(struct search *s)
{
    struct str w = s->q.words[0], near[SEARCH_NEAR];
    size_t n = 0;
    int rc = names_between(s, w, beyond(s, w));

    if (rc == 0 && !enough(s))
        rc = near_words(s, w, near, &n);
    for (size_t i = 0; i < n && rc == 0 && !enough(s); i++) /* the word, and what follows it */
        rc = names_between(s, near[i], arena_printf(s->r->arena, "%.*s " BEYOND, STR_ARG(near[i])));
    return rc;
}

/* The two words that say most: the last, which may be cut short, and the
 * longest of the others. */
static int several_words(struct search *s)
{
    const struct query *q = &s->q;
    struct str last = q->words[q->nwords - 1], other = q->words[0];
    struct str near_other[SEARCH_NEAR], near_last[SEARCH_NEAR];
    size_t no = 0, nl = 0;

    for (size_t i = 1; i + 1 < q->nwords; i++)
        if (q->words[i].n > other.n)
            other = q->words[i];
    int rc = names_with(s, other, last);
    if (rc == 0 && !enough(s))
        rc = names_with(s, last, other);
    if (rc == 0 && !enough(s))
        rc = near_words(s, other, near_other, &no);
    if (rc == 0 && !enough(s))
        rc = near_words(s, last, near_last, &nl);
    for (size_t i = 0; i < no && rc == 0; i++)
        rc = names_with(s, near_other[i], last);
    for (size_t i = 0; i < nl && rc == 0; i++)
        rc = names_with(s, near_last[i], other);
    for (size_t i = 0; i < no && i < 4; i++)
        for (size_t k = 0; k < nl && k < 4 && rc == 0 && s->hits.n == 0; k++)
            rc = names_with(s, near_other[i], near_last[k]);
    return rc;
}

static int by_name(struct search *s)
{
    if (s->q.nwords == 0)
        return 0;
    return s->q.nwords == 1 ? one_word(s) : several_words(s);
}

/* -- Phones -- */

static int phones_between(struct search *s, struct str low, bool reversed)
{
    struct customer_row *rows;
    size_t n = 0;
    struct uuid company = s->r->company->id;
    struct str high = beyond(s, low);
    int rc = reversed ? customers_by_last_digits(s->tx, company, low, high, range(s), &rows, &n)
                      : customers_by_phone_prefix(s->tx, company, low, high, range(s), &rows, &n);
    for (size_t i = 0; i < n && rc >= 0; i++)
        offer(s, &rows[i], STR_NULL);
    return rc < 0 ? rc : 0;
}

/* A whole number may also be one that somebody had before. */
static int by_whole_phone(struct search *s)
{
    struct customer_row *c = ARENA_NEW(s->r->arena, struct customer_row);
    int rc = customer_by_phone(s->tx, s->r->company->id, s->q.phone, c);
    if (rc == 1)
        offer(s, c, STR_NULL);
    if (rc == 0)
        rc = customer_by_former_phone(s->tx, s->r->company->id, s->q.phone, c);
    if (rc == 1 && s->hits.n == 0 && s->q.nwords == 0 && s->q.email.n == 0)
        s->hits.v[s->hits.n++] = (struct hit){c, 1};
    return rc < 0 ? rc : 0;
}

static int by_phone(struct search *s)
{
    struct arena *a = s->r->arena;
    struct str d = s->q.digits, bare = d;
    int rc = str_is_null(s->q.phone) ? 0 : by_whole_phone(s);

    while (bare.n > 0 && bare.p[0] == '0')
        bare = (struct str){bare.p + 1, bare.n - 1};
    if (rc == 0 && !enough(s) && bare.n > 0)
        rc = phones_between(s, arena_printf(a, "+%d%.*s", s->country_code, STR_ARG(bare)), false);
    if (rc == 0 && !enough(s))
        rc = phones_between(s, arena_printf(a, "+%.*s", STR_ARG(d)), false);
    if (rc == 0 && !enough(s) && d.n >= 3)
        rc = phones_between(s, phone_reversed(a, d), true);
    return rc;
}

/* -- E-mail -- */

static int by_email(struct search *s)
{
    struct customer_row *rows;
    size_t n = 0;
    int rc = customers_by_email_prefix(s->tx, s->r->company->id, s->q.email, beyond(s, s->q.email),
                                       SEARCH_RANGE, &rows, &n);
    /* Letter by letter a beginning would tell what is masked. */
    bool whole = customers_masked(s->r, UUID_NIL);
    for (size_t i = 0; i < n && rc >= 0; i++)
        if (!whole || str_eq(rows[i].email, s->q.email))
            offer(s, &rows[i], STR_NULL);
    return rc < 0 ? rc : 0;
}

/* -- What is asked -- */

/* The digits of any script, as ASCII. */
static struct str digits_of(struct arena *a, struct str text, bool *others)
{
    const uint8_t *bytes = (const uint8_t *)text.p;
    char *p = arena_bytes(a, text.n + 1);
    size_t n = 0;
    *others = false;
    for (int32_t i = 0; i < (int32_t)text.n;) {
        UChar32 c;
        U8_NEXT(bytes, i, (int32_t)text.n, c);
        int32_t d = c < 0 ? -1 : u_charDigitValue(c);
        if (d >= 0)
            p[n++] = (char)('0' + d);
        else
            *others |= c < 0 || u_isalpha(c) || c == '@';
    }
    return (struct str){p, n};
}

static struct str lower(struct arena *a, struct str s)
{
    char *p = arena_bytes(a, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    return (struct str){p, s.n};
}

static void ask_phone(struct search *s, struct str text)
{
    char out[PHONE_MAX];
    size_t n = 0;
    bool others;

    s->q.digits = digits_of(s->r->arena, text, &others);
    if (phone_normalise(text, s->r->company->country, out, &n) == PHONE_OK)
        s->q.phone = arena_str(s->r->arena, (struct str){out, n});
}

static void ask_name(struct search *s, struct str text)
{
    s->q.nwords = name_words(name_fold(s->r->arena, text), s->q.words);
}

static void ask_email(struct search *s, struct str text)
{
    s->q.email = lower(s->r->arena, text);
}

/* The one field for everything: what it looks like decides. */
static void ask_anything(struct search *s, struct str text)
{
    bool others;
    struct str digits = digits_of(s->r->arena, text, &others);

    if (memchr(text.p, '@', text.n))
        ask_email(s, text);
    else if (digits.n > 0 && !others)
        ask_phone(s, text);
    else
        ask_name(s, text);
}

static int ask(struct search *s, const struct customer_search_in *in)
{
    if (in->phone.n > 0)
        ask_phone(s, in->phone);
    if (in->name.n > 0)
        ask_name(s, in->name);
    if (in->email.n > 0)
        ask_email(s, in->email);
    bool asked = in->phone.n > 0 || in->name.n > 0 || in->email.n > 0;
    if (in->phone.n > 0 && s->q.digits.n == 0)
        return req_fail_field(s->r, ERR_INVALID, "phone", "format", "has no digits");
    if (in->q.n > 0 && asked)
        return req_fail_field(s->r, ERR_INVALID, "q", "alone", "stands alone");
    if (in->q.n > 0)
        ask_anything(s, in->q);
    else if (!asked)
        return req_fail_field(s->r, ERR_INVALID, "q", "required",
                              "say what to look for: q, phone, name or email");
    return 0;
}

/* A word may also be how an e-mail address begins: what names leave room for. */
static int also_email(struct search *s, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == ' ')
            return 0;
    s->q = (struct query){0};
    ask_email(s, text);
    return by_email(s);
}

int customers_search(struct req *r, struct tx *tx)
{
    const struct customer_search_in *in = r->in;
    struct search s = {.r = r, .tx = tx};
    s.limit = in->limit == I64_NULL ? SEARCH_PRESET : (size_t)in->limit;
    s.country_code = phone_country_code(r->company->country);
    s.hits.v = ARENA_ARRAY(r->arena, struct hit, SEARCH_HITS);

    int rc = ask(&s, in);
    if (rc < 0)
        return rc;
    if (s.q.digits.n > 0)
        rc = by_phone(&s);
    else if (s.q.email.n > 0)
        rc = by_email(&s);
    else
        rc = by_name(&s);
    if (rc == 0 && in->q.n > 0 && s.q.nwords > 0 && !enough(&s))
        rc = also_email(&s, in->q);
    if (rc < 0)
        return rc;
    score_sort(&s.hits);
    size_t n = s.hits.n < s.limit ? s.hits.n : s.limit;
    struct customer_row *rows = ARENA_ARRAY(r->arena, struct customer_row, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = *s.hits.v[i].c;
    return customers_answer_list(r, rows, n, STR_NULL);
}
