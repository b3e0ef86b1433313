/* Fields as JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
#include "base/money.h"
#include "http/openapi_priv.h"

void put_text(struct json_out *j, const char *key, struct str s)
{
    json_key(j, str_c(key));
    json_text(j, s);
}

static void put_int(struct json_out *j, const char *key, int64_t v)
{
    json_key(j, str_c(key));
    json_int(j, v);
}

static void put_false(struct json_out *j, const char *key)
{
    json_key(j, str_c(key));
    json_bool(j, false);
}

/* Two tables with one title get two names. */
static struct str free_name(struct schemas *s, const struct fields *f)
{
    struct str name = str_c(f->title);
    for (int number = 2;; number++) {
        size_t i = 0;
        while (i < s->n && !str_eq(s->v[i].name, name))
            i++;
        if (i == s->n)
            return name;
        name = arena_printf(s->a, "%s%d", f->title, number);
    }
}

static struct str table_name(struct schemas *s, const struct fields *f, bool request)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].f == f && s->v[i].request == request)
            return s->v[i].name;
    assert(s->n < TABLES_MAX);
    struct str name = free_name(s, f);
    s->v[s->n++] = (struct table){f, request, name};
    return name;
}

static void put_ref(struct schemas *s, struct json_out *j, const struct fields *f, bool request)
{
    struct str name = table_name(s, f, request);
    put_text(j, "$ref", arena_printf(s->a, "#/components/schemas/%.*s", STR_ARG(name)));
}

void schema_ref(struct schemas *s, struct json_out *j, const struct fields *f, bool request)
{
    json_open(j, '{');
    put_ref(s, j, f, request);
    json_close(j, '}');
}

static void put_type(struct json_out *j, const struct field *f, const char *type)
{
    json_key(j, STR("type"));
    if (!(f->flags & FIELD_NULLABLE)) {
        json_text(j, str_c(type));
        return;
    }
    json_open(j, '[');
    json_text(j, str_c(type));
    json_text(j, STR("null"));
    json_close(j, ']');
}

static void put_names(struct json_out *j, const char *const *names, bool nullable)
{
    json_key(j, STR("enum"));
    json_open(j, '[');
    for (int i = 0; names[i]; i++)
        json_text(j, str_c(names[i]));
    if (nullable)
        json_none(j);
    json_close(j, ']');
}

static void put_formatted(struct json_out *j, const struct field *f, const char *format)
{
    put_type(j, f, "string");
    put_text(j, "format", str_c(format));
}

static void put_string(struct json_out *j, const struct field *f, bool request)
{
    put_type(j, f, "string");
    if (f->flags & FIELD_SECRET)
        put_text(j, "format", STR("password"));
    if (request && f->min > 0)
        put_int(j, "minLength", f->min);
    if (request && f->max > 0)
        put_int(j, "maxLength", f->max);
    if (f->names)
        put_names(j, f->names, f->flags & FIELD_NULLABLE);
}

static void put_integer(struct json_out *j, const struct field *f, bool request)
{
    put_type(j, f, "integer");
    if (request && (f->min || f->max)) {
        put_int(j, "minimum", f->min);
        if (f->max >= f->min)
            put_int(j, "maximum", f->max);
    }
}

static void put_bounds(struct json_out *j, const struct field *f, bool request)
{
    if (request && f->min > 0)
        put_int(j, "minItems", f->min);
    if (request && f->max > 0)
        put_int(j, "maxItems", f->max);
}

static void put_strings(struct json_out *j, const struct field *f, bool request)
{
    put_type(j, f, "array");
    put_bounds(j, f, request);
    json_key(j, STR("items"));
    json_open(j, '{');
    put_text(j, "type", STR("string"));
    if (f->names)
        put_names(j, f->names, false);
    json_close(j, '}');
}

static void put_list(struct schemas *s, struct json_out *j, const struct field *f, bool request)
{
    put_type(j, f, "array");
    put_bounds(j, f, request);
    json_key(j, STR("items"));
    schema_ref(s, j, f->sub, request);
}

/* A reference, or null. */
static void put_object(struct schemas *s, struct json_out *j, const struct field *f, bool request)
{
    if (f->type == F_OBJECT || f->flags & FIELD_OMIT_NULL) {
        put_ref(s, j, f->sub, request);
        return;
    }
    json_key(j, STR("anyOf"));
    json_open(j, '[');
    schema_ref(s, j, f->sub, request);
    json_open(j, '{');
    put_text(j, "type", STR("null"));
    json_close(j, '}');
    json_close(j, ']');
}

