/* The sender's thread: takes, transfers, notes, waits. HTTP transfers run side
 * by side in one libcurl multi handle. SMTP has a thread a message, because
 * libcurl waits for the server's verdict on a message without leaving the
 * call: in the multi handle one slow mail server would hold up everybody. */
#include "base/clock.h"
#include "base/log.h"
#include "http/metrics.h"
#include "messages/sender_priv.h"
#include <stdlib.h>

enum {
    WAIT_MS = 100, /* longest sleep */
    GRACE_S = 3,   /* when stopping, for what is under way */
    SLOW_S = 5,    /* a target that takes longer is a slow one */
};

static int on_progress(void *sender, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
    const struct sender *s = sender;
    (void)dt, (void)dn, (void)ut, (void)un;
    return atomic_load(&s->aborting);
}

static void *fly_alone(void *flight)
{
    struct flight *f = flight;
    f->code = curl_easy_perform(f->d.curl);
    atomic_store(&f->back, true);
    (void)curl_multi_wakeup(f->of->multi);
    return NULL;
}

static void land(struct sender *s, struct flight *f, CURLcode code)
{
    long status = 0;
    (void)curl_easy_getinfo(f->d.curl, CURLINFO_RESPONSE_CODE, &status);
    f->result = f->lane.channel->judge(&f->d, code, status);
    f->slow = code == CURLE_OPERATION_TIMEDOUT || clock_mono() - f->since > SLOW_S * SECOND_US;
    f->state = FLIGHT_LANDED;
    curl_slist_free_all(f->d.list);
    f->d.list = NULL;
    atomic_fetch_sub(&s->flying, 1);
}

static void take_off(struct sender *s, struct flight *f)
{
    CURL *c = f->d.curl;
    buf_free(&f->d.answer);
    guard_answer(c, &f->d.answer);
    curl_easy_setopt(c, CURLOPT_PRIVATE, f);
    f->state = FLIGHT_FLYING;
    atomic_fetch_add(&s->flying, 1);
    if (!f->d.blocking) {
        if (curl_multi_add_handle(s->multi, c) != CURLM_OK)
            land(s, f, CURLE_FAILED_INIT);
        return;
    }
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, s);
    atomic_store(&f->back, false);
    f->threaded = pthread_create(&f->thread, NULL, fly_alone, f) == 0;
    if (!f->threaded)
        land(s, f, CURLE_FAILED_INIT);
}

/* What has come back since the last look. */
static void collect(struct sender *s)
{
    int left;
    CURLMsg *m;
    (void)curl_multi_perform(s->multi, &left);
    while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
        struct flight *f = NULL;
        CURLcode code = m->data.result;
        CURL *c = m->easy_handle;
        if (m->msg != CURLMSG_DONE || curl_easy_getinfo(c, CURLINFO_PRIVATE, &f) != CURLE_OK || !f)
            continue;
        land(s, f, code); /* before it is removed: its answer is asked for */
        (void)curl_multi_remove_handle(s->multi, c);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        struct flight *f = &s->flights[i];
        if (!f->threaded || !atomic_load(&f->back))
            continue;
        pthread_join(f->thread, NULL);
        f->threaded = false;
        land(s, f, f->code);
    }
}

static size_t count(const struct sender *s, enum flight_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < SLOTS; i++)
        n += s->flights[i].state == state;
    return n;
}

static void depart(struct sender *s)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (s->flights[i].state == FLIGHT_TAKEN)
            take_off(s, &s->flights[i]);
}

/* Says once that the store is away, and once that it is back. */
static void tell_away(struct sender *s, int rc)
{
    if (rc < 0 && !s->away)
        log_warn("messages wait for the store", LOG_C("code", err_row(rc)->code));
    if (rc >= 0 && s->away)
        log_info("messages go on", LOG_C("store", "back"));
    s->away = rc < 0;
}

/* Notes what has landed; what cannot be noted now stays for the next time. */
static void note(struct sender *s)
{
    if (count(s, FLIGHT_LANDED) == 0 || clock_mono() < s->next_note)
        return;
    int rc = sender_settle(s);
    tell_away(s, rc);
    s->next_note = rc < 0 ? clock_mono() + SECOND_US : 0;
    s->next_walk = rc < 0 ? s->next_note : 0; /* there is room again */
}

