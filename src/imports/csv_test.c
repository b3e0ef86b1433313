/* CSV and JSON Lines: what is a record, what is bad, and where reading goes on. */
#include "base/arena.h"
#include "base/test.h"
#include "imports/csv.h"
#include "imports/csv_out.h"
#include "imports/jsonl.h"
#include <stdio.h>
#include <stdlib.h>

/* Gives a text in bits of so many bytes. */
struct text {
    const char *p;
    size_t n, bit;
};

static ssize_t text_read(void *from, char *buf, size_t n)
{
    struct text *t = from;
    size_t k = n < t->bit ? n : t->bit;

    k = k < t->n ? k : t->n;
    memcpy(buf, t->p, k);
    t->p += k;
    t->n -= k;
    return (ssize_t)k;
}

static ssize_t broken_read(void *from, char *buf, size_t n)
{
    (void)from;
    (void)buf;
    (void)n;
    return -1;
}

/* All records as one text: "1:a|b 2:!reason 4:c|d". */
static void read_all(const char *input, size_t n, char delimiter, size_t bit, char *out,
                     size_t room)
{
    struct text t = {input, n, bit};
    struct csv *c = csv_new(text_read, &t, delimiter);
    static struct csv_record r;
    size_t at = 0;
    int rc;

    out[0] = '\0';
    while ((rc = csv_next(c, &r)) == 1 && at < room) {
        at += (size_t)snprintf(out + at, room - at, "%s%lld:%s", at ? " " : "", (long long)r.row,
                               r.bad ? "!" : "");
        if (r.bad)
            at += (size_t)snprintf(out + at, room - at, "%s", r.bad);
        for (size_t i = 0; i < r.n && !r.bad; i++)
            at += (size_t)snprintf(out + at, room - at, "%s%.*s", i ? "|" : "", STR_ARG(r.v[i]));
    }
    assert_int_equal(rc, 0);
    assert_int_equal(csv_position(c), n);
    csv_free(&c);
    assert_null(c);
}

static const struct row {
    const char *what, *input;
    char delimiter; /* 0: guessed */
    const char *records;
} rows[] = {
    {"nothing", "", 0, ""},
    {"one line without an end", "a,b", 0, "1:a|b"},
    {"LF, CRLF and CR", "a,b\nc,d\r\ne,f\rg,h", 0, "1:a|b 2:c|d 3:e|f 4:g|h"},
    {"blank lines are counted", "a,b\n\n\r\nc,d\n", 0, "1:a|b 4:c|d"},
    {"a byte order mark",
     "\xEF\xBB\xBF"
     "a,b\n",
     0, "1:a|b"},
    {"semicolons", "name;phone\nAsha;1,5\n", 0, "1:name|phone 2:Asha|1,5"},
    {"tabs", "name\tphone\nA;B\tC,D\n", 0, "1:name|phone 2:A;B|C,D"},
    {"one column", "name\nAsha\n", 0, "1:name 2:Asha"},
    {"a delimiter within quotes does not count", "\"a;b;c\",d\n", 0, "1:a;b;c|d"},
    {"sep= of spreadsheets", "sep=;\r\na;b,c\r\n", 0, "2:a|b,c"},
    {"the delimiter that is said", "a;b,c\n", ',', "1:a;b|c"},
    {"quotes", "\"a\",\"b \"\"c\"\"\",\"\"\n", 0, "1:a|b \"c\"|"},
    {"line ends in quotes", "\"a\r\nb\",c\nd,e\n", 0, "1:a\r\nb|c 2:d|e"},
    {"a quote within a field is itself", "5\" pipe,O\"Brien\n", 0, "1:5\" pipe|O\"Brien"},
    {"empty fields", ",,\n,x,\n", 0, "1:|| 2:|x|"},
    {"text behind a closing quote", "\"a\"b,c\nd,e\n", 0, "1:!text follows a closing quote 2:d|e"},
    {"a quote that is not closed costs its line alone", "a,\"b\nc,d\ne,f\n", 0,
     "1:!a quote is not closed 2:c|d 3:e|f"},
    {"the last quote closes at the end", "a,\"b\"", 0, "1:a|b"},
    {"bytes that are no UTF-8", "a,\xff\nb,c\n", 0, "1:!not valid UTF-8 2:b|c"},
    {"accents", "Zoë,Łukasz\n", 0, "1:Zoë|Łukasz"},
};

