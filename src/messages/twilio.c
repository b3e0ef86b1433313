/* SMS by Twilio's Messages API, as
 * https://www.twilio.com/docs/messaging/api/message-resource has it: a form is
 * posted with basic authentication; 201 with JSON when it was taken, else JSON
 * {"code":21211,"message":…,"more_info":…,"status":400}. Its message may name
 * the recipient, so that only the code is kept. */
#include "messages/messages_priv.h"
#include <jansson.h>

static const char preset_base[] = "https://api.twilio.com";

/* https://www.twilio.com/docs/api/errors */
static const struct refusal {
    long long code;
    const char *says;
} refusals[] = {
    {20003, "Twilio refused the account id or the token"},
    {20005, "the Twilio account is not active"},
    {20404, "Twilio knows no such account"},
    {21211, "this is not a valid phone number (Twilio 21211)"},
    {21212, "the sender is not a valid number (Twilio 21212)"},
    {21408, "the Twilio account may not send to this region (21408)"},
    {21606, "the sender cannot send to this number (Twilio 21606)"},
    {21608, "a Twilio trial account sends to verified numbers only (21608)"},
    {21610, "the recipient has asked for no more messages (Twilio 21610)"},
    {21612, "the sender cannot reach this number (Twilio 21612)"},
    {21614, "this number takes no SMS (Twilio 21614)"},
    {21617, "the text is too long (Twilio 21617)"},
};

static void form_field(struct buf *b, const char *name, struct str value)
{
    static const char hex[] = "0123456789ABCDEF";
    if (b->n)
        buf_char(b, '&');
    buf_str(b, str_c(name));
    buf_char(b, '=');
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~", c)) {
            buf_char(b, (char)c);
        } else {
            buf_char(b, '%');
            buf_char(b, hex[c >> 4]);
            buf_char(b, hex[c & 15]);
        }
    }
}

struct str twilio_form(const struct own *o, struct arena *a)
{
    struct buf b;
    buf_init(&b, 256 * 1024);
    form_field(&b, "To", o->content.to);
    form_field(&b, str_starts(o->transport.sender, STR("MG")) ? "MessagingServiceSid" : "From",
               o->transport.sender);
    form_field(&b, "Body", o->content.text);
    struct str form = b.full ? STR_NULL : arena_str(a, buf_view(&b));
    buf_free(&b);
    return form;
}

static int prepare(struct delivery *d, const struct own *o, struct message_result *out)
{
    struct str base = str_is_null(o->transport.url) ? STR(preset_base) : o->transport.url;
    struct str form = twilio_form(o, d->arena);
    *out = (struct message_result){.outcome = MESSAGE_NEVER, .error = "the text is too long"};
    if (str_is_null(form))
        return 0;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    struct str url = arena_printf(d->arena, "%.*s/2010-04-01/Accounts/%.*s/Messages.json",
                                  STR_ARG(base), STR_ARG(o->transport.account));
    post_body(d, url.p, form); /* libcurl says it is a form */
    curl_easy_setopt(d->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(d->curl, CURLOPT_USERNAME, arena_cstr(d->arena, o->transport.account));
    curl_easy_setopt(d->curl, CURLOPT_PASSWORD, arena_cstr(d->arena, o->secret));
    return 1;
}

long long twilio_code(struct str answer)
{
    json_t *o = json_loadb(answer.p, answer.n, 0, NULL);
    long long code = json_integer_value(json_object_get(o, "code"));
    json_decref(o);
    return code;
}

static struct message_result judge(struct delivery *d, CURLcode code, int64_t status)
{
    struct message_result r = message_judge_http(d, code, status);
    if (r.outcome != MESSAGE_NEVER)
        return r;
    long long why = twilio_code(buf_view(&d->answer));
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].code == why)
            r.error = refusals[i].says;
    if (why != 0 && !strstr(r.error, "Twilio"))
        r.error = arena_printf(d->arena, "Twilio refused it (code %lld)", why).p;
    return r;
}

const struct transport twilio_transport = {"TWILIO", true, false, prepare, judge};
