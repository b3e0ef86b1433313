/* Token buckets in shards, each a fixed table with the least recently used
 * bucket making room. Keys are kept as 128-bit keyed hashes: no address and no
 * id of anyone stays in memory, and nobody can choose keys that collide. */
#include "http/limits.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { SHARDS = 16, NONE = UINT32_MAX };

struct bucket {
    uint8_t key[crypto_shorthash_siphashx24_BYTES];
    int64_t level;         /* tokens * per_us */
    int64_t at;            /* when the level was that, us */
    uint32_t chain;        /* next in the same slot */
    uint32_t newer, older; /* by last use */
};

struct shard {
    pthread_mutex_t lock;
    struct bucket *buckets;
    uint32_t *slots;
    uint32_t used;
    uint32_t newest, oldest;
};

struct limits {
    int64_t rate, per_us;
    uint32_t room; /* buckets a shard */
    uint8_t secret[crypto_shorthash_siphashx24_KEYBYTES];
    struct shard shards[SHARDS];
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

struct limits *limits_new(int64_t rate, int64_t per_us, size_t room)
{
    struct limits *l = must(calloc(1, sizeof *l));
    l->rate = rate;
    l->per_us = per_us;
    l->room = (uint32_t)(room / SHARDS + 1);
    randombytes_buf(l->secret, sizeof l->secret);
    for (int i = 0; i < SHARDS; i++) {
        struct shard *s = &l->shards[i];
        pthread_mutex_init(&s->lock, NULL);
        s->buckets = must(calloc(l->room, sizeof *s->buckets));
        s->slots = must(malloc(l->room * sizeof *s->slots));
        memset(s->slots, 0xff, l->room * sizeof *s->slots);
        s->newest = s->oldest = NONE;
    }
    return l;
}

void limits_free(struct limits **lp)
{
    struct limits *l = *lp;
    if (!l)
        return;
    for (int i = 0; i < SHARDS; i++) {
        pthread_mutex_destroy(&l->shards[i].lock);
        free(l->shards[i].buckets);
        free(l->shards[i].slots);
    }
    free(l);
    *lp = NULL;
}

static uint32_t *slot_of(const struct limits *l, struct shard *s, const uint8_t *key)
{
    uint32_t h;
    memcpy(&h, key, sizeof h);
    return &s->slots[h % l->room];
}

static void unlink_use(struct shard *s, uint32_t i)
{
    struct bucket *b = &s->buckets[i];
    if (b->newer != NONE)
        s->buckets[b->newer].older = b->older;
    else
        s->newest = b->older;
    if (b->older != NONE)
        s->buckets[b->older].newer = b->newer;
    else
        s->oldest = b->newer;
}

static void link_newest(struct shard *s, uint32_t i)
{
    struct bucket *b = &s->buckets[i];
    b->newer = NONE;
    b->older = s->newest;
    if (s->newest != NONE)
        s->buckets[s->newest].newer = i;
    else
        s->oldest = i;
    s->newest = i;
}

/* The bucket that was not used for longest, taken out of its slot. */
static uint32_t evict(const struct limits *l, struct shard *s)
{
    uint32_t i = s->oldest;
    uint32_t *at = slot_of(l, s, s->buckets[i].key);
    while (*at != i)
        at = &s->buckets[*at].chain;
    *at = s->buckets[i].chain;
    unlink_use(s, i);
    return i;
}

static struct bucket *bucket_of(const struct limits *l, struct shard *s, const uint8_t *key,
                                int64_t now)
{
    uint32_t *slot = slot_of(l, s, key);
    for (uint32_t i = *slot; i != NONE; i = s->buckets[i].chain) {
        if (memcmp(s->buckets[i].key, key, sizeof s->buckets[i].key) != 0)
            continue;
        unlink_use(s, i);
        link_newest(s, i);
        return &s->buckets[i];
    }
    uint32_t i = s->used < l->room ? s->used++ : evict(l, s);
    struct bucket *b = &s->buckets[i];
    memcpy(b->key, key, sizeof b->key);
    b->level = l->rate * l->per_us;
    b->at = now;
    b->chain = *slot;
    *slot = i;
    link_newest(s, i);
    return b;
}

static int64_t seconds_up(int64_t missing, int64_t rate)
{
    int64_t us = (missing + rate - 1) / rate;
    return (us + 999999) / 1000000;
}

bool limits_take(struct limits *l, struct str key, int64_t now, int64_t *left, int64_t *reset_s)
{
    uint8_t hash[crypto_shorthash_siphashx24_BYTES];
    crypto_shorthash_siphashx24(hash, (const unsigned char *)(key.p ? key.p : ""), key.n,
                                l->secret);
    struct shard *s = &l->shards[hash[15] % SHARDS];
    int64_t full = l->rate * l->per_us;
    pthread_mutex_lock(&s->lock);
    struct bucket *b = bucket_of(l, s, hash, now);
    int64_t passed = now - b->at;
    if (passed > 0) { /* a clock that goes back gives nothing and takes nothing */
        b->level += (passed < l->per_us ? passed : l->per_us) * l->rate;
        b->level = b->level < full ? b->level : full;
    }
    b->at = now;
    bool fine = b->level >= l->per_us;
    if (fine)
        b->level -= l->per_us;
    int64_t level = b->level;
    pthread_mutex_unlock(&s->lock);
    *left = level / l->per_us;
    *reset_s = seconds_up(fine ? full - level : l->per_us - level, l->rate);
    return fine;
}

struct str limits_address(const struct sockaddr *sa, struct arena *a)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    const void *ip = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
    if (sa->sa_family == AF_INET6) {
        six = ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(&six))
            memset(&six.s6_addr[8], 0, 8);
        ip = &six;
    }
    return inet_ntop(sa->sa_family, ip, text, sizeof text) ? arena_str(a, str_c(text)) : STR("");
}