static void records_are_read(void **state)
{
    static const size_t bits[] = {1, 3, 7, 1 << 20};
    char out[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        for (size_t k = 0; k < 4; k++) {
            read_all(rows[i].input, strlen(rows[i].input), rows[i].delimiter, bits[k], out,
                     sizeof(out));
            if (strcmp(out, rows[i].records) != 0)
                fail_msg("%s, %zu bytes at a time: \"%s\" is not \"%s\"", rows[i].what, bits[k],
                         out, rows[i].records);
        }
    read_all("a\0b,c\nd,e\n", 10, 0, 4, out, sizeof(out));
    assert_string_equal(out, "1:!a NUL byte 2:d|e");
}

/* A record that is too long, a field that is, too many fields: each is told,
 * and the next line is read. */
static void sizes_are_bounded(void **state)
{
    size_t n = CSV_RECORD_MAX + 100;
    char *text = malloc(n + 5), out[256];

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    memcpy(text + n, "\na,b\n", 5);
    for (size_t bit = 1000; bit <= 1 << 20; bit *= 1024) {
        read_all(text, n + 5, ',', bit, out, sizeof(out));
        assert_string_equal(out,
                            "1:!the record is longer than 512 KiB, or a quote is not closed 2:a|b");
    }
    text[CSV_FIELD_MAX + 1] = ',';
    text[CSV_FIELD_MAX + 2] = '\n';
    read_all(text, CSV_FIELD_MAX + 3, ',', 4096, out, sizeof(out));
    assert_string_equal(out, "1:!a field is longer than 64 KiB");
    memset(text, ',', CSV_FIELDS_MAX - 1);
    memcpy(text + CSV_FIELDS_MAX - 1, ",\na,b\n", 6);
    read_all(text, CSV_FIELDS_MAX + 5, ',', 4096, out, sizeof(out));
    assert_string_equal(out, "1:!too many fields 2:a|b");
    free(text);
}

static void reading_fails(void **state)
{
    struct csv *c = csv_new(broken_read, NULL, 0);
    struct jsonl *j = jsonl_new(broken_read, NULL);
    struct arena *a = arena_new(1024);
    static struct csv_record r;
    static struct jsonl_record jr;

    (void)state;
    assert_int_equal(csv_next(c, &r), ERR_IO);
    assert_int_equal(jsonl_next(j, a, &jr), ERR_IO);
    csv_free(&c);
    jsonl_free(&j);
    arena_free(&a);
}

static struct str member(const struct jsonl_record *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].name, str_c(name)))
            return r->v[i].value;
    fail_msg("there is no member %s", name);
    return STR_NULL;
}

static void json_lines_are_read(void **state)
{
    static const char input[] = "\xEF\xBB\xBF{\"name\":\"Zoë\",\"n\":5,\"price\":11.77,\"ok\":true,"
                                "\"none\":null,\"tags\":[\"a\",\"b\"]}\r\n\n"
                                "[1]\n{\"a\":1,\"a\":2}\nnot json\n{\"last\":\"x\"}";
    struct text t = {input, sizeof(input) - 1, 5};
    struct jsonl *j = jsonl_new(text_read, &t);
    struct arena *a = arena_new(4096);
    static struct jsonl_record r;

    (void)state;
    assert_int_equal(jsonl_next(j, a, &r), 1);
    assert_null(r.bad);
    assert_int_equal(r.n, 6);
    assert_str(member(&r, "name"), "Zoë");
    assert_str(member(&r, "n"), "5");
    assert_str(member(&r, "price"), "11.77");
    assert_str(member(&r, "ok"), "true");
    assert_true(str_is_null(member(&r, "none")));
    assert_str(member(&r, "tags"), "[\"a\",\"b\"]");
    assert_int_equal(jsonl_next(j, a, &r), 1);
    assert_int_equal(r.row, 3);
    assert_string_equal(r.bad, "not a JSON object");
    assert_int_equal(jsonl_next(j, a, &r), 1);
    assert_string_equal(r.bad, "not valid JSON"); /* a member twice */
    assert_int_equal(jsonl_next(j, a, &r), 1);
    assert_string_equal(r.bad, "not valid JSON");
    assert_int_equal(jsonl_next(j, a, &r), 1);
    assert_int_equal(r.row, 6);
    assert_str(member(&r, "last"), "x");
    assert_int_equal(jsonl_next(j, a, &r), 0);
    assert_int_equal(jsonl_position(j), sizeof(input) - 1);
    jsonl_free(&j);
    arena_free(&a);
}

/* A part of a file has to end between records. */
static void a_cut_record_is_told(void **state)
{
    static const struct {
        const char *input;
        bool cut;
        int64_t rows;
    } cases[] = {
        {"a,b\n1,2\n", false, 2},  {"a,b\n1,\"2\"", false, 2}, {"a,b\n1,\"2\n3", true, 3},
        {"a,b\n\n1,\"2", true, 3}, {"a,b\n1,2\"x", false, 2},  {"a\n\"x\"\"", true, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct text t = {cases[i].input, strlen(cases[i].input), 3};
        struct csv *c = csv_new(text_read, &t, ',');
        static struct csv_record r;
        while (csv_next(c, &r) == 1)
            continue;
        assert_int_equal(csv_cut(c), cases[i].cut);
        assert_int_equal(csv_row(c), cases[i].rows);
        csv_free(&c);
    }
}

/* What is written reads back the same. */
static void values_come_back(void **state)
{
    static const char *const values[] = {"plain",      "a,b",   "a;b", "say \"hi\"",
                                         "two\nlines", " lead", "",    "Łódź\t"};
    struct csv_record r;
    char *text = NULL;
    size_t n = 0;

    (void)state;
    FILE *f = open_memstream(&text, &n);
    for (size_t i = 0; i < 8; i++) {
        if (i)
            fputc(',', f);
        csv_field(f, str_c(values[i]));
    }
    fclose(f);
    struct text t = {text, n, 64};
    struct csv *c = csv_new(text_read, &t, ',');
    assert_int_equal(csv_next(c, &r), 1);
    assert_int_equal(r.n, 8);
    for (size_t i = 0; i < 8; i++)
        assert_str(r.v[i], values[i]);
    csv_free(&c);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read), cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(reading_fails),    cmocka_unit_test(json_lines_are_read),
        cmocka_unit_test(values_come_back), cmocka_unit_test(a_cut_record_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
