/* The rules of records, against a real store: who may have which phone, what a
 * change keeps, what may be deleted, batches, statistics. */
#include "customers/customers_world.h"

static int64_t drift(void *arg, struct tx *tx)
{
    (void)arg;
    struct customer_names_page_row *rows;
    size_t n = 0;
    int rc = customer_names_page(tx, id_of(0xc01), STR(""), id_lowest, 500, &rows, &n);
    return rc < 0 ? rc : (int64_t)n;
}

static int count_keys(void *arg, struct tx *tx)
{
    *(int64_t *)arg = drift(NULL, tx);
    return 0;
}

static int64_t name_keys(struct fixture *f)
{
    int64_t n = -1;
    assert_int_equal(in_tx(f, count_keys, &n), 0);
    return n;
}

static void test_create_and_lookup(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"98765 43210\",\"email\":\"\","
                               "\"companyId\":\"other\",\"tags\":[\"vip\",\" vip \"]}"),
                     0);
    assert_int_equal(f->r->status, 201);
    assert_string_equal(text(f, "phone"), "+919876543210");
    assert_string_equal(text(f, "phoneNational"), "098765 43210");
    assert_null(text(f, "email"));
    assert_int_equal(json_array_size(json_object_get(data(f), "tags")), 1);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(data(f), "company"), "name")), "One");
    const char *id = kept(f, "id");

    const char *spellings[] = {"9876543210", "+919876543210", "098765-43210", "+91 98765 43210"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(lookup(f, spellings[i]), 0);
        assert_string_equal(text(f, "id"), id);
    }
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(data(f), "_count"), "orders")), 0);
    assert_int_equal(lookup(f, "9876543211"), ERR_CUSTOMER_NOT_FOUND);
    assert_string_equal(failure(f, "message"), "Customer not found");
    assert_int_equal(lookup(f, "0000000000"), ERR_PHONE_INVALID);
}

static void test_a_phone_belongs_to_one(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha\",\"phone\":\"9876543210\"}"), 0);
    assert_int_equal(create(f, "{\"name\":\"Other\",\"phone\":\"+91 98765-43210\"}"),
                     ERR_PHONE_TAKEN);
    assert_int_equal(f->r->status, 400);
    assert_string_equal(failure(f, "message"),
                        "Customer with this phone number already exists in your company");
    assert_string_equal(failure(f, "code"), "phone_taken");
    json_t *existing = json_object_get(f->json, "existing");
    assert_string_equal(json_string_value(json_object_get(existing, "name")), "Asha");
    assert_int_equal(name_keys(f), 1); /* the refused one left nothing */

    f->company.id = id_of(0xc02); /* another company may have the same */
    assert_int_equal(create(f, "{\"name\":\"Asha\",\"phone\":\"9876543210\"}"), 0);
    assert_int_equal(create(f, "{\"name\":\"X\",\"phone\":\"9876543212\",\"externalId\":\"A\"}"),
                     0);
    assert_int_equal(create(f, "{\"name\":\"Y\",\"phone\":\"9876543213\",\"externalId\":\"A\"}"),
                     ERR_EXTERNAL_ID_TAKEN);
}

static void test_a_phone_may_be_required(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"A\",\"email\":\"a@b.in\"}"), ERR_INVALID);
    f->company.phone_required = false;
    assert_int_equal(create(f, "{\"name\":\"A\"}"), ERR_INVALID); /* nothing to find them by */
    assert_int_equal(create(f, "{\"name\":\"A\",\"email\":\"a@b.in\"}"), 0);
    assert_int_equal(create(f, "{\"phone\":\"9876543210\"}"), ERR_INVALID); /* no name */
    assert_int_equal(create(f, "{\"name\":\"A\",\"phone\":\"9876543210\",\"birthday\":"
                               "\"2999-01-01\"}"),
                     ERR_INVALID);
}

static void test_a_changed_phone_is_kept(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"9876543210\"}"), 0);
    const char *id = kept(f, "id");
    assert_int_equal(create(f, "{\"name\":\"Ravi\",\"phone\":\"9876500000\"}"), 0);
    assert_int_equal(update(f, id, "{\"phone\":\"9876500000\"}"), ERR_PHONE_TAKEN);
    assert_int_equal(update(f, id, "{\"phone\":\"9811111112\"}"), 0);
    assert_int_equal(json_integer_value(json_object_get(data(f), "version")), 2);
    assert_int_equal(lookup(f, "9876543210"), 0);
    assert_string_equal(text(f, "id"), id);
    assert_true(json_is_true(json_object_get(data(f), "matchedFormerPhone")));
    assert_string_equal(text(f, "formerPhone"), "+919876543210");
    assert_int_equal(lookup(f, "9811111112"), 0);
    assert_true(json_is_false(json_object_get(data(f), "matchedFormerPhone")));

    assert_int_equal(update(f, id, "{\"phone\":\"9876543210\"}"), 0); /* back again */
    assert_int_equal(lookup(f, "9876543210"), 0);
    assert_true(json_is_false(json_object_get(data(f), "matchedFormerPhone")));
    assert_int_equal(update(f, id, "{\"phone\":null}"), ERR_INVALID);
}

