/* One enum of errors and one table: HTTP status, machine-readable code, a
 * sentence for a person. Functions return 0 or a count when well, and one of
 * these (negative) when not; a lookup returns 1 found, 0 absent. */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))

/* X(name, status, code, message) */
#define ERRORS(X)                                                                                  \
    X(ERR_INVALID, 400, "invalid", "Some fields are not valid")                                    \
    X(ERR_BAD_JSON, 400, "bad_json", "The body is not valid JSON")                                 \
    X(ERR_BAD_REQUEST, 400, "bad_request", "The request cannot be understood")                     \
    X(ERR_PHONE_INVALID, 400, "phone_invalid", "This is not a phone number")                       \
    X(ERR_PHONE_TAKEN, 400, "phone_taken",                                                         \
      "Customer with this phone number already exists in your company")                            \
    X(ERR_EXTERNAL_ID_TAKEN, 400, "external_id_taken", "This externalId is already in use")        \
    X(ERR_EMAIL_TAKEN, 400, "email_taken", "A user with this e-mail already exists")               \
    X(ERR_SLUG_TAKEN, 400, "slug_taken", "This slug or host is already in use")                    \
    X(ERR_CUSTOMER_HAS_ORDERS, 400, "customer_has_orders",                                         \
      "Cannot delete customer with existing orders. Consider deactivating instead.")               \
    X(ERR_CUSTOMER_HAS_BALANCE, 400, "customer_has_balance",                                       \
      "Cannot delete customer with a balance. Consider deactivating instead.")                     \
    X(ERR_CUSTOMER_INACTIVE, 400, "customer_inactive", "This customer is deactivated")             \
    X(ERR_TOTALS, 400, "totals_mismatch", "The order's totals do not add up")                      \
    X(ERR_ORDER_STATE, 409, "order_state", "The order's state does not allow this")                \
    X(ERR_OVERPAID, 400, "overpaid", "The payments exceed what is due")                            \
    X(ERR_OVERREFUNDED, 400, "overrefunded", "The refunds exceed what was paid")                   \
    X(ERR_PHONE_UNVERIFIED, 400, "phone_not_verified",                                             \
      "Cash on delivery needs a verified phone; ask for a code and verify it first")               \
    X(ERR_CODE_COUNTRY, 400, "country_not_served", "Codes are not sent to this country")           \
    X(ERR_NO_TRANSPORT, 503, "no_transport", "This company cannot send messages at the moment")    \
    X(ERR_MESSAGE_STATE, 409, "message_state", "This message has not been given up")               \
    X(ERR_MESSAGE_GONE, 409, "message_gone",                                                       \
      "This message has expired and nothing is left of it to send")                                \
    X(ERR_LINKED, 409, "linked_elsewhere", "This login belongs to another customer already")       \
    X(ERR_NOTHING_PENDING, 409, "nothing_pending",                                                 \
      "No earlier record waits for you; verify your phone first")                                  \
    X(ERR_NO_EMAIL, 409, "no_email",                                                               \
      "The earlier record has no e-mail; ask the shop to link you, or start fresh")                \
    X(ERR_TWO_RECORDS, 409, "two_records",                                                         \
      "You have a full record of your own; ask the shop to merge the two, or start fresh")         \
    X(ERR_NOT_ALLOWED_YET, 400, "not_available", "This is not available for this company")         \
    X(ERR_UNAUTHENTICATED, 401, "unauthenticated", "Sign in first")                                \
    X(ERR_TOKEN_EXPIRED, 401, "token_expired", "The token has expired")                            \
    X(ERR_TOKEN_INVALID, 401, "token_invalid", "The token is not valid")                           \
    X(ERR_BAD_CREDENTIALS, 401, "bad_credentials", "E-mail, phone or password is wrong")           \
    X(ERR_BAD_CODE, 401, "bad_code", "The code is wrong or no longer good; ask for a new one")     \
    X(ERR_SECOND_FACTOR, 401, "second_factor_required", "Send the code of your second factor too") \
    X(ERR_REFRESH_REUSED, 401, "refresh_reused",                                                   \
      "This refresh token was already used; the session is ended")                                 \
    X(ERR_FORBIDDEN, 403, "forbidden", "Your role does not allow this")                            \
    X(ERR_PASSWORD_NEEDED, 403, "password_required",                                               \
      "Send the password of this account too, or newPassword to choose another one")               \
    X(ERR_SIGN_IN_AGAIN, 403, "sign_in_again",                                                     \
      "Sign in to this account again, so that it is certain that it is you")                       \
    X(ERR_FACTOR_NEEDED, 403, "second_factor_required",                                            \
      "Your company requires a second factor of admins")                                           \
    X(ERR_NOT_FOUND, 404, "not_found", "Not found")                                                \
    X(ERR_PART_CUT, 400, "part_cut",                                                               \
      "The last record of this part is cut; end parts at a line break outside quotes")             \
    X(ERR_CUSTOMER_NOT_FOUND, 404, "customer_not_found", "Customer not found")                     \
    X(ERR_ORDER_NOT_FOUND, 404, "order_not_found", "Order not found")                              \
    X(ERR_USER_NOT_FOUND, 404, "user_not_found", "User not found")                                 \
    X(ERR_STORE_NOT_FOUND, 404, "store_not_found", "Store not found")                              \
    X(ERR_COMPANY_NOT_FOUND, 404, "company_not_found", "Company not found")                        \
    X(ERR_METHOD, 405, "method_not_allowed", "This method is not allowed here")                    \
    X(ERR_SEVERAL_ACCOUNTS, 409, "several_accounts",                                               \
      "Several accounts have this number; say by userId which one is meant")                       \
    X(ERR_IN_PROGRESS, 409, "in_progress", "A request with this Idempotency-Key is still running") \
    X(ERR_CONFLICT, 409, "conflict", "Somebody else changed this at the same moment; try again")   \
    X(ERR_PART_ORDER, 409, "part_order", "This is not the part that is awaited; see nextPart")     \
    X(ERR_IMPORT_ENDED, 409, "import_ended", "This import takes no more parts")                    \
    X(ERR_STALE, 412, "stale", "The record was changed since you read it")                         \
    X(ERR_TOO_LARGE, 413, "too_large", "The body is larger than 1 MiB")                            \
    X(ERR_MEDIA_TYPE, 415, "media_type", "Send application/json in UTF-8")                         \
    X(ERR_ROWS_TYPE, 415, "rows_media_type", "Send text/csv or application/x-ndjson in UTF-8")     \
    X(ERR_KEY_REUSED, 422, "idempotency_key_reused",                                               \
      "This Idempotency-Key was used with another body")                                           \
    X(ERR_RATE_LIMITED, 429, "rate_limited", "Too many requests; try again later")                 \
    X(ERR_HEADERS_TOO_LARGE, 431, "headers_too_large", "The headers are too large")                \
    X(ERR_INTERNAL, 500, "internal", "Something went wrong on our side")                           \
    X(ERR_BUSY, 503, "busy", "The service is busy; try again in a moment")                         \
    X(ERR_STORE_DOWN, 503, "store_down",                                                           \
      "The data store cannot be reached; try again in a moment")                                   \
    X(ERR_STORE_FULL, 503, "store_full", "The data store is full or cannot be written")            \
    X(ERR_OUTCOME_UNKNOWN, 503, "outcome_unknown",                                                 \
      "The store did not confirm in time; retry with the same Idempotency-Key")                    \
    X(ERR_TIMEOUT, 503, "timeout", "The request took too long")                                    \
    X(ERR_STORE_CORRUPT, 500, "store_corrupt", "The data store is damaged")                        \
    X(ERR_STORE_NEWER, 500, "store_newer", "The data store was made by a newer version")           \
    X(ERR_CONSTRAINT, 500, "constraint", "The data store refused the change")                      \
    X(ERR_RETRY, 503, "retry", "The store asks to run this again")                                 \
    X(ERR_USAGE, 400, "usage", "Wrong use of the command")                                         \
    X(ERR_IO, 500, "io", "A file cannot be read or written")

enum err {
    ERR_FIRST_ = -1000, /* so that every error is below -1 */
#define X(name, status, code, message) name,
    ERRORS(X)
#undef X
        ERR_LAST_
};

struct err_row {
    int status;          /* HTTP */
    const char *name;    /* "ERR_INVALID" */
    const char *code;    /* "invalid" */
    const char *message; /* for a person */
};

/* Any negative number; an unknown one is ERR_INTERNAL's row. */
const struct err_row *err_row(int err);
