/* One-time passwords by time (RFC 6238): SHA-1, six digits, steps of 30
 * seconds, as every authenticator app takes them. Nothing here knows a store. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    TOTP_SECRET = 20, /* bytes, as long as SHA-1's output (RFC 4226, 4) */
    TOTP_DIGITS = 6,
    TOTP_PERIOD_S = 30,
    TOTP_WINDOW = 1, /* steps that the device's clock may be off, either way */
};

/* The step that a time (us) lies in. */
int64_t totp_step(int64_t now);
/* The code of a step, with its NUL. False when the library fails. */
bool totp_code(const uint8_t secret[TOTP_SECRET], int64_t step, char out[TOTP_DIGITS + 1]);
/* The step around `now` whose code this is and that comes after `last`; -1: none. */
int64_t totp_find(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now, int64_t last);
/* RFC 4648, without padding. */
struct str totp_base32(const uint8_t *p, size_t n, struct arena *a);
/* What a QR code carries: otpauth://totp/ISSUER:ACCOUNT?secret=… */
struct str totp_uri(struct str issuer, struct str account, struct str secret, struct arena *a);

/* What people type, without blanks and hyphens: six digits? Then *out is them. */
bool totp_typed(struct str typed, struct arena *a, struct str *out);

/* Recovery codes: ten characters of Crockford's base32 (50 bits), "K3QZ7-M9PTX". */
enum { RECOVERY_CODES = 10, RECOVERY_CHARS = 10 };
struct str recovery_make(struct arena *a);
/* As made, whatever the case, blanks, hyphens, O for 0, I and L for 1; null:
 * it cannot be one. */
struct str recovery_typed(struct str typed, struct arena *a);
