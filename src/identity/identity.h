/* Identity: which login belongs to which person, and why that is believed.
 *
 * A login (user) and a person (customer) are two things. A login's own record
 * is provisional until a code proves a phone; then the record gets the number,
 * or becomes part of the person who has it. Equal strings prove nothing. */
#pragma once
#include "customers/customers.h"
#include "http/req.h"
#include "store/store.h"

/* users.link_evidence */
#define EVIDENCE_PENDING STR("pending")   /* provisional, or a guess not proved yet */
#define EVIDENCE_VERIFIED STR("verified") /* by a code */
#define EVIDENCE_STAFF STR("staff")       /* staff with the person before them */
#define EVIDENCE_BACKFILL_ID STR("backfill-id")
#define EVIDENCE_BACKFILL_PHONE STR("backfill-phone")
#define EVIDENCE_BACKFILL_EMAIL STR("backfill-email")

/* The record of a login, a provisional one when it has none. Locks the user:
 * of any number of concurrent calls one makes it. 1 made, 0 it was there,
 * negative (ERR_USER_NOT_FOUND). */
MUST_CHECK int identity_find_or_create(struct req *r, struct tx *tx, struct uuid user,
                                       struct customer_row *out);

enum identity_outcome {
    IDENTITY_ALREADY,      /* the person had this number, proved before by this login */
    IDENTITY_OWNED,        /* nobody had the number: it is the person's now */
    IDENTITY_JOINED,       /* the login's own record became part of the person who has it */
    IDENTITY_PROOF_NEEDED, /* the number may be a recycled one: the login keeps its own record
                              until the old record's e-mail, staff, or a fresh start decides */
};
extern const char *const identity_outcome_names[]; /* "ALREADY", …; NULL-terminated */
struct identity_result {
    enum identity_outcome outcome;
    struct uuid customer;  /* the login's record now */
    struct str email_hint; /* PROOF_NEEDED: "a•••@example.com", null when there is none */
};
/* The login has just proved this phone by a code, in this transaction. Decides
 * by SPEC 1: joins, owns, or asks for more; proves guests' orders made with
 * the number when the person is now certain. Marks user and customer. */
MUST_CHECK int identity_phone_proved(struct req *r, struct tx *tx, struct uuid user,
                                     struct str phone, struct identity_result *out);
/* The same by no login: a guest at the checkout proved the number. *customer:
 * whose it is (made when nobody has it; nil when more proof would be needed). */
MUST_CHECK int identity_guest_proved(struct req *r, struct tx *tx, struct str phone,
                                     struct str name, struct uuid *customer);

/* The logins that a code to this phone may open: active CUSTOMER logins that
 * proved it, or that staff made for the person who has it; none that nobody
 * used for recycle_months. Newest sign-in first, at most n. */
struct identity_login {
    struct uuid user;
    struct str name, email; /* email may be null */
    bool is_proved;         /* its phone or its e-mail, by who uses it */
};
MUST_CHECK int identity_logins_of(struct req *r, struct tx *tx, struct str phone,
                                  struct identity_login *v, size_t most, size_t *n);

/* Links a login to a person by staff: its own provisional record becomes part
 * of the person's. 0, or a refusal (it belongs to another person). */
MUST_CHECK int identity_link(struct req *r, struct tx *tx, struct uuid user, struct uuid customer,
                             struct str evidence);
