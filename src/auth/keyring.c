/* The key file: reading, writing, and what follows from a key's scalar. Always
 * true here: a struct key with a pkey is whole, and the file is mode 600. */
#include "auth/keyring_priv.h"
#include "base/buf.h"
#include "base/clock.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 16 * 1024 };
/* No access token lives longer (setting access-token). */
#define SUPERSEDED_FOR DAY_US

static void encode(char *out, size_t room, const uint8_t *p, size_t n)
{
    sodium_bin2base64(out, room, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool decode(struct str s, uint8_t *out, size_t n)
{
    size_t got;
    return sodium_base642bin(out, n, s.p, s.n, NULL, &got, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           got == n;
}

/* RFC 7638: SHA-256 over the required members in order, without blanks. */
static void thumbprint(struct key *k)
{
    crypto_hash_sha256_state s;
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct str parts[] = {STR("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""), str_c(k->x),
                          STR("\",\"y\":\""), str_c(k->y), STR("\"}")};
    crypto_hash_sha256_init(&s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_hash_sha256_update(&s, (const uint8_t *)parts[i].p, parts[i].n);
    crypto_hash_sha256_final(&s, hash);
    encode(k->kid, sizeof k->kid, hash, sizeof hash);
}

/* The public point of a scalar, uncompressed: 4, x, y. */
static bool public_point(const BIGNUM *scalar, uint8_t out[1 + 2 * SCALAR_BYTES])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    bool ok = point && !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 &&
              EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1 &&
              EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out,
                                 1 + 2 * SCALAR_BYTES, NULL) == 1 + 2 * SCALAR_BYTES;
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return ok;
}

static EVP_PKEY *pkey_make(const BIGNUM *scalar, const uint8_t *point, size_t n)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    if (!ctx || !b ||
        OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)
        goto out;
    params = OSSL_PARAM_BLD_to_param(b);
    if (!params || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        pkey = NULL;
out:
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* Everything that follows from the scalar; false when it is none. */
static bool key_fill(struct key *k)
{
    uint8_t point[1 + 2 * SCALAR_BYTES];
    BIGNUM *scalar = BN_bin2bn(k->scalar, SCALAR_BYTES, NULL);
    bool ok = scalar && public_point(scalar, point);
    if (ok) {
        k->pkey = pkey_make(scalar, point, sizeof point);
        encode(k->x, sizeof k->x, point + 1, SCALAR_BYTES);
        encode(k->y, sizeof k->y, point + 1 + SCALAR_BYTES, SCALAR_BYTES);
        thumbprint(k);
        ok = k->pkey != NULL;
    }
    BN_clear_free(scalar);
    return ok;
}

void keyring_clear(struct keyring *t)
{
    for (size_t i = 0; i < t->n; i++)
        EVP_PKEY_free(t->keys[i].pkey);
    sodium_memzero(t, sizeof *t);
}

int keyring_add(struct keyring *t, int64_t now)
{
    struct key k = {.made = now};
    /* One scalar in 2^32 is out of the group's range: then another. */
    for (int tries = 0; !k.pkey; tries++) {
        if (tries == 4)
            return ERR_INTERNAL;
        randombytes_buf(k.scalar, sizeof k.scalar);
        (void)key_fill(&k);
    }

    /* A key was superseded when the one before it in the list was made. */
    size_t kept = t->n < KEYS_MAX - 1 ? t->n : KEYS_MAX - 1;
    while (kept > 1 && now - t->keys[kept - 2].made > SUPERSEDED_FOR)
        kept--;
    for (size_t i = kept; i < t->n; i++)
        EVP_PKEY_free(t->keys[i].pkey);
    memmove(t->keys + 1, t->keys, kept * sizeof *t->keys);
    t->keys[0] = k;
    t->n = kept + 1;
    sodium_memzero(&k, sizeof k);
    return 0;
}

/* The next word of a line, taken off its front. */
static struct str word(struct str *line)
{
    *line = str_trim(*line);
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t')
        n++;
    struct str w = {line->p, n};
    *line = (struct str){line->p + n, line->n - n};
    return w;
}

static bool line_read(struct keyring *t, struct str line)
{
    struct str kind = word(&line);
    if (kind.n == 0 || kind.p[0] == '#')
        return true;
    if (str_eq(kind, STR("instance"))) {
        if (t->has_instance || !decode(word(&line), t->instance, sizeof t->instance))
            return false;
        t->has_instance = true;
        return word(&line).n == 0;
    }
    if (!str_eq(kind, STR("es256")) || t->n == KEYS_MAX)
        return false;
    struct key *k = &t->keys[t->n];
    if (!time_parse(word(&line), &k->made) || !decode(word(&line), k->scalar, SCALAR_BYTES) ||
        !key_fill(k))
        return false;
    t->n++;
    return word(&line).n == 0;
}

static int text_read(struct keyring *t, struct str text, const char *path, struct arena *a,
                     struct str *why)
{
    int number = 0;
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        number++;
        if (!line_read(t, (struct str){text.p, n})) {
            *why = arena_printf(a, "%s, line %d: this is not a key", path, number);
            return ERR_IO;
        }
        n += end ? 1 : 0;
        text = (struct str){text.p + n, text.n - n};
    }
    if (t->n == 0 || !t->has_instance) {
        *why = arena_printf(a, "%s lacks its %s key", path, t->n == 0 ? "signing" : "instance");
        return ERR_IO;
    }
    return 1;
}

static struct key_file file_of(const struct stat *st)
{
    /* A new file may get the old one's inode and size, but not its time. */
    return (struct key_file){.inode = st->st_ino, .size = st->st_size, .changed = st->st_ctim};
}

bool key_file_same(const struct key_file *a, const struct key_file *b)
{
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

struct key_file key_file_look(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? file_of(&st) : (struct key_file){0};
}

/* The file's size, or ERR_IO when it is not ours alone. */
static ssize_t file_check(int fd, const char *path, struct key_file *file, struct arena *a,
                          struct str *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        *why = arena_printf(a, "%s cannot be read: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        *why = arena_printf(a, "%s is not a file", path);
    else if (st.st_mode & 077)
        *why = arena_printf(a, "%s can be read by others; chmod 600 it", path);
    else if (st.st_size > KEY_FILE_MAX)
        *why = arena_printf(a, "%s is too large for a key file", path);
    else {
        *file = file_of(&st);
        return (ssize_t)st.st_size;
    }
    return ERR_IO;
}

int keyring_read(const char *path, struct keyring *t, struct arena *a, struct str *why)
{
    char text[KEY_FILE_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0) {
        *why = arena_printf(a, "%s cannot be opened: %s", path, strerror(errno));
        return ERR_IO;
    }
    int r = ERR_IO;
    ssize_t size = file_check(fd, path, &t->file, a, why);
    if (size >= 0 && read(fd, text, (size_t)size) != size)
        *why = arena_printf(a, "%s cannot be read", path);
    else if (size >= 0)
        r = text_read(t, (struct str){text, (size_t)size}, path, a, why);
    close(fd);
    sodium_memzero(text, sizeof text);
    return r;
}

/* The file's text, in memory that the caller wipes. */
static size_t text_write(const struct keyring *t, char *out, size_t room)
{
    struct buf b;
    char key[SCALAR_TEXT], time[TIME_TEXT];
    buf_init(&b, room);
    buf_lit(&b, "# Keys of this installation: whoever reads them can sign in as anybody.\n");
    encode(key, sizeof key, t->instance, sizeof t->instance);
    buf_printf(&b, "instance %s\n", key);
    for (size_t i = 0; i < t->n; i++) {
        size_t n = time_format(t->keys[i].made, time);
        encode(key, sizeof key, t->keys[i].scalar, SCALAR_BYTES);
        buf_printf(&b, "es256 %.*s %s\n", (int)n, time, key);
    }
    assert(!b.full);
    size_t n = b.n;
    memcpy(out, b.p, n);
    sodium_memzero(b.p, b.n);
    sodium_memzero(key, sizeof key);
    buf_free(&b);
    return n;
}

static bool sync_folder(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_cstr(a, (struct str){path, (size_t)(slash - path) + 1}) : ".";
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

int keyring_write(const char *path, const struct keyring *t, bool fresh, struct arena *a,
                  struct str *why)
{
    char text[KEY_FILE_MAX];
    size_t n = text_write(t, text, sizeof text);
    const char *part = arena_printf(a, "%s.%ld.part", path, (long)getpid()).p;
    int r = ERR_IO;
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool whole = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
    if (fd >= 0)
        whole = close(fd) == 0 && whole;
    sodium_memzero(text, sizeof text);
    /* link() does not replace: of two that start at once, one makes the file. */
    if (whole && (fresh ? link(part, path) : rename(part, path)) == 0)
        r = sync_folder(path, a) ? 1 : ERR_IO;
    else if (whole && fresh && errno == EEXIST)
        r = 0;
    if (r < 0)
        *why = arena_printf(a, "%s cannot be written: %s", path, strerror(errno));
    if (fd >= 0)
        (void)unlink(part);
    return r;
}
