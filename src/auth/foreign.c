/* Password hashes that other systems made: bcrypt, and Argon2 with costs of
 * their own. They are taken as they are, checked at sign-in, and give way to
 * one of ours at the first right one. */
#include "auth/passwords.h"
#include <crypt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* What a stored hash may ask of the one worker at a sign-in: about a second. */
enum { COST_MIN = 4, COST_MAX = 14, KIB_MAX = 256 * 1024, PASSES_MAX = 10, LANES_MAX = 16 };
static const unsigned long kib_passes_max = 1024UL * 1024;

enum { BCRYPT_LENGTH = 60, BCRYPT_HEAD = 7 };

bool password_is_bcrypt(struct str hash)
{
    static const char letters[] =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    if (hash.n != BCRYPT_LENGTH || memcmp(hash.p, "$2", 2) != 0 || !memchr("aby", hash.p[2], 3) ||
        hash.p[3] != '$' || hash.p[6] != '$')
        return false;
    for (size_t i = 4; i < 6; i++)
        if (hash.p[i] < '0' || hash.p[i] > '9')
            return false;
    for (size_t i = BCRYPT_HEAD; i < hash.n; i++)
        if (!hash.p[i] || !strchr(letters, hash.p[i]))
            return false;
    return true;
}

bool password_verify_bcrypt(struct str password, struct str hash)
{
    struct crypt_data *d = calloc(1, sizeof *d);
    char text[BCRYPT_LENGTH + 1], *typed = calloc(1, password.n + 1);

    if (!d || !typed)
        abort();
    memcpy(text, hash.p, BCRYPT_LENGTH);
    text[BCRYPT_LENGTH] = '\0';
    if (password.n)
        memcpy(typed, password.p, password.n);
    /* What is behind a NUL would be overlooked. */
    bool whole = strlen(typed) == password.n;
    /* Not crypt_r: AddressSanitizer takes that name for itself, upon which the
     * linker finds libcrypt not needed. */
    const char *made = crypt_rn(typed, text, d, sizeof *d);
    bool right =
        made && strlen(made) == BCRYPT_LENGTH && sodium_memcmp(made, text, BCRYPT_LENGTH) == 0;
    sodium_memzero(d, sizeof *d);
    sodium_memzero(typed, password.n);
    free(d);
    free(typed);
    return right && whole;
}

static const char *bcrypt_refused(struct str hash)
{
    if (!password_is_bcrypt(hash))
        return "not a whole bcrypt hash";
    int cost = (hash.p[4] - '0') * 10 + hash.p[5] - '0';
    if (cost < COST_MIN)
        return "not a whole bcrypt hash";
    return cost > COST_MAX ? "this bcrypt hash is too costly to check: at most cost 14" : NULL;
}

/* ",t=" in front of a number: the number, and behind it; 0 when it is not there. */
static unsigned long number_after(const char **at, const char *name)
{
    size_t n = strlen(name);
    char *end;

    if (strncmp(*at, name, n) != 0 || (*at)[n] < '0' || (*at)[n] > '9')
        return 0;
    unsigned long v = strtoul(*at + n, &end, 10);
    *at = end;
    return v;
}

/* "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" */
static const char *argon2_refused(const char *text, size_t prefix)
{
    const char *at = text + prefix;
    unsigned long version = number_after(&at, "v="), kib = number_after(&at, "$m="),
                  passes = number_after(&at, ",t="), lanes = number_after(&at, ",p=");

    if (version != 19 || !kib || !passes || !lanes || *at != '$')
        return "not a whole Argon2 hash of version 19";
    if (kib > KIB_MAX || passes > PASSES_MAX || lanes > LANES_MAX || kib * passes > kib_passes_max)
        return "this Argon2 hash is too costly to check";
    return NULL;
}

const char *password_hash_refused(struct str hash)
{
    char text[crypto_pwhash_STRBYTES] = {0};

    if (str_starts(hash, STR("$2")))
        return bcrypt_refused(hash);
    if (hash.n >= sizeof text)
        return "this hash is too long";
    memcpy(text, hash.p, hash.n);
    if (str_starts(hash, STR("$argon2id$"))) {
        const char *why = argon2_refused(text, sizeof "$argon2id$" - 1);
        bool whole = crypto_pwhash_argon2id_str_needs_rehash(text, 1, 8192) >= 0;
        return why ? why : whole ? NULL : "not a whole Argon2 hash of version 19";
    }
    if (str_starts(hash, STR("$argon2i$"))) {
        const char *why = argon2_refused(text, sizeof "$argon2i$" - 1);
        bool whole = crypto_pwhash_argon2i_str_needs_rehash(text, 3, 8192) >= 0;
        return why ? why : whole ? NULL : "not a whole Argon2 hash of version 19";
    }
    return "only Argon2id, Argon2i ($argon2id$…) and bcrypt hashes ($2b$…) are understood";
}
