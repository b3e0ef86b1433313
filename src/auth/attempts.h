/* Wrong guesses, counted per account: after too many within the window nobody
 * gets in by guessing on, whether right or wrong. The account is a keyed hash
 * of what names it, so that unknown ones are counted alike and the table tells
 * nobody's name. */
#pragma once
#include "http/req.h"

struct tx;
/* What is guessed. The setting login-attempts says how many wrong ones. */
struct attempts_rule {
    const char *kind; /* of the rows */
    int64_t window;   /* us, from the first wrong one */
    int wrong;        /* error of a wrong one */
};
/* Passwords; account: e-mail, phone or user id, as text. */
extern const struct attempts_rule attempts_passwords;
/* Codes of a second factor; account: user id, as text. The window is a day,
 * since a code has only six digits, and who may guess knows the password. */
extern const struct attempts_rule attempts_factors;

/* Before a costly check: 0, or ERR_RATE_LIMITED when there were too many. */
MUST_CHECK int attempts_check(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                              struct str account);
/* After it, in the write transaction, where it counts: 0 when right (the count
 * begins anew), else the rule's error (kept) or ERR_RATE_LIMITED. */
MUST_CHECK int attempts_settle(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                               struct str account, bool right);
/* Somebody proved otherwise whose the account is. */
MUST_CHECK int attempts_forget(struct req *r, struct tx *tx, const struct attempts_rule *rule,
                               struct str account);
/* A user as an account. */
struct str attempts_user(struct req *r, struct uuid user);
