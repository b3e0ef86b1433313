/* Names of permissions and roles, and what each role may (SPEC 3). */
#include "http/perm.h"

const char *const perm_names[] = {
#define X(name) #name,
    PERMISSIONS(X)
#undef X
        NULL};

const char *const role_names[] = {
#define X(name) #name,
    ROLES(X)
#undef X
        NULL};

#define ALL_PERMS (PERM_BIT(PERM_END_) - 1)
#define TILL_PERMS                                                                                 \
    (PERM_BIT(PERM_CREATE_CUSTOMER) | PERM_BIT(PERM_READ_CUSTOMER) | PERM_BIT(PERM_CREATE_ORDER) | \
     PERM_BIT(PERM_READ_ORDER) | PERM_BIT(PERM_TAKE_PAYMENT))
#define MANAGER_PERMS                                                                              \
    (TILL_PERMS | PERM_BIT(PERM_UPDATE_CUSTOMER) | PERM_BIT(PERM_DELETE_CUSTOMER) |                \
     PERM_BIT(PERM_REFUND_ORDER) | PERM_BIT(PERM_MERGE_CUSTOMER) | PERM_BIT(PERM_EXPORT) |         \
     PERM_BIT(PERM_MANAGE_LOYALTY) | PERM_BIT(PERM_MANAGE_PROMOTIONS) | PERM_BIT(PERM_DELIVER) |   \
     PERM_BIT(PERM_BILL))

uint64_t role_perms(enum role r)
{
    static const uint64_t perms[ROLE_END_] = {
        [ROLE_SUPER_ADMIN] = ALL_PERMS,
        [ROLE_ADMIN] = ALL_PERMS,
        [ROLE_MANAGER] = MANAGER_PERMS,
        [ROLE_CASHIER] = TILL_PERMS,
        [ROLE_STAFF] = TILL_PERMS,
        [ROLE_DELIVERY] = PERM_BIT(PERM_DELIVER),
        [ROLE_CUSTOMER] = 0,
    };
    return r >= 0 && r < ROLE_END_ ? perms[r] : 0;
}

enum role role_parse(struct str s)
{
    for (int i = 0; i < ROLE_END_; i++)
        if (str_eq(s, str_c(role_names[i])))
            return (enum role)i;
    return ROLE_NONE_;
}
