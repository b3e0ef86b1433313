/* A struct as JSON by its field table. */
#include "base/money.h"
#include "http/field.h"

static int64_t number_at(const char *at)
{
    int64_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static bool is_null(const struct field *f, const char *at)
{
    switch (f->type) {
    case F_INT:
    case F_MONEY:
    case F_QUANTITY:
    case F_TIME:
    case F_DATE:
    case F_ENUM:
        return number_at(at) == I64_NULL;
    case F_UUID:
        return uuid_is_nil(*(const struct uuid *)at);
    case F_OBJECT_PTR:
        return *(const void *const *)at == NULL;
    case F_STRINGS: /* an empty list is not null, unless its table knows null */
        return f->flags & FIELD_NULLABLE && !((const struct strs *)at)->v;
    case F_BOOL:
    case F_PERMS:
    case F_STRINGS_JSON:
    case F_LIST:
    case F_OBJECT:
        return false;
    default:
        return str_is_null(*(const struct str *)at);
    }
}

/* A list without rows is one, [], unless there is none at all. */
static bool is_no_list(const struct field *f, const char *at)
{
    return f->type == F_LIST && ((const struct list *)at)->v == NULL;
}

static void put_money(struct json_out *j, int64_t v, int digits)
{
    char text[MONEY_TEXT];
    size_t n = money_format(v, digits, text);
    json_text(j, (struct str){text, n});
}

/* 2000 thousandths are 2, 350 are 0.35. */
static void put_quantity(struct json_out *j, int64_t v)
{
    char text[MONEY_TEXT];
    size_t n = money_format(v, 3, text);
    while (text[n - 1] == '0')
        n--;
    if (text[n - 1] == '.')
        n--;
    json_raw(j, (struct str){text, n});
}

static void put_names(struct json_out *j, uint64_t mask, const char *const *names)
{
    json_open(j, '[');
    for (int i = 0; names[i]; i++)
        if (mask >> i & 1)
            json_text(j, str_c(names[i]));
    json_close(j, ']');
}

static void put_strings(struct json_out *j, const struct strs *s)
{
    json_open(j, '[');
    for (size_t i = 0; i < s->n; i++)
        json_text(j, s->v[i]);
    json_close(j, ']');
}

static void put_list(struct json_out *j, const struct field *f, const struct list *l,
                     const struct encode_context *c)
{
    json_open(j, '[');
    for (size_t i = 0; i < l->n; i++)
        fields_encode(f->sub, (const char *)l->v + i * f->sub->size, c, j);
    json_close(j, ']');
}

static void put_date(struct json_out *j, int64_t days)
{
    char text[DATE_TEXT];
    date_format(days, text);
    json_text(j, (struct str){text, DATE_TEXT});
}

static void put(struct json_out *j, const struct field *f, const char *at,
                const struct encode_context *c)
{
    if (is_null(f, at)) {
        json_none(j);
        return;
    }
    switch (f->type) {
    case F_UUID:
        json_uuid(j, *(const struct uuid *)at);
        break;
    case F_INT:
        json_int(j, number_at(at));
        break;
    case F_MONEY:
        put_money(j, number_at(at), c->digits);
        break;
    case F_QUANTITY:
        put_quantity(j, number_at(at));
        break;
    case F_BOOL:
        json_bool(j, *(const bool *)at);
        break;
    case F_TIME:
        json_time(j, number_at(at));
        break;
    case F_DATE:
        put_date(j, number_at(at));
        break;
    case F_ENUM:
        json_text(j, str_c(f->names[number_at(at)]));
        break;
    case F_JSON:
        json_raw(j, *(const struct str *)at);
        break;
    case F_STRINGS_JSON:
        json_raw(j, str_is_null(*(const struct str *)at) ? STR("[]") : *(const struct str *)at);
        break;
    case F_STRINGS:
        put_strings(j, (const struct strs *)at);
        break;
    case F_PERMS:
        put_names(j, (uint64_t)number_at(at), f->names);
        break;
    case F_LIST:
        put_list(j, f, (const struct list *)at, c);
        break;
    case F_OBJECT:
        fields_encode(f->sub, at, c, j);
        break;
    case F_OBJECT_PTR:
        fields_encode(f->sub, *(const void *const *)at, c, j);
        break;
    default:
        json_text(j, *(const struct str *)at);
        break;
    }
}

void fields_encode(const struct fields *f, const void *row, const struct encode_context *c,
                   struct json_out *j)
{
    json_open(j, '{');
    for (size_t i = 0; i < f->n; i++) {
        const struct field *v = &f->v[i];
        const char *at = (const char *)row + v->offset;
        if (v->flags & FIELD_STAFF && !c->staff)
            continue;
        if (v->flags & FIELD_OMIT_NULL && (is_null(v, at) || is_no_list(v, at)))
            continue;
        json_key(j, str_c(v->name));
        put(j, v, at, c);
    }
    json_close(j, '}');
}