static void test_updates_keep_what_is_not_named(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"9876543210\",\"notes\":\"n\","
                               "\"email\":\"A@B.in\",\"tags\":[\"a\",\"b\"]}"),
                     0);
    const char *id = kept(f, "id");
    assert_int_equal(name_keys(f), 2);
    f->if_match = STR("\"1\"");
    assert_int_equal(update(f, id, "{\"name\":\"Asha Devi Rao\",\"email\":null}"), 0);
    assert_null(text(f, "email"));
    assert_string_equal(text(f, "notes"), "n");
    assert_int_equal(json_array_size(json_object_get(data(f), "tags")), 2);
    assert_int_equal(name_keys(f), 6);
    assert_int_equal(update(f, id, "{\"notes\":null}"), ERR_STALE);
    assert_int_equal(f->r->status, 412);
    f->if_match = STR_NULL;
    assert_int_equal(update(f, id, "{\"name\":null}"), ERR_INVALID);
    assert_int_equal(update(f, id, "{\"tags\":[\"b\",\"c\"]}"), 0);
    assert_int_equal(call(f, customers_list, &customer_list_fields, NULL, NULL, "tag=a", ""), 0);
    assert_string_equal(names_of(f), "");
    assert_int_equal(call(f, customers_list, &customer_list_fields, NULL, NULL, "tag=c", ""), 0);
    assert_string_equal(names_of(f), "Asha Devi Rao|");
    assert_int_equal(search(f, "name=devi%20asha"), 0);
    assert_string_equal(names_of(f), "Asha Devi Rao|");
    assert_int_equal(update(f, "00000000-0000-0000-0000-00000000abcd", "{\"notes\":\"x\"}"),
                     ERR_CUSTOMER_NOT_FOUND);
}

static void test_a_login_is_linked_by_who_may(void **state)
{
    struct fixture *f = *state;
    const char *body = "{\"name\":\"Asha\",\"phone\":\"9876543210\",\"userId\":"
                       "\"00000000-0000-0000-0000-000000000e01\"}";
    f->role = ROLE_CASHIER;
    assert_int_equal(create(f, body), ERR_FORBIDDEN);
    f->role = ROLE_ADMIN;
    assert_int_equal(create(f, body), 0);
    const char *id = kept(f, "id");
    assert_int_equal(with_id(f, customers_users, id), 0);
    assert_string_equal(names_of(f), "User|");
    assert_int_equal(create(f, "{\"name\":\"B\",\"phone\":\"9876543211\",\"userId\":"
                               "\"00000000-0000-0000-0000-000000000e01\"}"),
                     ERR_INVALID); /* belongs to Asha */
    assert_int_equal(create(f, "{\"name\":\"B\",\"phone\":\"9876543211\",\"userId\":"
                               "\"00000000-0000-0000-0000-000000000e02\"}"),
                     ERR_INVALID); /* there is no such user */
    assert_int_equal(update(f, id, "{\"userId\":null}"), 0);
    assert_int_equal(with_id(f, customers_users, id), 0);
    assert_string_equal(names_of(f), "");
}

static void test_delete_only_without_history(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"9876543210\",\"tags\":[\"x\"]}"),
                     0);
    const char *id = kept(f, "id");
    assert_int_equal(in_tx(f, fake_order, (void *)(uintptr_t)id), 0);
    assert_int_equal(with_id(f, customers_delete, id), ERR_CUSTOMER_HAS_ORDERS);
    assert_string_equal(failure(f, "message"), "Cannot delete customer with existing orders. "
                                               "Consider deactivating instead.");
    assert_int_equal(with_id(f, customers_deactivate, id), 0);
    assert_true(json_is_false(json_object_get(data(f), "isActive")));
    assert_int_equal(lookup(f, "9876543210"), 0); /* still found, marked so */
    assert_true(json_is_false(json_object_get(data(f), "isActive")));
    assert_int_equal(with_id(f, customers_activate, id), 0);
    assert_int_equal(with_id(f, customers_detail, id), 0);
    assert_int_equal(json_array_size(json_object_get(data(f), "orders")), 1);

    assert_int_equal(create(f, "{\"name\":\"Ravi Nair\",\"phone\":\"9876543211\"}"), 0);
    id = kept(f, "id");
    int64_t keys = name_keys(f);
    assert_int_equal(with_id(f, customers_delete, id), 0);
    assert_string_equal(failure(f, "message"), "Customer deleted successfully");
    assert_null(data(f));
    assert_int_equal(name_keys(f), keys - 2);
    assert_int_equal(with_id(f, customers_detail, id), ERR_CUSTOMER_NOT_FOUND);
    assert_int_equal(lookup(f, "9876543211"), ERR_CUSTOMER_NOT_FOUND);
}

