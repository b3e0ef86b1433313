/* Accounts: users, sign-in, API keys. What other slices and commands may call.
 * (accounts.sql: user_read, user_by_email, …) */
#pragma once
#include "accounts.sql.h"
#include "base/arena.h"
#include "base/error.h"
#include "http/field.h"
#include "http/perm.h"
#include "http/req.h"
#include "store/store.h"

struct user_new {
    struct uuid id;
    struct str email;         /* lower case, or null */
    struct str name, phone;   /* phone: E.164 or null */
    struct str password_hash; /* null: not activated yet */
    enum role role;
    uint64_t grants, denials;
    struct uuid store_id, customer_id, batch_id; /* or nil */
    struct str link_evidence; /* why it is believed to be customer_id's, see identity.h; or null */
    bool is_email_verified;
};
/* 1 made, 0 the e-mail is taken, negative an error. */
MUST_CHECK int accounts_create_user(struct tx *tx, struct uuid company, const struct user_new *u,
                                    int64_t now);

/* A link with which a user sets a password, once; earlier ones are void. */
struct user_link {
    struct str token;   /* what the link carries; shown once, kept hashed */
    struct str url;     /* made with it */
    int64_t expires_at; /* us */
};
/* To activate when the user has no password yet, else to reset. base: what people
 * use, "https://shop.example". */
MUST_CHECK int accounts_one_time_link(struct tx *tx, struct uuid company,
                                      const struct user_row *user, struct str base, int64_t now,
                                      struct arena *a, struct user_link *out);

/* A one-time link as somebody sends it back. */
struct link_sent {
    uint8_t hash[32];
    struct str purpose;      /* what it was made for: "activate", "reset", … */
    struct sign_in_row user; /* whose it is; may sign in */
};
/* For look-ups: finds the link and sets r->company. 0, or ERR_TOKEN_INVALID when
 * it is not good any more or its user may not sign in. */
MUST_CHECK int accounts_link_open(struct req *r, struct tx *tx, struct str token,
                                  struct link_sent *out);
/* For the handler afterwards: looks again and uses it up. 0, ERR_TOKEN_INVALID. */
MUST_CHECK int accounts_link_take(struct req *r, struct tx *tx, struct link_sent *l);
/* NULL of hash: none from now on. Whoever else was signed in as that user no
 * longer is, its links are void, wrong passwords are forgotten. */
MUST_CHECK int accounts_set_password(struct req *r, struct tx *tx, struct uuid user,
                                     struct str hash);
/* ERR_INVALID when it will not do as a password. */
MUST_CHECK int accounts_refuse_weak(struct req *r, const char *field, struct str password);
/* Where links for people begin: the public address. */
struct str accounts_base_url(const struct req *r);

/* Ends a user's sessions and links, all or all but one session (nil: all). */
MUST_CHECK int accounts_sign_out(struct tx *tx, struct uuid company, struct uuid user,
                                 struct uuid but, int64_t now);

/* Is somebody left who looks after users when this one no longer does?
 * Locks the company, so that two cannot go at once. 1 yes, 0 no, negative. */
MUST_CHECK int accounts_other_admin(struct tx *tx, struct uuid company, struct uuid user);

/* Can a user as it now stands look after users? */
bool accounts_is_admin(const struct user_row *u);
/* Writes back every column that a record's change may touch. */
MUST_CHECK int accounts_update(struct tx *tx, struct uuid company, const struct user_row *u,
                               int64_t now);
/* What the user may do: the role's permissions, grants, denials. */
uint64_t accounts_perms(const struct user_row *u);

/* A user as answers show it. */
struct user_out {
    struct user_row row;
    struct uuid company;
    uint64_t perms;           /* effective */
    struct str email, phone;  /* proved or given by staff, else what the user says */
    struct str second_factor; /* "OFF", "ON", "REQUIRED": see factors.h */
};
struct user_out user_out_of(const struct req *r, const struct user_row *u);
extern const struct fields user_out;         /* for those who look after users */
extern const struct fields user_session_out; /* for the user, at sign-in */

/* Access and refresh token of a sign-in. */
struct session_out {
    struct str access, refresh;
    int64_t expires_in; /* seconds, of the access token */
    struct user_out user;
};
extern const struct fields session_out;
/* The person that a login belongs to, as it sees itself: own_customer_row. */
extern const struct fields own_customer_out;
/* Opens a session; the user is the request's subject. Whoever opens one for a
 * user has made sure that it may sign in, and has asked for its second factor:
 * factors_sign_in. */
MUST_CHECK int accounts_open_session(struct req *r, struct tx *tx, struct uuid user,
                                     struct session_out *out);
/* Was who is asking signed in within the last minutes? Renewed tokens do not
 * count: whoever found a session has them. 1, 0, negative. */
MUST_CHECK int accounts_signed_in_lately(struct req *r, struct tx *tx);
/* The company of a request that names it by a secret in the body: sets
 * r->company. ERR_TOKEN_INVALID when there is no such company. */
MUST_CHECK int accounts_company(struct req *r, struct tx *tx, struct uuid company);
