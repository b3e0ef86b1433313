/* The backfill: people and logins that exist unlinked are brought together.
 * match.c decides about one login, apply.c goes through all of a company,
 * rollback.c takes a run back. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/uuid.h"
#include <stdbool.h>
#include <stdint.h>

struct store;

/* -- match.c -- */

/* Whom one kind of evidence names. */
struct link_match {
    struct uuid customer; /* nil: nobody */
    bool names;           /* the person names this login as the first already */
    bool several;         /* further people too */
    bool proved;          /* what matches was proved by the login, and by nobody else */
};
/* All that speaks for whose a login is. */
struct link_facts {
    struct link_match id, phone, email; /* from the strongest to the weakest */
};
enum link_outcome { LINK_UNMATCHED, LINK_AMBIGUOUS, LINK_PENDING, LINK_LINKED };
struct link_decision {
    enum link_outcome outcome;
    struct uuid customer; /* LINKED, PENDING */
    bool names;           /* of that match */
    struct str evidence;  /* users.link_evidence */
};
/* Everything that matches must name one person; the strongest evidence that
 * was proved, or with `trusted` the strongest of all, makes the link. */
struct link_decision link_decide(const struct link_facts *f, bool trusted);

/* The id in an address "customer-{id}@…" as an older system made them for the
 * logins of its customers; null when it is another one. */
struct str link_pattern_id(struct str email);

/* Adds one more match of a kind. */
void link_match_add(struct link_match *m, struct uuid customer, bool names, bool proved);

/* -- apply.c -- */

struct link_counts {
    int64_t seen;      /* logins without a person */
    int64_t linked;    /* now a person's */
    int64_t pending;   /* noted for a person, who has to prove it */
    int64_t ambiguous; /* matched by several people */
    int64_t unmatched; /* by nobody */
};
/* A login that is left to people to decide about. */
struct link_ambiguous {
    struct uuid user;
    struct link_facts facts;
};
struct link_job {
    struct store *store;
    struct uuid company;
    bool trusted, dry;
    /* Told of logins seen, and in the second pass of people. */
    void (*progress)(void *arg, bool people, int64_t done, int64_t total);
    void (*ambiguous)(void *arg, const struct link_ambiguous *v);
    void *arg;
};
struct link_result {
    struct uuid batch;         /* nil on a dry run */
    bool resumed;              /* an unfinished run was brought to its end */
    struct link_counts counts; /* of the whole run */
    int64_t took_us;
};
/* 0 or an error, after which the same call goes on where it ended.
 * ERR_USAGE: an unfinished run has another `trusted`; ERR_CONFLICT: one is
 * being rolled back. out->batch is that run. */
MUST_CHECK int link_run(const struct link_job *job, struct arena *a, struct link_result *out);

/* -- rollback.c -- */

struct link_rollback {
    int64_t restored, kept;
    /* Told of each login that stays as it is, because somebody has decided
     * otherwise about it since, or it is gone. */
    void (*stays)(void *arg, struct uuid user);
    void *arg;
};
/* In short transactions; stopped in the middle, it goes on when run again.
 * 0; ERR_NOT_FOUND: there is no such run; ERR_CONFLICT: it was rolled back. */
MUST_CHECK int link_rollback(struct store *s, struct uuid company, struct uuid batch,
                             struct arena *a, struct link_rollback *out);
