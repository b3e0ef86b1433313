/* The messages that carry codes. */
#include "app.h"
#include "base/clock.h"
#include "codes/codes_priv.h"
#include "messages/messages.h"

/* The host of the address that people use, without port; null when none is set. */
static struct str public_host(const struct req *r)
{
    struct str url = setting_text(r->app->settings, SETTING_PUBLIC_URL);
    const char *p = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
    if (!p)
        return STR_NULL;
    p += 3;
    size_t n = 0, most = (size_t)(url.p + url.n - p);
    while (n < most && p[n] != '/' && p[n] != ':')
        n++;
    return n ? (struct str){p, n} : STR_NULL;
}

static struct str text_of(const struct req *r, const struct code_to *to, struct str code)
{
    struct str host = public_host(r), shop = r->company->name;
    const char *form =
        to->purpose == CODE_JOIN
            ? "%.*s confirms that an earlier customer record at %.*s is yours. Good for %d "
              "minutes. Never share it with anybody; if you did not ask for it, ignore it."
            : "%.*s is your code for %.*s. Good for %d minutes. Never share it with anybody.";
    struct str text = arena_printf(r->arena, form, STR_ARG(code), STR_ARG(shop), CODES_LIFE / 60);
    /* The last line by which phones offer the code to this site alone. */
    return str_is_null(host) ? text
                             : arena_printf(r->arena, "%.*s\n\n@%.*s #%.*s", STR_ARG(text),
                                            STR_ARG(host), STR_ARG(code));
}

int codes_send(struct req *r, struct tx *tx, const struct code_to *to)
{
    int rc = caps_send(r, tx, to);
    struct str code = rc < 0 ? STR_NULL : codes_make(r, tx, to, &rc);
    if (rc < 0)
        return rc;
    bool is_phone = !str_is_null(to->phone);
    struct message_new m = {
        .purpose = "code",
        .to = is_phone ? to->phone : to->email,
        .subject = is_phone
                       ? STR_NULL
                       : arena_printf(r->arena, "Your code for %.*s", STR_ARG(r->company->name)),
        .text = text_of(r, to, code),
        .expires_at = r->now + CODES_LIFE * SECOND_US,
    };
    rc = is_phone ? messages_sms(r, tx, &m) : messages_email(r, tx, &m);
    return rc < 0 ? rc : rc == 0 ? req_fail(r, ERR_NO_TRANSPORT) : 0;
}
