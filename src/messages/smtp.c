/* E-mail by SMTP or SMTPS. A connection without TLS is used only where private
 * targets are allowed, or nothing would keep a secret and a code from whoever
 * sits in between. */
#include "messages/messages_priv.h"

struct upload {
    struct str rest; /* not sent yet */
};

static size_t read_mail(char *to, size_t size, size_t n, void *upload)
{
    struct upload *u = upload;
    size_t take = size * n < u->rest.n ? size * n : u->rest.n;
    if (take)
        memcpy(to, u->rest.p, take);
    u->rest = (struct str){u->rest.p + take, u->rest.n - take};
    return take;
}

static int prepare(struct delivery *d, const struct own *o, struct message_result *out)
{
    struct mail m = {.from = o->transport.sender,
                     .to = o->content.to,
                     .subject = o->content.subject,
                     .text = o->content.text,
                     .id = d->row.id,
                     .at = d->row.created_at};
    struct upload *u = ARENA_NEW(d->arena, struct upload);
    bool private = setting_bool(d->app->settings, SETTING_ALLOW_PRIVATE_TARGETS);
    u->rest = mail_print(&m, d->arena);
    *out = (struct message_result){.outcome = MESSAGE_NEVER,
                                   .error = "recipient or sender is no e-mail address"};
    if (str_is_null(u->rest))
        return 0;
    CURL *c = d->curl;
    guard_curl(c, "smtps,smtp", private);
    d->blocking = true;
    d->list =
        curl_slist_append(d->list, arena_printf(d->arena, "<%.*s>", STR_ARG(mail_address(m.to))).p);
    curl_easy_setopt(c, CURLOPT_URL, arena_cstr(d->arena, o->transport.url));
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(private ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(c, CURLOPT_MAIL_FROM,
                     arena_printf(d->arena, "<%.*s>", STR_ARG(mail_address(m.from))).p);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, d->list);
    /* Ended with QUIT rather than kept; whose answer is not waited for long. */
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, 10L);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, read_mail);
    curl_easy_setopt(c, CURLOPT_READDATA, u);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)u->rest.n);
    if (!str_is_null(o->transport.account)) {
        curl_easy_setopt(c, CURLOPT_USERNAME, arena_cstr(d->arena, o->transport.account));
        curl_easy_setopt(c, CURLOPT_PASSWORD, arena_cstr(d->arena, o->secret));
    }
    return 1;
}

static struct message_result judge(struct delivery *d, CURLcode code, int64_t status)
{
    if (code == CURLE_OK)
        return (struct message_result){.outcome = MESSAGE_SENT, .status = status};
    if (code == CURLE_LOGIN_DENIED && status >= 500)
        return (struct message_result){MESSAGE_NEVER, status, 0,
                                       "the mail server refused user name or password"};
    if (status >= 500 && status < 600)
        return (struct message_result){MESSAGE_NEVER, status, 0, "the mail server refused it"};
    if (status >= 400 && status < 500)
        return (struct message_result){MESSAGE_LATER, status, 0,
                                       "the mail server says: try again later"};
    return message_unreached(d, code);
}

const struct transport smtp_transport = {"SMTP", false, true, prepare, judge};
