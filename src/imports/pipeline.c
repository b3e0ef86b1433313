/* Reading ahead: a fixed number of batches goes round between the thread that
 * reads and the one that writes, so memory stays bounded and both work. */
#include "imports/pipeline.h"
#include "base/arena.h"
#include <pthread.h>
#include <stdlib.h>

enum { BATCHES = 6, BATCH_ARENA = 1 << 20 };

struct pipeline {
    const struct import_kind *kind;
    const struct import *import;
    struct source *source;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct batch *empty;            /* stack */
    struct batch *full, **full_end; /* queue */
    bool ended;                     /* the thread has read all it will */
    bool stop;                      /* nobody wants more */
    int rc;                         /* how the reading ended */
};

static void decode(struct pipeline *p, struct batch *b, size_t i)
{
    const struct import_record *r = &b->records[i];
    const struct fields *f = p->kind->fields;
    struct outcome *o = &b->outcomes[i];
    void *row = b->rows + i * f->size;
    const struct company *c = p->import->company;
    struct decode_context x = {.a = b->arena,
                               .region = c->country,
                               .zone = c->zone,
                               .digits = (int)c->digits,
                               .creating = true};
    struct field_errors e;

    e.n = 0;
    if (r->bad) {
        outcome_reject(o, NULL, str_c(r->bad));
        return;
    }
    for (size_t k = 0; k < f->n && e.n == 0; k++)
        if (r->v[k].n && fields_decode_path(f, str_c(f->v[k].name), r->v[k], &x, row, &e) < 0)
            break;
    fields_defaults(f, row);
    if (e.n == 0 && fields_check_required(f, row, &e, b->arena) < 0 && e.n == 0)
        outcome_reject_lit(o, NULL, "something is missing");
    if (e.n > 0)
        outcome_reject(o, arena_cstr(b->arena, e.v[0].field), e.v[0].message);
    else if (p->kind->check && o->verdict == VERDICT_OPEN)
        p->kind->check(p->import, b->arena, row, o);
}

/* Fills an empty batch: 1 there is more, 0 the input ended, negative. */
static int fill(struct pipeline *p, struct batch *b)
{
    size_t size = p->kind->fields->size;
    int rc = 1;

    arena_reset(b->arena);
    b->records = ARENA_ARRAY(b->arena, struct import_record, BATCH_ROWS);
    b->outcomes = ARENA_ARRAY(b->arena, struct outcome, BATCH_ROWS);
    b->rows = arena_alloc(b->arena, BATCH_ROWS * size);
    b->n = 0;
    while (b->n < BATCH_ROWS && (rc = source_next(p->source, b->arena, &b->records[b->n])) == 1)
        decode(p, b, b->n++);
    b->position = source_position(p->source);
    return rc;
}

static void *read_all(void *arg)
{
    struct pipeline *p = arg;
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
        rc = fill(p, b);
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

struct pipeline *pipeline_start(const struct import_kind *kind, const struct import *x,
                                struct source *source)
{
    struct pipeline *p = calloc(1, sizeof(*p));

    if (!p)
        abort();
    p->kind = kind;
    p->import = x;
    p->source = source;
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
    if (pthread_create(&p->thread, NULL, read_all, p) != 0)
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
