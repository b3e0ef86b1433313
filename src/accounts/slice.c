/* What this slice brings to the house. */
#include "slice.h"
#include "accounts/accounts_priv.h"
#include "accounts/command_priv.h"

/* Sign-in and what belongs to it: limited by address, never replayed. */
#define AUTH(path_, rule_, in_, out_, handler_, help_, ...)                                        \
    ROUTE("POST", path_, PERM_PUBLIC, rule_, RUN_WRITE, in_, out_, handler_, help_,                \
          .limit = LIMIT_AUTH, .status = 200, .flags = ROUTE_NO_IDEMPOTENCY, .tag = "auth",        \
          __VA_ARGS__)
/* Where one-time links lead people. */
#define PAGE(path_, help_)                                                                         \
    ROUTE("GET", path_, PERM_PUBLIC, COMPANY_NONE, RUN_FAST, NULL, NULL, password_page, help_,     \
          .limit = LIMIT_NONE, .flags = ROUTE_PLAIN, .status = 200, .tag = "auth")
#define USER(method_, path_, in_, out_, handler_, help_, ...)                                      \
    ROUTE(method_, path_, PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_WRITE, in_, out_, handler_, help_, \
          .tag = "users", __VA_ARGS__)
#define USER_CHANGE(method_, ...)                                                                  \
    USER(method_, "/api/users/:id", &user_update_in, &user_out, users_http_update,                 \
         "Changes a user", .action = "user.update", .event = "user.updated", .status = 200,        \
         .errors = "user_not_found email_taken store_not_found", __VA_ARGS__)

static const struct route routes[] = {
    AUTH("/api/auth/login", COMPANY_HOST, &login_in, &session_out, sign_in_handler,
         "Signs in by e-mail or phone and password", .lookup = sign_in_lookup,
         .prepare = sign_in_prepare, .action = "session.open",
         .errors = "bad_credentials second_factor_required bad_code"),
    AUTH("/api/auth/refresh", COMPANY_SECRET, &refresh_in, &session_out, sessions_http_refresh,
         "New tokens for a refresh token, which is good once", .lookup = sessions_http_lookup,
         .action = "session.refresh", .errors = "token_invalid refresh_reused"),
    AUTH("/api/auth/logout", COMPANY_SECRET, &logout_in, NULL, sessions_http_logout,
         "Ends the session of the refresh token, or else of the access token",
         .lookup = sessions_http_lookup, .action = "auth.logout",
         .errors = "token_invalid unauthenticated"),
    AUTH("/api/auth/activate", COMPANY_SECRET, &activate_in, NULL, activate_handler,
         "Sets the first password, by a one-time link", .lookup = activate_lookup,
         .prepare = activate_prepare, .action = "auth.activate", .errors = "token_invalid"),
    ROUTE("POST", "/api/auth/password/change", PERM_ANY, COMPANY_OWN, RUN_WRITE,
          &change_password_in, NULL, change_password_handler,
          "Sets another password, knowing the old one; ends the other sessions",
          .limit = LIMIT_AUTH, .lookup = change_password_lookup, .prepare = change_password_prepare,
          .action = "auth.password", .status = 200, .flags = ROUTE_NO_IDEMPOTENCY, .tag = "auth",
          .errors = "bad_credentials"),
    PAGE("/activate", "A page that sets the first password, by a one-time link"),
    PAGE("/reset", "A page that sets another password, by a one-time link"),
    ROUTE("GET", "/api/auth/me", PERM_ANY, COMPANY_OWN, RUN_FAST, NULL, &me_out, me_handler,
          "Who is signed in, and the person it belongs to", .status = 200, .tag = "auth"),
    ROUTE("GET", "/api/auth/sessions", PERM_ANY, COMPANY_OWN, RUN_FAST, NULL, &own_session_out,
          own_sessions_http_list, "Where one is signed in, at most 100, what was used last first",
          .list = true, .status = 200, .tag = "auth"),
    ROUTE("POST", "/api/auth/sessions/:id/end", PERM_ANY, COMPANY_OWN, RUN_WRITE,
          &own_session_path_in, NULL, own_sessions_http_end, "Signs one's own other device out",
          .action = "auth.session_end", .status = 200, .tag = "auth", .errors = "not_found"),

    ROUTE("GET", "/api/users", PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_SLOW, &users_list_in,
          &user_out, users_http_list, "Users, in the order they were made", .list = true,
          .status = 200, .tag = "users"),
    ROUTE("GET", "/api/users/:id", PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_FAST, &user_path_in,
          &user_out, users_http_read_one, "A user", .status = 200, .tag = "users",
          .errors = "user_not_found"),
    USER("POST", "/api/users", &user_create_in, &user_created_out, users_http_create,
         "Makes a user, who sets the password by the link in the answer", .action = "user.create",
         .event = "user.created", .status = 201, .flags = ROUTE_NO_IDEMPOTENCY,
         .errors = "email_taken store_not_found"),
    USER_CHANGE("PUT", .flags = 0),
    USER_CHANGE("PATCH", .flags = ROUTE_ALIAS),
    USER("PUT", "/api/users/:id/permissions", &user_permissions_in, &user_out,
         users_http_permissions, "Grants beyond the role and denials from it",
         .action = "user.permissions", .event = "user.updated", .status = 200,
         .errors = "user_not_found"),
    USER("POST", "/api/users/:id/deactivate", &user_path_in, &user_out, users_http_deactivate,
         "Cannot sign in any more; ends its sessions", .action = "user.deactivate",
         .event = "user.updated", .status = 200, .errors = "user_not_found"),
    USER("POST", "/api/users/:id/activate", &user_path_in, &user_out, users_http_activate,
         "Can sign in again", .action = "user.activate", .event = "user.updated", .status = 200,
         .errors = "user_not_found"),
    USER("POST", "/api/users/:id/reset", &user_path_in, &user_link_out, users_http_reset,
         "A one-time link with which the user sets a password", .action = "user.reset",
         .status = 200, .flags = ROUTE_NO_IDEMPOTENCY, .errors = "user_not_found"),
    USER("POST", "/api/users/:id/totp/reset", &user_path_in, &user_out, users_http_totp_reset,
         "Takes the second factor away from a user who lost the device, and ends its sessions",
         .action = "user.totp_reset", .status = 200, .errors = "user_not_found"),

    ROUTE("GET", "/api/api-keys", PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_FAST, &api_keys_list_in,
          &api_key_out, api_keys_http_list, "API keys, in the order they were made", .list = true,
          .status = 200, .tag = "api-keys"),
    ROUTE("POST", "/api/api-keys", PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_WRITE, &api_key_create_in,
          &api_key_created_out, api_keys_http_create,
          "Makes a key for a server; its text is answered this once", .action = "api_key.create",
          .event = "api_key.created", .status = 201, .flags = ROUTE_NO_IDEMPOTENCY,
          .tag = "api-keys"),
    ROUTE("POST", "/api/api-keys/:id/revoke", PERM_MANAGE_USERS, COMPANY_TOKEN, RUN_WRITE,
          &api_key_path_in, &api_key_out, api_keys_http_revoke, "The key is no longer good",
          .action = "api_key.revoke", .event = "api_key.revoked", .status = 200, .tag = "api-keys"),
};

const struct slice accounts_slice = {
    .name = "accounts",
    .statements = &accounts_statements,
    .routes = {"accounts", routes, sizeof routes / sizeof *routes},
    .commands = accounts_commands,
};
