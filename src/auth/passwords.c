/* Passwords and their worker. The worker is one thread with a low priority:
 * Argon2id is meant to be slow, and must not make the tills wait. */
#include "auth/passwords.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PASSES = 2, MEMORY = 19 << 20, NICE = 10, LENGTH_MIN = 8, LENGTH_MAX = 200 };

/* How every hash begins that is made here. */
#define OURS "$argon2id$v=19$m=19456,t=2,p=1$"

struct waiting {
    void (*fn)(void *arg);
    void *arg;
};

struct passwords {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some; /* something is queued, or stop */
    bool stop;           /* finish what is queued, then end */
    size_t max, first, n;
    struct waiting queue[]; /* ring of max */
};

static void *work(void *arg)
{
    struct passwords *p = arg;
    /* Linux takes a thread's id here; without the right to, it works as well. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->n == 0 && !p->stop)
            pthread_cond_wait(&p->some, &p->lock);
        if (p->n == 0)
            break;
        struct waiting w = p->queue[p->first];
        p->first = (p->first + 1) % p->max;
        p->n--;
        pthread_mutex_unlock(&p->lock);
        w.fn(w.arg);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

int passwords_start(struct passwords **out, size_t queue)
{
    struct passwords *p = calloc(1, sizeof *p + queue * sizeof *p->queue);
    if (!p || sodium_init() < 0)
        abort();
    p->max = queue;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->some, NULL);
    if (pthread_create(&p->thread, NULL, work, p) != 0) {
        free(p);
        return ERR_INTERNAL;
    }
    *out = p;
    return 0;
}

void passwords_stop(struct passwords **out)
{
    struct passwords *p = *out;
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->some);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->some);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *out = NULL;
}

int passwords_submit(struct passwords *p, void (*fn)(void *arg), void *arg)
{
    int r = ERR_BUSY;
    pthread_mutex_lock(&p->lock);
    if (p->n < p->max && !p->stop) {
        p->queue[(p->first + p->n++) % p->max] = (struct waiting){fn, arg};
        pthread_cond_signal(&p->some);
        r = 0;
    }
    pthread_mutex_unlock(&p->lock);
    return r;
}

struct str password_hash(struct str password, struct arena *a)
{
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(hash, password.p, password.n, PASSES, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        abort(); /* out of memory */
    return arena_str(a, str_c(hash));
}

bool password_verify(struct str password, struct str hash)
{
    /* Of a password that nobody knows, with the same costs. */
    static const char nobody[] = OURS "cM8ivmqzDFUkGzh5UuPMmA$"
                                      "1K93HDlmo5yKFCPYQT2x6svoWju9ydHOCjSZ4oe4He4";
    char text[crypto_pwhash_STRBYTES] = {0};
    if (password_is_bcrypt(hash))
        return password_verify_bcrypt(password, hash);
    bool known = hash.n > 0 && hash.n < sizeof text;
    struct str h = known ? hash : STR(nobody);
    memcpy(text, h.p, h.n);
    return (crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0) & known;
}

bool password_needs_rehash(struct str hash)
{
    return !str_starts(hash, STR(OURS));
}

/* Of at least eight characters, in the lists of leaked passwords at the top;
 * in lower case. */
static const char *const commonest[] = {
    "12345678",    "123456789",  "1234567890", "password",  "password1",     "password12",
    "password123", "qwertyuiop", "qwerty123",  "1q2w3e4r",  "1q2w3e4r5t",    "1qaz2wsx",
    "iloveyou",    "11111111",   "00000000",   "12341234",  "87654321",      "987654321",
    "abcd1234",    "abc12345",   "a1b2c3d4",   "passw0rd",  "p@ssw0rd",      "p@ssword",
    "sunshine",    "princess",   "football",   "baseball",  "superman",      "trustno1",
    "welcome1",    "welcome123", "admin123",   "admin1234", "administrator", "letmein1",
    "changeme",    "changeme1",  "asdfghjkl",  "qwertyui",  "qwer1234",      "computer",
    "starwars",    "whatever",   "88888888",   "66666666",  "123123123",     "11223344",
    "india123",    "cashier1",   "cashier123", "manager1",  "manager123",    "clientele",
};

const char *password_refused(struct str password)
{
    if (password.n < LENGTH_MIN)
        return "A password has at least 8 characters";
    if (password.n > LENGTH_MAX)
        return "A password has at most 200 bytes";
    for (size_t i = 0; i < sizeof commonest / sizeof *commonest; i++)
        if (str_eq_nocase(password, str_c(commonest[i])))
            return "This password is among the commonest ones";
    return NULL;
}
