/* What the files of this slice share. */
#pragma once
#include "exec/exec.h"
#include "exec/job.h"
#include "identity.sql.h"
#include "identity/identity.h"

/* Locks the login; ERR_USER_NOT_FOUND. */
MUST_CHECK int identity_take_user(struct req *r, struct tx *tx, struct uuid user,
                                  struct identity_user *u);
/* The record of a login that is locked: 1 made, 0 it was there. */
MUST_CHECK int identity_own(struct req *r, struct tx *tx, const struct identity_user *u,
                            struct customer_row *out);
/* Where the code goes that proves the e-mail of an old record; null: nowhere. */
MUST_CHECK int identity_email(struct req *r, struct tx *tx, const struct customer_row *old,
                              struct str *email);

/* Somebody else's record, locked, whose number this login has proved. */
struct identity_waiting {
    struct identity_user user;
    struct customer_row own, old;
};
/* What of a login waits for more proof; a refusal when nothing does. */
MUST_CHECK int identity_take_waiting(struct req *r, struct tx *tx, struct identity_waiting *w);

/* -- Handlers -- */
struct identity_own_in {
    struct given given;
    struct str name, preferred_name, email, phone, address, area, preferences;
    int64_t birthday, anniversary; /* days */
};
struct identity_join_in {
    struct given given;
    struct str code;
};
struct identity_link_in {
    struct given given;
    struct uuid id;      /* of the person, path */
    struct uuid user_id; /* of the login, body */
};
struct identity_unlink_in {
    struct given given;
    struct uuid id, user_id; /* path */
};
extern const struct fields identity_own_fields, identity_join_fields, identity_link_fields,
    identity_unlink_fields, identity_hint_out;

int identity_me_lookup(struct req *r, struct tx *tx);    /* me.c: answers when there is a record */
int identity_me(struct req *r, struct tx *tx);           /* me.c: makes it */
int identity_me_change(struct req *r, struct tx *tx);    /* me.c */
int identity_join_request(struct req *r, struct tx *tx); /* join.c */
int identity_join(struct req *r, struct tx *tx);         /* join.c */
int identity_fresh(struct req *r, struct tx *tx);        /* fresh.c */
int identity_users_link(struct req *r, struct tx *tx);   /* links.c */
int identity_users_unlink(struct req *r, struct tx *tx); /* links.c */
extern const struct check identity_checks[];             /* checks.c */
