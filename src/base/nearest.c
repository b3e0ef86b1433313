/* Edit distance for names of options and commands: short, ASCII, a handful. */
#include "base/nearest.h"

enum { NAME_MOST = 32 };

/* Insertions, deletions, replacements (Levenshtein), one row at a time. */
static int distance(struct str a, struct str b)
{
    int row[NAME_MOST + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= a.n; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b.n; j++) {
            int replace = corner + (a.p[i - 1] != b.p[j - 1]);
            int other = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            corner = row[j];
            row[j] = replace < other ? replace : other;
        }
    }
    return row[b.n];
}

struct nearest nearest_to(struct str typed)
{
    /* a third of the letters may be wrong, and more is a guess */
    return (struct nearest){.typed = typed, .distance = (int)(typed.n / 3) + 2};
}

void nearest_offer(struct nearest *n, const char *name)
{
    struct str s = str_c(name);
    if (n->typed.n > NAME_MOST || s.n > NAME_MOST)
        return;
    int d = distance(n->typed, s);
    if (d < n->distance) {
        n->distance = d;
        n->best = name;
    }
}

const char *nearest_hint(const struct nearest *n, const char *prefix, struct arena *a)
{
    return n->best ? arena_printf(a, "; did you mean \"%s%s\"?", prefix, n->best).p : "";
}
