/* /api/stores: the shops of a company. */
#include "companies/companies_priv.h"
#include "http/cursor.h"

struct store_in {
    struct given given;
    struct uuid id;
    struct str name, code, address;
};

#define AT(member) .offset = offsetof(struct store_in, member)
#define STORE_FIELDS(name_flags)                                                                   \
    {.name = "name",                                                                               \
     .type = F_TEXT,                                                                               \
     .flags = name_flags,                                                                          \
     AT(name),                                                                                     \
     .min = 1,                                                                                     \
     .max = 200,                                                                                   \
     .help = "As people write it"},                                                                \
        {.name = "code",                                                                           \
         .type = F_TEXT,                                                                           \
         .flags = FIELD_NULLABLE,                                                                  \
         AT(code),                                                                                 \
         .min = 1,                                                                                 \
         .max = 32,                                                                                \
         .help = "Short code on receipts, unique in the company"},                                 \
    {                                                                                              \
        .name = "address", .type = F_TEXT, .flags = FIELD_NULLABLE, AT(address), .min = 1,         \
        .max = 500, .help = "Where it is"                                                          \
    }
FIELDS(store_create_in, "StoreNew", struct store_in, STORE_FIELDS(FIELD_REQUIRED));
FIELDS(store_update_in, "StoreChange", struct store_in, PATH_ID(struct store_in), STORE_FIELDS(0));
FIELDS(store_path_in, "StoreId", struct id_in, PATH_ID(struct id_in));
FIELDS(stores_list_in, "StoresQuery", struct page_in, PAGE_FIELDS(struct page_in),
       {.name = "active",
        .type = F_BOOL,
        .place = IN_QUERY,
        .offset = offsetof(struct page_in, active),
        .help = "Only those in use, or only those that are not"});

#define OUT(name_, type_, member_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct store_row, member_), .help = help_ \
    }
FIELDS(store_out, "Store", struct store_row, OUT("id", F_UUID, id, "The store"),
       OUT("name", F_TEXT, name, "As people write it"),
       OUT("code", F_TEXT, code, "Short code on receipts"),
       OUT("address", F_TEXT, address, "Where it is"),
       OUT("isActive", F_BOOL, is_active, "False: takes no new orders"),
       OUT("version", F_INT, version, "Counts changes, as in the ETag"),
       OUT("createdAt", F_TIME, created_at, "When it was made"),
       OUT("updatedAt", F_TIME, updated_at, "Last change"));

static int answer(struct req *r, struct tx *tx, int status, struct uuid id)
{
    struct store_row row;
    int rc = store_read(tx, r->company->id, id, &row);
    if (rc == 0)
        return req_fail(r, ERR_STORE_NOT_FOUND);
    return rc < 0 ? rc : req_answer(r, status, &store_out, &row);
}

int stores_http_list(struct req *r, struct tx *tx)
{
    const struct page_in *in = r->in;
    struct uuid after;
    struct store_row *rows = NULL;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &after);
    if (rc == 0)
        rc = stores_page(tx, r->company->id, after, GIVEN(in, active) ? in->active : I64_NULL,
                         (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    return req_answer_list(r, &store_out, rows, n, more ? cursor_of_id(&rows[n - 1].id) : STR_NULL);
}

static int code_taken(struct req *r)
{
    return req_fail_field(r, ERR_INVALID, "code", "taken", "Another store has this code");
}

int stores_http_create(struct req *r, struct tx *tx)
{
    const struct store_in *in = r->in;
    struct store_new s = {
        .id = req_new_id(r), .name = in->name, .code = in->code, .address = in->address};
    int rc = stores_create(tx, r->company->id, &s, r->now);
    if (rc == 0)
        return code_taken(r);
    return rc < 0 ? rc : answer(r, tx, 201, s.id);
}

int stores_http_read_one(struct req *r, struct tx *tx)
{
    const struct id_in *in = r->in;
    return answer(r, tx, 200, in->id);
}

static int lock(struct req *r, struct tx *tx, struct uuid id, struct store_row *old)
{
    int rc = store_lock(tx, r->company->id, id, old);
    if (rc == 0)
        return req_fail(r, ERR_STORE_NOT_FOUND);
    return rc < 0 ? rc : req_match(r, old->version);
}

static int write(struct req *r, struct tx *tx, const struct store_row *new)
{
    int rc = store_update(tx, &(struct store_update_params){
                                  .company = r->company->id,
                                  .id = new->id,
                                  .name = new->name,
                                  .code = new->code,
                                  .address = new->address,
                                  .is_active = new->is_active,
                                  .now = r->now,
                              });
    return rc < 0 ? rc : answer(r, tx, 200, new->id);
}

int stores_http_update(struct req *r, struct tx *tx)
{
    const struct store_in *in = r->in;
    struct store_row s;
    int rc = lock(r, tx, in->id, &s);
    if (rc < 0)
        return rc;
    if (GIVEN(in, code) && !str_is_null(in->code)) {
        struct store_with_code_row other;
        rc = store_with_code(tx, r->company->id, in->code, &other);
        if (rc < 0)
            return rc;
        if (rc == 1 && !uuid_eq(other.id, in->id))
            return code_taken(r);
    }
    s.name = GIVEN(in, name) ? in->name : s.name;
    s.code = GIVEN(in, code) ? in->code : s.code;
    s.address = GIVEN(in, address) ? in->address : s.address;
    return write(r, tx, &s);
}

static int set_active(struct req *r, struct tx *tx, bool active)
{
    const struct id_in *in = r->in;
    struct store_row s;
    int rc = lock(r, tx, in->id, &s);
    if (rc < 0)
        return rc;
    if (s.is_active == active)
        return answer(r, tx, 200, s.id);
    s.is_active = active;
    return write(r, tx, &s);
}

int stores_http_deactivate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, false);
}

int stores_http_activate(struct req *r, struct tx *tx)
{
    return set_active(r, tx, true);
}
