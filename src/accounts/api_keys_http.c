/* /api/api-keys: how servers sign in. A key may do a part of what its maker
 * may; its text is shown once. */
#include "accounts/accounts_priv.h"
#include "auth/secrets.h"
#include "http/cursor.h"

struct key_in {
    struct given given;
    struct str name;
    uint64_t scopes;
    int64_t expires_at;
};
struct key_id_in {
    struct given given;
    struct uuid id;
};
struct keys_query {
    struct given given;
    struct str cursor;
    int64_t limit;
    _Alignas(8) bool active;
};
struct key_out {
    struct api_key_row row;
    bool is_active;
    struct str text;
};

#define F(type_, member_, name_, kind_, ...)                                                       \
    {                                                                                              \
        .name = name_, .type = kind_, .offset = offsetof(struct type_, member_), __VA_ARGS__       \
    }
FIELDS(api_key_create_in, "ApiKeyNew", struct key_in,
       F(key_in, name, "name", F_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 100,
         .help = "What it is for"),
       F(key_in, scopes, "scopes", F_PERMS, .flags = FIELD_REQUIRED, .names = perm_names,
         .help = "What it may do, at most what you may do"),
       F(key_in, expires_at, "expiresAt", F_TIME, .flags = FIELD_NULLABLE,
         .help = "Not good after this; without it for ever"));
FIELDS(api_key_path_in, "ApiKeyId", struct key_id_in,
       F(key_id_in, id, "id", F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED,
         .help = "The key"));
FIELDS(api_keys_list_in, "ApiKeysQuery", struct keys_query,
       F(keys_query, active, "active", F_BOOL, .place = IN_QUERY,
         .help = "Only those that are good, or only those that are not"),
       F(keys_query, limit, "limit", F_INT, .place = IN_QUERY, .min = 1, .max = 100,
         .help = "Rows a page, 50 when not given"),
       F(keys_query, cursor, "cursor", F_CURSOR, .place = IN_QUERY,
         .help = "nextCursor of the page before"));
#define KEY_OUT                                                                                    \
    F(key_out, row.id, "id", F_UUID, .help = "The key"),                                           \
        F(key_out, row.name, "name", F_TEXT, .help = "What it is for"),                            \
        F(key_out, row.scopes, "scopes", F_PERMS, .names = perm_names, .help = "What it may do"),  \
        F(key_out, is_active, "isActive", F_BOOL, .help = "Neither revoked nor expired"),          \
        F(key_out, row.created_by_user_id, "createdByUserId", F_UUID, .help = "Who made it"),      \
        F(key_out, row.expires_at, "expiresAt", F_TIME, .help = "Not good after this"),            \
        F(key_out, row.revoked_at, "revokedAt", F_TIME, .help = "When it was taken back"),         \
        F(key_out, row.version, "version", F_INT, .help = "Counts changes, as in the ETag"),       \
        F(key_out, row.created_at, "createdAt", F_TIME, .help = "When it was made"),               \
        F(key_out, row.updated_at, "updatedAt", F_TIME, .help = "Last change")
FIELDS(api_key_out, "ApiKey", struct key_out, KEY_OUT);
FIELDS(api_key_created_out, "ApiKeyCreated", struct key_out,
       F(key_out, text, "key", F_TEXT, .flags = FIELD_SECRET,
         .help = "For Bearer; shown this once"),
       KEY_OUT);

static struct key_out out_of(const struct req *r, const struct api_key_row *k)
{
    bool expired = k->expires_at != I64_NULL && k->expires_at <= r->now;
    return (struct key_out){.row = *k, .is_active = k->revoked_at == I64_NULL && !expired};
}

int api_keys_http_list(struct req *r, struct tx *tx)
{
    const struct keys_query *in = r->in;
    struct uuid after;
    struct api_key_row *rows;
    size_t n = 0, limit = page_limit(in->limit);
    int rc = cursor_id(r, in->cursor, &after);
    if (rc == 0)
        rc = api_keys_page(tx, r->company->id, after, GIVEN(in, active) ? in->active : I64_NULL,
                           r->now, (int64_t)limit + 1, &rows, &n);
    if (rc < 0)
        return rc;
    bool more = n > limit;
    n = more ? limit : n;
    struct key_out *out = ARENA_ARRAY(r->arena, struct key_out, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = out_of(r, &rows[i]);
    return req_answer_list(r, &api_key_out, out, n,
                           more ? cursor_of_id(&out[n - 1].row.id) : STR_NULL);
}

int api_keys_http_create(struct req *r, struct tx *tx)
{
    const struct key_in *in = r->in;
    struct uuid id = req_new_id(r);
    struct api_key_row row = {0};
    uint8_t hash[32];
    if (in->scopes & ~r->who.perms)
        return req_fail_field(r, ERR_FORBIDDEN, "scopes", NULL,
                              "A key may do only what you may do yourself");
    if (in->expires_at != I64_NULL && in->expires_at <= r->now)
        return req_fail_field(r, ERR_INVALID, "expiresAt", "range", "expiresAt is in the past");
    struct str text = api_key_make(r->company->id, id, r->arena, hash);
    int rc = api_key_insert(tx, &(struct api_key_insert_params){
                                    .company = r->company->id,
                                    .id = id,
                                    .name = in->name,
                                    .hash = {(const char *)hash, sizeof hash},
                                    .scopes = (int64_t)in->scopes,
                                    .created_by = r->who.kind == WHO_USER ? r->who.id : UUID_NIL,
                                    .expires_at = in->expires_at,
                                    .now = r->now,
                                });
    if (rc == 1)
        rc = api_key_read(tx, r->company->id, id, &row);
    if (rc < 0)
        return rc;
    struct key_out out = out_of(r, &row);
    out.text = text;
    return req_answer(r, 201, &api_key_created_out, &out);
}

int api_keys_http_revoke(struct req *r, struct tx *tx)
{
    const struct key_id_in *in = r->in;
    struct api_key_row row;
    int rc = api_key_revoke(tx, r->company->id, in->id, r->now);
    if (rc >= 0) /* revoked before: it stays so, and that is an answer too */
        rc = api_key_read(tx, r->company->id, in->id, &row);
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    if (rc < 0)
        return rc;
    struct key_out out = out_of(r, &row);
    return req_answer(r, 200, &api_key_out, &out);
}
