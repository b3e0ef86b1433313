/* /docs: the routes for people, as HTML without any script. Everything comes
 * from the rows, as OpenAPI does. */
#include "http/openapi_priv.h"
#include "http/pages.h"

struct doc {
    struct buf b;
    struct arena *a;
    const struct route_set *const *sets;
    size_t n;
};

static void put(struct doc *d, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            buf_lit(&d->b, "&lt;");
            break;
        case '>':
            buf_lit(&d->b, "&gt;");
            break;
        case '&':
            buf_lit(&d->b, "&amp;");
            break;
        case '"':
            buf_lit(&d->b, "&quot;");
            break;
        default:
            buf_char(&d->b, s.p[i]);
        }
    }
}

static void put_c(struct doc *d, const char *s)
{
    put(d, str_c(s));
}

/* <tag>text</tag>; the tag is ours. */
static void put_in(struct doc *d, const char *tag, struct str s)
{
    buf_printf(&d->b, "<%s>", tag);
    put(d, s);
    buf_printf(&d->b, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static void put_asset(struct doc *d, const char *name)
{
    const struct page *p = page_find(str_c(name));
    buf_printf(&d->b, "/assets/%s", p ? p->asset : name);
}

static void put_head(struct doc *d)
{
    buf_lit(&d->b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>Clientele API</title>\n<link rel=\"icon\" href=\"");
    put_asset(d, "icon.svg");
    buf_lit(&d->b, "\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"");
    put_asset(d, "style.css");
    buf_lit(&d->b, "\">\n</head>\n");
}

static void put_method(struct doc *d, const struct route *r)
{
    buf_printf(&d->b, "<span class=\"method %s\">%s</span> ", r->method, r->method);
}

/* Routes of one tag, one after another, in the order of the sets. */
static const struct route *next_of_tag(const struct doc *d, const char *tag,
                                       const struct route *after)
{
    bool past = after == NULL;
    for (size_t i = 0; i < d->n; i++) {
        for (size_t k = 0; k < d->sets[i]->n; k++) {
            const struct route *r = &d->sets[i]->v[k];
            if (past && !(r->flags & ROUTE_ALIAS) && strcmp(route_tag(d->sets[i], r), tag) == 0)
                return r;
            past = past || r == after;
        }
    }
    return NULL;
}

/* The tags in the order of their first routes; NULL after the last. */
static const char *next_tag(const struct doc *d, const char *after)
{
    bool past = after == NULL;
    for (size_t i = 0; i < d->n; i++) {
        for (size_t k = 0; k < d->sets[i]->n; k++) {
            const struct route *r = &d->sets[i]->v[k];
            const char *tag = route_tag(d->sets[i], r);
            if (next_of_tag(d, tag, NULL) != r)
                continue; /* not the first of its tag */
            if (past)
                return tag;
            past = strcmp(tag, after) == 0;
        }
    }
    return NULL;
}

static void put_nav(struct doc *d)
{
    buf_lit(&d->b,
            "<nav aria-label=\"Routes\">\n<p><a href=\"/\"><strong>Clientele</strong></a> API"
            "<br><a href=\"/api/openapi.json\">OpenAPI 3.1</a></p>\n");
    for (const char *tag = next_tag(d, NULL); tag; tag = next_tag(d, tag)) {
        put_in(d, "h2", str_c(tag));
        buf_lit(&d->b, "<ul>\n");
        for (const struct route *r = NULL; (r = next_of_tag(d, tag, r));) {
            buf_lit(&d->b, "<li><a href=\"#");
            put(d, route_name(r, d->a));
            buf_lit(&d->b, "\">");
            put_method(d, r);
            put_c(d, r->path);
            buf_lit(&d->b, "</a></li>\n");
        }
        buf_lit(&d->b, "</ul>\n");
    }
    buf_lit(&d->b, "</nav>\n");
}

static void put_fields(struct doc *d, const struct fields *f, bool request)
{
    static const char *const places[] = {"body", "query", "path"};
    buf_lit(&d->b, "<div class=\"table\"><table><thead><tr><th scope=\"col\">Field</th>");
    if (request)
        buf_lit(&d->b, "<th scope=\"col\">In</th>");
    buf_lit(&d->b, "<th scope=\"col\">Value</th><th scope=\"col\">Meaning</th></tr></thead>"
                   "<tbody>\n");
    for (size_t i = 0; i < f->n; i++) {
        const struct field *v = &f->v[i];
        if (request && v->flags & FIELD_IGNORED)
            continue;
        buf_lit(&d->b, "<tr><td>");
        put_in(d, "code", str_c(v->name));
        if (request && v->alias)
            put(d, arena_printf(d->a, " or %s", v->alias));
        buf_lit(&d->b, "</td>");
        if (request)
            put_in(d, "td", str_c(places[v->place]));
        struct str says = field_says(v, d->a);
        put_in(d, "td",
               v->flags & FIELD_NULLABLE ? arena_printf(d->a, "%.*s, or null", STR_ARG(says))
                                         : says);
        bool needed = request && v->flags & FIELD_REQUIRED;
        put_in(d, "td",
               arena_printf(d->a, "%s%s%s", needed ? "Required. " : "",
                            !request && v->flags & FIELD_STAFF ? "For staff. " : "",
                            v->help ? v->help : ""));
        buf_lit(&d->b, "</tr>\n");
    }
    buf_lit(&d->b, "</tbody></table></div>\n");
}

/* A value such as a client would send. */
static struct str sample(const struct field *f, struct arena *a)
{
    switch (f->type) {
    case F_INT:
        return arena_printf(a, "%lld", (long long)(f->min > 1 ? f->min : 1));
    case F_QUANTITY:
        return STR("2");
    case F_MONEY:
        return STR("\"150.00\"");
    case F_BOOL:
        return STR("true");
    case F_UUID:
        return STR("\"019aa5d2-7c3b-7e21-9d4f-3b6a1c2d8e90\"");
    case F_TIME:
        return STR("\"2026-11-21T09:30:00Z\"");
    case F_DATE:
        return STR("\"2026-11-21\"");
    case F_PHONE:
    case F_PHONE_LOOSE:
        return STR("\"98765 43210\"");
    case F_EMAIL:
        return STR("\"asha@example.com\"");
    case F_STRINGS:
    case F_PERMS:
        return f->names ? arena_printf(a, "[\"%s\"]", f->names[0]) : STR("[\"regular\"]");
    case F_JSON:
        return STR("{}");
    default:
        return f->names
                   ? arena_printf(a, "\"%s\"", f->names[0])
                   : arena_printf(a, "\"%s\"", strcmp(f->name, "name") == 0 ? "Asha Rao" : "…");
    }
}

static struct str sample_object(const struct fields *f, struct arena *a, int depth)
{
    struct str all = STR("");
    for (size_t i = 0; i < f->n; i++) {
        const struct field *v = &f->v[i];
        bool shown = v->flags & FIELD_REQUIRED || v->type == F_LIST || !fields_need(f, IN_BODY);
        if (v->place != IN_BODY || v->flags & FIELD_IGNORED || !shown)
            continue;
        struct str value =
            v->type != F_LIST ? sample(v, a)
            : depth < 2 ? arena_printf(a, "[%.*s]", STR_ARG(sample_object(v->sub, a, depth + 1)))
                        : STR("[]");
        all = arena_printf(a, "%.*s%s\"%s\": %.*s", STR_ARG(all), all.n ? ", " : "", v->name,
                           STR_ARG(value));
    }
    return arena_printf(a, "{%.*s}", STR_ARG(all));
}

static void put_curl(struct doc *d, const struct route *r)
{
    buf_lit(&d->b, "<pre><code>curl");
    if (strcmp(r->method, "GET") != 0)
        put(d, arena_printf(d->a, " -X %s", r->method));
    put(d, arena_printf(d->a, " \"$URL%.*s\"", STR_ARG(route_braces(r, d->a))));
    if (r->perm != PERM_PUBLIC)
        put_c(d, " \\\n  -H \"Authorization: Bearer $TOKEN\"");
    if (fields_have(r->in, IN_BODY)) {
        put_c(d, " \\\n  -H \"Content-Type: application/json\"");
        put(d, arena_printf(d->a, " \\\n  -d '%.*s'", STR_ARG(sample_object(r->in, d->a, 0))));
    }
    buf_lit(&d->b, "</code></pre>\n");
}

static void put_errors(struct doc *d, const struct route *r)
{
    buf_lit(&d->b, "<details><summary>Failures</summary>\n<ul>\n");
    for (int i = 0; i < ERROR_KINDS; i++) {
        const struct error_kind *k = &error_kinds[i];
        if (!route_fails(r, k->status))
            continue;
        buf_printf(&d->b, "<li><strong>%d</strong> ", k->status);
        put_c(d, k->says);
        const char *at = r->errors;
        for (const struct err_row *e; (e = route_error(&at, k->status));) {
            buf_lit(&d->b, "<br>");
            put_in(d, "code", str_c(e->code));
            put(d, arena_printf(d->a, " %s", e->message));
        }
        buf_lit(&d->b, "</li>\n");
    }
    buf_lit(&d->b, "</ul></details>\n");
}

static void put_route(struct doc *d, const struct route *r)
{
    buf_lit(&d->b, "<article class=\"route\" id=\"");
    put(d, route_name(r, d->a));
    buf_lit(&d->b, "\">\n<h3>");
    put_method(d, r);
    put(d, route_braces(r, d->a));
    buf_lit(&d->b, "</h3>\n");
    put_in(d, "p", str_c(r->help));
    buf_lit(&d->b, "<ul class=\"tags\">");
    put_in(d, "li", route_access(r, d->a));
    if (r->list)
        put_in(d, "li", STR("List with cursor"));
    if (route_idempotent(r))
        put_in(d, "li", STR("Takes Idempotency-Key"));
    if (route_matches(r))
        put_in(d, "li", STR("Takes If-Match"));
    if (r->event)
        put_in(d, "li", arena_printf(d->a, "Event %s", r->event));
    buf_lit(&d->b, "</ul>\n");
    if (r->in && r->in->n > 0)
        put_fields(d, r->in, true);
    put_curl(d, r);
    if (r->out) {
        buf_printf(&d->b, "<details><summary>Answers %d with %s%s</summary>\n",
                   r->status ? r->status : 200, r->list ? "a list of " : "", r->out->title);
        put_fields(d, r->out, false);
        buf_lit(&d->b, "</details>\n");
    }
    put_errors(d, r);
    buf_lit(&d->b, "</article>\n");
}

struct str docs_page(const struct route_set *const *sets, size_t n, struct arena *a)
{
    struct doc d = {.a = a, .sets = sets, .n = n};
    buf_init(&d.b, PRINTED_MAX);
    put_head(&d);
    buf_lit(&d.b, "<body class=\"docs\">\n");
    put_nav(&d);
    buf_lit(&d.b, "<main>\n<h1>API</h1>\n<p>JSON in UTF-8, camelCase. Success is "
                  "<code>{\"success\":true,\"data\":…}</code>; a failure names its cause in "
                  "<code>message</code>, <code>code</code> and, by field, <code>errors</code>. "
                  "Unknown fields are refused by name; a missing field stays, null clears.</p>\n");
    for (const char *tag = next_tag(&d, NULL); tag; tag = next_tag(&d, tag)) {
        buf_lit(&d.b, "<section>\n");
        put_in(&d, "h2", str_c(tag));
        for (const struct route *r = NULL; (r = next_of_tag(&d, tag, r));)
            put_route(&d, r);
        buf_lit(&d.b, "</section>\n");
    }
    buf_lit(&d.b, "</main>\n</body>\n</html>\n");
    struct str text = arena_str(a, buf_view(&d.b));
    buf_free(&d.b);
    return text;
}
