/* Idempotency keys of the requests that run in this process: an uncommitted
 * row is invisible to the second request, so "still running" is known here.
 * Bounded by the executor's queues. */
#include "exec/exec_priv.h"
#include <stdlib.h>
#include <string.h>

struct flight {
    struct flight *next;
    uint8_t key[HASH_BYTES];
};

enum { FLIGHT_BUCKETS = 4096 };

struct flights {
    pthread_mutex_t lock;
    struct flight *buckets[FLIGHT_BUCKETS];
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
