/* What the files of this slice share. */
#pragma once
#include "base/names.h"
#include "cli/command.h"
#include "customers/customers.h"
#include "exec/job.h"

/* The lowest and the highest id: the ends of every list (nil means NULL). */
extern const struct uuid id_lowest, id_highest;
/* The same of times: the years 1 and 9999. */
#define TIME_FIRST (date_days(1, 1, 1) * DAY_US)
#define TIME_LAST (date_days(9999, 12, 31) * DAY_US)

/* The keys under which a name is found: ordered pairs of its words. */
enum { NAME_PAIRS = NAME_WORDS * (NAME_WORDS - 1) };
enum { NAME_PAIR_MAX = 2 * NAME_WORD_MAX + 1 };
/* Returns how many; texts live in a. */
size_t name_pairs(struct arena *a, struct str name, struct str pairs[NAME_PAIRS]);
/* The word and the word with each one letter left out, without doubles;
 * words of one letter have no variant but themselves. */
enum { NAME_VARIANTS = NAME_WORD_MAX + 1 };
size_t name_variants(struct arena *a, struct str word, struct str out[NAME_VARIANTS]);

/* One name that belongs to one record, for the index. */
struct named {
    struct uuid id;
    struct str name;
    struct str folded; /* null: not folded yet */
};
/* Adds names to the index, in the order of its keys; words that the company
 * has not seen get their variants. */
MUST_CHECK int names_add(struct tx *tx, struct uuid company, struct arena *a, const struct named *v,
                         size_t n);
/* Takes the keys of an old name away. */
MUST_CHECK int names_remove(struct tx *tx, struct uuid company, struct arena *a, struct named old);

/* A phone's digits from the last to the first; null stays null. */
struct str phone_reversed(struct arena *a, struct str phone);
/* The JSON arrays of tags x and y in one. */
struct str tags_union(struct arena *a, struct str x, struct str y);
/* A list of tags as a JSON array: trimmed, without doubles and empty ones. */
struct str tags_json(struct arena *a, struct strs tags);
/* The tags of a record, anew; none of the old ones stay when `old`. */
MUST_CHECK int tags_write(struct tx *tx, struct uuid company, struct uuid id, struct arena *a,
                          struct str json, bool old);

/* -- Requests -- */

/* Creation and change: what a record may be told. */
struct customer_in {
    struct given given;
    struct uuid id; /* of the path */
    struct str name, preferred_name, phone, email, address, area, notes, external_id;
    int64_t birthday, anniversary; /* days */
    struct strs tags;
    struct str preferences;
    struct uuid user_id;
    _Alignas(8) bool create_login;
};
struct customer_id_in {
    struct given given;
    struct uuid id;
};
struct customer_phone_in {
    struct given given;
    struct str phone; /* E.164 */
};
/* A page of something that belongs to a person. */
struct customer_page_in {
    struct given given;
    struct uuid id;
    int64_t limit;
    struct str cursor;
};
struct customer_recent_in {
    struct given given;
    struct uuid store_id;
    int64_t limit;
};
struct customer_search_in {
    struct given given;
    struct str phone, name, email, q;
    int64_t limit;
};
struct customer_list_in {
    struct given given;
    _Alignas(8) bool active;
    _Alignas(8) bool has_phone;
    struct str tag;
    int64_t created_from, created_to, last_order_from, last_order_to;
    int64_t sort, order; /* indexes of names */
    int64_t limit;
    struct str cursor;
};
struct customer_export_in {
    struct given given;
    int64_t format; /* 0 CSV, 1 JSON Lines */
};
extern const struct fields customer_create_in, customer_update_in, customer_id_fields,
    customer_phone_fields, customer_page_fields, customer_recent_fields, customer_search_fields,
    customer_list_fields, customer_export_fields;
extern const struct fields customer_order_out, customer_user_out, customer_event_out,
    customer_full_out;

/* Something that happened to a person. */
struct customer_event {
    struct str type; /* "customer.create", "customer.update", "order", … */
    int64_t at;
    struct uuid by;     /* user or key, or nil */
    struct strs fields; /* names of what was changed */
    const struct customer_orders_before_row *order;
};

/* Refuses a phone or externalId that somebody else has. */
int customers_refuse_taken(struct req *r, int err, const struct customer_row *holder);
/* Refuses what needs no look into the store. */
MUST_CHECK int customers_check_input(struct req *r, const struct customer_in *in);
/* Refuses a record that nothing would find. */
MUST_CHECK int customers_check_findable(struct req *r, struct str phone, struct str email,
                                        struct str external_id);
/* Is it a record of which nothing is known but the number that a guest typed? */
bool customers_merely_typed(const struct customer_row *c);
/* Refuses a login that cannot be linked; err: of customers_link. */
int customers_refuse_login(struct req *r, int err);

/* -- Handlers -- */

int customers_create(struct req *r, struct tx *tx);
int customers_update(struct req *r, struct tx *tx);
int customers_delete(struct req *r, struct tx *tx);
int customers_deactivate(struct req *r, struct tx *tx);
int customers_activate(struct req *r, struct tx *tx);
int customers_lookup(struct req *r, struct tx *tx);
int customers_detail(struct req *r, struct tx *tx);
int customers_full(struct req *r, struct tx *tx);
int customers_orders(struct req *r, struct tx *tx);
int customers_users(struct req *r, struct tx *tx);
int customers_timeline(struct req *r, struct tx *tx);
int customers_list(struct req *r, struct tx *tx);
int customers_recent(struct req *r, struct tx *tx);
int customers_search(struct req *r, struct tx *tx);
int customers_export(struct req *r, struct tx *tx);
int64_t customers_check_names(struct doctor *d, struct tx *tx);
int phone_command(const struct args *a);
extern const struct opt phone_options[];

/* Who may sell but not change a record sees no more of a person's e-mail and
 * address than tells two people apart, unless the company says otherwise; the
 * own record is one's own. */
bool customers_masked(const struct req *r, struct uuid customer);
/* Answers with a list of records. */
int customers_answer_list(struct req *r, const struct customer_row *rows, size_t n,
                          struct str next);
/* Rows of a page: what was asked for, or 50. */
size_t customers_limit(int64_t asked);
