/* The files of web/, embedded at build time. */
#pragma once
#include "base/str.h"
#include <stddef.h>

struct page {
    const char *name;         /* "index.html" */
    const char *asset;        /* the same with its hash: "style.0123456789abcdef.css" */
    const char *content_type; /* "text/html; charset=utf-8" */
    const unsigned char *bytes;
    size_t n;
    const unsigned char *packed; /* the same by gzip; NULL where that gains nothing */
    size_t packed_n;
    const char *hash; /* of the bytes, 16 hex digits: its entity tag */
};
extern const struct page pages[];
extern const size_t page_count;

struct req;
/* By either name; NULL when there is none. */
const struct page *page_find(struct str name);
/* Answers with the page and its tag; an asset packed, where the client takes that. */
int page_answer(struct req *r, const struct page *p);
