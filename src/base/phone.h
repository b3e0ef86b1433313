/* Phone numbers as E.164 by Google's libphonenumber (Apache-2.0). A number
 * that already is canonical for a plan we know takes a fast path without it.
 * Thread-safe. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>

enum phone_reason {
    PHONE_OK = 0,
    PHONE_EMPTY,
    PHONE_NOT_A_NUMBER, /* letters, or nothing that looks like a number */
    PHONE_TOO_SHORT,
    PHONE_TOO_LONG,
    PHONE_INVALID_COUNTRY,
    PHONE_INVALID, /* no such number in that country's plan; 0000000000 and the like */
};

enum { PHONE_MAX = 16 };     /* "+" and at most 15 digits */
enum { PHONE_RAW_MAX = 64 }; /* bytes; anything longer is refused unread */

/* raw: as people type it, any script's digits, any punctuation, no letters
 * (an extension would be lost silently); region: the two letters of ISO 3166
 * of numbers without "+". Writes E.164 (no NUL) and its length. */
enum phone_reason phone_normalise(struct str raw, struct str region, char out[PHONE_MAX],
                                  size_t *n);
/* Has it the form of E.164? Nothing is said of whether there is such a number. */
bool phone_looks_e164(struct str s);
/* A sentence for a person. */
const char *phone_reason_text(enum phone_reason r);
/* "too_short", for machines. */
const char *phone_reason_code(enum phone_reason r);
/* The form people write: national when the number is of that region,
 * international otherwise. A text that is no E.164 number comes back as it is. */
struct str phone_national(struct arena *a, struct str e164, struct str region);
/* The calling code of a region, 91 for IN; 0 for no such region. */
int phone_country_code(struct str region);
bool region_exists(struct str region);
/* The region a number belongs to, two letters of ISO 3166: false when it is of
 * none (satellite and other numbers without a country). */
bool phone_region(struct str e164, char out[2]);

/* The same two by the library alone: what the tests hold the fast paths to. */
enum phone_reason phone_normalise_slowly(struct str raw, struct str region, char out[PHONE_MAX],
                                         size_t *n);
struct str phone_national_slowly(struct arena *a, struct str e164, struct str region);
