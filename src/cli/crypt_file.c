/* Files encrypted as a stream. Layout: 8 bytes of magic, the secretstream's
 * header, then chunks of CHUNK bytes plaintext (the last one shorter or
 * empty, tagged FINAL), each ABYTES longer than its plaintext. */
#include "cli/crypt_file.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, MAGIC = 8 };
enum { SEALED = CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES };
static const char magic[MAGIC] = {'C', 'L', 'T', 'B', 'K', 'U', 'P', '1'};
static_assert(CRYPT_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES, "size of the key");

/* Two open files and the buffers between them. */
struct pipe_files {
    int in, out;
    uint8_t *plain, *sealed; /* CHUNK, SEALED bytes */
    struct arena *a;
    struct str *why;
};

static int io_fail(struct arena *a, struct str *why, const char *path)
{
    *why = arena_printf(a, "%s: %s", path, strerror(errno));
    return ERR_IO;
}

/* Fills buf unless the file ends before; bytes read, or -1. */
static ssize_t read_full(int fd, uint8_t *buf, size_t n)
{
    size_t have = 0;

    while (have < n) {
        ssize_t got = read(fd, buf + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static int write_full(int fd, const uint8_t *buf, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, buf, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        buf += put;
        n -= (size_t)put;
    }
    return 0;
}

static int key_make(const char *path, uint8_t key[CRYPT_KEY], struct arena *a, struct str *why)
{
    char hex[CRYPT_KEY * 2 + 2];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return io_fail(a, why, path);
    randombytes_buf(key, CRYPT_KEY);
    sodium_bin2hex(hex, sizeof(hex), key, CRYPT_KEY);
    hex[CRYPT_KEY * 2] = '\n';
    int rc = write_full(fd, (const uint8_t *)hex, CRYPT_KEY * 2 + 1) < 0 || fsync(fd) < 0 ? -1 : 0;
    if (rc < 0) {
        rc = io_fail(a, why, path);
        unlink(path);
    }
    close(fd);
    sodium_memzero(hex, sizeof(hex));
    return rc;
}

int crypt_key(const char *path, bool make, bool *made, uint8_t key[CRYPT_KEY], struct arena *a,
              struct str *why)
{
    char hex[CRYPT_KEY * 2];
    struct stat st;
    size_t n = 0;
    int rc = 0;

    *made = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        *made = true;
        return key_make(path, key, a, why);
    }
    if (fd < 0)
        return io_fail(a, why, path);
    if (fstat(fd, &st) == 0 && (st.st_mode & 077) != 0) {
        *why = arena_printf(a, "%s: others may read this key; chmod 600 it", path);
        rc = ERR_IO;
    } else if (read_full(fd, (uint8_t *)hex, sizeof(hex)) != sizeof(hex) ||
               sodium_hex2bin(key, CRYPT_KEY, hex, sizeof(hex), NULL, &n, NULL) != 0 ||
               n != CRYPT_KEY) {
        *why = arena_printf(a, "%s: not a key of backups (64 hexadecimal digits)", path);
        rc = ERR_IO;
    }
    sodium_memzero(hex, sizeof(hex));
    close(fd);
    return rc;
}

bool crypt_is_encrypted(const char *path)
{
    uint8_t head[MAGIC];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool yes = fd >= 0 && read_full(fd, head, MAGIC) == MAGIC && memcmp(head, magic, MAGIC) == 0;

    if (fd >= 0)
        close(fd);
    return yes;
}

static int encrypt_body(struct pipe_files *f, const uint8_t *key, const char *from, const char *to)
{
    crypto_secretstream_xchacha20poly1305_state st;
    uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    ssize_t got;
    int rc = 0;

    crypto_secretstream_xchacha20poly1305_init_push(&st, header, key);
    if (write_full(f->out, (const uint8_t *)magic, MAGIC) < 0 ||
        write_full(f->out, header, sizeof(header)) < 0)
        return io_fail(f->a, f->why, to);
    do {
        unsigned long long n = 0;
        got = read_full(f->in, f->plain, CHUNK);
        if (got < 0) {
            rc = io_fail(f->a, f->why, from);
            break;
        }
        uint8_t tag = got < CHUNK ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
        crypto_secretstream_xchacha20poly1305_push(&st, f->sealed, &n, f->plain,
                                                   (unsigned long long)got, NULL, 0, tag);
        if (write_full(f->out, f->sealed, (size_t)n) < 0)
            rc = io_fail(f->a, f->why, to);
    } while (rc == 0 && got == CHUNK);
    sodium_memzero(&st, sizeof(st));
    return rc;
}

static int decrypt_body(struct pipe_files *f, const uint8_t *key, const char *from, const char *to)
{
    crypto_secretstream_xchacha20poly1305_state st;
    uint8_t head[MAGIC], header[crypto_secretstream_xchacha20poly1305_HEADERBYTES], tag = 0;
    bool good = read_full(f->in, head, MAGIC) == MAGIC && memcmp(head, magic, MAGIC) == 0 &&
                read_full(f->in, header, sizeof(header)) == sizeof(header) &&
                crypto_secretstream_xchacha20poly1305_init_pull(&st, header, key) == 0;

    while (good && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
        unsigned long long n = 0;
        ssize_t got = read_full(f->in, f->sealed, SEALED);
        good = got > 0 &&
               crypto_secretstream_xchacha20poly1305_pull(&st, f->plain, &n, &tag, f->sealed,
                                                          (unsigned long long)got, NULL, 0) == 0;
        if (good && write_full(f->out, f->plain, (size_t)n) < 0)
            return io_fail(f->a, f->why, to);
    }
    sodium_memzero(&st, sizeof(st));
    if (good && read_full(f->in, f->sealed, 1) == 0)
        return 0;
    *f->why = arena_printf(f->a, "%s: damaged, cut short, or encrypted with another key", from);
    return ERR_IO;
}

static int copy_body(struct pipe_files *f, const uint8_t *key, const char *from, const char *to)
{
    ssize_t got;

    (void)key;
    while ((got = read_full(f->in, f->plain, CHUNK)) > 0)
        if (write_full(f->out, f->plain, (size_t)got) < 0)
            return io_fail(f->a, f->why, to);
    return got < 0 ? io_fail(f->a, f->why, from) : 0;
}

static int
through(const char *from, const char *to, const uint8_t *key, struct arena *a, struct str *why,
        int (*body)(struct pipe_files *f, const uint8_t *key, const char *from, const char *to))
{
    struct pipe_files f = {.in = -1, .out = -1, .a = a, .why = why};
    int rc;

    f.in = open(from, O_RDONLY | O_CLOEXEC);
    if (f.in < 0)
        return io_fail(a, why, from);
    f.out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (f.out < 0) {
        rc = io_fail(a, why, to);
        close(f.in);
        return rc;
    }
    f.plain = (uint8_t *)arena_bytes(a, CHUNK);
    f.sealed = (uint8_t *)arena_bytes(a, SEALED);
    rc = body(&f, key, from, to);
    if (rc == 0 && fsync(f.out) < 0)
        rc = io_fail(a, why, to);
    sodium_memzero(f.plain, CHUNK);
    close(f.in);
    if (close(f.out) < 0 && rc == 0)
        rc = io_fail(a, why, to);
    if (rc < 0)
        unlink(to);
    return rc;
}

int crypt_encrypt(const char *from, const char *to, const uint8_t key[CRYPT_KEY], struct arena *a,
                  struct str *why)
{
    return through(from, to, key, a, why, encrypt_body);
}

int crypt_decrypt(const char *from, const char *to, const uint8_t key[CRYPT_KEY], struct arena *a,
                  struct str *why)
{
    return through(from, to, key, a, why, decrypt_body);
}

int crypt_copy(const char *from, const char *to, struct arena *a, struct str *why)
{
    return through(from, to, NULL, a, why, copy_body);
}
