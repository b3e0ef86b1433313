/* E-mail messages and Twilio's answers: whatever sender, subject and text say,
 * the message has the headers that we gave it and no other, and lines that a
 * mail server takes. */
#include "fuzz.h"
#include "messages/messages_priv.h"

/* The next piece of the input, up to a zero byte. */
static struct str piece(struct str *s)
{
    const char *end = memchr(s->p, 0, s->n);
    struct str part = {s->p, end ? (size_t)(end - s->p) : s->n};
    *s = end ? (struct str){end + 1, s->n - part.n - 1} : (struct str){s->p + s->n, 0};
    return part;
}

static bool is_ours(struct str line)
{
    static const char *const names[] = {"Date: ",
                                        "Message-ID: <",
                                        "From: ",
                                        "To: <",
                                        "Subject: ",
                                        "MIME-Version: 1.0",
                                        "Content-Type: text/plain",
                                        "Content-Transfer-Encoding: quoted-printable",
                                        "Auto-Submitted: auto-generated",
                                        " "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_starts(line, str_c(names[i])))
            return true;
    return false;
}

static void check_mail(struct str mail)
{
    bool head = true;
    size_t headers = 0;
    while (mail.n) {
        const char *end = memmem(mail.p, mail.n, "\r\n", 2);
        CHECK(end != NULL);
        struct str line = {mail.p, (size_t)(end - mail.p)};
        CHECK(!memchr(line.p, '\r', line.n) && !memchr(line.p, '\n', line.n) && line.n <= 998);
        for (size_t i = 0; i < line.n; i++)
            CHECK((unsigned char)line.p[i] < 0x80 && line.p[i] != 0);
        head = head && line.n > 0;
        if (head) {
            CHECK(is_ours(line));
            headers += line.p[0] != ' ';
        }
        mail = (struct str){end + 2, mail.n - line.n - 2};
    }
    CHECK(!head && headers == 9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    struct arena *a = arena_new(4096);
    struct str s = arena_str(a, (struct str){(const char *)data, n});
    (void)twilio_code(s);
    struct mail m = {.at = (int64_t)n * 86399000001};
    m.from = piece(&s);
    m.to = piece(&s);
    m.subject = piece(&s);
    m.text = s;
    struct str mail = mail_print(&m, a);
    if (!str_is_null(mail))
        check_mail(mail);
    m.from = m.to = STR("a@b.example");
    m.subject = m.text;
    mail = mail_print(&m, a);
    CHECK(!str_is_null(mail));
    check_mail(mail);
    arena_free(&a);
    return 0;
}
