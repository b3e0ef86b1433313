/* What every unit test includes: cmocka and the headers it needs before it. */
#pragma once
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Texts equal, and shown when they are not. */
static inline void assert_str(struct str s, const char *expected)
{
    if (s.n != strlen(expected) || memcmp(s.p ? s.p : "", expected, s.n) != 0)
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(s), expected);
}
