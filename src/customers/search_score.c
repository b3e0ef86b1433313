/* How well a record fits a query. Nothing here asks the store. */
#include "customers/search_priv.h"
#include <stdlib.h>

/* Cost of one word: exact, begins so, and each edit. */
enum { EXACT = 0, PREFIX = 1, EDIT = 4 };

int score_edits(size_t length)
{
    if (length < 3)
        return 0;
    return length < 8 ? 1 : 2;
}

int score_word(struct str asked, struct str word)
{
    int edits = score_edits(asked.n);

    if (str_eq(asked, word))
        return EXACT;
    if (str_starts(word, asked))
        return PREFIX;
    int d = edits > 0 ? name_distance(asked, word, edits) : 1;
    return d <= edits ? EDIT * d : -1;
}

/* Every word of the query takes the best word of the name that is still free:
 * "anna anna" does not fit one Anna twice. */
int score_name(const struct query *q, struct str folded)
{
    struct str words[NAME_WORDS];
    bool taken[NAME_WORDS] = {false};
    size_t n = name_words(folded, words);
    int total = 0;

    for (size_t i = 0; i < q->nwords; i++) {
        int best = -1;
        size_t at = 0;
        for (size_t k = 0; k < n; k++) {
            int cost = taken[k] ? -1 : score_word(q->words[i], words[k]);
            if (cost >= 0 && (best < 0 || cost < best)) {
                best = cost;
                at = k;
            }
        }
        if (best < 0)
            return -1;
        taken[at] = true;
        total += best;
    }
    return total;
}

static bool ends(struct str s, struct str tail)
{
    return s.n >= tail.n && memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
}

int score_phone(const struct query *q, struct str phone, int country_code)
{
    char code[8];
    int n = 0;

    if (phone.n < 2 || q->digits.n == 0)
        return -1;
    struct str digits = {phone.p + 1, phone.n - 1}, asked = q->digits;
    if (str_eq(phone, q->phone) || str_eq(digits, asked))
        return 0;
    for (int c = country_code; c > 0 && n < 8; c /= 10)
        code[n++] = (char)('0' + c % 10);
    bool ours = digits.n > (size_t)n;
    for (int i = 0; i < n && ours; i++)
        ours = digits.p[i] == code[n - 1 - i];
    if (ours) {
        struct str home = {digits.p + n, digits.n - (size_t)n};
        struct str bare = asked;
        while (bare.n > 0 && bare.p[0] == '0')
            bare = (struct str){bare.p + 1, bare.n - 1};
        if (bare.n > 0 && str_starts(home, bare))
            return 1;
    }
    if (str_starts(digits, asked))
        return 2;
    return ends(digits, asked) ? 3 : -1;
}

int score_email(const struct query *q, struct str email)
{
    if (q->email.n == 0 || !str_starts(email, q->email))
        return -1;
    return email.n == q->email.n ? 0 : 1;
}

static int better(const void *x, const void *y)
{
    const struct hit *a = x, *b = y;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    if (a->c->last_order_at != b->c->last_order_at) /* never is below all times */
        return a->c->last_order_at > b->c->last_order_at ? -1 : 1;
    if (a->c->order_count != b->c->order_count)
        return a->c->order_count > b->c->order_count ? -1 : 1;
    return uuid_cmp(a->c->id, b->c->id);
}

void score_sort(struct hits *h)
{
    if (h->n > 1)
        qsort(h->v, h->n, sizeof *h->v, better);
}

/* A correction and how far it is: edits, then another first letter (people
 * rarely mistype that), then another length. */
struct near {
    struct str word;
    int far;
};

size_t score_near(struct str asked, const struct str *known, size_t n, struct str out[SEARCH_NEAR])
{
    struct near best[SEARCH_NEAR];
    size_t count = 0;
    int edits = score_edits(asked.n);

    for (size_t i = 0; i < n && edits > 0; i++) {
        int d = name_distance(asked, known[i], edits);
        if (d == 0 || d > edits)
            continue;
        struct near c = {known[i],
                         d * 4 + (known[i].p[0] != asked.p[0]) * 2 + (known[i].n != asked.n)};
        bool seen = false;
        for (size_t k = 0; k < count; k++)
            seen |= str_eq(best[k].word, c.word);
        size_t at = count < SEARCH_NEAR ? count : SEARCH_NEAR - 1;
        if (seen || (count == SEARCH_NEAR && best[at].far <= c.far))
            continue;
        while (at > 0 && best[at - 1].far > c.far) {
            best[at] = best[at - 1];
            at--;
        }
        best[at] = c;
        count += count < SEARCH_NEAR;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = best[i].word;
    return count;
}
