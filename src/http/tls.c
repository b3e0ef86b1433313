/* See tls.h. */
#include "http/tls.h"
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

enum { PEM_MAX = 256 * 1024 };

static int read_file(struct str name, struct arena *a, const char **out, struct str *why)
{
    FILE *f = fopen(arena_cstr(a, name), "re");
    if (!f) {
        *why = arena_printf(a, "cannot read %.*s: %s", STR_ARG(name), strerror(errno));
        return ERR_IO;
    }
    char *text = arena_bytes(a, PEM_MAX + 1);
    size_t n = fread(text, 1, PEM_MAX + 1, f);
    int error = ferror(f) ? errno : 0;
    fclose(f);
    if (error || n > PEM_MAX) {
        *why = arena_printf(a, "cannot read %.*s: %s", STR_ARG(name),
                            error ? strerror(error) : "too large");
        return ERR_IO;
    }
    text[n] = 0;
    *out = text;
    return 0;
}

/* A key with a passphrase cannot be asked for here. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
    (void)buf, (void)size, (void)writing, (void)arg;
    return -1;
}

static int prove(struct str cert_file, struct str key_file, const struct tls *t, struct arena *a,
                 struct str *why)
{
    int err = ERR_USAGE;
    BIO *cert_bio = BIO_new_mem_buf(t->cert, -1), *key_bio = BIO_new_mem_buf(t->key, -1);
    X509 *cert = PEM_read_bio_X509(cert_bio, NULL, no_passphrase, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, no_passphrase, NULL);
    if (!cert)
        *why = arena_printf(a, "tls-cert: %.*s has no certificate in PEM form", STR_ARG(cert_file));
    else if (!key)
        *why = arena_printf(a, "tls-key: %.*s has no private key in PEM form without passphrase",
                            STR_ARG(key_file));
    else if (X509_check_private_key(cert, key) != 1)
        *why = arena_printf(a, "tls-key: %.*s is not the key of the certificate in %.*s",
                            STR_ARG(key_file), STR_ARG(cert_file));
    else
        err = 0;
    ERR_clear_error();
    EVP_PKEY_free(key);
    X509_free(cert);
    BIO_free(key_bio);
    BIO_free(cert_bio);
    return err;
}

int tls_load(struct str cert_file, struct str key_file, struct arena *a, struct tls *out,
             struct str *why)
{
    *out = (struct tls){NULL, NULL};
    if (cert_file.n == 0 && key_file.n == 0)
        return 0;
    if (cert_file.n == 0 || key_file.n == 0) {
        *why = STR("tls-cert and tls-key are needed together");
        return ERR_USAGE;
    }
    int err = read_file(cert_file, a, &out->cert, why);
    if (!err)
        err = read_file(key_file, a, &out->key, why);
    return err ? err : prove(cert_file, key_file, out, a, why);
}
