/* URLs that somebody wants to set: refused with a sentence where they could
 * mean something else to somebody else. curl reads a URL generously, so what
 * it understood is compared with what was written. */
#include "base/str.h"
#include "messages/guard.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_MOST = 255 };
struct parts {
    char scheme[16];
    char host[HOST_MOST + 1]; /* an IPv6 address without its brackets */
    bool brackets;
    bool literal; /* an address in numbers */
    struct sockaddr_storage address;
    long port; /* -1: the scheme's own */
};

static bool in_list(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; *p;) {
        size_t m = strcspn(p, ",");
        if (m == n && memcmp(p, name, n) == 0)
            return true;
        p += m + (p[m] == ',');
    }
    return false;
}

/* What stands between "://" and the path: null when there is nothing. */
static struct str authority_of(const char *url)
{
    const char *p = strstr(url, "://");
    struct str a = {p ? p + 3 : NULL, p ? strcspn(p + 3, "/?#") : 0};
    return a.n ? a : STR_NULL;
}

static bool plain_text(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~' || *s == '\\')
            return false;
    return true;
}

/* A part as curl has it, copied: false when it has none or it does not fit. */
static bool get(CURLU *u, CURLUPart part, char *to, size_t size)
{
    char *value = NULL;
    bool ok = curl_url_get(u, part, &value, 0) == CURLUE_OK && value && strlen(value) < size;
    if (ok)
        snprintf(to, size, "%s", value);
    curl_free(value);
    return ok;
}

static void read_literal(struct parts *p)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)&p->address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&p->address;
    char host[HOST_MOST + 1];
    size_t n = strlen(p->host);
    snprintf(host, sizeof host, "%.*s", (int)(n && p->host[n - 1] == '.' ? n - 1 : n), p->host);
    if (p->brackets) {
        p->literal = inet_pton(AF_INET6, host, &in6->sin6_addr) == 1;
        in6->sin6_family = AF_INET6;
    } else {
        p->literal = inet_pton(AF_INET, host, &in4->sin_addr) == 1;
        in4->sin_family = AF_INET;
    }
}

static bool take_apart(const char *url, struct parts *p)
{
    char host[HOST_MOST + 3], port[8];
    CURLU *u = curl_url();
    bool ok = u && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
              get(u, CURLUPART_SCHEME, p->scheme, sizeof p->scheme) &&
              get(u, CURLUPART_HOST, host, sizeof host);
    if (ok) {
        size_t n = strlen(host);
        p->brackets = host[0] == '[';
        snprintf(p->host, sizeof p->host, "%.*s", (int)(p->brackets ? n - 2 : n),
                 host + p->brackets);
        p->port = get(u, CURLUPART_PORT, port, sizeof port) ? strtol(port, NULL, 10) : -1;
        read_literal(p);
    }
    curl_url_cleanup(u);
    return ok;
}

/* Is it what was written, or did curl read "0x7f.1" or "127%2e0.0.1" as 127.0.0.1? */
static bool as_written(const struct parts *p, struct str authority)
{
    const char *colon = memchr(authority.p, ':', authority.n);
    struct str host = {authority.p, colon ? (size_t)(colon - authority.p) : authority.n};
    return p->brackets || str_eq_nocase(host, str_c(p->host));
}

/* "256.1.1.1", "1.2.3": looks like an address and is none. */
static bool bad_number(const struct parts *p)
{
    size_t n = strlen(p->host);
    if (n && p->host[n - 1] == '.')
        n--;
    size_t digits = 0;
    while (digits < n && p->host[n - 1 - digits] >= '0' && p->host[n - 1 - digits] <= '9')
        digits++;
    return !p->literal && digits && (digits == n || p->host[n - 1 - digits] == '.');
}

/* Ports where other services listen would be spoken to in the wrong tongue. */
static bool bad_port(const struct parts *p)
{
    static const long mail[] = {25, 465, 587}, web[] = {80, 443};
    bool smtp = strncmp(p->scheme, "smtp", 4) == 0;
    const long *usual = smtp ? mail : web;
    size_t n = smtp ? sizeof mail / sizeof *mail : sizeof web / sizeof *web;
    for (size_t i = 0; i < n; i++)
        if (p->port == usual[i])
            return false;
    return p->port >= 0 && p->port < 1024;
}

static const char *refused(const char *url, const char *schemes, struct parts *p)
{
    struct str authority = authority_of(url);
    if (!plain_text(url))
        return "The URL must be of plain ASCII characters without blanks or backslashes";
    if (str_is_null(authority))
        return "The URL must name a scheme and a host, as https://example.com/path does";
    if (memchr(authority.p, '@', authority.n))
        return "The URL must not contain a user name or password";
    if (!take_apart(url, p))
        return "The URL cannot be understood";
    if (!in_list(schemes, p->scheme))
        return "The URL's scheme is not allowed here";
    if (!as_written(p, authority) || bad_number(p) || memchr(authority.p, '%', authority.n))
        return "The URL's host must be a name, or an address in its usual form";
    if (bad_port(p))
        return "The URL's port belongs to another service";
    return NULL;
}

const char *guard_url_refused(const char *url, const char *schemes)
{
    struct parts p = {.port = -1};
    return refused(url, schemes, &p);
}

const char *guard_target_refused(const char *url, const char *schemes, bool allow_private)
{
    struct parts p = {.port = -1};
    const char *why = refused(url, schemes, &p);
    if (!why && p.literal && !allow_private && guard_is_private((struct sockaddr *)&p.address))
        return "The URL's address is on this machine or a private network";
    return why;
}
