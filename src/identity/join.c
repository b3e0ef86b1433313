/* A number that may be a recycled one: its earlier owner's record is opened by
 * a code to that record's e-mail beside the one to the phone. */
#include "codes/codes.h"
#include "identity/identity_priv.h"

/* The e-mail that the old record can be opened by, or a refusal. */
static int take_email(struct req *r, struct tx *tx, struct identity_waiting *w, struct str *email)
{
    int rc = identity_take_waiting(r, tx, w);
    if (rc < 0)
        return rc;
    if (!w->own.is_provisional)
        return req_fail(r, ERR_TWO_RECORDS);
    rc = identity_email(r, tx, &w->old, email);
    if (rc < 0)
        return rc;
    return email->n > 0 ? 0 : req_fail(r, ERR_NO_EMAIL);
}

struct hint_out {
    struct str email_hint;
};
FIELDS(identity_hint_out, "JoinRequested", struct hint_out,
       {.name = "emailHint",
        .type = F_TEXT,
        .offset = offsetof(struct hint_out, email_hint),
        .help = "Where the code went, all but its beginning and domain hidden"});

int identity_join_request(struct req *r, struct tx *tx)
{
    struct identity_waiting w;
    struct str email = STR_NULL;
    int rc = take_email(r, tx, &w, &email);
    if (rc == 0)
        rc = codes_send(r, tx, &(struct code_to){.purpose = CODE_JOIN, .email = email});
    if (rc < 0)
        return rc;
    req_subject(r, w.old.id);
    struct hint_out out = {customers_email_mask(r->arena, email)};
    return req_answer(r, 200, &identity_hint_out, &out);
}

FIELDS(identity_join_fields, "Join", struct identity_join_in,
       {.name = "code",
        .type = F_TEXT,
        .flags = FIELD_REQUIRED | FIELD_SECRET,
        .offset = offsetof(struct identity_join_in, code),
        .min = 6,
        .max = 20,
        .help = "The code that was sent to the earlier record's e-mail"});

int identity_join(struct req *r, struct tx *tx)
{
    const struct identity_join_in *in = r->in;
    struct identity_waiting w;
    struct customer_linking l;
    struct str email;
    int rc = take_email(r, tx, &w, &email);
    if (rc < 0)
        return rc;
    struct code_to to = {.purpose = CODE_JOIN, .email = email};
    rc = codes_check(r, tx, &to, in->code);
    if (rc == 0)
        rc = codes_use(r, tx, &to);
    if (rc < 0)
        return rc;
    rc = customers_linking(r, tx, w.user.id, w.old.id, &l);
    if (rc == 0)
        return ERR_RETRY;
    if (rc > 0)
        rc = customers_link(r, tx, &l, EVIDENCE_VERIFIED);
    return rc < 0 ? rc : customers_answer(r, 200, &l.target);
}
