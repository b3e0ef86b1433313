/* See json_scan.h. Keeps one frame a level: the name or the index that the
 * walk is at. */
#include "http/json_scan.h"
#include "http/text.h"

struct frame {
    bool array;
    size_t index;   /* of an array's current element */
    bool named;     /* the current member has its name: the next text is a value */
    struct str key; /* of an object's current member, as written */
};

struct scan {
    struct frame frames[JSON_DEPTH_MAX];
    size_t depth;
};

static struct str spot(const struct scan *s, struct arena *a)
{
    struct str path = STR("");
    for (size_t i = 0; i < s->depth; i++) {
        const struct frame *f = &s->frames[i];
        if (f->array)
            path = arena_printf(a, "%.*s[%zu]", STR_ARG(path), f->index);
        else if (f->key.p)
            path = arena_printf(a, "%.*s%s%.*s", STR_ARG(path), path.n ? "." : "",
                                STR_ARG(text_excerpt(a, f->key)));
    }
    return path;
}

/* From the byte after the opening quote; *i ends on the closing one. */
static enum json_scan walk_text(struct str json, size_t upto, size_t *i, struct str *text)
{
    size_t from = *i;
    while (*i < upto) {
        char c = json.p[*i];
        if (c == '"')
            break;
        if (c == 0)
            return JSON_SCAN_NUL;
        size_t step = c == '\\' ? 2 : utf8_sequence(json.p + *i, json.n - *i);
        if (step == 0)
            return JSON_SCAN_UTF8;
        *i += step;
    }
    *text = (struct str){json.p + from, (*i < upto ? *i : upto) - from};
    return JSON_SCAN_OK;
}

static struct frame *top_of(struct scan *s)
{
    return s->depth ? &s->frames[s->depth - 1] : NULL;
}

/* In an object the first text after '{' or ',' is a name. */
static void note_name(struct frame *top, struct str text)
{
    if (!top || top->array || top->named)
        return;
    top->key = text;
    top->named = true;
}

static enum json_scan step(struct scan *s, char c)
{
    struct frame *top = top_of(s);
    switch (c) {
    case 0:
        return JSON_SCAN_NUL;
    case '{':
    case '[':
        if (s->depth == JSON_DEPTH_MAX)
            return JSON_SCAN_DEEP;
        s->frames[s->depth++] = (struct frame){.array = c == '['};
        break;
    case '}':
    case ']':
        s->depth -= s->depth > 0;
        break;
    case ',':
        if (top) {
            top->index++;
            top->named = false;
        }
        break;
    default:
        break;
    }
    return JSON_SCAN_OK;
}

enum json_scan json_scan(struct str json, size_t upto, struct arena *a, struct str *path)
{
    struct scan s = {.depth = 0};
    enum json_scan verdict = JSON_SCAN_OK;
    upto = upto < json.n ? upto : json.n;
    for (size_t i = 0; i < upto && verdict == JSON_SCAN_OK; i++) {
        if (json.p[i] == '"') {
            i++;
            struct str text = STR_NULL;
            verdict = walk_text(json, upto, &i, &text);
            if (verdict == JSON_SCAN_OK)
                note_name(top_of(&s), text);
        } else {
            verdict = step(&s, json.p[i]);
        }
    }
    if (path)
        *path = spot(&s, a);
    return verdict;
}
