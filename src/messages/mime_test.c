/* E-mail messages: what RFC 5322 wants, and nothing that a name, a subject or
 * a text could add to it. */
#include "base/test.h"
#include "messages/messages_priv.h"

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    struct arena *a = *state;
    arena_free(&a);
    return 0;
}

static struct mail mail_of(struct str subject, struct str text)
{
    return (struct mail){.from = STR("Corner Shop <no-reply@shop.example>"),
                         .to = STR("meera@example.com"),
                         .subject = subject,
                         .text = text,
                         .id = {{1, 2, 3}},
                         .at = INT64_C(1795255200000000)};
}

static struct str print(void **state, struct str subject, struct str text)
{
    struct mail m = mail_of(subject, text);
    return mail_print(&m, *state);
}

/* What stands behind the empty line. */
static struct str body_of(struct str mail)
{
    const char *p = memmem(mail.p, mail.n, "\r\n\r\n", 4);
    assert_non_null(p);
    return (struct str){p + 4, mail.n - (size_t)(p + 4 - mail.p)};
}

static bool has(struct str s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* Lines end in CRLF, none is longer than 78, and only ASCII is used. */
static void assert_sound(struct str s)
{
    size_t column = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        assert_true(c < 0x7f && (c >= ' ' || c == '\r' || c == '\n' || c == '\t'));
        if (c == '\r')
            assert_true(i + 1 < s.n && s.p[i + 1] == '\n');
        if (c == '\n') {
            assert_true(i > 0 && s.p[i - 1] == '\r');
            column = 0;
        } else if (c != '\r') {
            assert_true(++column <= 78);
        }
    }
}

static void a_plain_one(void **state)
{
    struct str s = print(state, STR("Your code"), STR("It is 123456.\nBye"));
    assert_str(s, "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
                  "Message-ID: <01020300-0000-0000-0000-000000000000@shop.example>\r\n"
                  "From: \"Corner Shop\" <no-reply@shop.example>\r\n"
                  "To: <meera@example.com>\r\n"
                  "Subject: Your code\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n"
                  "Auto-Submitted: auto-generated\r\n"
                  "\r\n"
                  "It is 123456.\r\n"
                  "Bye\r\n");
}

static void headers_of_any_language(void **state)
{
    struct mail m =
        mail_of(STR("आपका कोड है और यह एक बहुत लंबा विषय है जो एक पंक्ति में नहीं आता"), STR("x"));
    m.from = STR("कोने की दुकान <no-reply@shop.example>");
    struct str s = mail_print(&m, *state);
    assert_sound(s);
    assert_true(has(s, "From: =?UTF-8?B?"));
    assert_true(has(s, "Subject: =?UTF-8?B?"));
    assert_true(has(s, "?=\r\n =?UTF-8?B?"));
    /* What looks like an encoded word already is not taken for one. */
    s = print(state, STR("=?UTF-8?B?WA==?="), STR("x"));
    assert_false(has(s, "Subject: =?UTF-8?B?WA==?="));
}

static void nothing_begins_a_header_of_its_own(void **state)
{
    struct str s = print(state, STR("Hello\r\nBcc: everybody@example.com"), STR("x"));
    assert_sound(s);
    assert_false(has(s, "Bcc"));
    struct mail m = mail_of(STR("x"), STR("y"));
    m.from = STR("Shop\r\nBcc: a@b.example <no-reply@shop.example>");
    s = mail_print(&m, *state);
    assert_sound(s);
    assert_false(has(s, "Bcc"));
    m.from = STR("A \"B\\\" C <no-reply@shop.example>");
    assert_false(has(mail_print(&m, *state), "\"B\\\""));
    static const char *const bad[] = {"a@b.example\r\nBcc: c@d.example",
                                      "a@b.example>,<c@d.example",
                                      "a@b.example, c@d.example",
                                      "a b@c.example",
                                      "a@b@c.example",
                                      "@c.example",
                                      "a@",
                                      "",
                                      "a",
                                      "<a@b.example",
                                      "a;b@c.example",
                                      "\xc3\xa4@c.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        m = mail_of(STR("x"), STR("y"));
        m.to = str_c(bad[i]);
        assert_true(str_is_null(mail_print(&m, *state)));
        m = mail_of(STR("x"), STR("y"));
        m.from = str_c(bad[i]);
        assert_true(str_is_null(mail_print(&m, *state)));
    }
}

static void addresses_of_mailboxes(void **state)
{
    (void)state;
    assert_str(mail_address(STR("a@b.example")), "a@b.example");
    assert_str(mail_address(STR(" Shop <a@b.example> ")), "a@b.example");
    assert_str(mail_address(STR("<a@b.example>")), "a@b.example");
    assert_true(str_is_null(mail_address(STR("Shop <>"))));
    assert_true(str_is_null(mail_address(STR("<"))));
    assert_true(str_is_null(mail_address(STR(">"))));
    assert_true(str_is_null(mail_address(STR("><"))));
    assert_true(str_is_null(mail_address(STR_NULL)));
}

static void text_is_quoted(void **state)
{
    assert_str(body_of(print(state, STR("s"), STR("50 % = half \nä\r\n.\r\nFrom x"))),
               "50 % =3D half=20\r\n=C3=A4\r\n.\r\nFrom x\r\n");
    assert_str(body_of(print(state, STR("s"), STR("a\rb"))), "a=0Db\r\n");
    assert_str(body_of(print(state, STR("s"), STR(""))), "\r\n");
    char text[1000];
    memset(text, 'a', sizeof text);
    struct str s = print(state, STR("s"), (struct str){text, sizeof text});
    assert_sound(s);
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa4", 2);
    assert_sound(print(state, STR("s"), (struct str){text, sizeof text}));
    memset(text, ' ', sizeof text);
    assert_sound(print(state, STR("s"), (struct str){text, sizeof text}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plain_one, setup, teardown),
        cmocka_unit_test_setup_teardown(headers_of_any_language, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_begins_a_header_of_its_own, setup, teardown),
        cmocka_unit_test(addresses_of_mailboxes),
        cmocka_unit_test_setup_teardown(text_is_quoted, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
