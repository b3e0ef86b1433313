/* See listen.h. Binds itself rather than leaving it to libmicrohttpd, which
 * says only that it could not. */
#include "http/listen.h"
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

struct place {
    const char *host; /* "" every address */
    const char *port;
};

/* Host and port apart; false when it is not an address. */
static bool split(struct str address, struct arena *a, struct place *out)
{
    struct str host = address, port = STR_NULL;
    for (size_t i = address.n; i-- > 0;) {
        if (address.p[i] == ':') {
            host = (struct str){address.p, i};
            port = (struct str){address.p + i + 1, address.n - i - 1};
            break;
        }
    }
    long long number;
    if (str_is_null(port) || !str_to_i64(port, &number) || number < 0 || number > 65535)
        return false;
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct str){host.p + 1, host.n - 2};
    else if (host.n > 0 && memchr(host.p, ':', host.n))
        return false; /* IPv6 without brackets: where would the port begin? */
    *out = (struct place){arena_cstr(a, host), arena_cstr(a, port)};
    return true;
}

static struct str complaint(int error, const struct place *at, struct arena *a)
{
    const char *host = *at->host ? at->host : "any address";
    switch (error) {
    case EADDRINUSE:
        return arena_printf(a, "port %s on %s is already in use", at->port, host);
    case EACCES:
        return arena_printf(a, "port %s on %s needs more rights than this user has", at->port,
                            host);
    case EADDRNOTAVAIL:
        return arena_printf(a, "%s is not an address of this machine", host);
    default:
        return arena_printf(a, "cannot listen on port %s of %s: %s", at->port, host,
                            strerror(error));
    }
}

static int open_socket(const struct addrinfo *ai)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* What a browser here would open: a wildcard is reached by the loopback. */
static struct str url_of(int fd, const char *scheme, struct arena *a)
{
    struct sockaddr_storage got;
    socklen_t n = sizeof got;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&got, &n) != 0 ||
        getnameinfo((struct sockaddr *)&got, n, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return STR_NULL;
    const char *shown = host;
    if (strcmp(host, "0.0.0.0") == 0)
        shown = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        shown = "::1";
    bool v6 = strchr(shown, ':') != NULL;
    return arena_printf(a, "%s://%s%s%s:%s", scheme, v6 ? "[" : "", shown, v6 ? "]" : "", port);
}

int listen_on(struct str address, const char *scheme, int *fd, struct str *url, struct arena *a,
              struct str *why)
{
    struct place at;
    if (!split(address, a, &at)) {
        *why = arena_printf(a,
                            "listen: \"%.*s\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or "
                            "[::1]:8080",
                            STR_ARG(address));
        return ERR_USAGE;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int unknown = getaddrinfo(*at.host ? at.host : NULL, at.port, &hints, &found);
    if (unknown) {
        *why = arena_printf(a, "listen: no address for \"%s\": %s", at.host, gai_strerror(unknown));
        return ERR_USAGE;
    }
    int error = 0;
    *fd = -1;
    for (struct addrinfo *ai = found; ai && *fd < 0; ai = ai->ai_next) {
        *fd = open_socket(ai);
        error = errno;
    }
    freeaddrinfo(found);
    if (*fd < 0) {
        *why = complaint(error, &at, a);
        return ERR_IO;
    }
    *url = url_of(*fd, scheme, a);
    return 0;
}
