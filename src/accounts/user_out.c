/* A user as answers show it: to those who look after users, and to the user. */
#include "accounts/accounts_priv.h"
#include "factors/factors.h"

#define OUT(name_, type_, member_, ...)                                                            \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct user_out, member_), __VA_ARGS__    \
    }
#define WHO(email_, phone_)                                                                        \
    OUT("id", F_UUID, row.id, .help = "The user"),                                                 \
        OUT("name", F_TEXT, row.name, .help = "As people write it"), email_, phone_,               \
        OUT("role", F_TEXT_ENUM, row.role, .names = role_names, .help = "Its role"),               \
        OUT("companyId", F_UUID, company, .help = "Its company"),                                  \
        OUT("customerId", F_UUID, row.customer_id, .help = "The person this login belongs to"),    \
        OUT("storeId", F_UUID, row.store_id, .help = "Home store"),                                \
        OUT("isPhoneVerified", F_BOOL, row.is_phone_verified, .help = "Proved by a code"),         \
        OUT("isEmailVerified", F_BOOL, row.is_email_verified, .help = "Proved by a link"),         \
        OUT("permissions", F_PERMS, perms, .names = perm_names,                                    \
            .help = "What it may do: the role's, with grants, without denials"),                   \
        OUT("secondFactor", F_TEXT_ENUM, second_factor, .names = factor_states,                    \
            .help = "REQUIRED: the company requires one, and it is not set up")

/* To themselves people are who they say they are; others see what is proved. */
FIELDS(user_session_out, "SignedInUser", struct user_out,
       WHO(OUT("email", F_TEXT, email, .help = "Lower case; may still wait for its proof"),
           OUT("phone", F_TEXT, phone, .help = "E.164; may still wait for its proof")));
FIELDS(user_out, "User", struct user_out,
       WHO(OUT("email", F_TEXT, row.email, .help = "Lower case, unique in the company"),
           OUT("phone", F_TEXT, row.phone, .help = "E.164")),
       OUT("claimedEmail", F_TEXT, row.claimed_email, .help = "Typed at sign-up, not proved"),
       OUT("claimedPhone", F_TEXT, row.claimed_phone, .help = "Typed at sign-up, not proved"),
       OUT("grants", F_PERMS, row.grants, .names = perm_names, .help = "Beyond the role"),
       OUT("denials", F_PERMS, row.denials, .names = perm_names, .help = "Taken from the role"),
       OUT("isActive", F_BOOL, row.is_active, .help = "False: cannot sign in"),
       OUT("isActivated", F_BOOL, row.has_password, .help = "Has set a password"),
       OUT("lastLoginAt", F_TIME, row.last_login_at, .help = "Last sign-in"),
       OUT("version", F_INT, row.version, .help = "Counts changes, as in the ETag"),
       OUT("createdAt", F_TIME, row.created_at, .help = "When it was made"),
       OUT("updatedAt", F_TIME, row.updated_at, .help = "Last change"));

struct user_out user_out_of(const struct req *r, const struct user_row *u)
{
    return (struct user_out){.row = *u,
                             .company = r->company->id,
                             .perms = accounts_perms(u),
                             .email = str_is_null(u->email) ? u->claimed_email : u->email,
                             .phone = str_is_null(u->phone) ? u->claimed_phone : u->phone,
                             .second_factor = factors_state(r->company, u->role, u->has_factor)};
}
