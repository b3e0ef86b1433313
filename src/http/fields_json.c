/* Values of a JSON body into members: which JSON type a field takes, arrays
 * and objects. Texts go on to fields_text.c. */
#include "http/fields_priv.h"
#include "http/text.h"
#include <math.h>

enum { LIST_MAX = 1000, STRINGS_MAX = 100, JSON_BYTES_MAX = 16384 };
/* What every JSON reader keeps exact. */
#define SAFE_INT INT64_C(9007199254740991)

static struct str text_of(json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* How many an array may have; says so when it has too few or too many. */
static bool count_fits(const struct decoding *d, const struct field *f, size_t n, int64_t preset,
                       const struct spot *at)
{
    int64_t max = f->max ? f->max : preset, count = (int64_t)n;
    if (count < f->min) {
        decode_bad(d, at, "range", "needs at least %lld (has %zu)", (long long)f->min, n);
        return false;
    }
    if (count > max) {
        decode_bad(d, at, "range", "takes at most %lld (has %zu)", (long long)max, n);
        return false;
    }
    return true;
}

enum decoded decode_int(const struct decoding *d, const struct field *f, int64_t v, void *member,
                        const struct spot *at)
{
    bool bounded = f->min || f->max;
    int64_t min = bounded ? f->min : -SAFE_INT;
    int64_t max = bounded && f->max >= f->min ? f->max : SAFE_INT;
    if (v < min || v > max) {
        if (max == SAFE_INT)
            return decode_bad(d, at, "range", v > max ? "is too large" : "must be %lld or more",
                              (long long)min);
        return decode_bad(d, at, "range", "must be from %lld to %lld", (long long)min,
                          (long long)max);
    }
    memcpy(member, &v, sizeof v);
    return DECODED_SET;
}

static enum decoded int_of(const struct decoding *d, const struct field *f, json_t *value,
                           void *member, const struct spot *at)
{
    if (json_is_real(value)) {
        double v = json_real_value(value);
        if (fabs(v) > (double)SAFE_INT)
            return decode_bad(d, at, "range", "is too large");
        return decode_bad(d, at, "type", "must be a whole number, written without decimals");
    }
    if (!json_is_integer(value))
        return decode_bad(d, at, "type", "must be a whole number");
    return decode_int(d, f, json_integer_value(value), member, at);
}

/* Thousandths; a number is taken as its decimal digits say. */
static enum decoded quantity_of(const struct decoding *d, const struct field *f, json_t *value,
                                void *member, const struct spot *at)
{
    if (json_is_string(value))
        return decode_text(d, f, text_of(value), member, at);
    if (!json_is_number(value))
        return decode_bad(d, at, "type", "must be a number");
    double thousandths = json_number_value(value) * 1000;
    if (!(fabs(thousandths) <= 1e15))
        return decode_bad(d, at, "range", "is too large");
    double whole = round(thousandths);
    if (fabs(thousandths - whole) > 1e-6 * fmax(1, fabs(thousandths) * 1e-6))
        return decode_bad(d, at, "format", "has at most 3 decimals");
    char text[32];
    int n = snprintf(text, sizeof text, "%.3f", whole / 1000);
    return decode_text(d, f, (struct str){text, (size_t)n}, member, at);
}

static enum decoded strings_of(const struct decoding *d, const struct field *f, json_t *value,
                               void *member, const struct spot *at)
{
    if (!json_is_array(value))
        return decode_bad(d, at, "type", "must be an array of texts");
    size_t n = json_array_size(value);
    if (!count_fits(d, f, n, STRINGS_MAX, at))
        return DECODED_BAD;
    struct field one = {.name = f->name, .type = F_TEXT, .min = 1, .max = 200, .names = f->names};
    struct str *v = ARENA_ARRAY(d->c->a, struct str, n + 1);
    enum decoded all = DECODED_SET;
    for (size_t i = 0; i < n; i++) {
        struct spot here = {.up = at, .index = i};
        json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            all = decode_bad(d, &here, "type", "must be a text");
        else if (str_trim(text_of(item)).n == 0)
            all = decode_bad(d, &here, "range", "must not be empty");
        else if (decode_text(d, &one, text_of(item), &v[i], &here) != DECODED_SET)
            all = DECODED_BAD;
    }
    if (all == DECODED_SET)
        *(struct strs *)member = (struct strs){v, n};
    return all;
}

static enum decoded perms_of(const struct decoding *d, const struct field *f, json_t *value,
                             void *member, const struct spot *at)
{
    if (!json_is_array(value))
        return decode_bad(d, at, "type", "must be an array of names");
    uint64_t mask = 0;
    enum decoded all = DECODED_SET;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        struct spot here = {.up = at, .index = i};
        int index = json_is_string(item) ? name_index(f->names, text_of(item)) : -1;
        if (index < 0)
            all = decode_bad(d, &here, "choice", "must be one of %.*s",
                             STR_ARG(names_list(f->names, d->c->a)));
        else
            mask |= UINT64_C(1) << index;
    }
    if (all == DECODED_SET)
        memcpy(member, &mask, sizeof mask);
    return all;
}

