/* What a connection remembers of rows that stay once they are there. It is a
 * hint that saves a question: what was forgotten is asked for again. A hash of
 * 64 bits under a key made at random stands for a fact; two facts with one
 * hash would need some 2^32 of them alive at once. */
#include "base/clock.h"
#include "store/store_priv.h"
#include <sodium.h>
#include <stdlib.h>

enum { SLOTS = 8192 };
static const int64_t lasting = 3 * SECOND_US;

static uint64_t hash_of(const struct memo *m, struct uuid company, struct str what)
{
    uint8_t text[256], out[crypto_shorthash_BYTES];
    uint64_t h;
    if (what.n > sizeof text - 16)
        return 0; /* not remembered */
    memcpy(text, company.b, 16);
    memcpy(text + 16, what.p, what.n);
    crypto_shorthash(out, text, 16 + what.n, m->key);
    memcpy(&h, out, sizeof h);
    return h;
}

bool memo_has(const struct memo *m, struct uuid company, struct str what)
{
    if (!m->slots)
        return false;
    uint64_t h = hash_of(m, company, what);
    const struct memo_slot *slot = &m->slots[h % SLOTS];
    return h && slot->hash == h && clock_mono() < slot->until;
}

void memo_put(struct memo *m, struct uuid company, struct str what)
{
    if (!m->slots) {
        m->slots = calloc(SLOTS, sizeof *m->slots);
        if (!m->slots)
            abort();
        randombytes_buf(m->key, sizeof m->key);
    }
    uint64_t h = hash_of(m, company, what);
    m->slots[h % SLOTS] = (struct memo_slot){h, clock_mono() + lasting};
}

void memo_clear(struct memo *m)
{
    if (m->slots)
        memset(m->slots, 0, SLOTS * sizeof *m->slots);
}

void memo_free(struct memo *m)
{
    free(m->slots);
    m->slots = NULL;
}
