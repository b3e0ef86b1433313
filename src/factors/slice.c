/* What this slice brings to the house. */
#include "slice.h"
#include "factors/factors_priv.h"

#define OWN(path_, in_, out_, handler_, help_, ...)                                                \
    ROUTE("POST", path_, PERM_ANY, COMPANY_OWN, RUN_WRITE, in_, out_, handler_, help_,             \
          .limit = LIMIT_AUTH, .status = 200, .flags = ROUTE_NO_IDEMPOTENCY, .tag = "auth",        \
          __VA_ARGS__)

static const struct route routes[] = {
    OWN("/api/auth/totp/setup", &totp_setup_in, &totp_setup_out, totp_setup_handler,
        "A new secret for an authenticator app; the second factor so far, if there is one, stays "
        "until the new one is confirmed",
        .lookup = totp_setup_lookup, .prepare = totp_setup_prepare, .action = "auth.totp_setup",
        .errors = "bad_credentials bad_code"),
    OWN("/api/auth/totp/confirm", &totp_code_in, &totp_codes_out, totp_confirm_handler,
        "The first code of the new secret: sign-in asks for one from now on. Ends the other "
        "sessions and answers recovery codes",
        .action = "auth.totp_confirm", .errors = "bad_code"),
    OWN("/api/auth/totp/disable", &totp_disable_in, NULL, totp_disable_handler,
        "Sign-in asks for the password alone again; not for admins where the company requires a "
        "second factor",
        .lookup = totp_disable_lookup, .prepare = totp_disable_prepare,
        .action = "auth.totp_disable", .errors = "bad_credentials bad_code second_factor_required"),
    OWN("/api/auth/totp/recovery", &totp_recovery_in, &totp_codes_out, totp_recovery_handler,
        "New recovery codes in place of the old ones", .action = "auth.totp_recovery",
        .errors = "bad_code"),
};

const struct slice factors_slice = {
    .name = "factors",
    .statements = &factors_statements,
    .routes = {"factors", routes, sizeof routes / sizeof *routes},
};
