/* The name index: what keys a name has, and how they are written. A key is an
 * ordered pair of folded words, so "first last", "last first" and "last fir"
 * are each one range; a word alone is its own key. Variants (symmetric
 * deletes: W. Garbe, SymSpell) belong to words, not people, and stay when the
 * last person with a word goes: an unused one only costs a look. */
#include "customers/customers_priv.h"
#include <stdlib.h>

/* The two words of a pair, put together. */
static struct str join(struct arena *a, struct str x, struct str y)
{
    char *p = arena_bytes(a, x.n + y.n + 1);
    memcpy(p, x.p, x.n);
    p[x.n] = ' ';
    memcpy(p + x.n + 1, y.p, y.n);
    return (struct str){p, x.n + y.n + 1};
}

static size_t pairs_of(struct arena *a, struct str folded, struct str pairs[NAME_PAIRS])
{
    struct str words[NAME_WORDS];
    size_t n = name_words(folded, words), count = 0;

    if (n == 1)
        pairs[count++] = words[0];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k)
                pairs[count++] = join(a, words[i], words[k]);
    return count;
}

size_t name_pairs(struct arena *a, struct str name, struct str pairs[NAME_PAIRS])
{
    return pairs_of(a, name_fold(a, name), pairs);
}

size_t name_variants(struct arena *a, struct str word, struct str out[NAME_VARIANTS])
{
    size_t count = 0;

    out[count++] = word;
    for (size_t i = 0; i < word.n && word.n > 1; i++) {
        if (i > 0 && word.p[i] == word.p[i - 1])
            continue; /* leaving out either of two equal neighbours is the same */
        char *p = arena_bytes(a, word.n - 1);
        memcpy(p, word.p, i);
        memcpy(p + i, word.p + i + 1, word.n - 1 - i);
        out[count++] = (struct str){p, word.n - 1};
    }
    return count;
}

/* A row of customer_names to be. */
struct key {
    struct str pair;
    struct uuid id;
};

static int key_order(const void *x, const void *y)
{
    const struct key *a = x, *b = y;
    int c = str_cmp(a->pair, b->pair);
    return c ? c : uuid_cmp(a->id, b->id);
}

/* Sorts; "Anna Anna" has its one key twice. Returns how many there are. */
static size_t in_order(struct key *keys, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(keys, n, sizeof *keys, key_order);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || key_order(&keys[kept - 1], &keys[i]) != 0)
            keys[kept++] = keys[i];
    return kept;
}

static int str_order(const void *x, const void *y)
{
    const struct str *a = x, *b = y;
    return str_cmp(*a, *b);
}

enum { ASKED = 6 }; /* words that one question can hold */

static bool among(const struct name_words_known_row *known, size_t n, struct str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(known[i].word, word))
            return true;
    return false;
}

static int learn_word(struct tx *tx, struct uuid company, struct arena *a, struct str word)
{
    struct str v[NAME_VARIANTS + 7];
    size_t count = name_variants(a, word, v);
    int rc = 0;
    while (count % 8)
        v[count++] = word;
    for (size_t k = 0; rc >= 0 && k < count; k += 8)
        rc = name_variants_insert(tx, company, word, v[k], v[k + 1], v[k + 2], v[k + 3], v[k + 4],
                                  v[k + 5], v[k + 6], v[k + 7]);
    return rc;
}

/* Words in order, so that two transactions that learn the same words wait for
 * each other in one direction. What this connection does not remember is asked
 * for some at a time. */
