/* What the files of this slice share. */
#pragma once
#include "codes.sql.h"
#include "codes/codes.h"

/* Of a code, and of one to a destination whose codes are guessed at: of the
 * latter more tries are taken, so that guessing at it does not use it up before
 * its owner has typed it. By 6 digits a day brings a guesser 30 or so in
 * 1,000,000 (setting code-guesses), by 10 digits fewer. */
enum { CODE_DIGITS = 6, CODES_TRIES = 5, LONG_DIGITS = 10, LONG_TRIES = 1000, MAC_BYTES = 32 };

/* A keyed hash that means this company and this destination and nothing else,
 * in the arena. what: "code destination", "cap code-number", … */
struct str codes_hash(const struct req *r, const char *what, struct str text);
/* "p+919876543210", "ea@example.com": a phone is never an e-mail. */
struct str codes_destination(const struct req *r, const struct code_to *to);

/* A new code for the destination, in place of the one before; digits in the
 * arena. Null and *err on failure of the store. */
struct str codes_make(struct req *r, struct tx *tx, const struct code_to *to, int *err);

/* caps.c: counting comes before what it counts. 0, or ERR_RATE_LIMITED or
 * ERR_CODE_COUNTRY. */
MUST_CHECK int caps_send(struct req *r, struct tx *tx, const struct code_to *to);
/* A wrong guess at a code that was good: counts for a day from the first one. */
MUST_CHECK int caps_guessed_wrong(struct req *r, struct tx *tx, struct str destination);
/* Were there so many that its codes have to be longer? 1, 0, negative. */
MUST_CHECK int caps_is_guessed_at(struct req *r, struct tx *tx, struct str destination);
/* Is the country one that the company sends codes to? */
bool caps_country_served(const struct company *c, const char country[2]);
