/* The reject file. */
#include "imports/rejects.h"
#include "imports/csv_out.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct rejects {
    const char *path;
    const struct fields *fields;
    FILE *f; /* NULL until the first row */
};

struct rejects *rejects_new(const char *path, const struct fields *fields)
{
    struct rejects *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    r->path = path;
    r->fields = fields;
    return r;
}

static int begin(struct rejects *r)
{
    int fd = open(r->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    r->f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!r->f)
        return ERR_IO;
    fputs("row,field,reason", r->f);
    for (size_t i = 0; i < r->fields->n; i++)
        fprintf(r->f, ",%s", r->fields->v[i].name);
    fputc('\n', r->f);
    return 0;
}

int rejects_add(struct rejects *r, const struct import_record *record, const struct outcome *o)
{
    if (!r->f && begin(r) < 0)
        return ERR_IO;
    fprintf(r->f, "%lld,%s,", (long long)record->row, o->field ? o->field : "");
    csv_field(r->f, o->reason);
    for (size_t i = 0; i < r->fields->n; i++) {
        fputc(',', r->f);
        if (!(r->fields->v[i].flags & FIELD_SECRET)) /* one copy of a secret is enough */
            csv_field(r->f, record->v[i]);
    }
    fputc('\n', r->f);
    return ferror(r->f) ? ERR_IO : 0;
}

int rejects_end(struct rejects **r, bool *made)
{
    FILE *f = *r ? (*r)->f : NULL;
    int rc = 0;

    *made = f != NULL;
    if (f && (fflush(f) != 0 || ferror(f)))
        rc = ERR_IO;
    if (f && fclose(f) != 0)
        rc = ERR_IO;
    free(*r);
    *r = NULL;
    return rc;
}
