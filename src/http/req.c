/* Answers and refusals in the envelope of SPEC 2, written straight into
 * r->out. Every answer starts from nothing, so that a handler run again, or a
 * refusal after an answer, leaves no trace of the one before. */
#include "http/req.h"
#include "base/json_out.h"
#include "http/fields_priv.h"
#include "http/text.h"

struct uuid req_new_id(struct req *r)
{
    /* The counter stands last, so that ids of one request sort as handed out. */
    uint8_t random[10];
    memcpy(random, r->seed, sizeof random);
    unsigned n = r->ids++;
    random[9] = (uint8_t)n;
    random[8] = (uint8_t)(n >> 8);
    random[7] = (uint8_t)(random[7] + (n >> 16));
    return uuid_v7(r->now, random);
}

/* Nothing of an earlier answer stays. */
static struct json_out begin(struct req *r, int status)
{
    buf_reset(&r->out);
    r->status = status;
    r->error = 0;
    r->keep = false;
    r->content_type = NULL;
    r->content_encoding = NULL;
    r->etag = STR_NULL;
    r->retry_after = 0;
    return json_out(&r->out);
}

/* An answer that does not fit into its buffer is a bug of ours. */
static int finish(struct req *r)
{
    return r->out.full ? req_fail(r, ERR_INTERNAL) : 0;
}

static struct json_out begin_success(struct req *r, int status)
{
    struct json_out j = begin(r, status);
    json_open(&j, '{');
    json_key(&j, STR("success"));
    json_bool(&j, true);
    return j;
}

static struct encode_context context_of(const struct req *r)
{
    return (struct encode_context){.digits = r->company ? (int)r->company->digits : 2,
                                   .staff = req_staff(r)};
}

/* The row's version is the ETag, its id the subject. */
static void note_row(struct req *r, const struct fields *out, const void *row)
{
    for (size_t i = 0; i < out->n; i++) {
        const struct field *f = &out->v[i];
        const char *at = (const char *)row + f->offset;
        if (f->type == F_INT && strcmp(f->name, "version") == 0)
            r->etag = arena_printf(r->arena, "%lld", (long long)*(const int64_t *)at);
        else if (f->type == F_UUID && uuid_is_nil(r->subject) && strcmp(f->name, "id") == 0)
            r->subject = *(const struct uuid *)at;
    }
}

int req_answer(struct req *r, int status, const struct fields *out, const void *row)
{
    struct json_out j = begin_success(r, status);
    struct encode_context c = context_of(r);
    json_key(&j, STR("data"));
    fields_encode(out, row, &c, &j);
    json_close(&j, '}');
    note_row(r, out, row);
    return finish(r);
}

/* Members as JSON text behind those already written. */
static void raw_members(struct json_out *j, struct str json)
{
    if (json.n == 0)
        return;
    buf_char(j->b, ',');
    buf_str(j->b, json);
}

