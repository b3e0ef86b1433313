/* What the files of this slice share. */
#pragma once
#include "factors/factors.h"
#include "factors/totp.h"
#include "http/route.h"

/* Is this code of the user's second factor right, that of the device or one on
 * paper? 0 and it is used up, else a refusal: see factors_sign_in. f: locked. */
MUST_CHECK int factors_check(struct req *r, struct tx *tx, struct uuid user,
                             const struct factor_row *f, struct str code);
/* The same for the first code of a secret that is being set up. */
MUST_CHECK int factors_confirm(struct req *r, struct tx *tx, const struct factor_row *f,
                               struct str code);
/* A new secret, sealed for this user. */
struct str factors_seal(struct req *r, struct uuid user, const uint8_t secret[TOTP_SECRET]);
/* New recovery codes in place of the old ones; *out: as people write them down. */
MUST_CHECK int factors_recovery(struct req *r, struct tx *tx, struct uuid user, struct strs *out);

/* factors_http.c */
extern const struct fields totp_setup_in, totp_setup_out, totp_code_in, totp_recovery_in,
    totp_disable_in, totp_codes_out;
int totp_setup_lookup(struct req *r, struct tx *tx);
int totp_setup_prepare(struct req *r);
int totp_setup_handler(struct req *r, struct tx *tx);
int totp_confirm_handler(struct req *r, struct tx *tx);
int totp_disable_lookup(struct req *r, struct tx *tx);
int totp_disable_prepare(struct req *r);
int totp_disable_handler(struct req *r, struct tx *tx);
int totp_recovery_handler(struct req *r, struct tx *tx);
