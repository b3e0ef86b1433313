/* Keys that change while the program runs: taken up without a restart, and
 * without a thread that signs or verifies noticing. */
#include "auth/keyring_priv.h"
#include "base/clock.h"
#include "base/test.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
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
    snprintf(f->path, sizeof f->path, "/tmp/clientele-keys-%d.keys", (int)getpid());
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

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    assert_int_equal(chmod(path, mode), 0);
}

/* Which key signs now. */
static struct str signing(struct fixture *f)
{
    struct str kid = STR_NULL;
    int64_t made;
    assert_true(tokens_key(f->t, 0, &kid, &made));
    return arena_str(f->a, kid);
}

static void test_taken_up(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL, first = signing(f);
    struct str old = tokens_issue(f->t, &f->c, NOW, f->a);
    assert_int_equal(tokens_refresh(f->t), 0);
    assert_int_equal(tokens_rotate(f->path, f->a, &why), 0);
    assert_true(str_eq(signing(f), first));
    assert_int_equal(tokens_refresh(f->t), 1);
    assert_int_equal(tokens_refresh(f->t), 0);
    assert_false(str_eq(signing(f), first));
    assert_int_equal(verify(f, old, NOW), 0);
    assert_int_equal(verify(f, tokens_issue(f->t, &f->c, NOW, f->a), NOW), 0);
    assert_non_null(strstr(arena_cstr(f->a, tokens_jwks(f->t, f->a)), signing(f).p));
}

/* What will not do changes nothing, and is looked at once. */
static void test_not_taken_up(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL, first = signing(f);
    struct str text = arena_printf(f->a, "%s.kept", f->path);
    assert_int_equal(rename(f->path, text.p), 0);
    assert_int_equal(tokens_refresh(f->t), ERR_IO);
    assert_int_equal(tokens_refresh(f->t), 0);
    write_file(f->path, "nonsense\n", 0600);
    assert_int_equal(tokens_refresh(f->t), ERR_IO);
    assert_int_equal(unlink(f->path), 0);
    /* A whole file, but of another installation. */
    struct tokens *other = NULL;
    assert_int_equal(tokens_open(&other, f->path, f->a, &why), 0);
    tokens_free(&other);
    assert_int_equal(tokens_refresh(f->t), ERR_IO);
    assert_true(str_eq(signing(f), first));
    assert_int_equal(verify(f, tokens_issue(f->t, &f->c, NOW, f->a), NOW), 0);
    assert_int_equal(rename(text.p, f->path), 0);
    assert_int_equal(chmod(f->path, 0644), 0);
    assert_int_equal(tokens_refresh(f->t), ERR_IO);
    assert_int_equal(chmod(f->path, 0600), 0);
    assert_int_equal(tokens_refresh(f->t), 1);
    assert_true(str_eq(signing(f), first));
}

/* Another process has rotated and signed: its token is good here at once. */
static void test_unknown_kid_looks(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    struct tokens *other = NULL;
    assert_int_equal(tokens_rotate(f->path, f->a, &why), 0);
    assert_int_equal(tokens_open(&other, f->path, f->a, &why), 0);
    struct str jwt = tokens_issue(other, &f->c, NOW, f->a);
    tokens_free(&other);
    assert_int_equal(verify(f, jwt, NOW), 0);
}

/* One thread's part of the next test. */
struct busy {
    struct fixture *f;
    atomic_bool *stop;
    int done; /* tokens that were good */
    int bad;
};

static void *sign_and_verify(void *arg)
{
    struct busy *b = arg;
    struct arena *a = arena_new(16 * 1024);
    while (!atomic_load(b->stop)) {
        struct claims c;
        struct str jwt = tokens_issue(b->f->t, &b->f->c, NOW, a);
        if (tokens_verify(b->f->t, jwt, NOW, &c, a) == 0 && tokens_jwks(b->f->t, a).n > 0)
            b->done++;
        else
            b->bad++;
        arena_reset(a);
    }
    arena_free(&a);
    return NULL;
}

static void test_taken_up_under_load(void **state)
{
    struct fixture *f = *state;
    struct str why = STR_NULL;
    atomic_bool stop = false;
    pthread_t threads[2];
    struct busy busy[2];
    for (int i = 0; i < 2; i++) {
        busy[i] = (struct busy){.f = f, .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, sign_and_verify, &busy[i]), 0);
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(tokens_rotate(f->path, f->a, &why), 0);
        /* A verifying thread may have been quicker. */
        assert_true(tokens_refresh(f->t) >= 0);
        (void)usleep(1000);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(busy[i].bad, 0);
        assert_true(busy[i].done > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_taken_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_taken_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_kid_looks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken_up_under_load, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
