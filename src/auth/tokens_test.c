/* Tokens: what we issue we take, and nothing else. Forgeries that need a
 * server's answers stand in tests/api/auth.test.mjs. */
#include "auth/keyring_priv.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/test.h"
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW ((int64_t)1795000000 * SECOND_US)

struct fixture {
    struct arena *a;
    char path[64];
    struct tokens *t;
    struct claims c;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct str why = STR_NULL;
    assert_non_null(f);
    f->a = arena_new(4096);
    snprintf(f->path, sizeof f->path, "/tmp/clientele-tokens-%d.keys", (int)getpid());
    (void)unlink(f->path);
    assert_int_equal(tokens_open(&f->t, f->path, f->a, &why), 0);
    f->c = (struct claims){.user = uuid_new(NOW),
                           .company = uuid_new(NOW),
                           .session = uuid_new(NOW),
                           .email = STR("a@example.com"),
                           .role = ROLE_CASHIER,
                           .expires = NOW + 900 * SECOND_US};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    tokens_free(&f->t);
    assert_null(f->t);
    (void)unlink(f->path);
    arena_free(&f->a);
    free(f);
    return 0;
}

static int verify(struct fixture *f, struct str jwt, int64_t now)
{
    struct claims c;
    return tokens_verify(f->t, jwt, now, &c, f->a);
}

static void test_round_trip(void **state)
{
    struct fixture *f = *state;
    struct claims c;
    struct str jwt = tokens_issue(f->t, &f->c, NOW, f->a);
    assert_int_equal(tokens_verify(f->t, jwt, NOW, &c, f->a), 0);
    assert_true(uuid_eq(c.user, f->c.user) && uuid_eq(c.company, f->c.company));
    assert_true(uuid_eq(c.session, f->c.session) && uuid_is_nil(c.customer));
    assert_str(c.email, "a@example.com");
    assert_int_equal(c.role, ROLE_CASHIER);
    assert_int_equal(c.expires, f->c.expires);
    f->c.customer = uuid_new(NOW);
    f->c.email = STR_NULL;
    jwt = tokens_issue(f->t, &f->c, NOW, f->a);
    assert_int_equal(tokens_verify(f->t, jwt, NOW, &c, f->a), 0);
    assert_true(uuid_eq(c.customer, f->c.customer) && str_is_null(c.email));
}

static void test_time(void **state)
{
    struct fixture *f = *state;
    struct str jwt = tokens_issue(f->t, &f->c, NOW, f->a);
    assert_int_equal(verify(f, jwt, f->c.expires - 1), 0);
    assert_int_equal(verify(f, jwt, f->c.expires), ERR_TOKEN_EXPIRED);
    /* Another server's clock may be a minute behind, not more. */
    assert_int_equal(verify(f, jwt, NOW - 60 * SECOND_US), 0);
    assert_int_equal(verify(f, jwt, NOW - 61 * SECOND_US), ERR_TOKEN_INVALID);
}

/* A bit of the last character of base64url means nothing; strictness says no. */
static void test_every_change_is_refused(void **state)
{
    struct fixture *f = *state;
    struct str jwt = tokens_issue(f->t, &f->c, NOW, f->a);
    char *bent = arena_bytes(f->a, jwt.n + 1);
    for (size_t i = 0; i < jwt.n; i++) {
        memcpy(bent, jwt.p, jwt.n);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        assert_int_equal(verify(f, (struct str){bent, jwt.n}, NOW), ERR_TOKEN_INVALID);
        assert_int_equal(verify(f, (struct str){jwt.p, i}, NOW), ERR_TOKEN_INVALID);
    }
    memcpy(bent, jwt.p, jwt.n);
    bent[jwt.n] = 'A';
    assert_int_equal(verify(f, (struct str){bent, jwt.n + 1}, NOW), ERR_TOKEN_INVALID);
}

