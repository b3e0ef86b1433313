/* A bounded queue of tickets under one mutex. A taker gets everything that
 * waits, up to its maximum, in one go: that is what makes groups. */
#include "base/clock.h"
#include "exec/exec_priv.h"

void queue_init(struct queue *q, size_t max)
{
    *q = (struct queue){.max = max};
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->more, NULL);
}

void queue_free(struct queue *q)
{
    assert(!q->first);
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->more);
}

bool queue_put(struct queue *q, struct ticket *t)
{
    t->next = NULL;
    pthread_mutex_lock(&q->lock);
    bool room = !q->closed && q->n < q->max;
    if (room) {
        if (q->last)
            q->last->next = t;
        else
            q->first = t;
        q->last = t;
        q->n++;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->lock);
    return room;
}

struct ticket *queue_take(struct queue *q, size_t most)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->closed)
        pthread_cond_wait(&q->more, &q->lock);
    struct ticket *list = q->first, *last = list;
    if (list) {
        size_t taken = 1;
        while (taken < most && last->next) {
            last = last->next;
            taken++;
        }
        q->first = last->next;
        if (!q->first)
            q->last = NULL;
        else
            pthread_cond_signal(&q->more);
        last->next = NULL;
        q->n -= taken;
    }
    pthread_mutex_unlock(&q->lock);
    return list;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->n;
    pthread_mutex_unlock(&q->lock);
    return n;
}
