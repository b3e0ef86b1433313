/* What the files of this slice share. */
#pragma once
#include "accounts/accounts.h"
#include "codes/codes.h"
#include "http/req.h"
#include "http/route.h"
#include "identity/identity.h"
#include "signup.sql.h"

enum { CLAIMS_MOST = 5 }; /* live claims of one e-mail or phone */

/* The refusal of a body that names neither or both of e-mail and phone, of a
 * company that is closed, or of a token that is no longer good: 0 or an error. */
MUST_CHECK int signup_check(struct req *r, struct str email, struct str phone);
/* Is a user of this company signed in? */
bool signup_signed_in(const struct req *r);
/* "name" as given, else what people see of the phone or e-mail. */
struct str signup_name(struct req *r, struct str name, struct str email, struct str phone);

/* sign_up.c: a CUSTOMER login with a provisional record of its own. */
struct login_new {
    struct uuid id;
    struct str name, email, phone; /* email and phone: claims, or null */
    struct str hash;               /* of the password, or null */
};
MUST_CHECK int signup_make(struct req *r, struct tx *tx, const struct login_new *n);
extern const struct fields signup_in;
int signup_lookup(struct req *r, struct tx *tx);
int signup_prepare(struct req *r);
int signup_handler(struct req *r, struct tx *tx);

/* email.c: what proves an e-mail. */
/* The user has just proved that the e-mail is theirs: 0, ERR_EMAIL_TAKEN when
 * a real account has it. Other claims stay claims. */
MUST_CHECK int signup_email_proved(struct req *r, struct tx *tx, struct uuid user,
                                   struct str email);

/* Before the first proof opens an account to somebody who is not signed in to
 * it: it may be that of a stranger who waits for the owner to move in (account
 * pre-hijacking, Sudhodanan and Paverd 2022), so whatever opened it so far or
 * could (password, second factor, sessions, links, a number that waits for its
 * proof) no longer does. hash: of the password from now on, or null. */
MUST_CHECK int signup_take_over(struct req *r, struct tx *tx, struct uuid user, struct str hash);

/* links.c: one-time links by e-mail. What a link proves is the address it was
 * sent to, whatever the account has become since. */
enum link_kind { LINK_VERIFY, LINK_RESET };
/* Queues it: 1, 0 the company sends no e-mail, negative. */
MUST_CHECK int signup_mail_link(struct req *r, struct tx *tx, enum link_kind kind, struct uuid user,
                                struct str email);
/* The address of the user's that a link was sent to; null: none any more, or
 * it is not one of this kind. */
struct str signup_link_email(struct req *r, enum link_kind kind, struct str purpose,
                             const struct email_user *u);
int email_request_handler(struct req *r, struct tx *tx);

/* verify_email.c */
extern const struct fields verify_email_in;
int verify_email_lookup(struct req *r, struct tx *tx);
int verify_email_prepare(struct req *r);
int verify_email_handler(struct req *r, struct tx *tx);
int verify_email_page(struct req *r, struct tx *tx);

/* choose.c: the account that a right code opens. */
struct choice {
    struct uuid user; /* nil: nobody has one; or several do and none was picked */
    bool is_unproved; /* nothing of it is: it only says that the e-mail is its own, or staff did */
    struct list several;
};
struct account_out {
    struct uuid id;
    struct str name, email; /* email: masked, or null */
};
extern const struct fields account_out;
/* picked: of several, or nil. 0 with *out, or a refusal. */
MUST_CHECK int choose_by_phone(struct req *r, struct tx *tx, struct str phone, struct uuid picked,
                               struct choice *out);
MUST_CHECK int choose_by_email(struct req *r, struct tx *tx, struct str email, struct uuid picked,
                               struct choice *out);

/* change.c: another phone or e-mail for an account that somebody is signed in to. */
struct user_row;
/* After the code was right: is it the account's own address that was proved, or
 * has who asks signed in lately? *before: the account as it is now. 0, or
 * ERR_SIGN_IN_AGAIN. */
MUST_CHECK int change_check(struct req *r, struct tx *tx, const struct code_to *to,
                            struct user_row *before);
/* And after the change: tells the addresses that the account had before. */
MUST_CHECK int change_tell(struct req *r, struct tx *tx, const struct code_to *to,
                           const struct user_row *before);

/* prune.c: a job. */
struct job_run;
int signup_prune(const struct job_run *j, struct tx *tx);

/* otp.c, verify.c */
extern const struct fields otp_request_in, otp_request_out, otp_verify_in, otp_verify_out;
int otp_request_lookup(struct req *r, struct tx *tx);
int otp_request_handler(struct req *r, struct tx *tx);
int otp_verify_lookup(struct req *r, struct tx *tx);
int otp_verify_handler(struct req *r, struct tx *tx);

/* reset.c */
extern const struct fields forgot_in, reset_in;
int forgot_lookup(struct req *r, struct tx *tx);
int forgot_handler(struct req *r, struct tx *tx);
int reset_lookup(struct req *r, struct tx *tx);
int reset_prepare(struct req *r);
int reset_handler(struct req *r, struct tx *tx);
