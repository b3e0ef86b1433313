/* No request to where it should not go (SSRF): whoever may set a URL of a
 * webhook or a transport must not reach this machine or the network behind it.
 * Checked where the socket is opened, with the address that is really used, so
 * that neither names that resolve to private addresses nor rebinding nor
 * redirects (which are never followed) get through. */
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Loopback, private, link-local, shared, multicast, unspecified, documentation
 * and benchmark ranges of IPv4 and IPv6, IPv4 in IPv6 and NAT64/6to4 included. */
bool guard_is_private(const struct sockaddr *address);
/* Sets up a handle: only http(s) and smtp(s) as `protocols` says ("https,http"),
 * no redirects, deadlines, at most 64 KiB of answer, private addresses refused
 * unless the setting allow-private-targets is on. */
void guard_curl(CURL *c, const char *protocols, bool allow_private);
/* What is wrong with a URL that somebody wants to set, before anything is
 * resolved: NULL, or a sentence. */
const char *guard_url_refused(const char *url, const char *schemes);
