/* Codes of an authenticator app and codes on paper. */
#include "factors/totp.h"
#include "base/buf.h"
#include "base/clock.h"
#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { URI_MAX = 4096, TYPED_MAX = 64 };
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/* Crockford's: no I, L, O and U, which are misread or spell words. */
static const char paper[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void library_start(void)
{
    if (oath_init() != OATH_OK || sodium_init() < 0)
        abort();
}

int64_t totp_step(int64_t now)
{
    return now / SECOND_US / TOTP_PERIOD_S;
}

bool totp_code(const uint8_t secret[TOTP_SECRET], int64_t step, char out[TOTP_DIGITS + 1])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, library_start);
    return step >= 0 &&
           oath_hotp_generate((const char *)secret, TOTP_SECRET, (uint64_t)step, TOTP_DIGITS, false,
                              OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK;
}

int64_t totp_find(const uint8_t secret[TOTP_SECRET], struct str code, int64_t now, int64_t last)
{
    char right[TOTP_DIGITS + 1];
    int64_t at = totp_step(now), found = -1;
    if (code.n != TOTP_DIGITS)
        return -1;
    /* All of the window, whichever it is, so that all take the same time. */
    for (int64_t step = at - TOTP_WINDOW; step <= at + TOTP_WINDOW; step++)
        if (totp_code(secret, step, right) && sodium_memcmp(right, code.p, TOTP_DIGITS) == 0 &&
            step > last && found < 0)
            found = step;
    sodium_memzero(right, sizeof right);
    return found;
}

struct str totp_base32(const uint8_t *p, size_t n, struct arena *a)
{
    size_t length = (n * 8 + 4) / 5, at = 0;
    char *out = arena_bytes(a, length + 1);
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | p[i];
        for (held += 8; held >= 5; held -= 5)
            out[at++] = base32[bits >> (held - 5) & 31];
    }
    if (held > 0)
        out[at++] = base32[bits << (5 - held) & 31];
    return (struct str){out, at};
}

/* RFC 3986: everything but what is unreserved is escaped. */
static void put_escaped(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_char(b, (char)c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

struct str totp_uri(struct str issuer, struct str account, struct str secret, struct arena *a)
{
    struct buf b;
    buf_init(&b, URI_MAX);
    buf_lit(&b, "otpauth://totp/");
    put_escaped(&b, issuer);
    buf_char(&b, ':');
    put_escaped(&b, account);
    buf_lit(&b, "?secret=");
    buf_str(&b, secret);
    buf_lit(&b, "&issuer=");
    put_escaped(&b, issuer);
    buf_printf(&b, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_PERIOD_S);
    struct str uri = b.full ? STR_NULL : arena_str(a, buf_view(&b));
    sodium_memzero(b.p, b.n);
    buf_free(&b);
    return uri;
}

/* Without what people put between the characters. */
static struct str bare(struct str typed, struct arena *a)
{
    char *out = arena_bytes(a, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++)
        if (typed.p[i] != ' ' && typed.p[i] != '-')
            out[n++] = typed.p[i];
    return (struct str){out, n};
}

bool totp_typed(struct str typed, struct arena *a, struct str *out)
{
    if (typed.n > TYPED_MAX)
        return false;
    *out = bare(typed, a);
    bool ok = out->n == TOTP_DIGITS;
    for (size_t i = 0; i < out->n; i++)
        ok = ok && out->p[i] >= '0' && out->p[i] <= '9';
    return ok;
}

struct str recovery_make(struct arena *a)
{
    char *out = arena_bytes(a, RECOVERY_CHARS + 2);
    for (size_t i = 0; i < RECOVERY_CHARS; i++)
        out[i + (i >= RECOVERY_CHARS / 2)] = paper[randombytes_uniform(32)];
    out[RECOVERY_CHARS / 2] = '-';
    return (struct str){out, RECOVERY_CHARS + 1};
}

struct str recovery_typed(struct str typed, struct arena *a)
{
    if (typed.n > TYPED_MAX)
        return STR_NULL;
    struct str s = bare(typed, a);
    char *out = arena_bytes(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (c == '\0' || !strchr(paper, c))
            return STR_NULL;
        out[i] = c;
    }
    return s.n == RECOVERY_CHARS ? (struct str){out, s.n} : STR_NULL;
}
