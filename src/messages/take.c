/* Taking: a walk from target to target finds what is due, a write transaction
 * leases it, a read transaction prepares it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "messages/sender_priv.h"

enum {
    WALK = 64,         /* targets looked at in one go */
    DUE = 16,          /* and taken from */
    PAUSE_FACTOR = 10, /* between walks, of how long one takes */
};
static const int64_t poll_us = SECOND_US / 10;

/* A target with something due, and how much of it may be taken. */
struct due {
    struct lane lane;
    size_t room;
};

struct taking {
    struct sender *s;
    struct due due[DUE];
    size_t n;
    bool left; /* something due was left */
    int64_t now;
    struct message_row rows[SLOTS]; /* what was leased; texts of s->scratch */
    const struct channel *channels[SLOTS];
    size_t taken, room;
    size_t dead; /* expired before their turn */
};

/* Goes on to the next target, and notes it when something is due and may be
 * taken; 0 at the end. */
static int step(struct taking *t, struct tx *tx)
{
    struct sender *s = t->s;
    struct message_next_target_row next;
    int rc = message_next_target(tx, s->at.company, str_c(s->at.channel), s->at.target, &next);
    if (rc <= 0)
        return rc;
    s->at = (struct place){next.company_id, next.target_id, ""};
    memcpy(s->at.channel, next.channel.p,
           next.channel.n < sizeof s->at.channel ? next.channel.n : sizeof s->at.channel - 1);
    /* One of a newer program's making is passed over. */
    struct lane l = {next.company_id, next.target_id, channel_find(next.channel)};
    size_t room = l.channel && next.next_at <= t->now ? lane_room(s, &l) : 0;
    if (room)
        t->due[t->n++] = (struct due){l, room};
    return 1;
}

/* The end of a walk: the next one begins at once when something was left, else
 * after a while that grows with the walk, so that many targets which wait for
 * their time cost little. */
static void turn(struct sender *s)
{
    int64_t took = clock_mono() - s->round_began;
    int64_t pause = took * PAUSE_FACTOR > poll_us ? took * PAUSE_FACTOR : poll_us;
    s->next_walk = clock_mono() + (s->left_some ? 0 : pause);
    s->at = (struct place){.company = {.b[15] = 1}, .target = {.b[15] = 1}}; /* nil is NULL */
    s->left_some = false;
}

static int walk(struct taking *t)
{
    struct sender *s = t->s;
    struct tx *tx = NULL;
    if (s->at.channel[0] == '\0')
        s->round_began = clock_mono();
    int rc = tx_begin(s->conn, TX_READ, s->scratch, &tx);
    if (rc < 0)
        return rc;
    rc = 1;
    for (int i = 0; rc == 1 && i < WALK && t->n < DUE; i++)
        rc = step(t, tx);
    tx_rollback(&tx);
    return rc;
}

/* Expired, or leased and noted in t. */
static int lease(struct taking *t, struct tx *tx, const struct channel *channel,
                 const struct message_row *row)
{
    if (row->expires_at != I64_NULL && row->expires_at <= t->now) {
        int rc = message_dead(tx, &(struct message_dead_params){
                                      .company = row->company_id,
                                      .id = row->id,
                                      .tries = row->tries,
                                      .status = row->last_status,
                                      .error = STR("expired"),
                                      .now = t->now,
                                  });
        t->dead++;
        return rc < 0 ? rc : message_wipe(tx, row->company_id, row->id);
    }
    t->rows[t->taken] = *row;
    t->rows[t->taken].tries++;
    t->channels[t->taken++] = channel;
    return message_lease(tx, row->company_id, row->id, t->now + LEASE_S * SECOND_US);
}

static int lease_due(void *arg, struct tx *tx)
{
    struct taking *t = arg;
    t->taken = t->dead = 0;
    t->left = false;
    for (size_t i = 0; i < t->n; i++) {
        const struct lane *l = &t->due[i].lane;
        struct message_row *rows;
        size_t n = 0, room = t->room - t->taken;
        size_t most = t->due[i].room < room ? t->due[i].room : room;
        int rc = messages_due(tx, l->company, str_c(l->channel->name), l->target, t->now,
                              (int64_t)most, &rows, &n);
        for (size_t k = 0; rc >= 0 && k < n; k++)
            rc = lease(t, tx, l->channel, &rows[k]);
        if (rc < 0)
            return rc;
        t->left = t->left || n == most;
    }
    return 0;
}

