/* CSV: the first byte chooses the delimiter and how much a read gives. Read in
 * bits of that size and read at once, a file must give the same records. */
#include "fuzz.h"
#include "imports/csv.h"

struct source {
    const uint8_t *p; /* what is left */
    size_t n;
    size_t bit; /* most bytes a read gives */
};

static ssize_t source_read(void *from, char *buf, size_t n)
{
    struct source *s = from;
    size_t k = n < s->bit ? n : s->bit;
    k = k < s->n ? k : s->n;
    if (k)
        memcpy(buf, s->p, k);
    s->p += k;
    s->n -= k;
    return (ssize_t)k;
}

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * UINT64_C(1099511628211); /* FNV-1a */
    return (h ^ n) * UINT64_C(1099511628211);
}

/* A hash of all records, their rows and what was bad. */
static uint64_t read_all(struct source s, char delimiter)
{
    size_t size = s.n;
    struct csv *c = csv_new(source_read, &s, delimiter);
    static struct csv_record r; /* global: too large for the stack */
    uint64_t h = UINT64_C(14695981039346656037);
    int64_t row = 0, records = 0;
    int rc;
    while ((rc = csv_next(c, &r)) == 1) {
        CHECK(r.row > row);
        row = r.row;
        CHECK(++records <= (int64_t)size + 1);
        CHECK(csv_position(c) >= 0 && (size_t)csv_position(c) <= size);
        h = mix(h, &r.row, sizeof r.row);
        if (r.bad) {
            h = mix(h, r.bad, strlen(r.bad));
            continue;
        }
        CHECK(r.n >= 1 && r.n <= CSV_FIELDS_MAX);
        for (size_t i = 0; i < r.n; i++) {
            CHECK(r.v[i].p && r.v[i].n <= CSV_FIELD_MAX);
            h = mix(h, r.v[i].p, r.v[i].n);
        }
    }
    CHECK(rc == 0);
    csv_free(&c);
    return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    static const char delimiters[] = {0, ',', ';', '\t'};
    char delimiter = delimiters[data[0] & 3];
    struct source whole = {data + 1, n - 1, SIZE_MAX};
    struct source bits = {data + 1, n - 1, 1 + (data[0] >> 2) % 16};
    CHECK(read_all(whole, delimiter) == read_all(bits, delimiter));
    return 0;
}
