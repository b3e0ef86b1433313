/* One-time codes: 6 digits to a phone or an e-mail address (10 where somebody
 * guesses at them), good for 5 minutes, 5 tries and one use; kept as a keyed
 * hash. Asking and guessing are counted per number, client address, company and
 * country, in the same tables for known and unknown numbers, so that nothing
 * tells them apart. */
#pragma once
#include "http/req.h"
#include "store/store.h"

enum {
    CODES_LIFE = 300, /* seconds that a code is good */
    CODES_PAUSE = 30, /* seconds before the next one may be asked for */
};

enum code_purpose {
    CODE_SIGN_IN, /* proves a phone or an e-mail: sign-in, sign-up, change, checkout */
    CODE_JOIN,    /* proves the e-mail of an old record, beside the phone's code */
};
struct code_to {
    enum code_purpose purpose;
    struct str phone; /* E.164, or null */
    struct str email; /* lower case, or null; one of the two */
};
/* Caps, a new code (earlier ones of this purpose are void), its message. 0, or
 * ERR_RATE_LIMITED with Retry-After (kept: what was counted stays counted, and
 * so does whatever the handler wrote before), ERR_CODE_COUNTRY, ERR_NO_TRANSPORT. */
MUST_CHECK int codes_send(struct req *r, struct tx *tx, const struct code_to *to);
/* A guess: 0 right and still good; ERR_BAD_CODE (kept: it counts) when it is
 * wrong, used, expired, void, guessed too often, or for another destination,
 * purpose or company. Nothing tells these apart. */
MUST_CHECK int codes_check(struct req *r, struct tx *tx, const struct code_to *to, struct str code);
/* After a right guess that had its effect: never again. */
MUST_CHECK int codes_use(struct req *r, struct tx *tx, const struct code_to *to);

/* The same caps for a one-time link that anybody may have sent to an e-mail
 * address: 0, or ERR_RATE_LIMITED (kept). Counts apart from codes where the
 * number is concerned, with them where client and company are. */
MUST_CHECK int codes_allow_link(struct req *r, struct tx *tx, struct str email);
