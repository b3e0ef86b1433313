/* What `doctor` recomputes of this slice: a name's sort key and the keys of
 * the name index, both ways, in pages, company by company. */
#include "customers/customers_priv.h"

enum { PAGE_ROWS = 500 };

struct walk {
    struct doctor *d;
    struct tx *tx;
    struct arena *page; /* of one page of rows */
    struct uuid company;
    int64_t drift;
};

static void differs(struct walk *w, struct uuid id, const char *what)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    w->drift++;
    doctor_report(w->d, "customer %.*s: %s", UUID_TEXT, text, what);
}

/* Every name stands in the index under all its keys. */
static int check_record(struct walk *w, const struct customers_check_page_row *c)
{
    struct str pairs[NAME_PAIRS];
    size_t n = name_pairs(w->page, c->name, pairs);

    if (!str_eq(name_sort_key(w->page, c->name), c->name_key))
        differs(w, c->id, "its sort key is not that of its name");
    for (size_t i = 0; i < n; i++) {
        struct customer_name_exists_row row;
        int rc = customer_name_exists(w->tx, w->company, pairs[i], c->id, &row);
        if (rc < 0)
            return rc;
        if (rc == 0) {
            differs(w, c->id, "a key of its name is missing");
            return 0;
        }
    }
    return 0;
}

static int check_records(struct walk *w)
{
    struct uuid after = id_lowest;
    size_t n = PAGE_ROWS;
    int rc = 0;

    while (n == PAGE_ROWS && rc >= 0) {
        struct customers_check_page_row *rows;
        arena_reset(w->page);
        rc = customers_check_page(w->tx, w->company, after, PAGE_ROWS, &rows, &n);
        for (size_t i = 0; i < n && rc >= 0; i++) {
            after = rows[i].id;
            rc = check_record(w, &rows[i]);
        }
    }
    return rc < 0 ? rc : 0;
}

/* Every key of the index is one of a name that exists. */
static int check_keys(struct walk *w)
{
    char last[NAME_PAIR_MAX];
    struct str after = {last, 0};
    struct uuid after_id = id_lowest;
    size_t n = PAGE_ROWS;
    int rc = 0;

    while (n == PAGE_ROWS && rc >= 0) {
        struct customer_names_page_row *rows;
        arena_reset(w->page);
        rc = customer_names_page(w->tx, w->company, after, after_id, PAGE_ROWS, &rows, &n);
        for (size_t i = 0; i < n && rc >= 0; i++) {
            struct str pairs[NAME_PAIRS];
            size_t count = name_pairs(w->page, rows[i].name, pairs);
            bool found = false;
            for (size_t k = 0; k < count && !found; k++)
                found = str_eq(pairs[k], rows[i].pair);
            if (!found)
                differs(w, rows[i].customer_id, "the index has a key that is not of its name");
        }
        if (n > 0 && rc >= 0) {
            after.n = rows[n - 1].pair.n < sizeof last ? rows[n - 1].pair.n : sizeof last;
            memcpy(last, rows[n - 1].pair.p, after.n);
            after_id = rows[n - 1].customer_id;
        }
    }
    return rc < 0 ? rc : 0;
}

int64_t customers_check_names(struct doctor *d, struct tx *tx)
{
    struct walk w = {.d = d, .tx = tx, .page = arena_new(256 * 1024)};
    struct customers_check_companies_row *rows;
    struct uuid after = id_lowest;
    size_t n = 1;
    int rc = 0;

    while (n > 0 && rc >= 0) {
        tx_arena(tx, doctor_arena(d));
        rc = customers_check_companies(tx, after, &rows, &n);
        tx_arena(tx, w.page);
        for (size_t i = 0; i < n && rc >= 0; i++) {
            after = w.company = rows[i].id;
            rc = check_records(&w);
            if (rc >= 0)
                rc = check_keys(&w);
        }
    }
    tx_arena(tx, doctor_arena(d));
    arena_free(&w.page);
    return rc < 0 ? rc : w.drift;
}
