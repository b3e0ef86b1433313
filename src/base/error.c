/* The table of errors, printed from the one list in error.h. */
#include "base/error.h"

static const struct err_row rows[] = {
#define X(name, status, code, message) {status, #name, code, message},
    ERRORS(X)
#undef X
};

const struct err_row *err_row(int err)
{
    if (err <= ERR_FIRST_ || err >= ERR_LAST_)
        err = ERR_INTERNAL;
    return &rows[err - ERR_FIRST_ - 1];
}
