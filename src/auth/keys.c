/* The keys in use: read once, and again when the file was replaced. Threads
 * sign and verify under the read lock; who found the file changed puts another
 * ring in place under the write lock and frees the old one, which nobody holds
 * any more. */
#include "auth/keyring_priv.h"
#include "base/clock.h"
#include "base/log.h"
#include <sodium.h>
#include <stdlib.h>

#define LOOK_US (SECOND_US / 10)

static struct keyring *ring_new(void)
{
    struct keyring *k = calloc(1, sizeof *k);
    if (!k || sodium_init() < 0)
        abort();
    return k;
}

static void ring_free(struct keyring **k)
{
    if (*k)
        keyring_clear(*k);
    free(*k);
    *k = NULL;
}

/* Reads the file, or makes it. */
static int ring_open(struct keyring *k, const char *path, struct arena *a, struct str *why)
{
    int r = keyring_read(path, k, a, why);
    if (r == 0) {
        randombytes_buf(k->instance, sizeof k->instance);
        r = keyring_add(k, clock_now());
        if (r == 0)
            r = keyring_write(path, k, true, a, why);
        if (r >= 0) { /* or another process was quicker */
            keyring_clear(k);
            r = keyring_read(path, k, a, why);
        }
    }
    if (r == 0)
        *why = arena_printf(a, "%s went away while it was read", path);
    return r < 0 ? r : r == 1 ? 0 : ERR_IO;
}

int tokens_open(struct tokens **out, const char *path, struct arena *a, struct str *why)
{
    struct keyring *k = ring_new();
    int r = ring_open(k, path, a, why);
    if (r < 0) {
        ring_free(&k);
        return r;
    }
    struct tokens *t = calloc(1, sizeof *t);
    if (!t || !(t->path = strdup(path)))
        abort();
    pthread_rwlock_init(&t->lock, NULL);
    pthread_mutex_init(&t->looking, NULL);
    memcpy(t->instance, k->instance, sizeof t->instance);
    t->seen = k->file;
    t->ring = k;
    *out = t;
    return 0;
}

void tokens_free(struct tokens **out)
{
    struct tokens *t = *out;
    if (!t)
        return;
    ring_free(&t->ring);
    pthread_rwlock_destroy(&t->lock);
    pthread_mutex_destroy(&t->looking);
    sodium_memzero(t->instance, sizeof t->instance);
    free(t->path);
    free(t);
    *out = NULL;
}

/* The lock is no part of the value. */
const struct keyring *keys_hold(const struct tokens *t)
{
    pthread_rwlock_rdlock((pthread_rwlock_t *)&t->lock);
    return t->ring;
}

void keys_leave(const struct tokens *t)
{
    pthread_rwlock_unlock((pthread_rwlock_t *)&t->lock);
}

/* 1 the ring of the changed file is in place, or ERR_IO. */
static int ring_replace(struct tokens *t, struct arena *a, struct str *why)
{
    struct keyring *k = ring_new();
    int r = keyring_read(t->path, k, a, why);
    if (r == 0)
        *why = arena_printf(a, "%s is not there", t->path);
    if (r == 1 && sodium_memcmp(k->instance, t->instance, sizeof t->instance) != 0) {
        *why = arena_printf(a, "%s has another instance key", t->path);
        r = ERR_IO;
    }
    if (r == 1) {
        pthread_rwlock_wrlock(&t->lock);
        struct keyring *old = t->ring;
        t->ring = k;
        pthread_rwlock_unlock(&t->lock);
        k = old;
    }
    ring_free(&k);
    return r == 1 ? 1 : ERR_IO;
}

/* With `looking` held. */
static int look(struct tokens *t)
{
    struct key_file now = key_file_look(t->path);
    t->looked = clock_mono();
    if (key_file_same(&now, &t->seen))
        return 0;
    t->seen = now;
    struct arena *a = arena_new(4096);
    struct str why = STR_NULL;
    int r = ring_replace(t, a, &why);
    if (r < 0)
        log_error("the changed key file is not taken up, the keys so far stay", LOG_S("why", why));
    else
        log_info("the key file has changed and is taken up", LOG_I("keys", t->ring->n));
    arena_free(&a);
    return r;
}

int tokens_refresh(struct tokens *t)
{
    pthread_mutex_lock(&t->looking);
    int r = look(t);
    pthread_mutex_unlock(&t->looking);
    return r;
}

bool keys_found_anew(struct tokens *t)
{
    int r = 0;
    if (pthread_mutex_trylock(&t->looking) != 0)
        return false;
    if (clock_mono() - t->looked >= LOOK_US)
        r = look(t);
    pthread_mutex_unlock(&t->looking);
    return r == 1;
}

int tokens_rotate(const char *path, struct arena *a, struct str *why)
{
    struct keyring *k = ring_new();
    int r = keyring_read(path, k, a, why);
    if (r == 0) {
        *why = arena_printf(a, "%s does not exist", path);
        r = ERR_IO;
    }
    if (r == 1)
        r = keyring_add(k, clock_now());
    if (r == 0)
        r = keyring_write(path, k, false, a, why);
    ring_free(&k);
    return r < 0 ? r : 0;
}

bool tokens_key(const struct tokens *t, size_t i, struct str *kid, int64_t *made)
{
    const struct keyring *k = keys_hold(t);
    bool there = i < k->n;
    if (there) {
        *kid = str_c(k->keys[i].kid);
        *made = k->keys[i].made;
    }
    keys_leave(t);
    return there;
}

void tokens_mac(const struct tokens *t, const char *purpose, struct str text, uint8_t out[32])
{
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, t->instance, sizeof t->instance);
    /* With its NUL, so that purpose and text cannot run into each other. */
    crypto_auth_hmacsha256_update(&s, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_auth_hmacsha256_update(&s, (const uint8_t *)text.p, text.n);
    crypto_auth_hmacsha256_final(&s, out);
}
