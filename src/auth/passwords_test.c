/* Passwords: what is taken, how it is hashed, and the worker's queue. */
#include "auth/passwords.h"
#include "base/clock.h"
#include "base/test.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

static int setup(void **state)
{
    assert_true(sodium_init() >= 0);
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    struct arena *a = *state;
    arena_free(&a);
    return 0;
}

static void test_hash(void **state)
{
    struct arena *a = *state;
    struct str one = password_hash(STR("correct horse"), a);
    struct str two = password_hash(STR("correct horse"), a);
    assert_true(str_starts(one, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_false(str_eq(one, two));
    assert_true(password_verify(STR("correct horse"), one));
    assert_false(password_verify(STR("correct hors"), one));
    assert_false(password_verify(STR("Correct horse"), one));
    assert_false(password_verify(STR(""), one));
    assert_false(password_verify(STR_NULL, one));
}

static void test_no_hash_is_no_password(void **state)
{
    (void)state;
    char large[300];
    memset(large, '$', sizeof large);
    assert_false(password_verify(STR("x"), STR_NULL));
    assert_false(password_verify(STR("x"), STR("")));
    assert_false(password_verify(STR("x"), STR("$2b$12$of.another.kind")));
    assert_false(password_verify(STR("x"), (struct str){large, sizeof large}));
}

static int64_t time_of(struct str hash)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        int64_t from = clock_mono();
        assert_false(password_verify(STR("wrong"), hash));
        int64_t took = clock_mono() - from;
        best = took < best ? took : best;
    }
    return best;
}

/* Nobody learns from the time whether there is such a user. */
static void test_same_time_without_a_hash(void **state)
{
    struct arena *a = *state;
    int64_t with = time_of(password_hash(STR("correct horse"), a));
    int64_t without = time_of(STR_NULL);
    assert_true(without > with / 2 && without < with * 2);
}

static void test_refused(void **state)
{
    (void)state;
    char large[201];
    memset(large, 'x', sizeof large);
    assert_null(password_refused(STR("8 bytes!")));
    assert_null(password_refused((struct str){large, 200}));
    assert_non_null(password_refused((struct str){large, 201}));
    assert_non_null(password_refused(STR("7 bytes")));
    assert_non_null(password_refused(STR_NULL));
    assert_non_null(password_refused(STR("password123")));
    assert_non_null(password_refused(STR("PassWord123")));
}

/* Of the authors of crypt_blowfish and of Argon2. */
static const struct {
    const char *password, *hash;
} vectors[] = {
    {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
    {"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
    {"\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"},
    {"\xff\xff\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
    {"password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                 "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
    {"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$"
                 "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
    {"password", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                 "wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"},
};

static void test_hashes_of_others(void **state)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct str hash = str_c(vectors[i].hash), password = str_c(vectors[i].password);
        assert_null(password_hash_refused(hash));
        assert_true(password_needs_rehash(hash));
        if (!password_verify(password, hash))
            fail_msg("%s", vectors[i].hash);
        assert_false(password_verify(STR("U*u"), hash));
    }
    assert_false(password_needs_rehash(password_hash(STR("correct horse"), *state)));
    /* What is behind a NUL counts. */
    assert_false(password_verify(STR("U*U\0x"), str_c(vectors[0].hash)));
    assert_false(password_verify(STR_NULL, str_c(vectors[0].hash)));
}

#define SALTED "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define REST "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
static void test_hashes_refused(void **state)
{
    static const struct {
        const char *hash, *why;
    } bad[] = {
        {"$2a$15$" SALTED, "too costly"},
        {"$2a$31$" SALTED, "too costly"},
        {"$2a$03$" SALTED, "not a whole bcrypt"},
        {"$2x$10$" SALTED, "not a whole bcrypt"},
        {"$2$10$" SALTED "C", "not a whole bcrypt"},
        {"$2a$10$" SALTED "C", "not a whole bcrypt"},
        {"$2a$10$", "not a whole bcrypt"},
        {"$2a$1x$" SALTED, "not a whole bcrypt"},
        {"$2a$10$:CCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "not a whole bcrypt"},
        {"$argon2id$v=19$m=300000,t=2,p=1" REST, "too costly"},
        {"$argon2id$v=19$m=65536,t=11,p=1" REST, "too costly"},
        {"$argon2id$v=19$m=262144,t=5,p=1" REST, "too costly"},
        {"$argon2id$v=19$m=65536,t=2,p=17" REST, "too costly"},
        {"$argon2id$v=19$m=99999999999999999999,t=2,p=1" REST, "too costly"},
        {"$argon2id$v=16$m=65536,t=2,p=1" REST, "not a whole Argon2"},
        {"$argon2id$m=65536,t=2,p=1" REST, "not a whole Argon2"},
        {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ", "not a whole Argon2"},
        {"$argon2id$v=19$m=-1,t=2,p=1" REST, "not a whole Argon2"},
        {"$argon2i$v=19$m=65536,t=2,p=1$!", "not a whole Argon2"},
        {"$argon2d$v=19$m=65536,t=2,p=1" REST, "only Argon2"},
        {"5f4dcc3b5aa765d61d8327deb882cf99", "only Argon2"},
        {"$6$rounds=5000$salt$hash", "only Argon2"},
        {"", "only Argon2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = password_hash_refused(str_c(bad[i].hash));
        if (!why || !strstr(why, bad[i].why))
            fail_msg("%s: %s", bad[i].hash, why ? why : "taken");
    }
    char large[300];
    memset(large, 'x', sizeof large);
    memcpy(large, "$argon2id$", 10);
    assert_non_null(password_hash_refused((struct str){large, sizeof large}));
}

struct work {
    pthread_mutex_t gate; /* held: the worker waits */
    atomic_int ran, nice;
};

static void wait_at_gate(void *arg)
{
    struct work *w = arg;
    pthread_mutex_lock(&w->gate);
    pthread_mutex_unlock(&w->gate);
    w->nice = getpriority(PRIO_PROCESS, (id_t)gettid());
    w->ran++;
}

static void test_bounded_queue(void **state)
{
    (void)state;
    struct work w = {.gate = PTHREAD_MUTEX_INITIALIZER};
    struct passwords *p = NULL;
    assert_int_equal(passwords_start(&p, 3), 0);
    pthread_mutex_lock(&w.gate);
    int taken = 0;
    /* One may be at the gate already, three wait. */
    for (int i = 0; i < 10; i++)
        taken += passwords_submit(p, wait_at_gate, &w) == 0;
    assert_in_range(taken, 3, 4);
    assert_int_equal(passwords_submit(p, wait_at_gate, &w), ERR_BUSY);
    pthread_mutex_unlock(&w.gate);
    passwords_stop(&p);
    assert_null(p);
    assert_int_equal(w.ran, taken);
    assert_true(w.nice >= 10); /* whatever the tests themselves run with */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_no_hash_is_no_password),
        cmocka_unit_test(test_same_time_without_a_hash),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hashes_of_others),
        cmocka_unit_test(test_hashes_refused),
        cmocka_unit_test(test_bounded_queue),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
