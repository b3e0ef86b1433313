/* A progress bar on standard error: how far, how fast, how long to go. Drawn
 * at most ten times a second, so that it can be told of every row. */
#include "base/clock.h"
#include "cli/command.h"
#include <stdlib.h>
#include <unistd.h>

enum { BAR = 24 };
static const int64_t redraw_us = SECOND_US / 10;

struct progress {
    const char *what;
    int64_t total;   /* 0 or less: not known */
    int64_t done;    /* as last told */
    int64_t started; /* monotonic us */
    int64_t drawn;   /* monotonic us of the last drawing */
};

struct progress *progress_new(const struct args *a, const char *what, int64_t total)
{
    if (args_json(a) || !isatty(STDERR_FILENO))
        return NULL;
    struct progress *p = ARENA_NEW(args_arena(a), struct progress);
    *p = (struct progress){.what = what, .total = total, .started = clock_mono()};
    return p;
}

/* 1234567 -> "1,234,567" */
static const char *grouped(int64_t v, char out[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v), k = 0;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0 && digits[i - 1] != '-')
            out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = 0;
    return out;
}

static void draw(const struct progress *p, int64_t now)
{
    char done[32], total[32], rate_text[32], bar[BAR + 1];
    int64_t took = now - p->started > 0 ? now - p->started : 1;
    int64_t rate = (int64_t)((double)p->done * (double)SECOND_US / (double)took);
    grouped(p->done, done);
    grouped(rate, rate_text);
    if (p->total <= 0) {
        fprintf(stderr, "\r\033[K%s  %s  %s/s", p->what, done, rate_text);
        return;
    }
    double part = (double)p->done / (double)p->total;
    part = part > 1 ? 1 : part;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(part * BAR) ? '#' : '.';
    bar[BAR] = 0;
    long long left = rate > 0 && p->total > p->done ? (p->total - p->done) / rate : 0;
    fprintf(stderr, "\r\033[K%s [%s] %3d %%  %s of %s  %s/s  %lld:%02lld left", p->what, bar,
            (int)(part * 100), done, grouped(p->total, total), rate_text, left / 60, left % 60);
}

void progress_set(struct progress *p, int64_t done)
{
    if (!p)
        return;
    p->done = done;
    int64_t now = clock_mono();
    if (now - p->drawn < redraw_us)
        return;
    p->drawn = now;
    draw(p, now);
}

void progress_end(struct progress **p)
{
    if (*p) {
        draw(*p, clock_mono());
        fputc('\n', stderr);
    }
    *p = NULL;
}
