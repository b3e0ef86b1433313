/* What must not be readable in a stolen database: a message's recipient and
 * text while it waits, and the secrets of transports. */
#include "auth/seal.h"
#include "base/json_out.h"
#include "messages/messages_priv.h"
#include <jansson.h>
#include <sodium.h>

enum { CONTENT_MAX = 64 * 1024 };
static const char purpose_content[] = "message", purpose_secret[] = "transport";

static void member(struct json_out *j, struct str name, struct str value)
{
    if (str_is_null(value))
        return;
    json_key(j, name);
    json_text(j, value);
}

struct str content_seal(const struct app *app, struct uuid company, const struct content *c,
                        struct arena *a)
{
    struct buf b;
    buf_init(&b, CONTENT_MAX);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    member(&j, STR("to"), c->to);
    member(&j, STR("subject"), c->subject);
    member(&j, STR("text"), c->text);
    json_close(&j, '}');
    struct str sealed =
        b.full ? STR_NULL : seal(app->tokens, purpose_content, company, buf_view(&b), a);
    sodium_memzero(b.p, b.n);
    buf_free(&b);
    return sealed;
}

static struct str text_of(const json_t *o, const char *name, struct arena *a)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v)
               ? arena_str(a, (struct str){json_string_value(v), json_string_length(v)})
               : STR_NULL;
}

bool content_open(const struct app *app, struct uuid company, struct str sealed,
                  struct content *out, struct arena *a)
{
    struct str plain = unseal(app->tokens, purpose_content, company, sealed, a);
    json_t *o = str_is_null(plain) ? NULL : json_loadb(plain.p, plain.n, JSON_ALLOW_NUL, NULL);
    if (!o)
        return false;
    *out = (struct content){text_of(o, "to", a), text_of(o, "subject", a), text_of(o, "text", a)};
    json_decref(o);
    return !str_is_null(out->to) && !str_is_null(out->text);
}

struct str secret_seal(const struct app *app, struct uuid company, struct str secret,
                       struct arena *a)
{
    return str_is_null(secret) ? STR_NULL : seal(app->tokens, purpose_secret, company, secret, a);
}

struct str secret_open(const struct app *app, struct uuid company, struct str sealed,
                       struct arena *a)
{
    return str_is_null(sealed) ? STR_NULL : unseal(app->tokens, purpose_secret, company, sealed, a);
}
