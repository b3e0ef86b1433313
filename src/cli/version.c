/* `clientele version`: the program and what it is made of. */
#include "base/version.h"
#include "base/buf.h"
#include "base/json_out.h"
#include "cli/args.h"
#include "cli/table.h"
#include "http/libraries.h"
#include "store/libraries.h"
#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <unicode/uversion.h>

enum { LIBRARIES_MOST = 12 };

static size_t libraries(struct library v[LIBRARIES_MOST], struct arena *a)
{
    UVersionInfo icu;
    char icu_text[U_MAX_VERSION_STRING_LENGTH];
    u_getVersion(icu);
    u_versionToString(icu, icu_text);
    size_t n = store_libraries(v, a);
    n += http_libraries(v + n);
    v[n++] = (struct library){"Jansson", jansson_version_str()};
    v[n++] = (struct library){"ICU", arena_cstr(a, str_c(icu_text))};
    v[n++] = (struct library){"libsodium", sodium_version_string()};
    v[n++] = (struct library){"libcurl", curl_version_info(CURLVERSION_NOW)->version};
    v[n++] = (struct library){"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)};
    return n;
}

static int print_json(const struct library *v, size_t n)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '{');
    json_key(&j, STR("version"));
    json_text(&j, STR(CLIENTELE_VERSION));
    json_key(&j, STR("engines"));
    json_open(&j, '[');
    json_text(&j, STR("sqlite"));
    json_text(&j, STR("postgresql"));
    json_close(&j, ']');
    json_key(&j, STR("libraries"));
    json_open(&j, '{');
    for (size_t i = 0; i < n; i++) {
        json_key(&j, str_c(v[i].name));
        json_text(&j, str_c(v[i].version));
    }
    json_close(&j, '}');
    json_close(&j, '}');
    fwrite(b.p, 1, b.n, stdout);
    fputc('\n', stdout);
    buf_free(&b);
    return EXIT_OK;
}

static int run(const struct args *a)
{
    struct library v[LIBRARIES_MOST];
    size_t n = libraries(v, args_arena(a));
    if (args_json(a))
        return print_json(v, n);
    printf("clientele %s\nengines: sqlite, postgresql\n", CLIENTELE_VERSION);
    for (size_t i = 0; i < n; i++)
        printf("%s %s\n", v[i].name, v[i].version);
    return EXIT_OK;
}

const struct command version_command = {
    .name = "version",
    .usage = "",
    .help = "print the versions of program, engines and libraries",
    .run = run,
};