static enum decoded list_of(const struct decoding *d, const struct field *f, json_t *value,
                            void *member, const struct spot *at)
{
    if (!json_is_array(value))
        return decode_bad(d, at, "type", "must be an array of objects");
    size_t n = json_array_size(value), errors = d->e->n;
    if (!count_fits(d, f, n, LIST_MAX, at))
        return DECODED_BAD;
    char *v = arena_alloc(d->c->a, n * f->sub->size + 1);
    for (size_t i = 0; i < n; i++) {
        struct spot here = {.up = at, .index = i};
        json_t *item = json_array_get(value, i);
        if (json_is_object(item))
            decode_object(d, f->sub, item, v + i * f->sub->size, &here);
        else
            decode_bad(d, &here, "type", "must be an object");
    }
    *(struct list *)member = (struct list){v, n};
    return d->e->n == errors ? DECODED_SET : DECODED_BAD;
}

static enum decoded free_json_of(const struct decoding *d, const struct field *f, json_t *value,
                                 void *member, const struct spot *at)
{
    if (!json_is_object(value))
        return decode_bad(d, at, "type", "must be an object");
    size_t max = f->max ? (size_t)f->max : JSON_BYTES_MAX;
    size_t n = json_dumpb(value, NULL, 0, JSON_COMPACT);
    if (n > max)
        return decode_bad(d, at, "range", "takes at most %zu bytes (has %zu)", max, n);
    char *text = arena_bytes(d->c->a, n + 1);
    json_dumpb(value, text, n, JSON_COMPACT);
    *(struct str *)member = (struct str){text, n};
    return DECODED_SET;
}

enum decoded decode_json(const struct decoding *d, const struct field *f, json_t *value,
                         void *member, const struct spot *at)
{
    switch (f->type) {
    case F_INT:
        return int_of(d, f, value, member, at);
    case F_QUANTITY:
        return quantity_of(d, f, value, member, at);
    case F_BOOL:
        if (!json_is_boolean(value))
            return decode_bad(d, at, "type", "must be true or false");
        *(bool *)member = json_is_true(value);
        return DECODED_SET;
    case F_STRINGS:
        return strings_of(d, f, value, member, at);
    case F_PERMS:
        return perms_of(d, f, value, member, at);
    case F_LIST:
        return list_of(d, f, value, member, at);
    case F_JSON:
        return free_json_of(d, f, value, member, at);
    case F_MONEY:
        if (!json_is_string(value))
            return decode_bad(d, at, "type", "must be a decimal text such as \"150.00\"");
        break;
    default:
        if (!json_is_string(value))
            return decode_bad(d, at, "type", "must be a text");
        break;
    }
    return decode_text(d, f, text_of(value), member, at);
}
