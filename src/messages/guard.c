/* The guard: which addresses are not to be reached, and a transfer that cannot
 * reach them. The lists follow IANA's registries of special-purpose addresses
 * (RFC 6890 and its updates); of IPv6 only what is global unicast passes. */
#include "messages/guard.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

enum { ANSWER_MOST = 64 * 1024, HEAD_MOST = 64 * 1024 };
static const long connect_ms = 5000, whole_ms = 15000;

struct range4 {
    uint8_t address[4];
    int bits;
};
static const struct range4 special4[] = {
    {{0, 0, 0, 0}, 8},       /* "this network", unspecified */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* shared by carriers */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local, clouds' metadata */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays, deprecated */
    {{192, 168, 0, 0}, 16},  /* private */
    {{198, 18, 0, 0}, 15},   /* benchmarks */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved, broadcast */
};

struct range6 {
    uint8_t address[16];
    int bits;
};
/* Within global unicast, 2000::/3. */
static const struct range6 special6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocol assignments: Teredo, ORCHID, benchmarks */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x3f, 0xff, 0x00}, 20},       /* documentation */
};
static const struct range6 global6 = {{0x20}, 3};
/* Where an IPv4 address is inside, it is what counts. */
static const struct {
    struct range6 range;
    int at; /* its first byte */
} inside6[] = {
    {{{[10] = 0xff, 0xff}, 96}, 12},      /* mapped */
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12}, /* NAT64 */
    {{{0x20, 0x02}, 16}, 2},              /* 6to4 */
};

static bool within(const uint8_t *address, const uint8_t *range, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    return memcmp(address, range, (size_t)whole) == 0 &&
           (rest == 0 || (address[whole] ^ range[whole]) >> (8 - rest) == 0);
}

static bool private4(const uint8_t a[4])
{
    for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
        if (within(a, special4[i].address, special4[i].bits))
            return true;
    return false;
}

static bool private6(const uint8_t a[16])
{
    for (size_t i = 0; i < sizeof inside6 / sizeof *inside6; i++)
        if (within(a, inside6[i].range.address, inside6[i].range.bits))
            return private4(a + inside6[i].at);
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (within(a, special6[i].address, special6[i].bits))
            return true;
    return !within(a, global6.address, global6.bits);
}

/* The bytes of an address: 4, 16, or 0 for a family that has no such. */
static size_t bytes_of(const struct sockaddr *address, uint8_t out[16])
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        memcpy(out, &in4.sin_addr, 4);
        return 4;
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        memcpy(out, &in6.sin6_addr, 16);
        return 16;
    }
    return 0;
}

bool guard_is_private(const struct sockaddr *address)
{
    uint8_t a[16];
    switch (bytes_of(address, a)) {
    case 4:
        return private4(a);
    case 16:
        return private6(a);
    default:
        return true;
    }
}

bool guard_is_own(const struct sockaddr *address)
{
    uint8_t a[16], b[16];
    size_t n = bytes_of(address, a);
    struct ifaddrs *all = NULL;
    if (n == 0 || getifaddrs(&all) != 0)
        return true;
    bool own = false;
    for (const struct ifaddrs *i = all; i && !own; i = i->ifa_next)
        own = i->ifa_addr && bytes_of(i->ifa_addr, b) == n && memcmp(a, b, n) == 0;
    freeifaddrs(all);
    return own;
}

/* curl's callback: `allow` is not NULL where private addresses are allowed. */
static curl_socket_t open_socket(void *allow, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    if (!allow && (guard_is_private(&to->addr) || guard_is_own(&to->addr)))
        return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take_answer(char *p, size_t size, size_t n, void *answer)
{
    struct buf *b = answer;
    if (!b)
        return size * n;
    buf_add(b, p, size * n);
    return b->full ? 0 : size * n;
}

/* Lines of the head, of which a server may send as many as it likes. */
static size_t take_head(char *p, size_t size, size_t n, void *handle)
{
    long head = 0;
    (void)p;
    if (curl_easy_getinfo((CURL *)handle, CURLINFO_HEADER_SIZE, &head) != CURLE_OK ||
        head > HEAD_MOST)
        return 0;
    return size * n;
}

void guard_curl(CURL *c, const char *protocols, bool allow_private)
{
    static char allowed; /* only its address is used */
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    /* A proxy would open the connection in our stead; also none of the environment. */
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, allow_private ? &allowed : NULL);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, whole_ms);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    /* A name server that does not answer must not hold the thread at the end. */
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, NULL);
}

void guard_answer(CURL *c, struct buf *answer)
{
    buf_init(answer, ANSWER_MOST);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
}

/* A connection that was tried leaves the system's error; one whose socket was
 * never opened leaves none. */
bool guard_refused(CURL *c, CURLcode code)
{
    long error = 0;
    return code == CURLE_COULDNT_CONNECT &&
           curl_easy_getinfo(c, CURLINFO_OS_ERRNO, &error) == CURLE_OK && error == 0;
}
