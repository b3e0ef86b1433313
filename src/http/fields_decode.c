/* From a body, a query string or a path to a struct: which field a name
 * means, what is unknown, given twice, null or missing. The values themselves
 * are fields_json.c's and fields_text.c's business. All errors are collected;
 * what was decoded lies in the context's arena. */
#include "base/nearest.h"
#include "http/fields_priv.h"
#include "http/json_scan.h"
#include "http/text.h"

void field_verror(struct field_errors *e, struct arena *a, struct str field, const char *code,
                  const char *fmt, va_list ap)
{
    if (e->n < FIELD_ERRORS_MAX)
        e->v[e->n] = (struct field_error){arena_str(a, field), code, arena_vprintf(a, fmt, ap)};
    e->n++;
}

void field_error(struct field_errors *e, struct arena *a, struct str field, const char *code,
                 const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    field_verror(e, a, field, code, fmt, ap);
    va_end(ap);
}

struct str spot_text(const struct spot *s, struct arena *a)
{
    if (!s)
        return STR("");
    struct str up = spot_text(s->up, a);
    if (str_is_null(s->name))
        return arena_printf(a, "%.*s[%zu]", STR_ARG(up), s->index);
    return arena_printf(a, "%.*s%s%.*s", STR_ARG(up), up.n ? "." : "",
                        STR_ARG(text_excerpt(a, s->name)));
}

enum decoded decode_bad(const struct decoding *d, const struct spot *at, const char *code,
                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    field_verror(d->e, d->c->a, spot_text(at, d->c->a), code, fmt, ap);
    va_end(ap);
    return DECODED_BAD;
}

static bool named(const struct field *f, struct str name)
{
    return str_eq(name, str_c(f->name)) || (f->alias && str_eq(name, str_c(f->alias)));
}

static const struct field *find(const struct fields *f, enum field_place place, struct str name)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (f->v[i].place == place && named(&f->v[i], name))
            return &f->v[i];
    return NULL;
}

static void *member_of(const struct field *f, void *in)
{
    return (char *)in + f->offset;
}

static enum decoded unknown(const struct decoding *d, const struct fields *f,
                            enum field_place place, const struct spot *at, const char *what)
{
    struct nearest n = nearest_to(at->name);
    for (size_t i = 0; f && i < f->n; i++)
        if (f->v[i].place == place && !(f->v[i].flags & FIELD_IGNORED))
            nearest_offer(&n, f->v[i].name);
    return decode_bad(d, at, "unknown", "is not a known %s%s", what, nearest_hint(&n, "", d->c->a));
}

/* The company comes from the token; SPEC 3 lets clients name it all the same. */
static bool company_id(struct str name)
{
    return str_eq(name, STR("companyId"));
}

/* Another name for the same member may have been given already. */
static bool given_twice(const struct decoding *d, const struct field *f, const void *in,
                        const struct spot *at)
{
    if (!given_at(in, f->offset))
        return false;
    decode_bad(d, at, "duplicate", "is given twice, also under another name");
    return true;
}

static void decode_member(const struct decoding *d, const struct field *f, json_t *value, void *in,
                          const struct spot *at)
{
    if (f->flags & FIELD_IGNORED || given_twice(d, f, in, at))
        return;
    enum decoded done = DECODED_ABSENT;
    if (!json_is_null(value)) {
        done = decode_json(d, f, value, member_of(f, in), at);
    } else if (f->flags & FIELD_NULLABLE) {
        decode_clear(f, member_of(f, in));
        done = DECODED_SET;
    } else if (!d->c->creating) {
        done = decode_bad(d, at, "null", "cannot be null");
    }
    if (done != DECODED_ABSENT)
        given_set(in, f->offset);
}

void decode_object(const struct decoding *d, const struct fields *f, json_t *object, void *in,
                   const struct spot *at)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        struct spot here = {.up = at, .name = str_c(key)};
        const struct field *found = find(f, IN_BODY, here.name);
        if (found)
            decode_member(d, found, value, in, &here);
        else if (at || !company_id(here.name))
            unknown(d, f, IN_BODY, &here, "field");
    }
    if (at) {
        fields_defaults(f, in);
        decode_missing(d, f, in, at);
    }
}

static int verdict(const struct field_errors *e, size_t before)
{
    if (e->n == before)
        return 0;
    if (e->n == 1 && str_starts(str_c(e->v[0].code), STR("phone_")))
        return ERR_PHONE_INVALID;
    return ERR_INVALID;
}

static int refuse_scan(enum json_scan found, struct str path, struct arena *a,
                       struct field_errors *e)
{
    switch (found) {
    case JSON_SCAN_DEEP:
        field_error(e, a, STR(""), "depth", "is nested more than %d deep", JSON_DEPTH_MAX);
        break;
    case JSON_SCAN_UTF8:
        field_error(e, a, path, "utf8", "is not valid UTF-8");
        break;
    case JSON_SCAN_NUL:
        field_error(e, a, path, "nul", "has a NUL character");
        break;
    case JSON_SCAN_OK:
        return 0;
    }
    return ERR_BAD_JSON;
}

