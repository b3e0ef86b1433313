/* An e-mail message: RFC 5322 headers, RFC 2047 words where they are not
 * ASCII, text in quoted-printable (RFC 2045). Nothing that is given can begin
 * a header of its own: control characters never get into one. */
#include "messages/messages_priv.h"
#include <sodium.h>

enum { LINE = 76, WORD_BYTES = 39 }; /* 39 bytes are 52 characters of base64, 64 as a word */

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] > '~')
            return false;
    return s.n <= LINE - 10 && !memmem(s.p, s.n, "=?", 2);
}

/* At most so many bytes of s, not within a character of UTF-8. */
static size_t piece(struct str s, size_t most)
{
    size_t n = s.n < most ? s.n : most;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return n ? n : 1;
}

static void add_word(struct buf *b, struct str s)
{
    char text[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, (const uint8_t *)s.p, s.n, sodium_base64_VARIANT_ORIGINAL);
    buf_printf(b, "=?UTF-8?B?%s?=", text);
}

/* Words of a header's text, each on a line of its own. */
static void add_words(struct buf *b, struct str s, struct arena *a)
{
    char *clean = arena_bytes(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        clean[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i];
    struct str rest = {clean, s.n};
    while (rest.n) {
        size_t n = piece(rest, WORD_BYTES);
        add_word(b, (struct str){rest.p, n});
        rest = (struct str){rest.p + n, rest.n - n};
        if (rest.n)
            buf_lit(b, "\r\n ");
    }
}

struct str mail_address(struct str mailbox)
{
    struct str s = str_trim(mailbox);
    const char *open = s.n && s.p[s.n - 1] == '>' ? memrchr(s.p, '<', s.n) : NULL;
    if (open)
        s = (struct str){open + 1, (size_t)(s.p + s.n - 1 - (open + 1))};
    const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
    if (!at || at == s.p || at == s.p + s.n - 1 || s.n > 254)
        return STR_NULL;
    /* Letters beyond ASCII would need SMTPUTF8, which few servers have. */
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f ||
            strchr("<>()[]\\,;:\"", s.p[i]) || (s.p[i] == '@' && s.p + i != at))
            return STR_NULL;
    return s;
}

static void add_from(struct buf *b, struct str from, struct arena *a)
{
    struct str address = mail_address(from), name = str_trim(from);
    buf_lit(b, "From: ");
    if (name.n > address.n && name.p[name.n - 1] == '>') {
        name = str_trim((struct str){name.p, (size_t)(address.p - name.p) - 1});
        if (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"')
            name = (struct str){name.p + 1, name.n - 2};
        if (name.n && is_plain(name) && !memchr(name.p, '"', name.n) &&
            !memchr(name.p, '\\', name.n))
            buf_printf(b, "\"%.*s\" ", STR_ARG(name));
        else if (name.n) {
            add_words(b, name, a);
            buf_lit(b, "\r\n ");
        }
    }
    buf_printf(b, "<%.*s>\r\n", STR_ARG(address));
}

static void add_date(struct buf *b, int64_t at)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int year, month, day;
    int64_t date = at / DAY_US, second = at % DAY_US / SECOND_US;
    date_civil(date, &year, &month, &day);
    buf_printf(b, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[(date + 4) % 7], day,
               months[month - 1], year, (int)(second / 3600), (int)(second / 60 % 60),
               (int)(second % 60));
}

/* One character or line break of quoted-printable; *column counts the line. */
static void add_quoted(struct buf *b, struct str s, size_t *i, size_t *column)
{
    unsigned char c = (unsigned char)s.p[*i];
    bool crlf = c == '\r' && *i + 1 < s.n && s.p[*i + 1] == '\n';
    if (c == '\n' || crlf) {
        *i += crlf;
        buf_lit(b, "\r\n");
        *column = 0;
        return;
    }
    bool line_ends = *i + 1 == s.n || s.p[*i + 1] == '\n' || s.p[*i + 1] == '\r';
    bool plain = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !line_ends);
    if (*column + (plain ? 1 : 3) > LINE - 1) {
        buf_lit(b, "=\r\n");
        *column = 0;
    }
    if (plain)
        buf_char(b, (char)c);
    else
        buf_printf(b, "=%02X", c);
    *column += plain ? 1 : 3;
}

struct str mail_print(const struct mail *m, struct arena *a)
{
    struct buf b;
    char id[UUID_TEXT];
    struct str address = mail_address(m->from), to = mail_address(m->to);
    if (str_is_null(address) || str_is_null(to))
        return STR_NULL;
    const char *at = memchr(address.p, '@', address.n);
    uuid_format(m->id, id);
    buf_init(&b, 512 * 1024);
    add_date(&b, m->at);
    buf_printf(&b, "Message-ID: <%.*s%.*s>\r\n", UUID_TEXT, id, (int)(address.p + address.n - at),
               at);
    add_from(&b, m->from, a);
    buf_printf(&b, "To: <%.*s>\r\nSubject: ", STR_ARG(to));
    if (is_plain(m->subject))
        buf_str(&b, m->subject);
    else
        add_words(&b, m->subject, a);
    buf_lit(&b, "\r\nMIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "Auto-Submitted: auto-generated\r\n\r\n");
    size_t column = 0;
    for (size_t i = 0; i < m->text.n; i++)
        add_quoted(&b, m->text, &i, &column);
    buf_lit(&b, "\r\n");
    struct str out = b.full ? STR_NULL : arena_str(a, buf_view(&b));
    buf_free(&b);
    return out;
}