/* How long there is nothing to do but to transfer, in ms. */
static int idle_ms(const struct sender *s)
{
    int64_t next = s->next_walk;
    if (count(s, FLIGHT_LANDED) && s->next_note < next)
        next = s->next_note;
    int64_t us = next - clock_mono();
    return us <= 0 ? 0 : us > WAIT_MS * 1000 ? WAIT_MS : (int)(us / 1000) + 1;
}

/* A moment for what is under way; then it is given up, and comes again. */
static void wind_up(struct sender *s)
{
    int64_t until = clock_mono() + GRACE_S * SECOND_US;
    while (count(s, FLIGHT_FLYING) && clock_mono() < until) {
        (void)curl_multi_poll(s->multi, NULL, 0, WAIT_MS, NULL);
        collect(s);
    }
    atomic_store(&s->aborting, true);
    for (size_t i = 0; i < SLOTS; i++) {
        struct flight *f = &s->flights[i];
        if (f->state != FLIGHT_FLYING)
            continue;
        if (f->threaded)
            pthread_join(f->thread, NULL);
        else
            (void)curl_multi_remove_handle(s->multi, f->d.curl);
        land(s, f, f->threaded ? f->code : CURLE_ABORTED_BY_CALLBACK);
        f->threaded = false;
    }
    if (sender_settle(s) < 0)
        log_warn("messages under way come again", LOG_I("messages", count(s, FLIGHT_LANDED)));
}

static void *run(void *sender)
{
    struct sender *s = sender;
    while (!atomic_load(&s->stopping)) {
        collect(s);
        note(s);
        if (clock_mono() >= s->next_walk && !s->app->schema_waiting) {
            tell_away(s, sender_take(s));
            depart(s);
        }
        (void)curl_multi_poll(s->multi, NULL, 0, s->app->schema_waiting ? WAIT_MS : idle_ms(s),
                              NULL);
    }
    wind_up(s);
    return NULL;
}

static int64_t read_sent(void *s)
{
    return atomic_load(&((struct sender *)s)->sent);
}

static int64_t read_put_off(void *s)
{
    return atomic_load(&((struct sender *)s)->put_off);
}

static int64_t read_dead(void *s)
{
    return atomic_load(&((struct sender *)s)->dead);
}

static int64_t read_flying(void *s)
{
    return atomic_load(&((struct sender *)s)->flying);
}

static void tell_metrics(struct sender *s)
{
    struct metrics *m = s->app->metrics;
    if (!m)
        return;
    metrics_read(m, "messages_sent", "Messages sent since the start.", read_sent, s);
    metrics_read(m, "messages_put_off", "Tries that failed and are made again.", read_put_off, s);
    metrics_read(m, "messages_dead", "Messages given up since the start.", read_dead, s);
    metrics_read(m, "messages_flying", "Messages under way at this moment.", read_flying, s);
}

int sender_start(struct app *app, struct sender **out)
{
    struct sender *s = calloc(1, sizeof *s);
    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    *out = s;
    s->app = app;
    s->scratch = arena_new(64 * 1024);
    s->multi = curl_multi_init();
    int rc = s->multi ? conn_open(app->store, CONN_READER, &s->conn) : ERR_INTERNAL;
    for (size_t i = 0; i < SLOTS; i++) {
        struct flight *f = &s->flights[i];
        *f = (struct flight){.of = s, .d = {.app = app, .arena = arena_new(4096)}};
        f->d.curl = curl_easy_init();
        if (!f->d.curl)
            rc = ERR_INTERNAL;
    }
    if (rc >= 0 && pthread_create(&s->thread, NULL, run, s) != 0)
        rc = ERR_INTERNAL;
    s->started = rc >= 0;
    if (rc < 0)
        sender_stop(out);
    else
        tell_metrics(s);
    return rc < 0 ? rc : 0;
}

void sender_stop(struct sender **out)
{
    struct sender *s = *out;
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    if (s->multi)
        (void)curl_multi_wakeup(s->multi);
    if (s->started)
        pthread_join(s->thread, NULL);
    for (size_t i = 0; i < SLOTS; i++) {
        curl_slist_free_all(s->flights[i].d.list);
        curl_easy_cleanup(s->flights[i].d.curl);
        buf_free(&s->flights[i].d.answer);
        arena_free(&s->flights[i].d.arena);
    }
    (void)curl_multi_cleanup(s->multi);
    curl_global_cleanup();
    conn_close(&s->conn);
    arena_free(&s->scratch);
    free(s);
    *out = NULL;
}
