/* See pages.h. The list itself is written by tools/embed.py. */
#include "http/pages.h"
#include "http/req.h"
#include <string.h>

const struct page *page_find(struct str name)
{
    for (size_t i = 0; i < page_count; i++)
        if (str_eq(name, str_c(pages[i].name)) || str_eq(name, str_c(pages[i].asset)))
            return &pages[i];
    return NULL;
}

/* RFC 9110, 12.5.3, as far as browsers use it: "gzip" named, without q=0. */
static bool takes_gzip(struct str accept)
{
    const char *at = str_is_null(accept) ? NULL : memmem(accept.p, accept.n, "gzip", 4);
    if (!at)
        return false;
    size_t left = accept.n - (size_t)(at - accept.p) - 4;
    return left < 4 || memcmp(at + 4, ";q=0", 4) != 0 || (left > 5 && at[8] == '.');
}

/* Only what is asked for by its hashed name goes packed: the rest is small,
 * and revalidated by its tag. */
int page_answer(struct req *r, const struct page *p)
{
    bool packed = p->packed && takes_gzip(r->accept_encoding) &&
                  memmem(r->path.p, r->path.n, p->hash, strlen(p->hash));
    struct str body = packed ? (struct str){(const char *)p->packed, p->packed_n}
                             : (struct str){(const char *)p->bytes, p->n};
    int err = req_answer_plain(r, 200, p->content_type, body);
    if (err)
        return err;
    r->etag = str_c(p->hash);
    r->content_encoding = packed ? "gzip" : NULL;
    return 0;
}
