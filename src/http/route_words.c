/* What a row says, in words: shared by OpenAPI and /docs. */
#include "http/fields_priv.h"
#include "http/openapi_priv.h"

const struct error_kind error_kinds[ERROR_KINDS] = {
    {400, "BadRequest", "The request is not valid; `errors` names the fields"},
    {401, "Unauthenticated", "No token, or one that is expired or not valid"},
    {403, "Forbidden", "The role lacks the permission"},
    {404, "NotFound", "There is no such thing in this company"},
    {409, "Conflict", "The state does not allow it, or the same request is still running"},
    {412, "Stale", "The record was changed since it was read (If-Match)"},
    {413, "TooLarge", "The body is larger than 1 MiB"},
    {415, "MediaType", "The body is not of the media type that this takes"},
    {422, "KeyReused", "The Idempotency-Key was used with another body"},
    {429, "RateLimited", "Too many requests; Retry-After says when to try again"},
    {500, "Internal", "Something went wrong in the service"},
    {503, "Unavailable", "The store is busy or down; Retry-After says when to try again"},
};

bool fields_have(const struct fields *f, enum field_place place)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (f->v[i].place == place && !(f->v[i].flags & FIELD_IGNORED))
            return true;
    return false;
}

bool fields_need(const struct fields *f, enum field_place place)
{
    for (size_t i = 0; f && i < f->n; i++)
        if (f->v[i].place == place && f->v[i].flags & FIELD_REQUIRED)
            return true;
    return false;
}

static struct str counted(const struct field *f, const char *what, const char *unit,
                          struct arena *a)
{
    if (f->min && f->max)
        return arena_printf(a, "%s, %lld to %lld%s", what, (long long)f->min, (long long)f->max,
                            unit);
    if (f->max)
        return arena_printf(a, "%s, at most %lld%s", what, (long long)f->max, unit);
    return f->min ? arena_printf(a, "%s, at least %lld%s", what, (long long)f->min, unit)
                  : str_c(what);
}

static struct str listed(const struct field *f, const char *what, struct arena *a)
{
    return f->names ? arena_printf(a, "%s %.*s", what, STR_ARG(names_list(f->names, a)))
                    : str_c(what);
}

struct str field_says(const struct field *f, struct arena *a)
{
    switch (f->type) {
    case F_UUID:
        return STR("id (UUID)");
    case F_INT:
        return counted(f, "whole number", "", a);
    case F_MONEY:
        return STR("decimal text, \"150.00\"");
    case F_QUANTITY:
        return STR("number with up to 3 decimals");
    case F_BOOL:
        return STR("true or false");
    case F_TIME:
        return STR("time, 2026-11-21T09:30:00Z");
    case F_DATE:
        return STR("date, 2026-11-21");
    case F_PHONE:
        return STR("phone number in any spelling; answers: E.164");
    case F_PHONE_LOOSE:
        return STR("phone number, kept as typed when it is none");
    case F_EMAIL:
        return STR("e-mail address");
    case F_ENUM:
    case F_TEXT_ENUM:
        return listed(f, "one of", a);
    case F_JSON:
        return counted(f, "object", " bytes", a);
    case F_STRINGS:
        return counted(f, f->names ? listed(f, "texts among", a).p : "texts", "", a);
    case F_STRINGS_JSON:
        return STR("texts");
    case F_PERMS:
        return STR("names of permissions");
    case F_CURSOR:
        return STR("meta.nextCursor of the page before");
    case F_LIST:
        return arena_printf(a, "list of %s", f->sub->title);
    case F_OBJECT:
    case F_OBJECT_PTR:
        return str_c(f->sub->title);
    default:
        return f->names ? listed(f, "one of", a) : counted(f, "text", " characters", a);
    }
}

struct str route_braces(const struct route *r, struct arena *a)
{
    struct buf b;
    buf_init(&b, 4096);
    for (const char *p = r->path; *p;) {
        size_t n = strcspn(p, ":");
        buf_add(&b, p, n);
        p += n;
        if (*p == ':') {
            n = strcspn(++p, "/");
            buf_printf(&b, "{%.*s}", (int)n, p);
            p += n;
        }
    }
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}

struct str route_name(const struct route *r, struct arena *a)
{
    struct buf b;
    buf_init(&b, 4096);
    for (const char *p = r->method; *p; p++)
        buf_char(&b, (char)(*p | 0x20));
    const char *p = strncmp(r->path, "/api/", 5) == 0 ? r->path + 4 : r->path;
    bool upper = true;
    if (strcmp(p, "/") == 0)
        buf_lit(&b, "Root");
    for (; *p; p++) {
        bool letter =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (*p == ':')
            buf_lit(&b, "By");
        else if (letter)
            buf_char(&b, upper && *p >= 'a' && *p <= 'z' ? (char)(*p & ~0x20) : *p);
        upper = !letter;
    }
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}

const char *route_tag(const struct route_set *set, const struct route *r)
{
    return r->tag ? r->tag : set->name;
}

struct str route_access(const struct route *r, struct arena *a)
{
    switch (r->perm) {
    case PERM_PUBLIC:
        return STR("Public");
    case PERM_ANY:
        return STR("Anybody signed in");
    case PERM_STAFF:
        return STR("Staff and API keys");
    case PERM_SUPER:
        return STR("SUPER_ADMIN only");
    default:
        return arena_printf(a, "Needs %s", perm_names[r->perm - PERM_FIRST_ - 1]);
    }
}

bool route_idempotent(const struct route *r)
{
    return strcmp(r->method, "POST") == 0 && r->mode == RUN_WRITE &&
           !(r->flags & ROUTE_NO_IDEMPOTENCY);
}

bool route_matches(const struct route *r)
{
    return strcmp(r->method, "PUT") == 0 || strcmp(r->method, "PATCH") == 0;
}

const struct err_row *route_error(const char **at, int status)
{
    while (*at && **at) {
        *at += strspn(*at, ", ");
        size_t n = strcspn(*at, ", ");
        struct str code = {*at, n};
        *at += n;
        for (int e = ERR_FIRST_ + 1; n > 0 && e < ERR_LAST_; e++)
            if (err_row(e)->status == status && str_eq(code, str_c(err_row(e)->code)))
                return err_row(e);
    }
    return NULL;
}

bool route_fails(const struct route *r, int status)
{
    const char *own = r->errors;
    if (route_error(&own, status))
        return true;
    switch (status) {
    case 400:
    case 500:
        return true;
    case 401:
        return r->perm != PERM_PUBLIC;
    case 403:
        return r->perm != PERM_PUBLIC && r->perm != PERM_ANY;
    case 404:
        return route_params(r) > 0;
    case 409:
    case 422:
        return route_idempotent(r);
    case 412:
        return route_matches(r);
    case 413:
    case 415:
        return fields_have(r->in, IN_BODY) || r->flags & ROUTE_RAW_BODY;
    case 429:
        return r->limit != LIMIT_NONE;
    case 503:
        return !(r->flags & ROUTE_PLAIN);
    default:
        return false;
    }
}
