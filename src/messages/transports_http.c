/* /api/transports: how a company's SMS and e-mails leave. The secret goes in
 * and never comes out; whoever points a transport elsewhere has to know it. */
#include "base/phone.h"
#include "messages/messages_priv.h"

struct transport_in {
    struct given given;
    int64_t channel, kind; /* index */
    struct str url, sender, account, secret;
};
struct transport_test_to {
    struct given given;
    int64_t channel;
    struct str to;
};

static bool one_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
            return false;
    return true;
}

#define PATH_CHANNEL(type_)                                                                        \
    {                                                                                              \
        .name = "channel", .type = F_ENUM, .place = IN_PATH, .flags = FIELD_REQUIRED,              \
        .offset = offsetof(type_, channel), .names = own_channel_names, .help = "SMS or EMAIL"     \
    }
#define IN(name_, type_, member_, ...)                                                             \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct transport_in, member_),            \
        __VA_ARGS__                                                                                \
    }
FIELDS(transport_put_in, "TransportChange", struct transport_in, PATH_CHANNEL(struct transport_in),
       IN("kind", F_ENUM, kind, .flags = FIELD_REQUIRED, .names = transport_names,
          .help = "TWILIO for SMS, SMTP for e-mail, WEBHOOK or (development) LOG for both"),
       IN("url", F_TEXT, url, .flags = FIELD_NULLABLE, .max = 500, .check = printable,
          .check_says = "must be a URL", .help = "Of the service; TWILIO: its own when not given"),
       IN("sender", F_TEXT, sender, .flags = FIELD_NULLABLE, .max = 200, .check = one_line,
          .check_says = "must be one line",
          .help = "Number, name, MG… or address that messages come from"),
       IN("account", F_TEXT, account, .flags = FIELD_NULLABLE, .max = 200, .check = printable,
          .check_says = "must have no blanks", .help = "Account id or user name"),
       IN("secret", F_TEXT, secret, .flags = FIELD_NULLABLE | FIELD_SECRET, .max = 500,
          .check = printable, .check_says = "must have no blanks",
          .help = "Token or password; to be given again when kind, url or account change"));
FIELDS(transport_path_in, "TransportChannel", struct transport_in,
       PATH_CHANNEL(struct transport_in));
FIELDS(transport_test_in, "TransportTest", struct transport_test_to,
       PATH_CHANNEL(struct transport_test_to),
       {.name = "to",
        .type = F_TEXT,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct transport_test_to, to),
        .max = 254,
        .check = one_line,
        .check_says = "must be one line",
        .help = "Phone number or e-mail address"});

struct transport_view {
    struct transport_row row;
    bool has_secret;
};
#define OUT(name_, type_, member_, help_, ...)                                                     \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct transport_view, member_),          \
        .help = help_, __VA_ARGS__                                                                 \
    }
FIELDS(transport_out, "Transport", struct transport_view,
       OUT("channel", F_TEXT_ENUM, row.channel, "What it carries", .names = own_channel_names),
       OUT("kind", F_TEXT_ENUM, row.kind, "How it does so", .names = transport_names),
       OUT("url", F_TEXT, row.url, "Of the service; null: the kind's own"),
       OUT("sender", F_TEXT, row.sender, "What messages come from"),
       OUT("account", F_TEXT, row.account, "Account id or user name"),
       OUT("hasSecret", F_BOOL, has_secret, "A token or password is kept"),
       OUT("version", F_INT, row.version, "Counts changes, as in the ETag"),
       OUT("createdAt", F_TIME, row.created_at, "When it was made"),
       OUT("updatedAt", F_TIME, row.updated_at, "Last change"));

static struct transport_view view(const struct transport_row *t)
{
    return (struct transport_view){*t, t->secret_sealed.n > 0};
}

static struct str channel_of(int64_t index)
{
    return str_c(own_channel_names[index]);
}