struct batch {
    const struct company *company;
    struct arena *a;
    const struct customer_new *v;
    size_t n;
    int8_t *made;
};

static int insert_batch(void *arg, struct tx *tx)
{
    struct batch *b = arg;
    return customers_insert_many(tx, b->company, b->a, b->v, b->n, b->made);
}

static void test_many_at_once(void **state)
{
    struct fixture *f = *state;
    enum { MANY = 300 };
    static struct customer_new v[MANY];
    static int8_t made[MANY];
    for (int i = 0; i < MANY; i++)
        v[i] = (struct customer_new){
            .name = i % 3 ? arena_printf(f->arena, "Given%c Family%c", 'A' + i % 26, 'A' + i / 26)
                          : STR_NULL,
            .phone = i % 2 ? arena_printf(f->arena, "+919876%06d", i / 4) : STR_NULL,
            .external_id = arena_printf(f->arena, "X%d", i),
            .birthday = I64_NULL,
            .anniversary = I64_NULL,
            .created_at = f->now};
    struct batch b = {&f->company, f->arena, v, MANY, made};
    assert_int_equal(in_tx(f, insert_batch, &b), 0);
    int taken = 0;
    for (int i = 0; i < MANY; i++)
        taken += !made[i];
    assert_int_equal(taken, 75); /* every second phone comes twice */
    assert_int_equal(in_tx(f, insert_batch, &b), 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(made[i], 0);
    finds(f, "name=familyb+givenc&limit=1", "GivenC FamilyB|");
    assert_int_equal(lookup(f, "+919876000000"), 0);
    assert_string_equal(text(f, "externalId"), "X1");
}

struct stats {
    struct uuid id;
    int found;
    struct customer_row row;
};

static int add_stats(void *arg, struct tx *tx)
{
    struct stats *s = arg;
    struct customer_delta d = {1, 1, 1, 500, 2000};
    int rc = customers_add_stats(tx, id_of(0xc01), s->id, &d);
    if (rc == 0)
        rc = customers_add_stats(tx, id_of(0xc01), s->id,
                                 &(struct customer_delta){1, 0, 0, 0, I64_NULL});
    d.order_at = 1000;
    if (rc == 0)
        rc = customers_add_stats(tx, id_of(0xc01), s->id, &d);
    s->found = rc;
    return rc < 0 ? rc : customer_by_id(tx, id_of(0xc01), s->id, &s->row);
}

static void test_statistics_add_up(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(create(f, "{\"name\":\"Asha Rao\",\"phone\":\"9876543210\"}"), 0);
    struct stats s = {0};
    assert_true(uuid_parse(str_c(text(f, "id")), &s.id));
    assert_int_equal(in_tx(f, add_stats, &s), 1);
    assert_int_equal(s.row.order_count, 3);
    assert_int_equal(s.row.total_orders, 2);
    assert_int_equal(s.row.total_spent, 1000);
    assert_int_equal(s.row.first_order_at, 1000);
    assert_int_equal(s.row.last_order_at, 2000);
    assert_int_equal(s.row.version, 1);
    s.id = id_of(0xdead);
    assert_int_equal(in_tx(f, add_stats, &s), 0); /* nobody: an order's foreign key says so */
}

#define TESTS(engine)                                                                              \
    TEST(create_and_lookup, engine), TEST(a_phone_belongs_to_one, engine),                         \
        TEST(a_phone_may_be_required, engine), TEST(a_changed_phone_is_kept, engine),              \
        TEST(updates_keep_what_is_not_named, engine), TEST(a_login_is_linked_by_who_may, engine),  \
        TEST(delete_only_without_history, engine), TEST(many_at_once, engine),                     \
        TEST(statistics_add_up, engine)
RUN_ON_BOTH(TESTS)
