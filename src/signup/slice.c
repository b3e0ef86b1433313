/* What this slice brings to the house. */
#include "slice.h"
#include "base/clock.h"
#include "signup/signup_priv.h"

/* Limited by address, never replayed, and open to who is signed in as well. */
#define AUTH(path_, rule_, in_, out_, handler_, help_, ...)                                        \
    ROUTE("POST", path_, PERM_PUBLIC, rule_, RUN_WRITE, in_, out_, handler_, help_,                \
          .limit = LIMIT_AUTH, .flags = ROUTE_NO_IDEMPOTENCY, .tag = "auth", __VA_ARGS__)

static const struct route routes[] = {
    AUTH("/api/auth/signup", COMPANY_HOST, &signup_in, &session_out, signup_handler,
         "Makes an account of one's own and signs in; nothing of it is proved yet",
         .lookup = signup_lookup, .prepare = signup_prepare, .action = "account.sign_up",
         .event = "user.created", .status = 201),
    AUTH("/api/auth/otp/request", COMPANY_HOST, &otp_request_in, &otp_request_out,
         otp_request_handler, "Sends a one-time code to a phone or an e-mail address",
         .lookup = otp_request_lookup, .action = "account.code", .status = 200,
         .errors = "country_not_served no_transport"),
    AUTH("/api/auth/otp/verify", COMPANY_HOST, &otp_verify_in, &otp_verify_out, otp_verify_handler,
         "Proves a phone or an e-mail by its code; signs in who is not signed in yet",
         .lookup = otp_verify_lookup, .action = "auth.verify", .status = 200,
         .errors = "bad_code second_factor_required email_taken sign_in_again"),
    AUTH("/api/auth/password/forgot", COMPANY_HOST, &forgot_in, NULL, forgot_handler,
         "Sends a link by e-mail or a code by SMS with which another password can be set",
         .lookup = forgot_lookup, .action = "account.forgot", .status = 200,
         .errors = "country_not_served no_transport"),
    AUTH("/api/auth/password/reset", COMPANY_SECRET_OR_HOST, &reset_in, NULL, reset_handler,
         "Sets another password, by a one-time link or a code", .lookup = reset_lookup,
         .prepare = reset_prepare, .action = "auth.reset", .status = 200,
         .errors = "token_invalid bad_code user_not_found several_accounts"),
    AUTH("/api/auth/email/verify", COMPANY_SECRET, &verify_email_in, NULL, verify_email_handler,
         "Proves an e-mail address by the link that was sent to it; where nobody is signed in to "
         "the account, with its password or another one",
         .lookup = verify_email_lookup, .prepare = verify_email_prepare, .action = "auth.email",
         .status = 200,
         .errors = "token_invalid email_taken bad_credentials password_required sign_in_again"),
    ROUTE("POST", "/api/auth/email/request", PERM_ANY, COMPANY_OWN, RUN_WRITE, NULL, NULL,
          email_request_handler, "Sends the link again that proves one's own e-mail address",
          .limit = LIMIT_AUTH, .action = "account.email_link", .status = 200,
          .flags = ROUTE_NO_IDEMPOTENCY, .tag = "auth", .errors = "no_transport"),
    ROUTE("GET", "/verify-email", PERM_PUBLIC, COMPANY_NONE, RUN_FAST, NULL, NULL,
          verify_email_page, "A page that proves an e-mail address, by a one-time link",
          .limit = LIMIT_NONE, .flags = ROUTE_PLAIN, .status = 200, .tag = "auth"),
};

static const struct job jobs[] = {
    {"signup.prune", 3600 * SECOND_US, signup_prune, "removes sign-ups that came to nothing"},
    {0},
};

const struct slice signup_slice = {
    .name = "signup",
    .statements = &signup_statements,
    .routes = {"signup", routes, sizeof routes / sizeof *routes},
    .jobs = jobs,
};
