/* Certificates and keys: what is taken, and how what is not is named. */
#include "base/test.h"

#include "base/error.h"
#include "http/tls.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct files {
    char folder[64];
    struct arena *a;
};

static struct str path(const struct files *f, const char *name)
{
    return arena_printf(f->a, "%s/%s", f->folder, name);
}

static void write_pair(const struct files *f, const char *cert_name, const char *key_name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_sign(cert, key, EVP_sha256());
    FILE *out = fopen(path(f, cert_name).p, "w");
    PEM_write_X509(out, cert);
    fclose(out);
    out = fopen(path(f, key_name).p, "w");
    PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
    fclose(out);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int setup(void **state)
{
    struct files *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/clientele-tls-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->a = arena_new(4096);
    write_pair(f, "cert.pem", "key.pem");
    write_pair(f, "other-cert.pem", "other-key.pem");
    FILE *out = fopen(path(f, "text.pem").p, "w");
    fputs("no PEM here\n", out);
    fclose(out);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"cert.pem", "key.pem", "other-cert.pem", "other-key.pem",
                                        "text.pem"};
    struct files *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path(f, names[i]).p);
    rmdir(f->folder);
    arena_free(&f->a);
    free(f);
    return 0;
}

static void test_load(void **state)
{
    static const struct {
        const char *cert, *key;
        int err;
        const char *says;
    } cases[] = {
        {"cert.pem", "key.pem", 0, ""},
        {NULL, NULL, 0, ""},
        {"cert.pem", NULL, ERR_USAGE, "needed together"},
        {"cert.pem", "other-key.pem", ERR_USAGE, "other-key.pem is not the key of the certificate"},
        {"cert.pem", "text.pem", ERR_USAGE, "text.pem has no private key"},
        {"text.pem", "key.pem", ERR_USAGE, "text.pem has no certificate"},
        {"key.pem", "cert.pem", ERR_USAGE, "key.pem has no certificate"},
        {"none.pem", "key.pem", ERR_IO, "none.pem: No such file"},
    };
    const struct files *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tls t;
        struct str why = STR("");
        int err = tls_load(cases[i].cert ? path(f, cases[i].cert) : STR(""),
                           cases[i].key ? path(f, cases[i].key) : STR(""), f->a, &t, &why);
        assert_int_equal(err, cases[i].err);
        assert_true((t.cert != NULL && t.key != NULL) || err || !cases[i].cert);
        if (!strstr(arena_cstr(f->a, why), cases[i].says))
            fail_msg("\"%.*s\" does not say \"%s\"", STR_ARG(why), cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_load)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