static struct str b64(struct fixture *f, const char *text)
{
    size_t room = sodium_base64_ENCODED_LEN(1000, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_bytes(f->a, room);
    sodium_bin2base64(out, room, (const uint8_t *)text, strlen(text),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_c(out);
}

/* Our own signature under another header is refused before it is looked at. */
static void test_headers(void **state)
{
    struct fixture *f = *state;
    struct str jwt = tokens_issue(f->t, &f->c, NOW, f->a);
    const char *dot = memchr(jwt.p, '.', jwt.n);
    struct str rest = {dot, jwt.n - (size_t)(dot - jwt.p)};
    const char *const headers[] = {
        "{\"alg\":\"none\",\"kid\":\"%s\"}",
        "{\"alg\":\"HS256\",\"kid\":\"%s\"}",
        "{\"alg\":\"es256\",\"kid\":\"%s\"}",
        "{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"%s\"}",
        "{\"alg\":\"ES256\",\"kid\":\"%s\",\"crit\":[\"b64\"]}",
        "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":7}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"ES256\",\"kid\":\"\"}",
        "[\"%s\"]",
        "",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char text[300];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        snprintf(text, sizeof text, headers[i], f->t->ring->keys[0].kid);
#pragma GCC diagnostic pop
        struct str forged = arena_printf(f->a, "%.*s%.*s", STR_ARG(b64(f, text)), STR_ARG(rest));
        assert_int_equal(verify(f, forged, NOW), ERR_TOKEN_INVALID);
    }
}

static void test_shapes(void **state)
{
    struct fixture *f = *state;
    const char *const none[] = {"", ".", "..", "...", "a.b.c", "a.b", "\xff.\xff.\xff"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(verify(f, str_c(none[i]), NOW), ERR_TOKEN_INVALID);
    char *large = arena_bytes(f->a, 1 << 20);
    memset(large, 'A', 1 << 20);
    assert_int_equal(verify(f, (struct str){large, 1 << 20}, NOW), ERR_TOKEN_INVALID);
}

static void test_foreign_key(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct tokens *other = NULL;
    struct str path = arena_printf(f->a, "%s.other", f->path);
    assert_int_equal(tokens_open(&other, path.p, f->a, &why), 0);
    struct str jwt = tokens_issue(other, &f->c, NOW, f->a);
    assert_int_equal(verify(f, jwt, NOW), ERR_TOKEN_INVALID);
    /* Nor when it claims to be ours by its kid. */
    memcpy(other->ring->keys[0].kid, f->t->ring->keys[0].kid, SCALAR_TEXT);
    jwt = tokens_issue(other, &f->c, NOW, f->a);
    assert_int_equal(verify(f, jwt, NOW), ERR_TOKEN_INVALID);
    tokens_free(&other);
    (void)unlink(path.p);
}

static void test_rotation(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL, kid;
    int64_t made;
    uint8_t mac[32], again[32];
    struct str old = tokens_issue(f->t, &f->c, NOW, f->a);
    tokens_mac(f->t, "test", STR("text"), mac);
    assert_int_equal(tokens_rotate(f->path, f->a, &why), 0);
    tokens_free(&f->t);
    assert_int_equal(tokens_open(&f->t, f->path, f->a, &why), 0);
    assert_true(tokens_key(f->t, 1, &kid, &made));
    assert_false(tokens_key(f->t, 2, &kid, &made));
    assert_int_equal(verify(f, old, NOW), 0);
    assert_int_equal(verify(f, tokens_issue(f->t, &f->c, NOW, f->a), NOW), 0);
    tokens_mac(f->t, "test", STR("text"), again);
    assert_memory_equal(mac, again, sizeof mac);
    tokens_mac(f->t, "tes", STR("ttext"), again);
    assert_memory_not_equal(mac, again, sizeof mac);
}

/* A key goes when tokens that it signed are a day over; never the newest. */
static void test_old_keys_go(void **state)
{
    struct fixture *f = *state;
    struct keyring t = {.n = 0};
    int64_t at = NOW;
    for (int i = 0; i < 5; i++, at += 3600 * SECOND_US)
        assert_int_equal(keyring_add(&t, at), 0);
    assert_int_equal(t.n, 5);
    assert_int_equal(keyring_add(&t, at + 30 * DAY_US), 0);
    assert_int_equal(t.n, 2);
    for (int i = 0; i < 2 * KEYS_MAX; i++)
        assert_int_equal(keyring_add(&t, at + 30 * DAY_US), 0);
    assert_int_equal(t.n, KEYS_MAX);
    keyring_clear(&t);
    (void)f;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_key_file(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct tokens *t = NULL;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(f->path, 0640), 0);
    assert_int_equal(tokens_open(&t, f->path, f->a, &why), ERR_IO);
    assert_non_null(strstr(arena_cstr(f->a, why), "by others"));
    const char *const bad[] = {
        "",
        "nonsense\n",
        "instance AAAA\n",
        "instance AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "es256 2026-01-01 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", /* zero: no key */
        "es256 2026-01-01 __________________________________________8\n", /* beyond the group */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(f->path, bad[i], 0600);
        assert_int_equal(tokens_open(&t, f->path, f->a, &why), ERR_IO);
        assert_null(t);
    }
    assert_int_equal(tokens_open(&t, "/nowhere/at/all", f->a, &why), ERR_IO);
    assert_int_equal(tokens_rotate("/nowhere/at/all", f->a, &why), ERR_IO);
}

/* The example of RFC 7517 A.2, whose x and y belong to d; its thumbprint was
 * computed with another implementation. */
static void test_thumbprint(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct tokens *t = NULL;
    write_file(f->path,
               "instance AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
               "# a comment\n\n"
               "es256 2026-01-01T00:00:00Z 870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\n",
               0600);
    assert_int_equal(tokens_open(&t, f->path, f->a, &why), 0);
    assert_string_equal(t->ring->keys[0].x, "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
    assert_string_equal(t->ring->keys[0].y, "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
    assert_string_equal(t->ring->keys[0].kid, "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    struct str jwks = tokens_jwks(t, f->a);
    assert_non_null(
        strstr(arena_cstr(f->a, jwks), "\"kid\":\"cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s\""));
    assert_null(strstr(arena_cstr(f->a, jwks), "\"d\""));
    tokens_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_change_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_keys_go, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_thumbprint, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
