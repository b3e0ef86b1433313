/* Routes as a trie of path segments. A static segment wins over a parameter;
 * when its branch ends nowhere the parameter is tried. Built once, read by
 * all threads. */
#include "base/error.h"
#include "http/route.h"
#include "http/text.h"
#include <string.h>

enum { METHODS = 5, SEGMENTS_MAX = 12 };
static const char *const methods[METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

struct node {
    struct str segment;        /* null: a parameter */
    struct node *first, *next; /* children that are static; siblings */
    struct node *param;
    const struct route *routes[METHODS];
    bool any; /* has a route */
};

struct router {
    struct node root;
};

static int method_index(struct str method)
{
    if (str_eq(method, STR("HEAD")))
        return 0;
    for (int i = 0; i < METHODS; i++)
        if (str_eq(method, str_c(methods[i])))
            return i;
    return -1;
}

/* Cuts the next segment off a path that begins with '/'. False at its end. */
static bool next_segment(struct str *path, struct str *segment)
{
    if (path->n == 0)
        return false;
    const char *from = path->p + 1;
    size_t rest = path->n - 1;
    const char *slash = memchr(from, '/', rest);
    size_t n = slash ? (size_t)(slash - from) : rest;
    *segment = (struct str){from, n};
    *path = (struct str){from + n, rest - n};
    return true;
}

static struct node *child(struct arena *a, struct node *at, struct str segment)
{
    if (segment.n > 0 && segment.p[0] == ':') {
        if (!at->param)
            at->param = ARENA_NEW(a, struct node);
        return at->param;
    }
    for (struct node *c = at->first; c; c = c->next)
        if (str_eq(c->segment, segment))
            return c;
    struct node *c = ARENA_NEW(a, struct node);
    *c = (struct node){.segment = segment, .next = at->first};
    at->first = c;
    return c;
}

/* A row that is wrong is a bug: the program does not start with it. */
static void add(struct arena *a, struct router *rt, const struct route *r)
{
    assert(r->perm != PERM_MISSING_ && r->rule != COMPANY_MISSING_ && r->handler && r->help);
    assert(r->path[0] == '/' && (r->mode == RUN_FAST || r->mode == RUN_SLOW || r->action));
    struct node *at = &rt->root;
    struct str path = str_c(r->path), segment;
    if (path.n > 1)
        while (next_segment(&path, &segment))
            at = child(a, at, segment);
    int m = method_index(str_c(r->method));
    assert(m >= 0 && !at->routes[m]);
    at->routes[m] = r;
    at->any = true;
}

struct router *router_new(struct arena *a, const struct route_set *const *sets, size_t n)
{
    struct router *rt = ARENA_NEW(a, struct router);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sets[i]->n; k++)
            add(a, rt, &sets[i]->v[k]);
    return rt;
}

static const struct node *walk(const struct node *at, const struct str *segments, size_t n,
                               struct str *params, size_t count)
{
    if (n == 0)
        return at->any ? at : NULL;
    for (const struct node *c = at->first; c; c = c->next) {
        if (!str_eq(c->segment, segments[0]))
            continue;
        const struct node *found = walk(c, segments + 1, n - 1, params, count);
        if (found)
            return found;
    }
    if (!at->param || count == REQ_PATH_PARAMS)
        return NULL;
    params[count] = segments[0];
    return walk(at->param, segments + 1, n - 1, params, count + 1);
}

static struct str allowed(const struct node *at, struct arena *a)
{
    struct str all = STR("");
    for (int i = 0; i < METHODS; i++)
        if (at->routes[i])
            all = arena_printf(a, "%.*s%s%s%s", STR_ARG(all), all.n ? ", " : "", methods[i],
                               i == 0 ? ", HEAD" : "");
    return arena_printf(a, "%.*s, OPTIONS", STR_ARG(all));
}

int router_find(const struct router *rt, struct str method, struct str path, struct arena *a,
                const struct route **out, struct str params[REQ_PATH_PARAMS], struct str *allow)
{
    struct str segments[SEGMENTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < REQ_PATH_PARAMS; i++)
        params[i] = STR_NULL;
    *allow = STR_NULL;
    if (path.n == 0 || path.p[0] != '/')
        return ERR_NOT_FOUND;
    if (path.n > 1) {
        struct str segment;
        while (next_segment(&path, &segment)) {
            if (segment.n == 0 || n == SEGMENTS_MAX)
                return ERR_NOT_FOUND;
            segments[n++] = segment;
        }
    }
    const struct node *at = walk(&rt->root, segments, n, params, 0);
    if (!at)
        return ERR_NOT_FOUND;
    int m = method_index(method);
    if (m < 0 || !at->routes[m]) {
        *allow = allowed(at, a);
        return ERR_METHOD;
    }
    *out = at->routes[m];
    size_t used = route_params(*out);
    for (size_t i = 0; i < REQ_PATH_PARAMS; i++) {
        if (i >= used)
            params[i] = STR_NULL;
        else if (!percent_decode(params[i], false, a, &params[i]))
            return ERR_NOT_FOUND;
    }
    return 0;
}

size_t route_params(const struct route *r)
{
    size_t n = 0;
    for (const char *p = strchr(r->path, ':'); p; p = strchr(p + 1, ':'))
        n++;
    return n;
}

struct str route_param(const struct route *r, size_t i)
{
    const char *p = strchr(r->path, ':');
    while (p && i-- > 0)
        p = strchr(p + 1, ':');
    return p ? (struct str){p + 1, strcspn(p + 1, "/")} : STR_NULL;
}
