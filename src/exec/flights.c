/* Idempotency keys that this process knows. Of those that are running: an
 * uncommitted row is invisible to the second request, so "still running" is
 * known here; bounded by the executor's queues. Of those that ran lately, a
 * guess: a key that is not among them is tried without asking the store
 * first, and the kept answer's own uniqueness tells when the guess was wrong. */
#include "exec/exec_priv.h"
#include <stdlib.h>
#include <string.h>

struct flight {
    struct flight *next;
    uint8_t key[HASH_BYTES];
};

enum { FLIGHT_BUCKETS = 4096, RECENT = 65536 };

struct flights {
    pthread_mutex_t lock;
    struct flight *buckets[FLIGHT_BUCKETS];
    _Atomic uint64_t recent[RECENT]; /* a part of the key, at a place by the key */
};

struct flights *flights_new(void)
{
    struct flights *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

void flights_free(struct flights **f)
{
    if (!*f)
        return;
    for (size_t i = 0; i < FLIGHT_BUCKETS; i++)
        assert(!(*f)->buckets[i]);
    pthread_mutex_destroy(&(*f)->lock);
    free(*f);
    *f = NULL;
}

/* The keys are hashes already: any of their bits will do. */
static struct flight **bucket(struct flights *f, const uint8_t key[HASH_BYTES])
{
    return &f->buckets[(size_t)(key[0] | key[1] << 8) % FLIGHT_BUCKETS];
}

bool flights_enter(struct flights *f, const uint8_t key[HASH_BYTES])
{
    struct flight *mine = malloc(sizeof *mine);
    if (!mine)
        abort();
    memcpy(mine->key, key, HASH_BYTES);
    pthread_mutex_lock(&f->lock);
    struct flight **head = bucket(f, key), *at = *head;
    while (at && memcmp(at->key, key, HASH_BYTES) != 0)
        at = at->next;
    if (!at) {
        mine->next = *head;
        *head = mine;
    }
    pthread_mutex_unlock(&f->lock);
    if (at)
        free(mine);
    return !at;
}

void flights_leave(struct flights *f, const uint8_t key[HASH_BYTES])
{
    pthread_mutex_lock(&f->lock);
    struct flight **at = bucket(f, key);
    while (*at && memcmp((*at)->key, key, HASH_BYTES) != 0)
        at = &(*at)->next;
    struct flight *gone = *at;
    if (gone)
        *at = gone->next;
    pthread_mutex_unlock(&f->lock);
    free(gone);
}

static _Atomic uint64_t *recent(struct flights *f, const uint8_t key[HASH_BYTES], uint64_t *part)
{
    memcpy(part, key + 8, sizeof *part);
    return &f->recent[(size_t)(key[4] | key[5] << 8) % RECENT];
}

bool flights_seen(struct flights *f, const uint8_t key[HASH_BYTES])
{
    uint64_t part;
    const _Atomic uint64_t *at = recent(f, key, &part);
    return atomic_load_explicit(at, memory_order_relaxed) == part;
}

void flights_remember(struct flights *f, const uint8_t key[HASH_BYTES])
{
    uint64_t part;
    _Atomic uint64_t *at = recent(f, key, &part);
    atomic_store_explicit(at, part, memory_order_relaxed);
}
