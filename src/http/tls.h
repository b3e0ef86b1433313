/* Certificate and key for HTTPS, read and proved to belong together before
 * the server starts: GnuTLS inside libmicrohttpd only says that it failed. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct tls {
    const char *cert; /* PEM, NUL-terminated; NULL: plain HTTP */
    const char *key;
};

/* Empty names: plain HTTP. *why: a sentence that names the file. */
MUST_CHECK int tls_load(struct str cert_file, struct str key_file, struct arena *a, struct tls *out,
                        struct str *why);
