/* What the files of this slice share. */
#pragma once
#include "companies/companies.h"
#include "http/req.h"
#include "http/route.h"

/* A request that names one record by its path. */
struct id_in {
    struct given given;
    struct uuid id;
};
#define PATH_ID(type_)                                                                             \
    {                                                                                              \
        .name = "id", .type = F_UUID, .place = IN_PATH, .flags = FIELD_REQUIRED,                   \
        .offset = offsetof(type_, id), .help = "The record"                                        \
    }

/* A page of a list. */
struct page_in {
    struct given given;
    struct str cursor;
    int64_t limit;           /* 1 to 100, or I64_NULL */
    _Alignas(8) bool active; /* stores: only those; when given */
};
#define PAGE_FIELDS(type_)                                                                         \
    {.name = "limit",                                                                              \
     .type = F_INT,                                                                                \
     .place = IN_QUERY,                                                                            \
     .offset = offsetof(type_, limit),                                                             \
     .min = 1,                                                                                     \
     .max = 100,                                                                                   \
     .help = "Rows a page, 50 when not given"},                                                    \
    {                                                                                              \
        .name = "cursor", .type = F_CURSOR, .place = IN_QUERY, .offset = offsetof(type_, cursor),  \
        .help = "nextCursor of the page before"                                                    \
    }

/* companies_http.c */
extern const struct fields company_create_in, company_update_in, company_path_in, companies_list_in,
    company_out;
int companies_http_create(struct req *r, struct tx *tx);
int companies_http_list(struct req *r, struct tx *tx);
int companies_http_read_one(struct req *r, struct tx *tx);
int companies_http_update(struct req *r, struct tx *tx);

/* stores_http.c */
extern const struct fields store_create_in, store_update_in, store_path_in, stores_list_in,
    store_out;
int stores_http_create(struct req *r, struct tx *tx);
int stores_http_list(struct req *r, struct tx *tx);
int stores_http_read_one(struct req *r, struct tx *tx);
int stores_http_update(struct req *r, struct tx *tx);
int stores_http_deactivate(struct req *r, struct tx *tx);
int stores_http_activate(struct req *r, struct tx *tx);
