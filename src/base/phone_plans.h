/* What is known at compile time of two numbering plans, so that their numbers
 * need no library: taken from libphonenumber 8.12 by trying every prefix
 * (phone_test compares both again). A bit that is not set only means "ask the
 * library". Bits are hexadecimal digits, the highest first. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Indian numbers of ten digits from 6000 to 8999 that are written 5 + 5
 * (mobile), by their first four digits; 9 always is. */
static const char india_mobile[] = "fffffffffffffffffffffffff"
                                   "ffc00c0c00ffc00fffff003ff"
                                   "fff03003ff00000ffc00f7fef"
                                   "fff0300000003efffffffffff"
                                   "fff0300000ffc0000000fffff"
                                   "fff0300000000000030300000"
                                   "fff030030300000ffc00003ff"
                                   "fff030000000000003ff00000"
                                   "c0c000000000000003fffffff"
                                   "fffffffffffffffffffffffff"
                                   "fffffffffffffffffffffffff"
                                   "00000c0c000000000000003f0"
                                   "fff07fffffc1fffffffffc7ff"
                                   "fff0307b07c1fffffffffff0b"
                                   "fff1f00c01c0c000030310c03"
                                   "fff078fffffff07fffffffc07"
                                   "f9397f810100033ffffffffff"
                                   "a0fffffffffffffffffffffff"
                                   "ffffffffffffffffffff007ff"
                                   "ffc000000000000002fefffff"
                                   "fffff00000003ff032fefffff"
                                   "fffffffffffffffc0ffffffff"
                                   "c0f03fffffc0fffffffffffff"
                                   "fff03c0ffffffffc0ffffffff"
                                   "fffffffffffffffffffffffff"
                                   "fffffffffffffffffffffffff"
                                   "fff03fff03fffffc0ffffffff"
                                   "c1ffffffffffffffff03c0fff"
                                   "ffffffff03c8fffffffffffff"
                                   "fff83ffffffffffffffffffff";
/* NANP area codes from 200 to 999 in which every exchange [2-9]xx is in use. */
static const char nanp_areas[] = "7feff9ed2980fe8b168950400"
                                 "7feffd63ad53180cd80086000"
                                 "7feff1c3b6b5a0218e3388000"
                                 "fbeffe7361c89017b3f5ef800"
                                 "ffeffb2f09c330fe1482e0400"
                                 "7fcff8f1a4b1064b47f3e7000"
                                 "ffeff86fc39de3fbf2c600800"
                                 "ffeff84f2fd5da9003c38e400";
static inline bool phone_plan_bit(const char *hex, unsigned i)
{
    char c = hex[i / 4];
    unsigned v = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    return v >> (3 - i % 4) & 1;
}
