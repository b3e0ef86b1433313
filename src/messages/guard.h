/* No request to where it should not go (SSRF): whoever may set a URL of a
 * webhook or a transport must not reach this machine or the network behind it.
 * Checked where the socket is opened, with the address that is really used, so
 * that neither names that resolve to private addresses nor rebinding nor
 * redirects (which are never followed) get through. */
#pragma once
#include "base/buf.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Loopback, private, link-local, shared, multicast, unspecified, documentation
 * and benchmark ranges of IPv4 and IPv6, IPv4 in IPv6 and NAT64/6to4 included;
 * any family but these two. */
bool guard_is_private(const struct sockaddr *address);
/* An address of this machine's own interfaces, public ones included. When they
 * cannot be listed every address counts as one. */
bool guard_is_own(const struct sockaddr *address);
/* Sets up a handle: only http(s) and smtp(s) as `protocols` says ("https,http"),
 * no redirects, no proxies, deadlines, at most 64 KiB of head and of answer;
 * private and own addresses refused unless the setting allow-private-targets
 * is on. The answer is thrown away unless guard_answer follows. */
void guard_curl(CURL *c, const char *protocols, bool allow_private);
/* Takes the answer into a buffer that lasts as long as the transfer; one that
 * is longer than 64 KiB ends it with CURLE_WRITE_ERROR. Initialises `answer`. */
void guard_answer(CURL *c, struct buf *answer);
/* After a transfer that failed: was it because every address was refused? */
bool guard_refused(CURL *c, CURLcode code);
/* What is wrong with a URL that somebody wants to set, before anything is
 * resolved: NULL, or a sentence. schemes: those allowed, "https,http". */
const char *guard_url_refused(const char *url, const char *schemes);
/* The same, and when private targets are not allowed also an address in
 * numbers that would be refused at every try. */
const char *guard_target_refused(const char *url, const char *schemes, bool allow_private);