int transports_http_list(struct req *r, struct tx *tx)
{
    struct transport_row *rows;
    struct transport_view out[2];
    size_t n = 0;
    int rc = transports_all(tx, r->company->id, &rows, &n);
    n = n > 2 ? 2 : n; /* one a channel */
    for (size_t i = 0; rc >= 0 && i < n; i++)
        out[i] = view(&rows[i]);
    return rc < 0 ? rc : req_answer_list(r, &transport_out, out, n, STR_NULL);
}

static int missing(struct req *r, const char *field, const char *why)
{
    return req_fail_field(r, ERR_INVALID, field, "required", "%s", why);
}

static int wrong(struct req *r, const char *field, const char *why)
{
    return req_fail_field(r, ERR_INVALID, field, "value", "%s", why);
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= 'a' && s.p[i] <= 'z')))
            return false;
    return s.n > 0;
}

static int check_url(struct req *r, const struct transport_row *t)
{
    bool private = setting_bool(r->app->settings, SETTING_ALLOW_PRIVATE_TARGETS);
    bool smtp = str_eq(t->kind, STR("SMTP"));
    if (str_is_null(t->url))
        return 0;
    /* Without TLS a code could be read on its way; SMTP insists on STARTTLS. */
    const char *why = guard_target_refused(arena_cstr(r->arena, t->url),
                                           smtp      ? "smtps,smtp"
                                           : private ? "https,http"
                                                     : "https",
                                           private);
    return why ? wrong(r, "url", arena_printf(r->arena, "is refused: %s", why).p) : 0;
}

static int check_twilio(struct req *r, const struct transport_row *t)
{
    if (str_is_null(t->account))
        return missing(r, "account", "is needed: the account SID");
    if (!is_word(t->account))
        return wrong(r, "account", "must be an account SID: letters and digits");
    if (str_is_null(t->sender))
        return missing(r, "sender",
                       "TWILIO needs a sender: a number, or a service that begins "
                       "with MG");
    return t->secret_sealed.n
               ? 0
               : missing(r, "secret",
                         "is needed: the auth token; again when kind, url or account change");
}

static int check_smtp(struct req *r, const struct transport_row *t)
{
    if (str_is_null(t->url))
        return missing(r, "url", "is needed: smtp://host:587 or smtps://host");
    if (str_is_null(t->sender) || str_is_null(mail_address(t->sender)))
        return wrong(r, "sender", "must be an e-mail address, or Name <address>");
    if (!str_is_null(t->account) && !t->secret_sealed.n)
        return missing(r, "secret",
                       "is needed: the password; again when kind, url or account change");
    return 0;
}

/* Does it hang together? */
static int check(struct req *r, const struct transport_row *t)
{
    const struct transport *by = transport_find(t->kind);
    bool email = str_eq(t->channel, STR("EMAIL"));
    int rc;
    if (email ? !by->email : !by->sms)
        return wrong(r, "kind",
                     email ? "must not be TWILIO, which carries SMS only"
                           : "must not be SMTP, which carries e-mail only");
    if (by == &log_transport && !r->app->log_messages)
        return wrong(r, "kind",
                     "must not be LOG, which is for development: the setting messages-log is off");
    if (by == &hook_transport && str_is_null(t->url))
        return missing(r, "url", "is needed");
    rc = by == &twilio_transport ? check_twilio(r, t) : 0;
    if (rc == 0 && by == &smtp_transport)
        rc = check_smtp(r, t);
    return rc < 0 ? rc : check_url(r, t);
}

/* What it will be: what is not given stays, when it is of the same kind. */
static struct transport_row changed(struct req *r, const struct transport_row *old)
{
    const struct transport_in *in = r->in;
    struct transport_row t = {.channel = channel_of(in->channel),
                              .kind = str_c(transport_names[in->kind])};
    bool same = old && str_eq(old->kind, t.kind);
    t.url = GIVEN(in, url) ? in->url : same ? old->url : STR_NULL;
    t.sender = GIVEN(in, sender) ? in->sender : same ? old->sender : STR_NULL;
    t.account = GIVEN(in, account) ? in->account : same ? old->account : STR_NULL;
    /* Or a secret could be had by sending it to oneself. */
    same = same && str_eq(old->url, t.url) && str_eq(old->account, t.account);
    t.secret_sealed = GIVEN(in, secret) ? secret_seal(r->app, r->company->id, in->secret, r->arena)
                      : same            ? old->secret_sealed
                                        : STR_NULL;
    return t;
}