static int learn_words(struct tx *tx, struct uuid company, struct arena *a, struct str *words,
                       size_t all)
{
    size_t n = 0;
    for (size_t i = 0; i < all; i++)
        if (!tx_knows(tx, company, words[i]))
            words[n++] = words[i];
    if (n > 1)
        qsort(words, n, sizeof *words, str_order);
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < n; i += ASKED) {
        struct str w[ASKED] = {STR_NULL};
        size_t some = n - i < ASKED ? n - i : ASKED, nknown;
        memcpy(w, words + i, some * sizeof *w);
        struct name_words_known_row *known;
        rc = name_words_known(tx, company, w[0], w[1], w[2], w[3], w[4], w[5], &known, &nknown);
        for (size_t k = 0; rc >= 0 && k < some; k++) {
            if (!among(known, nknown, w[k]))
                rc = learn_word(tx, company, a, w[k]);
            tx_learn(tx, company, w[k]);
        }
    }
    return rc < 0 ? rc : 0;
}

/* The words met so far in one call, so that each is asked for once. */
struct word_set {
    struct arena *a;
    struct str *v;
    size_t room; /* a power of two, at least twice the words */
    size_t n;
};

static size_t word_place(const struct word_set *set, struct str w)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < w.n; i++)
        h = (h ^ (unsigned char)w.p[i]) * UINT64_C(1099511628211);
    size_t i = h & (set->room - 1);
    while (set->v[i].p && !str_eq(set->v[i], w))
        i = (i + 1) & (set->room - 1);
    return i;
}

static void word_add(struct word_set *set, struct str w)
{
    size_t at = word_place(set, w);
    if (set->v[at].p)
        return;
    set->v[at] = w;
    if (++set->n * 2 < set->room)
        return;
    struct word_set more = {
        .a = set->a, .v = ARENA_ARRAY(set->a, struct str, set->room * 2), .room = set->room * 2};
    for (size_t i = 0; i < set->room; i++)
        if (set->v[i].p)
            more.v[word_place(&more, set->v[i])] = set->v[i];
    more.n = set->n;
    *set = more;
}

static int learn_set(struct tx *tx, struct uuid company, struct word_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->room; i++)
        if (set->v[i].p)
            set->v[n++] = set->v[i];
    return learn_words(tx, company, set->a, set->v, n);
}

static int insert_keys(struct tx *tx, struct uuid company, const struct key *k, size_t n)
{
    int rc = 0;
    for (; rc >= 0 && n >= 2; k += 2, n -= 2)
        rc = customer_names_insert_two(tx, company, k[0].pair, k[0].id, k[1].pair, k[1].id);
    if (rc >= 0 && n == 1)
        rc = customer_name_insert(tx, company, k->pair, k->id);
    return rc;
}

int names_add(struct tx *tx, struct uuid company, struct arena *a, const struct named *v, size_t n)
{
    struct word_set words = {.a = a, .v = ARENA_ARRAY(a, struct str, 32), .room = 32};
    struct str *folded = ARENA_ARRAY(a, struct str, n);
    size_t nkeys = 0, most = 0;

    for (size_t i = 0; i < n; i++) {
        struct str w[NAME_WORDS];
        folded[i] = str_is_null(v[i].folded) ? name_fold(a, v[i].name) : v[i].folded;
        size_t count = name_words(folded[i], w);
        for (size_t k = 0; k < count; k++)
            word_add(&words, w[k]);
        most += count > 1 ? count * (count - 1) : count;
    }
    struct key *keys = ARENA_ARRAY(a, struct key, most ? most : 1);
    for (size_t i = 0; i < n; i++) {
        struct str pairs[NAME_PAIRS];
        size_t count = pairs_of(a, folded[i], pairs);
        for (size_t k = 0; k < count; k++)
            keys[nkeys++] = (struct key){pairs[k], v[i].id};
    }
    int rc = insert_keys(tx, company, keys, in_order(keys, nkeys));
    if (rc < 0)
        return rc;
    return learn_set(tx, company, &words);
}

int names_remove(struct tx *tx, struct uuid company, struct arena *a, struct named old)
{
    struct str pairs[NAME_PAIRS];
    size_t n = name_pairs(a, old.name, pairs);

    for (size_t i = 0; i < n; i++) {
        int rc = customer_name_delete(tx, company, pairs[i], old.id);
        if (rc < 0)
            return rc;
    }
    return 0;
}
