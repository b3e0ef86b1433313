/* See pages.h. The list itself is written by tools/embed.py. */
#include "http/pages.h"
#include "http/req.h"

const struct page *page_find(struct str name)
{
    for (size_t i = 0; i < page_count; i++)
        if (str_eq(name, str_c(pages[i].name)) || str_eq(name, str_c(pages[i].asset)))
            return &pages[i];
    return NULL;
}

int page_answer(struct req *r, const struct page *p)
{
    int err = req_answer_plain(r, 200, p->content_type, (struct str){(const char *)p->bytes, p->n});
    if (!err)
        r->etag = str_c(p->hash);
    return err;
}
