/* Working ahead: a fixed number of batches goes round between the two threads,
 * so memory stays bounded and both work. */
#include "imports/pipeline.h"
#include <pthread.h>
#include <stdlib.h>

enum {
    BATCHES = 3,
    BATCH_ARENA = 1 << 20,
    ROWS_FIRST = 2000, /* of the first batch; each later one has twice as many, */
    ROWS_MOST = 50000, /* up to this: names, for one, are sorted before they go in */
};

struct pipeline {
    fill_fn fill;
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct batch *empty;            /* stack */
    struct batch *full, **full_end; /* queue */
    bool ended;                     /* the thread has filled all it will */
    bool stop;                      /* nobody wants more */
    int rc;                         /* how the filling ended */
};

static void *fill_all(void *arg)
{
    struct pipeline *p = arg;
    size_t room = ROWS_FIRST;
    int rc = 1;

    pthread_mutex_lock(&p->lock);
    while (rc == 1) {
        while (!p->empty && !p->stop)
            pthread_cond_wait(&p->changed, &p->lock);
        if (p->stop)
            break;
        struct batch *b = p->empty;
        p->empty = b->next;
        pthread_mutex_unlock(&p->lock);
        arena_reset(b->arena);
        rc = p->fill(p->arg, b, room);
        room = room * 2 < ROWS_MOST ? room * 2 : ROWS_MOST;
        pthread_mutex_lock(&p->lock);
        b->next = NULL;
        *p->full_end = b;
        p->full_end = &b->next;
        pthread_cond_broadcast(&p->changed);
    }
    p->ended = true;
    p->rc = rc < 0 ? rc : 0;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pipeline *pipeline_start(fill_fn fill, void *arg)
{
    struct pipeline *p = calloc(1, sizeof(*p));

    if (!p)
        abort();
    p->fill = fill;
    p->arg = arg;
    p->full_end = &p->full;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    for (int i = 0; i < BATCHES; i++) {
        struct batch *b = calloc(1, sizeof(*b));
        if (!b)
            abort();
        b->arena = arena_new(BATCH_ARENA);
        b->next = p->empty;
        p->empty = b;
    }
    if (pthread_create(&p->thread, NULL, fill_all, p) != 0)
        abort(); /* no thread, no memory: the same as elsewhere */
    return p;
}

struct batch *pipeline_next(struct pipeline *p, int *rc)
{
    pthread_mutex_lock(&p->lock);
    while (!p->full && !p->ended)
        pthread_cond_wait(&p->changed, &p->lock);
    struct batch *b = p->full;
    if (b)
        p->full = b->next;
    if (!p->full)
        p->full_end = &p->full;
    *rc = p->rc;
    pthread_mutex_unlock(&p->lock);
    return b;
}

void pipeline_give_back(struct pipeline *p, struct batch *b)
{
    pthread_mutex_lock(&p->lock);
    b->next = p->empty;
    p->empty = b;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void free_all(struct batch *b)
{
    while (b) {
        struct batch *next = b->next;
        arena_free(&b->arena);
        free(b);
        b = next;
    }
}

void pipeline_stop(struct pipeline **p)
{
    if (!*p)
        return;
    pthread_mutex_lock(&(*p)->lock);
    (*p)->stop = true;
    pthread_cond_broadcast(&(*p)->changed);
    pthread_mutex_unlock(&(*p)->lock);
    pthread_join((*p)->thread, NULL);
    free_all((*p)->empty);
    free_all((*p)->full);
    pthread_mutex_destroy(&(*p)->lock);
    pthread_cond_destroy(&(*p)->changed);
    free(*p);
    *p = NULL;
}
