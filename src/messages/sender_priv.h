/* Inside the sender: one thread that takes what is due, lets libcurl transfer
 * it, and notes what became of it.
 *
 * Taking and noting are short write transactions by the executor's writer: on
 * SQLite there is no other, and a second connection would make requests wait
 * for its locks; on both engines they share a COMMIT with the requests of the
 * moment. Nothing is transferred within a transaction. A message that was
 * taken is leased: its next_at lies ahead, so that another process leaves it
 * alone, and it comes back by itself when this one is killed. */
#pragma once
#include "exec/exec.h"
#include "messages/messages_priv.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    SLOTS = 128,     /* transfers at once */
    MAIL_SLOTS = 16, /* of them e-mails: SMTP takes a thread each */
    LANE_SLOTS = 8,  /* of them to one target */
    MAIL_LANE = 4,   /* and e-mails of one company */
    LEASE_S = 45,    /* longer than a transfer (guard.c: 15 s) and what is around it */
    DOUBTS = 128,    /* slow targets that are remembered */
};

/* What goes to one target waits in one lane. */
struct lane {
    struct uuid company, target;
    const struct channel *channel;
};

enum flight_state {
    FLIGHT_FREE,
    FLIGHT_TAKEN,  /* leased; not under way yet */
    FLIGHT_FLYING, /* libcurl has it */
    FLIGHT_LANDED, /* its result is not noted yet */
};
struct flight {
    enum flight_state state;
    struct lane lane;
    struct delivery d; /* its arena and curl live as long as the sender */
    struct message_result result;
    uint32_t chance;  /* of the backoff: the same when noting is run again */
    int64_t since;    /* clock_mono() when it was taken */
    bool doubtful;    /* its target was a slow one then */
    bool slow;        /* took long, or there was no answer */
    bool threaded;    /* `thread` runs, and is to be joined */
    pthread_t thread; /* of a transfer that blocks */
    CURLcode code;    /* what came of it there; good once `back` */
    atomic_bool back; /* the thread is done with it */
    struct sender *of;
};

/* A target that was slow lately gets one slot, and all such ones together half
 * of them: what answers is not held up by what does not. */
struct doubt {
    struct lane lane;
    int64_t until; /* clock_mono() */
};

/* A place in the order of what waits; nil: before everything. */
struct place {
    struct uuid company, target;
    char channel[16]; /* with NUL */
};

struct sender {
    struct app *app;
    CURLM *multi;
    struct conn *conn;     /* reading */
    struct arena *scratch; /* of a round */
    struct flight flights[SLOTS];
    struct doubt doubts[DOUBTS];
    struct place at;     /* where the walk over the targets has got to */
    int64_t round_began; /* clock_mono() when the walk last stood at its beginning */
    int64_t next_walk;   /* clock_mono(): not before, unless something lands */
    int64_t next_note;   /* clock_mono(): not before, after the store had failed */
    bool away;           /* the store did not answer the last time */
    bool left_some;      /* this time round something due was left where it is */
    pthread_t thread;
    bool started;
    atomic_bool stopping;                     /* take nothing more */
    atomic_bool aborting;                     /* give up what is under way */
    atomic_llong sent, put_off, dead, flying; /* for /metrics */
};

/* lanes.c */
bool lane_eq(const struct lane *a, const struct lane *b);
/* Was it slow lately? */
bool lane_doubtful(const struct sender *s, const struct lane *l);
/* How many more may be taken for it now. */
size_t lane_room(const struct sender *s, const struct lane *l);
/* It was quick or slow just now. */
void lane_mark(struct sender *s, const struct lane *l, bool slow);
/* Of that name, or NULL. */
const struct channel *channel_find(struct str name);

/* take.c: leases some of what is due and there is room for, and prepares it;
 * says by next_walk when to look again. 0 or an error. */
MUST_CHECK int sender_take(struct sender *s);
/* settle.c: notes what has landed. 0, or an error: they stay landed. */
MUST_CHECK int sender_settle(struct sender *s);
