/* See text.h. UTF-8 by the table of RFC 3629: no overlong forms, no
 * surrogates, nothing past U+10FFFF. */
#include "http/text.h"
#include <sodium.h>
#include <stdint.h>

static bool continues(const char *p, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        if (((unsigned char)p[i] & 0xc0) != 0x80)
            return false;
    return true;
}

size_t utf8_sequence(const char *p, size_t n)
{
    unsigned char c = (unsigned char)p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    size_t length = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (n < length || !continues(p, length - 1))
        return 0;
    unsigned char second = (unsigned char)p[1];
    if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) ||
        (c == 0xf0 && second < 0x90) || (c == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

bool utf8_valid(struct str s)
{
    for (size_t i = 0, step; i < s.n; i += step) {
        step = utf8_sequence(s.p + i, s.n - i);
        if (step == 0)
            return false;
    }
    return true;
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return count;
}

bool text_has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool encoded(struct str s, bool plus)
{
    return memchr(s.p, '%', s.n) || (plus && memchr(s.p, '+', s.n));
}

bool percent_decode(struct str s, bool plus, struct arena *a, struct str *out)
{
    if (s.n > 0 && encoded(s, plus)) {
        char *to = arena_bytes(a, s.n);
        size_t n = 0;
        for (size_t i = 0; i < s.n; i++) {
            char c = s.p[i];
            if (c == '%') {
                int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
                int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
                if (high < 0 || low < 0)
                    return false;
                c = (char)(high << 4 | low);
                i += 2;
            } else if (plus && c == '+') {
                c = ' ';
            }
            to[n++] = c;
        }
        s = (struct str){to, n};
    }
    if (s.n > 0 && (memchr(s.p, 0, s.n) || !utf8_valid(s)))
        return false;
    *out = s;
    return true;
}

struct str text_excerpt(struct arena *a, struct str s)
{
    enum { SHOWN = 40 };
    char *to = arena_bytes(a, SHOWN * 4 + 3);
    size_t n = 0, count = 0, i = 0;
    for (size_t step; i < s.n && count < SHOWN; i += step, count++) {
        step = utf8_sequence(s.p + i, s.n - i);
        bool printable = step > 1 || (step == 1 && s.p[i] >= 0x20 && s.p[i] != 0x7f);
        if (step == 0)
            step = 1;
        if (printable) {
            memcpy(to + n, s.p + i, step);
            n += step;
        } else {
            to[n++] = '?';
        }
    }
    if (i < s.n) {
        memcpy(to + n, "...", 3);
        n += 3;
    }
    return (struct str){to, n};
}

struct str base64url_encode(struct arena *a, struct str bytes)
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t room = sodium_base64_encoded_len(bytes.n, variant);
    char *to = arena_bytes(a, room);
    sodium_bin2base64(to, room, (const unsigned char *)bytes.p, bytes.n, variant);
    return (struct str){to, room - 1};
}

bool base64url_decode(struct arena *a, struct str text, struct str *out)
{
    size_t room = text.n / 4 * 3 + 3, n = 0;
    char *to = arena_bytes(a, room);
    const char *end = NULL;
    if (sodium_base642bin((unsigned char *)to, room, text.p, text.n, NULL, &n, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    if (end != text.p + text.n)
        return false;
    *out = (struct str){to, n};
    return true;
}
