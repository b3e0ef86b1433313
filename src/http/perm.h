/* Permissions and roles (one list each). A role is a set of permissions; a
 * user's own grants add to it, denials take from it. */
#pragma once
#include "base/str.h"
#include <stdint.h>

/* Laid out by hand: clang-format 14 gives another layout each time it is run. */
/* clang-format off */
#define PERMISSIONS(X) \
    X(CREATE_CUSTOMER) X(READ_CUSTOMER) X(UPDATE_CUSTOMER) \
    X(DELETE_CUSTOMER) X(CREATE_ORDER) X(READ_ORDER) \
    X(TAKE_PAYMENT) X(REFUND_ORDER) X(MERGE_CUSTOMER) \
    X(EXPORT) X(ERASE) X(MANAGE_LOYALTY) \
    X(MANAGE_PROMOTIONS) X(DELIVER) X(BILL) \
    X(MANAGE_USERS) X(MANAGE_COMPANY) X(READ_AUDIT)
/* clang-format on */

/* 0 is invalid on purpose: a row that forgot its permission does not pass. */
enum perm {
    PERM_MISSING_ = 0,
    PERM_PUBLIC, /* nobody need be signed in */
    PERM_ANY,    /* any signed-in principal */
    PERM_STAFF,  /* any principal of the shop: every role but CUSTOMER and DELIVERY; API keys */
    PERM_SUPER,  /* SUPER_ADMIN only */
    PERM_FIRST_ = 8,
#define X(name) PERM_##name,
    PERMISSIONS(X)
#undef X
        PERM_END_
};
#define PERM_BIT(p) (UINT64_C(1) << ((p)-PERM_FIRST_ - 1))
extern const char *const perm_names[]; /* NULL-terminated; bit i of a mask = perm_names[i] */

#define ROLES(X) X(SUPER_ADMIN) X(ADMIN) X(MANAGER) X(CASHIER) X(STAFF) X(DELIVERY) X(CUSTOMER)
enum role {
    ROLE_NONE_ = -1,
#define X(name) ROLE_##name,
    ROLES(X)
#undef X
        ROLE_END_
};
extern const char *const role_names[]; /* NULL-terminated */
uint64_t role_perms(enum role r);
/* ROLE_NONE_ when there is no such role. */
enum role role_parse(struct str s);
