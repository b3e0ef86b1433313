/* Text as it comes from outside: is it UTF-8, how long, percent-encoding, and
 * how a message may quote it. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

/* Bytes of the UTF-8 sequence at p (n bytes left), 0 when it is none. */
size_t utf8_sequence(const char *p, size_t n);
bool utf8_valid(struct str s);
/* Code points of a valid text. */
size_t utf8_count(struct str s);
/* Has it control characters (C0, DEL, C1) other than line feed and tab? */
bool text_has_control(struct str s);
/* Percent-decoding, once; plus: '+' is a blank. False on a bad escape, on
 * what is not UTF-8 and on NUL. out may be s itself, else it lies in a. */
bool percent_decode(struct str s, bool plus, struct arena *a, struct str *out);
/* At most 40 code points without control characters, for messages. */
struct str text_excerpt(struct arena *a, struct str s);
struct str base64url_encode(struct arena *a, struct str bytes);
bool base64url_decode(struct arena *a, struct str text, struct str *out);