static int write(struct req *r, struct tx *tx, const struct transport_row *t, bool is_new)
{
    if (is_new)
        return transport_insert(tx, &(struct transport_insert_params){
                                        .company = r->company->id,
                                        .channel = t->channel,
                                        .kind = t->kind,
                                        .url = t->url,
                                        .sender = t->sender,
                                        .account = t->account,
                                        .secret_sealed = t->secret_sealed,
                                        .now = r->now,
                                    });
    return transport_update(tx, &(struct transport_update_params){
                                    .company = r->company->id,
                                    .channel = t->channel,
                                    .kind = t->kind,
                                    .url = t->url,
                                    .sender = t->sender,
                                    .account = t->account,
                                    .secret_sealed = t->secret_sealed,
                                    .now = r->now,
                                });
}

int transports_http_put(struct req *r, struct tx *tx)
{
    const struct transport_in *in = r->in;
    struct transport_row old, t;
    int found = transport_lock(tx, r->company->id, channel_of(in->channel), &old);
    if (found < 0)
        return found;
    int rc = found == 1 ? req_match(r, old.version) : 0;
    if (rc < 0)
        return rc;
    t = changed(r, found == 1 ? &old : NULL);
    rc = check(r, &t);
    if (rc < 0)
        return rc;
    rc = write(r, tx, &t, found == 0);
    if (rc == 0)
        return req_fail(r, ERR_CONFLICT); /* two made the first one */
    if (rc == 1)
        rc = transport_read(tx, r->company->id, t.channel, &t);
    if (rc < 0)
        return rc;
    struct transport_view out = view(&t);
    return req_answer(r, 200, &transport_out, &out);
}

int transports_http_delete(struct req *r, struct tx *tx)
{
    const struct transport_in *in = r->in;
    int rc = transport_delete(tx, r->company->id, channel_of(in->channel));
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    return rc < 0 ? rc : req_answer_message(r, 200, "Transport deleted successfully");
}

/* The recipient as the channel needs it. */
static int recipient(struct req *r, struct str *to)
{
    const struct transport_test_to *in = r->in;
    if (in->channel == CHANNEL_EMAIL) {
        *to = in->to;
        struct str address = mail_address(in->to);
        return str_eq(address, in->to) ? 0 : wrong(r, "to", "must be an e-mail address");
    }
    char *e164 = arena_bytes(r->arena, PHONE_MAX);
    size_t n = 0;
    enum phone_reason why = phone_normalise(in->to, r->company->country, e164, &n);
    *to = (struct str){e164, n};
    return why == PHONE_OK
               ? 0
               : wrong(r, "to",
                       arena_printf(r->arena, "must be a phone number: %s", phone_reason_text(why))
                           .p);
}

int transports_http_test(struct req *r, struct tx *tx)
{
    static const int64_t life_us = 600 * SECOND_US;
    const struct transport_test_to *in = r->in;
    struct message_row row;
    struct uuid id;
    struct message_new m = {
        .purpose = "test",
        .subject = in->channel == CHANNEL_EMAIL ? STR("Test message") : STR_NULL,
        .text = arena_printf(r->arena, "%.*s: this is a test message.", STR_ARG(r->company->name)),
        .expires_at = r->now + life_us};
    int rc = recipient(r, &m.to);
    if (rc < 0)
        return rc;
    rc = message_queue(r, tx, own_channel_names[in->channel], &m, &id);
    if (rc == 0)
        return req_fail(r, ERR_NO_TRANSPORT);
    if (rc == 1)
        rc = message_read(tx, r->company->id, id, &row);
    return rc < 0 ? rc : message_answer(r, 201, &row);
}
