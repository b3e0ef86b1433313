/* Pages and answers that belong to no company. */
#include "http/pages.h"
#include "app.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "exec/exec.h"
#include "http/metrics.h"
#include "system/system.h"

static int answer_text(struct req *r, const char *type, struct str text)
{
    r->status = 200;
    r->content_type = type;
    buf_str(&r->out, text);
    return 0;
}

int page_landing(struct req *r, struct tx *tx)
{
    (void)tx;
    const struct page *p = page_find(STR("index.html"));
    return p ? page_answer(r, p) : req_fail(r, ERR_NOT_FOUND);
}

/* "/till" is till.html, "/till-sw.js" itself: a worker serves what lies below its own place. */
int page_own(struct req *r, struct tx *tx)
{
    (void)tx;
    const char *name = r->route->path + 1;
    const struct page *p = page_find(str_c(name));
    if (!p)
        p = page_find(arena_printf(r->arena, "%s.html", name));
    return p ? page_answer(r, p) : req_fail(r, ERR_NOT_FOUND);
}

int page_asset(struct req *r, struct tx *tx)
{
    (void)tx;
    const struct page *p = page_find(r->params[0]);
    return p ? page_answer(r, p) : req_fail(r, ERR_NOT_FOUND);
}

int page_docs(struct req *r, struct tx *tx)
{
    (void)tx;
    return answer_text(r, "text/html; charset=utf-8", r->app->docs);
}

int page_openapi(struct req *r, struct tx *tx)
{
    (void)tx;
    return answer_text(r, "application/json", r->app->openapi);
}

int page_jwks(struct req *r, struct tx *tx)
{
    (void)tx;
    return answer_text(r, "application/json", tokens_jwks(r->app->tokens, r->arena));
}

int page_health(struct req *r, struct tx *tx)
{
    (void)tx;
    return answer_text(r, "application/json", STR("{\"status\":\"ok\"}\n"));
}

int page_ready(struct req *r, struct tx *tx)
{
    (void)tx;
    int rc = exec_ready(r->app->exec);
    return rc < 0 ? req_fail(r, rc)
                  : answer_text(r, "application/json", STR("{\"status\":\"ready\"}\n"));
}

int page_metrics(struct req *r, struct tx *tx)
{
    (void)tx;
    if (!setting_bool(r->app->settings, SETTING_METRICS))
        return req_fail(r, ERR_NOT_FOUND);
    return answer_text(r, "text/plain; version=0.0.4; charset=utf-8",
                       metrics_print(r->app->metrics, r->arena));
}