/* The row with its texts in the flight's own memory. */
static void board(struct sender *s, struct flight *f, const struct message_row *row,
                  const struct channel *channel, int64_t now)
{
    struct arena *a = f->d.arena;
    arena_reset(a);
    f->lane = (struct lane){row->company_id, row->target_id, channel};
    f->d.row = *row;
    f->d.row.channel = str_c(channel->name);
    f->d.row.content_sealed = arena_str(a, row->content_sealed);
    f->d.row.purpose = arena_str(a, row->purpose);
    f->d.row.state = arena_str(a, row->state);
    f->d.row.last_error = arena_str(a, row->last_error);
    f->d.now = now;
    f->d.state = NULL;
    f->d.blocking = false;
    random_bytes(&f->chance, sizeof f->chance);
    f->since = clock_mono();
    f->slow = false;
    f->doubtful = lane_doubtful(s, &f->lane);
    f->state = FLIGHT_TAKEN;
}

/* What may not be known beforehand: libcurl's handle as new. */
static int prepare(struct sender *s, struct flight *f, struct tx *tx)
{
    const struct settings *set = s->app->settings;
    struct str ca = setting_text(set, SETTING_CA_FILE);
    curl_easy_reset(f->d.curl);
    guard_curl(f->d.curl, "https,http", setting_bool(set, SETTING_ALLOW_PRIVATE_TARGETS));
    if (ca.n)
        curl_easy_setopt(f->d.curl, CURLOPT_CAINFO, arena_cstr(f->d.arena, ca));
    tx_arena(tx, f->d.arena);
    int rc = f->lane.channel->prepare(&f->d, tx, &f->result);
    tx_arena(tx, s->scratch);
    if (rc == 0)
        f->state = FLIGHT_LANDED;
    if (rc != 1) {
        curl_slist_free_all(f->d.list);
        f->d.list = NULL;
    }
    return rc;
}

static int prepare_taken(struct sender *s)
{
    struct tx *tx = NULL;
    int rc = tx_begin(s->conn, TX_READ, s->scratch, &tx);
    for (size_t i = 0; i < SLOTS; i++) {
        struct flight *f = &s->flights[i];
        if (f->state != FLIGHT_TAKEN)
            continue;
        if (rc >= 0)
            rc = prepare(s, f, tx);
        /* The store has gone: the lease will bring it back. */
        if (rc < 0)
            f->state = FLIGHT_FREE;
    }
    if (tx)
        tx_rollback(&tx);
    return rc < 0 ? rc : 0;
}

static int take_due(struct sender *s, struct taking *t)
{
    int rc = exec_write(s->app->exec, s->scratch, lease_due, t);
    if (rc < 0)
        return rc;
    s->left_some = s->left_some || t->left;
    atomic_fetch_add(&s->dead, (long long)t->dead);
    for (size_t i = 0, k = 0; i < SLOTS && k < t->taken; i++)
        if (s->flights[i].state == FLIGHT_FREE) {
            board(s, &s->flights[i], &t->rows[k], t->channels[k], t->now);
            k++;
        }
    return prepare_taken(s);
}

int sender_take(struct sender *s)
{
    struct taking t = {.s = s, .now = clock_now()};
    for (size_t i = 0; i < SLOTS; i++)
        t.room += s->flights[i].state == FLIGHT_FREE;
    if (t.room == 0)
        return 0;
    arena_reset(s->scratch);
    if (uuid_is_nil(s->at.company))
        turn(s);
    int walked = walk(&t);
    int rc = walked < 0 ? walked : 0;
    if (rc == 0 && t.n)
        rc = take_due(s, &t);
    if (rc < 0) {
        s->next_walk = clock_mono() + SECOND_US; /* the store is away */
        return rc;
    }
    if (walked == 0)
        turn(s);
    return 0;
}
