/* What requests about customers may say. */
#include "customers/customers_priv.h"

/* Code points, but for the documents and counts. */
enum {
    NAME_LONGEST = 200,
    SHORT_LONGEST = 100,
    ADDRESS_LONGEST = 500,
    NOTES_LONGEST = 4000,
    TAGS_MOST = 50,
    PREFERENCES_BYTES = 8192,
};

static const char *const sort_names[] = {"createdAt", "name", "lastOrderAt", NULL};
static const char *const order_names[] = {"asc", "desc", NULL};
static const char *const format_names[] = {"csv", "jsonl", NULL};

/* clang-format off */
#define IN(member) offsetof(struct customer_in, member)
#define TEXT(name_, member, longest, help_)                                                        \
    {.name = name_, .type = F_TEXT, .offset = IN(member), .flags = FIELD_NULLABLE, .min = 1,       \
     .max = longest, .help = help_}
#define BODY                                                                                       \
    {.name = "phone", .type = F_PHONE, .offset = IN(phone), .flags = FIELD_NULLABLE,               \
     .help = "in any spelling; numbers without + are of the company's country"},                   \
    TEXT("preferredName", preferred_name, NAME_LONGEST, "how to call them"),                       \
    {.name = "email", .type = F_EMAIL, .offset = IN(email), .flags = FIELD_NULLABLE,               \
     .help = "need not be unique"},                                                                \
    TEXT("address", address, ADDRESS_LONGEST, "delivery address as one text"),                     \
    TEXT("area", area, SHORT_LONGEST, "part of town"),                                             \
    TEXT("notes", notes, NOTES_LONGEST, "of staff, for staff"),                                    \
    TEXT("externalId", external_id, SHORT_LONGEST, "id in another system, unique in the company"), \
    {.name = "birthday", .type = F_DATE, .offset = IN(birthday), .flags = FIELD_NULLABLE,          \
     .help = "day of birth"},                                                                      \
    {.name = "anniversary", .type = F_DATE, .offset = IN(anniversary), .flags = FIELD_NULLABLE,    \
     .help = "a day to remember"},                                                                 \
    {.name = "tags", .type = F_STRINGS, .offset = IN(tags), .flags = FIELD_NULLABLE,               \
     .max = TAGS_MOST, .help = "labels, for filters; at most 50 of 50 characters"},                \
    {.name = "preferences", .type = F_JSON, .offset = IN(preferences), .flags = FIELD_NULLABLE,    \
     .max = PREFERENCES_BYTES, .help = "free object, up to 8 KiB"},                                \
    {.name = "userId", .type = F_UUID, .offset = IN(user_id), .flags = FIELD_NULLABLE,             \
     .help = "links an existing user of the company; needs MANAGE_USERS"}
#define PATH(of)                                                                                   \
    {.name = "id", .type = F_UUID, .place = IN_PATH, .offset = offsetof(of, id),                   \
     .flags = FIELD_REQUIRED, .help = "the person's record"}
#define LIMIT(of)                                                                                  \
    {.name = "limit", .type = F_INT, .place = IN_QUERY, .offset = offsetof(of, limit), .min = 1,   \
     .max = 100, .help = "rows of a page, 50 when left out"}
#define CURSOR(of)                                                                                 \
    {.name = "cursor", .type = F_CURSOR, .place = IN_QUERY, .offset = offsetof(of, cursor),        \
     .help = "meta.nextCursor of the page before"}

FIELDS(customer_create_in, "CustomerNew", struct customer_in,
       {.name = "name", .type = F_TEXT, .offset = IN(name), .flags = FIELD_REQUIRED, .min = 1,
        .max = NAME_LONGEST, .help = "as people write it"},
       BODY,
       {.name = "createLogin", .type = F_BOOL, .offset = IN(create_login),
        .help = "also make a login that a code or a link activates; as the company's "
                "autoCreateLogin when left out"});
FIELDS(customer_update_in, "CustomerChange", struct customer_in, PATH(struct customer_in),
       {.name = "name", .type = F_TEXT, .offset = IN(name), .min = 1, .max = NAME_LONGEST,
        .help = "as people write it"},
       BODY);
FIELDS(customer_id_fields, "CustomerId", struct customer_id_in, PATH(struct customer_id_in));
FIELDS(customer_phone_fields, "CustomerPhone", struct customer_phone_in,
       {.name = "phone", .type = F_PHONE, .place = IN_PATH, .flags = FIELD_REQUIRED | FIELD_ASKED,
        .offset = offsetof(struct customer_phone_in, phone), .help = "in any spelling"});
FIELDS(customer_page_fields, "CustomerPage", struct customer_page_in,
       PATH(struct customer_page_in), LIMIT(struct customer_page_in),
       CURSOR(struct customer_page_in));
FIELDS(customer_recent_fields, "CustomerRecent", struct customer_recent_in,
       {.name = "storeId", .type = F_UUID, .place = IN_QUERY,
        .offset = offsetof(struct customer_recent_in, store_id),
        .help = "the store; left out: the caller's home store, else all stores"},
       {.name = "limit", .type = F_INT, .place = IN_QUERY, .min = 1, .max = 100,
        .offset = offsetof(struct customer_recent_in, limit),
        .help = "people, 20 when left out"});

#define SEARCH(name_, member, help_)                                                               \
    {.name = name_, .type = F_TEXT, .place = IN_QUERY, .max = 100,                                 \
     .offset = offsetof(struct customer_search_in, member), .help = help_}
FIELDS(customer_search_fields, "CustomerSearch", struct customer_search_in,
       SEARCH("phone", phone, "the first digits, with or without country, or the last ones"),
       SEARCH("name", name, "words in any order, the last may be cut short; typos are forgiven"),
       SEARCH("email", email, "how the address begins"),
       SEARCH("q", q, "any of these, by what it looks like"),
       {.name = "limit", .type = F_INT, .place = IN_QUERY, .min = 1, .max = 100,
        .offset = offsetof(struct customer_search_in, limit),
        .help = "people, 50 when left out"});

#define LIST(name_, type_, member, help_, ...)                                                     \
    {.name = name_, .type = type_, .place = IN_QUERY,                                              \
     .offset = offsetof(struct customer_list_in, member), .help = help_, __VA_ARGS__}
FIELDS(customer_list_fields, "CustomerList", struct customer_list_in,
       LIST("active", F_BOOL, active, "only these"),
       LIST("hasPhone", F_BOOL, has_phone, "only those with, or without a phone"),
       LIST("tag", F_TEXT, tag, "only with this label", .max = 50),
       LIST("createdFrom", F_TIME, created_from, "made at this time or later"),
       LIST("createdTo", F_TIME, created_to, "made before this time"),
       LIST("lastOrderFrom", F_TIME, last_order_from, "last paid order then or later"),
       LIST("lastOrderTo", F_TIME, last_order_to, "last paid order before this time"),
       LIST("sort", F_ENUM, sort,
            "createdAt when left out; by lastOrderAt only those who have ordered",
            .names = sort_names),
       LIST("order", F_ENUM, order, "asc for names, else desc, when left out",
            .names = order_names),
       LIMIT(struct customer_list_in), CURSOR(struct customer_list_in));
FIELDS(customer_export_fields, "CustomerExport", struct customer_export_in,
       {.name = "format", .type = F_ENUM, .place = IN_QUERY, .names = format_names,
        .offset = offsetof(struct customer_export_in, format), .help = "csv when left out"});
/* clang-format on */

size_t customers_limit(int64_t asked)
{
    return asked == I64_NULL ? 50 : (size_t)asked;
}
