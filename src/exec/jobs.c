/* Jobs: rows of the slices, run one after another by one thread, each piece as
 * a member of a group of the writer. Beside them the watch, which knows whether
 * the store answers and moves SQLite's log into its file without making a
 * writer wait. */
#include "base/clock.h"
#include "base/log.h"
#include "exec/exec_priv.h"
#include "slices.h"
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { JOBS_MAX = 64, NICE = 10, MOVES_MOST = 8 };
static const int64_t tick_us = SECOND_US / 2;
/* Bytes of the log that are worth moving: few while it grows by less than that
 * between two looks, many while it grows fast, since pages that change often
 * are then moved once. */
static const int64_t log_calm = 4 << 20, log_growing = 128 << 20;
static const int64_t move_short = 20000; /* us; what came meanwhile is little */

/* Nobody waits for this thread: whoever serves a request goes first. */
static void give_way(void)
{
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
}

bool exec_sleep(struct exec *e, int64_t us)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += us / SECOND_US;
    until.tv_nsec += us % SECOND_US * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&e->stop_lock);
    int rc = 0;
    while (!e->stopping && rc == 0)
        rc = pthread_cond_timedwait(&e->stop_cond, &e->stop_lock, &until);
    bool go_on = !e->stopping;
    pthread_mutex_unlock(&e->stop_lock);
    return go_on;
}

struct piece {
    const struct job *job;
    struct job_run run;
};

static int run_piece(void *arg, struct tx *tx)
{
    struct piece *p = arg;
    return p->job->run(&p->run, tx);
}

static void run_job(struct exec *e, const struct job *job, struct arena *arena)
{
    int rc;
    struct uuid after = UUID_NIL, within = UUID_NIL;
    do {
        arena_reset(arena);
        struct piece p = {job,
                          {.app = e->app,
                           .arena = arena,
                           .now = clock_now(),
                           .after = &after,
                           .within = &within}};
        rc = exec_write(e, arena, run_piece, &p);
        if (rc < 0)
            log_warn("job failed", LOG_C("job", job->name), LOG_C("code", err_row(rc)->code));
    } while (rc == 1 && exec_sleep(e, 0));
}

void *jobs_loop(void *exec)
{
    struct exec *e = exec;
    const struct job *jobs[JOBS_MAX];
    int64_t due[JOBS_MAX];
    size_t n = 0;
    give_way();
    for (size_t i = 0; i < slice_count; i++)
        for (const struct job *j = slices[i]->jobs; j && j->name && n < JOBS_MAX; j++) {
            due[n] = clock_mono() + j->period_us;
            jobs[n++] = j;
        }
    struct arena *arena = arena_new(64 * 1024);
    while (exec_sleep(e, tick_us)) {
        if (e->app->schema_waiting)
            continue;
        if (access_flush(e) < 0)
            log_warn("access log waits for the store", LOG_I("reads", access_waiting(e->access)));
        for (size_t i = 0; i < n; i++) {
            if (clock_mono() < due[i])
                continue;
            run_job(e, jobs[i], arena);
            due[i] = clock_mono() + jobs[i]->period_us;
        }
    }
    arena_free(&arena);
    return NULL;
}

/* While the log is moved into the file the writer goes on, and only where
 * nothing is left to move can it begin the log anew. So what came meanwhile is
 * moved too, which is less each time, and the writer is told when it is so
 * little that it can move the rest itself between two groups: if it were left
 * to grow, that would take it a tenth of a second. */
static void shorten_log(struct exec *e, struct conn *c)
{
    for (int i = 0; i < MOVES_MOST; i++) {
        int64_t before = clock_mono();
        conn_checkpoint(c, false);
        if (clock_mono() - before < move_short) {
            atomic_store(&e->log_moved, true);
            return;
        }
    }
}

/* Asks the store once a second whether it is there, takes up new signing keys,
 * and on SQLite keeps the log short. */
void *watch_loop(void *exec)
{
    struct exec *e = exec;
    struct conn *c = NULL;
    int64_t asked = 0, before = 0;
    give_way();
    do {
        if (!c && conn_open(e->app->store, CONN_READER, &c) < 0)
            c = NULL;
        if (clock_mono() - asked > SECOND_US) {
            atomic_store(&e->ready, c && conn_ping(c) == 0);
            asked = clock_mono();
        }
        if (e->app->tokens)
            tokens_refresh(e->app->tokens); /* it says what is wrong */
        int64_t log = store_wal_bytes(e->app->store);
        if (c && e->sqlite && log > (log - before < log_calm ? log_calm : log_growing))
            shorten_log(e, c);
        before = log;
    } while (exec_sleep(e, SECOND_US / 4));
    conn_close(&c);
    return NULL;
}
