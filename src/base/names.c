/* Names folded for comparison and sorted as people sort them. ICU's
 * transliterators and collator are slow to open (milliseconds), so each thread
 * opens its own once and closes it when it ends. ASCII, most of what passes
 * through, needs none of them. */
#include "base/names.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* Code units worked on at most; a longer name is cut. */
enum { UNITS = 1024, KEY_MAX = 128 };

/* What one thread keeps open. */
struct icu {
    UTransliterator *latin; /* any script to Latin letters with marks */
    UTransliterator *ascii; /* Latin letters with marks to plain ones */
    UCollator *order;       /* root collation */
};

static pthread_key_t icu_key;
static pthread_once_t icu_once = PTHREAD_ONCE_INIT;

static void icu_close(void *arg)
{
    struct icu *icu = arg;
    utrans_close(icu->latin);
    utrans_close(icu->ascii);
    ucol_close(icu->order);
    free(icu);
}

static void icu_key_make(void)
{
    if (pthread_key_create(&icu_key, icu_close) != 0)
        abort();
}

static UTransliterator *open_rules(const char *id)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar wide[64];
    int32_t n = 0;

    u_strFromUTF8(wide, 64, &n, id, -1, &e);
    UTransliterator *t = utrans_openU(wide, n, UTRANS_FORWARD, NULL, 0, NULL, &e);
    if (U_FAILURE(e))
        abort(); /* ICU's own data is missing: nothing can be compared */
    return t;
}

static struct icu *icu_here(void)
{
    (void)pthread_once(&icu_once, icu_key_make);
    struct icu *icu = pthread_getspecific(icu_key);
    if (icu)
        return icu;
    UErrorCode e = U_ZERO_ERROR;
    icu = calloc(1, sizeof *icu);
    if (!icu)
        abort();
    icu->latin = open_rules("NFKC; Any-Latin; NFC; Lower");
    icu->ascii = open_rules("NFKD; Latin-ASCII; Lower");
    icu->order = ucol_open("", &e);
    if (U_FAILURE(e) || pthread_setspecific(icu_key, icu) != 0)
        abort();
    return icu;
}

/* Collects letters and digits with single blanks between words. */
struct fold {
    char *p;  /* output */
    size_t n; /* bytes in it */
    bool gap; /* a blank is due before the next letter */
};

static void fold_char(struct fold *f, unsigned c)
{
    if (c >= 'A' && c <= 'Z')
        c += 'a' - 'A';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        if (f->gap && f->n > 0)
            f->p[f->n++] = ' ';
        f->gap = false;
        f->p[f->n++] = (char)c;
    } else if (c != '\'' && c != '`') { /* O'Brien is one word */
        f->gap = true;
    }
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* The scripts from Devanagari to Gujarati, whose spelling keeps an "a" that
 * nobody says at the end of a word. */
static bool is_north_indic(UChar c)
{
    return c >= 0x0900 && c <= 0x0AFF;
}

static bool is_vowel(UChar c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 0x0101 || c == 0x012B ||
           c == 0x016B || c == 0x0113 || c == 0x014D;
}

static bool is_letter(UChar c)
{
    return u_isalpha(c);
}

/* ICU transliterates by ISO 15919; people write otherwise: "c" is ch, "ś" and
 * "ṣ" are sh, and the last short "a" after a single consonant is silent (राम
 * rāma is Ram, but कृष्ण kr̥ṣṇa is Krishna). */
static int32_t indic_spelling(const UChar *in, int32_t n, UChar *out, int32_t room)
{
    int32_t k = 0;
    for (int32_t i = 0; i < n && k < room - 2; i++) {
        UChar c = in[i];
        bool last = i + 1 == n || !is_letter(in[i + 1]);
        if (c == 'a' && last && i >= 2 && is_letter(in[i - 1]) && !is_vowel(in[i - 1]) &&
            is_vowel(in[i - 2]))
            continue;
        if (c == 'c') {
            out[k++] = 'c';
            if (i + 1 == n || in[i + 1] != 'h')
                out[k++] = 'h';
        } else if (c == 0x015B || c == 0x1E63) {
            out[k++] = 's';
            out[k++] = 'h';
        } else if (c == 'r' && i + 1 < n && in[i + 1] == 0x0325) { /* r with a ring: a vowel */
            out[k++] = 'r';
            out[k++] = 'i';
            i++;
        } else {
            out[k++] = c;
        }
    }
    return k;
}

