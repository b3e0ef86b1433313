/* Asking for a code: the answer is the same for everybody, and a code is sent
 * whether or not anybody is known under the number. */
#include "signup/signup_priv.h"

struct otp_request_in {
    struct given given;
    struct str phone, email, company;
};
#define IN(name_, type_, member_, ...)                                                             \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct otp_request_in, member_),          \
        __VA_ARGS__                                                                                \
    }
FIELDS(otp_request_in, "CodeRequest", struct otp_request_in,
       IN("phone", F_PHONE, phone, .help = "Gets an SMS; or email"),
       IN("email", F_EMAIL, email, .help = "Gets a message; or phone"),
       IN("company", F_TEXT, company, .max = 63,
          .help = "Slug of the company, where neither the host name tells it nor is it the only "
                  "one"));

struct requested_out {
    int64_t expires_in, retry_after; /* seconds */
};
FIELDS(otp_request_out, "CodeRequested", struct requested_out,
       {.name = "expiresIn",
        .type = F_INT,
        .offset = offsetof(struct requested_out, expires_in),
        .help = "Seconds that the code is good"},
       {.name = "retryAfter",
        .type = F_INT,
        .offset = offsetof(struct requested_out, retry_after),
        .help = "Seconds before another one can be asked for"});

int otp_request_lookup(struct req *r, struct tx *tx)
{
    const struct otp_request_in *in = r->in;
    (void)tx;
    return signup_check(r, in->email, in->phone);
}

int otp_request_handler(struct req *r, struct tx *tx)
{
    const struct otp_request_in *in = r->in;
    struct code_to to = {CODE_SIGN_IN, in->phone, in->email};
    struct requested_out out = {CODES_LIFE, CODES_PAUSE};
    int rc = codes_send(r, tx, &to);
    return rc < 0 ? rc : req_answer(r, 200, &otp_request_out, &out);
}
