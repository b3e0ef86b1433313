/* The transport of development: the message goes to standard error, where only
 * who runs the program sees it. It is refused unless the program was told to
 * (setting messages-log, `serve --demo`), and is the one place where a code
 * may show. The recipient is masked all the same. */
#include "messages/messages_priv.h"
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, SHOWN = 2 };

/* One line whatever the text says, so that nobody can forge a log line. */
static void one_line(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_char(b, (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

/* The last digits of a number; the domain of an address. */
static void masked(struct buf *b, struct str to)
{
    const char *at = memchr(to.p, '@', to.n);
    size_t from = at ? (size_t)(at - to.p) : to.n > SHOWN ? to.n - SHOWN : to.n;
    buf_lit(b, "***");
    one_line(b, (struct str){to.p + from, to.n - from});
}

static int prepare(struct delivery *d, const struct own *o, struct message_result *out)
{
    *out = (struct message_result){.outcome = MESSAGE_NEVER,
                                   .error = "transport LOG is for development: the setting "
                                            "messages-log is off"};
    if (!d->app->log_messages)
        return 0;
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    buf_printf(&b, "DEVELOPMENT MESSAGE, %.*s to ", STR_ARG(d->row.channel));
    masked(&b, o->content.to);
    buf_lit(&b, ": ");
    if (!str_is_null(o->content.subject)) {
        one_line(&b, o->content.subject);
        buf_lit(&b, " | ");
    }
    one_line(&b, o->content.text);
    buf_char(&b, '\n');
    *out = (struct message_result){.outcome = MESSAGE_SENT};
    if (b.full || write(STDERR_FILENO, b.p, b.n) != (ssize_t)b.n)
        *out = (struct message_result){.outcome = MESSAGE_NEVER,
                                       .error = "too long for the development log"};
    buf_free(&b);
    return 0;
}

/* prepare decides; nothing is transferred that could be judged. */
const struct transport log_transport = {"LOG", true, true, prepare, NULL};