/* What ICU's rules make of text; a failure leaves what was there. */
static int32_t transliterate(UTransliterator *t, UChar *text, int32_t n)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t limit = n;
    utrans_transUChars(t, text, &n, UNITS, 0, &limit, &e);
    return U_SUCCESS(e) ? n : limit;
}

static int32_t to_wide(struct str s, UChar out[UNITS])
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    if (s.n > UNITS / 4)
        s.n = UNITS / 4; /* leaves room: one letter may become several */
    u_strFromUTF8WithSub(out, UNITS, &n, s.p, (int32_t)s.n, 0xFFFD, NULL, &e);
    return U_SUCCESS(e) ? n : 0;
}

static struct str fold_unicode(struct arena *a, struct str name)
{
    struct icu *icu = icu_here();
    UChar text[UNITS], spelled[UNITS];
    int32_t n = to_wide(name, text);
    bool indic = false;

    for (int32_t i = 0; i < n; i++)
        indic |= is_north_indic(text[i]);
    n = transliterate(icu->latin, text, n);
    if (indic) {
        n = indic_spelling(text, n, spelled, UNITS);
        memcpy(text, spelled, sizeof(UChar) * (size_t)n);
    }
    n = transliterate(icu->ascii, text, n);
    struct fold f = {.p = arena_bytes(a, (size_t)n * 2 + 1)};
    for (int32_t i = 0; i < n; i++)
        if (text[i] < 0x80 || u_isspace(text[i]) || u_ispunct(text[i]))
            fold_char(&f, text[i] < 0x80 ? text[i] : ' ');
    return (struct str){f.p, f.n};
}

struct str name_fold(struct arena *a, struct str name)
{
    if (name.n == 0)
        return STR("");
    if (!is_ascii(name))
        return fold_unicode(a, name);
    struct fold f = {.p = arena_bytes(a, name.n * 2)};
    for (size_t i = 0; i < name.n; i++)
        fold_char(&f, (unsigned char)name.p[i]);
    return (struct str){f.p, f.n};
}

size_t name_words(struct str folded, struct str words[NAME_WORDS])
{
    size_t count = 0, i = 0;
    while (i < folded.n && count < NAME_WORDS) {
        size_t from = i;
        while (i < folded.n && folded.p[i] != ' ')
            i++;
        struct str w = {folded.p + from, i - from};
        i++;
        if (w.n > NAME_WORD_MAX)
            w.n = NAME_WORD_MAX;
        bool seen = w.n == 0;
        for (size_t k = 0; k < count; k++)
            seen |= str_eq(words[k], w);
        if (!seen)
            words[count++] = w;
    }
    return count;
}

/* Cut at KEY_MAX: what differs only beyond it sorts as equal, by id then. */
struct str name_sort_key(struct arena *a, struct str name)
{
    UChar text[UNITS];
    uint8_t key[UNITS * 3];
    int32_t n = to_wide(name, text);
    int32_t k = ucol_getSortKey(icu_here()->order, text, n, key, (int32_t)sizeof key);

    if (k > (int32_t)sizeof key)
        k = (int32_t)sizeof key;
    if (k > 0 && key[k - 1] == 0)
        k--; /* ICU ends the key with a zero */
    if (k > KEY_MAX)
        k = KEY_MAX;
    return arena_str(a, (struct str){(const char *)key, (size_t)k});
}

/* Optimal string alignment by three rows of the usual table (Damerau 1964;
 * the restricted form), leaving early when a whole row is beyond the limit. */
int name_distance(struct str a, struct str b, int limit)
{
    int rows[3][NAME_WORD_MAX + 1];
    int an = a.n > NAME_WORD_MAX ? NAME_WORD_MAX : (int)a.n;
    int bn = b.n > NAME_WORD_MAX ? NAME_WORD_MAX : (int)b.n;

    if (an - bn > limit || bn - an > limit)
        return limit + 1;
    for (int j = 0; j <= bn; j++)
        rows[0][j] = j;
    for (int i = 1; i <= an; i++) {
        int *now = rows[i % 3], *up = rows[(i - 1) % 3], *two_up = rows[(i + 1) % 3];
        int least = now[0] = i;
        for (int j = 1; j <= bn; j++) {
            int d = up[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            if (up[j] + 1 < d)
                d = up[j] + 1;
            if (now[j - 1] + 1 < d)
                d = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                two_up[j - 2] + 1 < d)
                d = two_up[j - 2] + 1;
            now[j] = d;
            if (d < least)
                least = d;
        }
        if (least > limit)
            return limit + 1;
    }
    int d = rows[an % 3][bn];
    return d > limit ? limit + 1 : d;
}