/* What Jansson refused, by the name of the field it stands in. */
static int refuse_parse(struct str json, const json_error_t *why, struct arena *a,
                        struct field_errors *e)
{
    struct str path;
    size_t upto = why->position > 0 ? (size_t)why->position : 0;
    if (upto > 0 && upto <= json.n && strchr("}]", json.p[upto - 1]))
        upto--; /* still inside of what it closes */
    json_scan(json, upto, a, &path);
    switch (json_error_code(why)) {
    case json_error_numeric_overflow:
        field_error(e, a, path, "range", "is too large a number");
        return ERR_INVALID;
    case json_error_duplicate_key:
        field_error(e, a, path, "duplicate", "names the same field twice");
        return ERR_BAD_JSON;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        field_error(e, a, path, "nul", "has a NUL character");
        return ERR_BAD_JSON;
    case json_error_invalid_utf8:
        field_error(e, a, path, "utf8", "is not valid UTF-8");
        return ERR_BAD_JSON;
    default:
        /* Jansson quotes what stands there, and may cut it within a letter */
        field_error(e, a, path, "syntax", "line %d, column %d: %.*s", why->line, why->column,
                    STR_ARG(text_excerpt(a, str_c(why->text))));
        return ERR_BAD_JSON;
    }
}

int fields_decode_body(const struct fields *f, struct str json, const struct decode_context *c,
                       void *in, struct field_errors *e)
{
    size_t before = e->n;
    if (str_trim(json).n == 0)
        return 0;
    struct str path;
    enum json_scan found = json_scan(json, json.n, c->a, &path);
    if (found != JSON_SCAN_OK)
        return refuse_scan(found, path, c->a, e);
    json_error_t why;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return refuse_parse(json, &why, c->a, e);
    int err = 0;
    struct decoding d = {c, e};
    if (json_is_object(root)) {
        decode_object(&d, f, root, in, NULL);
        err = verdict(e, before);
    } else {
        field_error(e, c->a, STR(""), "type", "must be a JSON object");
        err = ERR_BAD_JSON;
    }
    json_decref(root);
    return err;
}

static void decode_pair(const struct decoding *d, const struct fields *f, struct str name,
                        struct str value, void *in)
{
    struct spot at = {.name = name};
    struct arena *a = d->c->a;
    if (!percent_decode(name, true, a, &at.name) || !percent_decode(value, true, a, &value)) {
        decode_bad(d, &at, "encoding", "is not valid percent-encoded UTF-8");
        return;
    }
    const struct field *found = find(f, IN_QUERY, at.name);
    if (!found) {
        if (!company_id(at.name))
            unknown(d, f, IN_QUERY, &at, "parameter");
        return;
    }
    if (found->flags & FIELD_IGNORED)
        return;
    if (given_at(in, found->offset)) {
        decode_bad(d, &at, "duplicate", "is given twice");
        return;
    }
    if (decode_param(d, found, value, member_of(found, in), &at) != DECODED_ABSENT)
        given_set(in, found->offset);
}

static struct str cut(struct str *rest, char at)
{
    const char *p = rest->n ? memchr(rest->p, at, rest->n) : NULL;
    struct str head = {rest->p, p ? (size_t)(p - rest->p) : rest->n};
    size_t skip = head.n + (p ? 1 : 0);
    *rest = (struct str){rest->p + skip, rest->n - skip};
    return head;
}

int fields_decode_query(const struct fields *f, struct str query, const struct decode_context *c,
                        void *in, struct field_errors *e)
{
    struct decoding d = {c, e};
    size_t before = e->n;
    while (query.n > 0) {
        struct str value = cut(&query, '&');
        if (value.n == 0)
            continue;
        struct str name = cut(&value, '=');
        decode_pair(&d, f, name, value, in);
    }
    return verdict(e, before);
}

int fields_decode_path(const struct fields *f, struct str name, struct str value,
                       const struct decode_context *c, void *in, struct field_errors *e)
{
    struct decoding d = {c, e};
    struct spot at = {.name = name};
    size_t before = e->n;
    const struct field *found = find(f, IN_PATH, name);
    if (!found)
        return 0; /* the handler reads req->params */
    if (decode_param(&d, found, value, member_of(found, in), &at) != DECODED_ABSENT)
        given_set(in, found->offset);
    return verdict(e, before);
}

void fields_defaults(const struct fields *f, void *in)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (!(f->v[i].flags & FIELD_IGNORED) && !given_at(in, f->v[i].offset))
            decode_clear(&f->v[i], member_of(&f->v[i], in));
}

void decode_missing(const struct decoding *d, const struct fields *f, const void *in,
                    const struct spot *at)
{
    for (size_t i = 0; f && i < f->n; i++) {
        const struct field *v = &f->v[i];
        if ((v->flags & (FIELD_REQUIRED | FIELD_IGNORED)) != FIELD_REQUIRED ||
            given_at(in, v->offset))
            continue;
        struct spot here = {.up = at, .name = str_c(v->name)};
        decode_bad(d, &here, "required", "is required");
    }
}

int fields_check_required(const struct fields *f, const void *in, struct field_errors *e,
                          struct arena *a)
{
    struct decode_context c = {.a = a};
    struct decoding d = {&c, e};
    size_t before = e->n;
    decode_missing(&d, f, in, NULL);
    return e->n > before ? ERR_INVALID : 0;
}

struct str fields_given(const struct fields *f, const void *in, struct arena *a)
{
    struct str all = STR("");
    for (size_t i = 0; f && i < f->n; i++) {
        const struct field *v = &f->v[i];
        if (v->place == IN_BODY && !(v->flags & FIELD_IGNORED) && given_at(in, v->offset))
            all = arena_printf(a, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", v->name);
    }
    return all;
}