int req_answer_list_meta(struct req *r, const struct fields *out, const void *rows, size_t n,
                         struct str next, struct str json)
{
    struct json_out j = begin_success(r, 200);
    struct encode_context c = context_of(r);
    json_key(&j, STR("data"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        fields_encode(out, (const char *)rows + i * out->size, &c, &j);
    json_close(&j, ']');
    json_key(&j, STR("meta"));
    json_open(&j, '{');
    json_key(&j, STR("nextCursor"));
    json_text(&j, str_is_null(next) ? STR_NULL : base64url_encode(r->arena, next));
    json_key(&j, STR("hasMore"));
    json_bool(&j, !str_is_null(next));
    raw_members(&j, json);
    json_close(&j, '}');
    json_close(&j, '}');
    return finish(r);
}

int req_answer_list(struct req *r, const struct fields *out, const void *rows, size_t n,
                    struct str next)
{
    return req_answer_list_meta(r, out, rows, n, next, STR_NULL);
}

int req_answer_message(struct req *r, int status, const char *message)
{
    struct json_out j = begin_success(r, status);
    json_key(&j, STR("message"));
    json_text(&j, str_c(message));
    json_close(&j, '}');
    return finish(r);
}

int req_answer_json(struct req *r, int status, struct str json)
{
    struct json_out j = begin_success(r, status);
    json_key(&j, STR("data"));
    json_raw(&j, json);
    json_close(&j, '}');
    return finish(r);
}

int req_answer_plain(struct req *r, int status, const char *content_type, struct str body)
{
    begin(r, status);
    r->content_type = content_type;
    buf_str(&r->out, body);
    return finish(r);
}

int req_answer_none(struct req *r)
{
    begin(r, 204);
    return 0;
}

/* The table's sentence; where it says only that something is wrong, the first
 * field at fault as well. */
static struct str message_of(const struct req *r, int err)
{
    struct str message = str_c(err_row(err)->message);
    const struct field_error *first = &r->errors.v[0];
    bool vague = err == ERR_INVALID || err == ERR_BAD_JSON || err == ERR_BAD_REQUEST ||
                 err == ERR_PHONE_INVALID;
    if (!vague || r->errors.n == 0)
        return message;
    bool named = first->field.n == 0 || str_starts(first->message, first->field);
    message = arena_printf(r->arena, "%.*s: %.*s%s%.*s", STR_ARG(message),
                           STR_ARG(named ? STR("") : first->field), named ? "" : " ",
                           STR_ARG(first->message));
    if (r->errors.n > 1)
        message = arena_printf(r->arena, "%.*s (and %zu more)", STR_ARG(message), r->errors.n - 1);
    return message;
}

static void put_errors(struct json_out *j, const struct field_errors *e)
{
    size_t n = e->n < FIELD_ERRORS_MAX ? e->n : FIELD_ERRORS_MAX;
    json_key(j, STR("errors"));
    json_open(j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(j, '{');
        json_key(j, STR("field"));
        json_text(j, e->v[i].field);
        json_key(j, STR("code"));
        json_text(j, str_c(e->v[i].code));
        json_key(j, STR("message"));
        json_text(j, e->v[i].message);
        json_close(j, '}');
    }
    json_close(j, ']');
}

int req_fail_with(struct req *r, int err, struct str json)
{
    const struct err_row *row = err_row(err);
    int64_t wait = r->retry_after;
    struct json_out j = begin(r, row->status);
    r->error = err;
    r->retry_after = wait == 0 && row->status == 503 ? 1 : wait;
    json_open(&j, '{');
    json_key(&j, STR("success"));
    json_bool(&j, false);
    json_key(&j, STR("message"));
    json_text(&j, message_of(r, err));
    json_key(&j, STR("code"));
    json_text(&j, str_c(row->code));
    put_errors(&j, &r->errors);
    json_key(&j, STR("requestId"));
    json_uuid(&j, r->id);
    raw_members(&j, json);
    json_close(&j, '}');
    return err;
}

int req_fail(struct req *r, int err)
{
    return req_fail_with(r, err, STR_NULL);
}

int req_fail_field(struct req *r, int err, const char *field, const char *code, const char *fmt,
                   ...)
{
    va_list ap;
    va_start(ap, fmt);
    field_verror(&r->errors, r->arena, str_c(field), code ? code : err_row(err)->code, fmt, ap);
    va_end(ap);
    return req_fail(r, err);
}

int req_fail_keep(struct req *r, int err)
{
    req_fail(r, err);
    r->keep = true;
    return err;
}

/* One entity tag of an If-Match list, weak or not, against the version. */
static bool tag_names(struct str tag, struct str version)
{
    tag = str_trim(tag);
    if (str_eq(tag, STR("*")))
        return true;
    if (str_starts(tag, STR("W/")))
        tag = (struct str){tag.p + 2, tag.n - 2};
    if (tag.n >= 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"')
        tag = (struct str){tag.p + 1, tag.n - 2};
    return str_eq(tag, version);
}

int req_match(struct req *r, int64_t version)
{
    if (str_is_null(r->if_match))
        return 0;
    struct str current = arena_printf(r->arena, "%lld", (long long)version);
    for (size_t from = 0, i = 0; i <= r->if_match.n; i++) {
        if (i < r->if_match.n && r->if_match.p[i] != ',')
            continue;
        if (tag_names((struct str){r->if_match.p + from, i - from}, current))
            return 0;
        from = i + 1;
    }
    return req_fail(r, ERR_STALE);
}

bool req_staff(const struct req *r)
{
    if (r->who.kind == WHO_KEY)
        return true;
    return r->who.kind == WHO_USER && !r->who.factor_missing && r->who.role != ROLE_CUSTOMER &&
           r->who.role != ROLE_DELIVERY && r->who.role != ROLE_NONE_;
}

bool req_may(const struct req *r, enum perm p)
{
    if (r->who.factor_missing && p != PERM_ANY && p != PERM_PUBLIC)
        return false;
    switch (p) {
    case PERM_MISSING_:
        return false;
    case PERM_PUBLIC:
        return true;
    case PERM_ANY:
        return r->who.kind != WHO_NOBODY;
    case PERM_STAFF:
        return req_staff(r);
    case PERM_SUPER:
        return r->who.kind == WHO_USER && r->who.role == ROLE_SUPER_ADMIN;
    default:
        return p > PERM_FIRST_ && p < PERM_END_ && r->who.kind != WHO_NOBODY &&
               (r->who.perms & PERM_BIT(p)) != 0;
    }
}

void req_subject(struct req *r, struct uuid id)
{
    r->subject = id;
}