static void put_keywords(struct schemas *s, struct json_out *j, const struct field *f, bool request)
{
    switch (f->type) {
    case F_UUID:
        put_formatted(j, f, "uuid");
        break;
    case F_INT:
        put_integer(j, f, request);
        break;
    case F_MONEY:
        put_type(j, f, "string");
        put_text(j, "pattern", STR("^-?[0-9]+([.][0-9]+)?$"));
        break;
    case F_QUANTITY:
        put_type(j, f, "number");
        break;
    case F_BOOL:
        put_type(j, f, "boolean");
        break;
    case F_TIME:
        put_formatted(j, f, "date-time");
        break;
    case F_DATE:
        put_formatted(j, f, "date");
        break;
    case F_EMAIL:
        put_formatted(j, f, "email");
        break;
    case F_ENUM:
    case F_TEXT_ENUM:
        put_type(j, f, "string");
        put_names(j, f->names, f->flags & FIELD_NULLABLE);
        break;
    case F_JSON:
        put_type(j, f, "object");
        break;
    case F_STRINGS:
    case F_STRINGS_JSON:
    case F_PERMS:
        put_strings(j, f, request);
        break;
    case F_LIST:
        put_list(s, j, f, request);
        break;
    case F_OBJECT:
    case F_OBJECT_PTR:
        put_object(s, j, f, request);
        break;
    case F_PHONE:
    case F_PHONE_LOOSE:
    case F_CURSOR:
        put_type(j, f, "string");
        break;
    default:
        put_string(j, f, request);
        break;
    }
}

/* Help, what the type means, and the other name it goes by. */
static struct str describe(const struct field *f, bool request, struct arena *a)
{
    struct str text = str_c(f->help ? f->help : "");
    bool telling = f->type == F_PHONE || f->type == F_PHONE_LOOSE || f->type == F_MONEY ||
                   f->type == F_QUANTITY || f->type == F_CURSOR;
    if (telling || text.n == 0)
        text = arena_printf(a, "%.*s%s%.*s", STR_ARG(text), text.n ? " (" : "",
                            STR_ARG(field_says(f, a)));
    if (telling && f->help)
        text = arena_printf(a, "%.*s)", STR_ARG(text));
    if (request && f->alias)
        text = arena_printf(a, "%.*s; also taken as `%s`", STR_ARG(text), f->alias);
    return text;
}

void schema_field(struct schemas *s, struct json_out *j, const struct field *f, bool request)
{
    json_open(j, '{');
    put_keywords(s, j, f, request);
    put_text(j, "description", describe(f, request, s->a));
    json_close(j, '}');
}

/* Is the member always there? */
static bool sure(const struct field *f, bool request)
{
    if (request)
        return f->flags & FIELD_REQUIRED && !f->alias;
    return !(f->flags & (FIELD_STAFF | FIELD_OMIT_NULL));
}

static bool shown(const struct field *f, bool request)
{
    return !request || (f->place == IN_BODY && !(f->flags & FIELD_IGNORED));
}

static void put_required(struct json_out *j, const struct table *t)
{
    bool any = false;
    for (size_t i = 0; i < t->f->n; i++) {
        const struct field *f = &t->f->v[i];
        if (!shown(f, t->request) || !sure(f, t->request))
            continue;
        if (!any) {
            json_key(j, STR("required"));
            json_open(j, '[');
            any = true;
        }
        json_text(j, str_c(f->name));
    }
    if (any)
        json_close(j, ']');
}

void schema_table(struct schemas *s, struct json_out *j, const struct table *t)
{
    json_open(j, '{');
    put_text(j, "type", STR("object"));
    put_required(j, t);
    json_key(j, STR("properties"));
    json_open(j, '{');
    for (size_t i = 0; i < t->f->n; i++) {
        if (!shown(&t->f->v[i], t->request))
            continue;
        json_key(j, str_c(t->f->v[i].name));
        schema_field(s, j, &t->f->v[i], t->request);
    }
    /* Where the slice takes another name, or the company's id, so does this. */
    for (size_t i = 0; t->request && i < t->f->n; i++) {
        if (!shown(&t->f->v[i], true) || !t->f->v[i].alias)
            continue;
        json_key(j, str_c(t->f->v[i].alias));
        schema_field(s, j, &t->f->v[i], true);
    }
    json_close(j, '}');
    if (t->request)
        put_false(j, "additionalProperties");
    json_close(j, '}');
}
