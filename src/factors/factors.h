/* Second factors: a code of an authenticator app beside the password, with
 * recovery codes for who lost the device. A code is good once, wrong ones are
 * counted, and what is kept is sealed or a keyed hash. */
#pragma once
#include "factors.sql.h"
#include "http/req.h"
#include "store/store.h"

/* At sign-in, once the password was found right: 0 when the user has no second
 * factor, or `code` is right (and used up). Else ERR_SECOND_FACTOR without a
 * code, ERR_BAD_CODE (kept: it counts), ERR_RATE_LIMITED. code may be null. */
MUST_CHECK int factors_sign_in(struct req *r, struct tx *tx, struct uuid user, struct str code);

/* Takes the second factor and its recovery codes away: 1, or 0 when there was
 * none. Whoever calls it has made sure that it may. */
MUST_CHECK int factors_remove(struct tx *tx, struct uuid company, struct uuid user);

/* Does a company that requires a second factor of admins mean this role? */
bool factors_required(const struct company *c, struct str role);
/* "OFF", "ON", or "REQUIRED": it is required and not set up. */
struct str factors_state(const struct company *c, struct str role, bool active);
extern const char *const factor_states[]; /* NULL-terminated */
