/* Money: int64_t minor units (cents) of an ISO 4217 currency; decimal text
 * outside. digits: 2 for USD, 0 for JPY, 3 for KWD, from ICU. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

#define MONEY_MAX INT64_C(99999999999999) /* keeps every sum of lines in range */

/* -1 when ICU does not know the currency. */
int currency_digits(struct str currency);
/* "150", "150.5", "-3.00": at most `digits` decimals; false otherwise or
 * beyond MONEY_MAX either way. */
bool money_parse(struct str s, int digits, int64_t *minor);
enum { MONEY_TEXT = 32 };
/* "150.00"; returns the length, no NUL. */
size_t money_format(int64_t minor, int digits, char out[MONEY_TEXT]);
