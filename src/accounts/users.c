/* Rules of users that requests and commands share. */
#include "accounts/accounts.h"
#include "auth/secrets.h"
#include "base/clock.h"
#include "companies/companies.h"

/* Long enough for a letter, short enough for a lost one. */
#define LINK_LIFE (3 * DAY_US)

int accounts_create_user(struct tx *tx, struct uuid company, const struct user_new *u, int64_t now)
{
    return user_insert(tx, &(struct user_insert_params){
                               .company = company,
                               .id = u->id,
                               .email = u->email,
                               .name = u->name,
                               .phone = u->phone,
                               .password_hash = u->password_hash,
                               .role = str_c(role_names[u->role]),
                               .grants = (int64_t)u->grants,
                               .denials = (int64_t)u->denials,
                               .store_id = u->store_id,
                               .customer_id = u->customer_id,
                               .is_email_verified = u->is_email_verified,
                               .batch_id = u->batch_id,
                               .now = now,
                               .link_evidence = u->link_evidence,
                           });
}

int accounts_one_time_link(struct tx *tx, struct uuid company, const struct user_row *user,
                           struct str base, int64_t now, struct arena *a, struct user_link *out)
{
    uint8_t hash[32];
    const char *purpose = user->has_password ? "reset" : "activate";
    int r = links_void(tx, company, user->id, now);
    if (r < 0)
        return r;
    out->token = link_make(company, a, hash);
    /* Behind '#': it reaches no server's log. */
    out->url = arena_printf(a, "%.*s/%s#token=%.*s", STR_ARG(base), purpose, STR_ARG(out->token));
    out->expires_at = now + LINK_LIFE;
    r = link_insert(tx, &(struct link_insert_params){
                            .company = company,
                            .hash = {(const char *)hash, sizeof hash},
                            .user = user->id,
                            .purpose = str_c(purpose),
                            .now = now,
                            .expires_at = out->expires_at,
                        });
    return r < 0 ? r : 0;
}

int accounts_sign_out(struct tx *tx, struct uuid company, struct uuid user, struct uuid but,
                      int64_t now)
{
    int r = sessions_end_of(tx, company, user, but, now);
    if (r >= 0)
        r = links_void(tx, company, user, now);
    return r < 0 ? r : 0;
}

uint64_t accounts_perms(const struct user_row *u)
{
    return (role_perms(role_parse(u->role)) | (uint64_t)u->grants) & ~(uint64_t)u->denials;
}

bool accounts_is_admin(const struct user_row *u)
{
    enum role role = role_parse(u->role);
    return u->is_active && (role == ROLE_ADMIN || role == ROLE_SUPER_ADMIN) &&
           (accounts_perms(u) & PERM_BIT(PERM_MANAGE_USERS));
}

int accounts_other_admin(struct tx *tx, struct uuid company, struct uuid user)
{
    struct company_row locked;
    struct users_other_admins_row others;
    int r = company_lock(tx, company, &locked);
    if (r == 1)
        r = users_other_admins(tx, company, user, (int64_t)PERM_BIT(PERM_MANAGE_USERS), &others);
    return r < 0 ? r : r == 1 && others.n > 0;
}

int accounts_update(struct tx *tx, struct uuid company, const struct user_row *u, int64_t now)
{
    int r = user_update(tx, &(struct user_update_params){
                                .company = company,
                                .id = u->id,
                                .email = u->email,
                                .name = u->name,
                                .phone = u->phone,
                                .role = u->role,
                                .grants = u->grants,
                                .denials = u->denials,
                                .store_id = u->store_id,
                                .is_active = u->is_active,
                                .is_phone_verified = u->is_phone_verified,
                                .is_email_verified = u->is_email_verified,
                                .now = now,
                            });
    return r < 0 ? r : 0;
}
