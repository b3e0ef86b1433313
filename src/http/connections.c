/* See connections.h. The list is locked while the watchman walks it, and a
 * connection leaves it before libmicrohttpd closes its socket: no number of a
 * socket is used that may be somebody else's by then. */
#include "http/connections.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct peer {
    int fd;
    _Atomic int64_t since; /* monotonic us since it owes a request; 0: it does not */
    struct peer *next, *before;
};

struct connections {
    pthread_mutex_t lock; /* of the list and of `stop` */
    pthread_cond_t wake;
    struct peer *first;
    bool stop;
    int64_t patience;
    pthread_t watchman;
};

static struct peer *peer_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void connection_begins(struct MHD_Connection *c)
{
    struct peer *p = peer_of(c);
    if (p)
        atomic_store_explicit(&p->since, 0, memory_order_relaxed);
}

void connection_ends(struct MHD_Connection *c)
{
    struct peer *p = peer_of(c);
    if (p)
        atomic_store_explicit(&p->since, clock_mono(), memory_order_relaxed);
}

static void opened(struct connections *all, struct MHD_Connection *c, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct peer *p = calloc(1, sizeof *p);
    if (!p || !info)
        abort();
    p->fd = info->connect_fd;
    p->since = clock_mono();
    *context = p;
    pthread_mutex_lock(&all->lock);
    p->next = all->first;
    if (all->first)
        all->first->before = p;
    all->first = p;
    pthread_mutex_unlock(&all->lock);
}

static void closed(struct connections *all, void **context)
{
    struct peer *p = *context;
    *context = NULL;
    pthread_mutex_lock(&all->lock);
    if (p->before)
        p->before->next = p->next;
    else
        all->first = p->next;
    if (p->next)
        p->next->before = p->before;
    pthread_mutex_unlock(&all->lock);
    free(p);
}

void connections_notify(void *arg, struct MHD_Connection *c, void **context,
                        enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        opened(arg, c, context);
    else if (*context)
        closed(arg, context);
}

static void *watch(void *arg)
{
    struct connections *all = arg;
    pthread_mutex_lock(&all->lock);
    while (!all->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&all->wake, &all->lock, &until);
        int64_t now = clock_mono();
        for (struct peer *p = all->first; p; p = p->next) {
            int64_t since = atomic_load_explicit(&p->since, memory_order_relaxed);
            if (since > 0 && now - since > all->patience)
                shutdown(p->fd, SHUT_RDWR); /* libmicrohttpd reads the end, and closes */
        }
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

struct connections *connections_new(int64_t patience)
{
    struct connections *all = calloc(1, sizeof *all);
    if (!all)
        abort();
    all->patience = patience;
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->wake, NULL);
    if (pthread_create(&all->watchman, NULL, watch, all) != 0)
        abort();
    return all;
}

void connections_free(struct connections **c)
{
    struct connections *all = *c;
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->stop = true;
    pthread_cond_signal(&all->wake);
    pthread_mutex_unlock(&all->lock);
    pthread_join(all->watchman, NULL);
    while (all->first) {
        struct peer *p = all->first;
        all->first = p->next;
        free(p);
    }
    pthread_cond_destroy(&all->wake);
    pthread_mutex_destroy(&all->lock);
    free(all);
    *c = NULL;
}
