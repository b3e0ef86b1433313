/* Versions of the engines' libraries, asked of themselves. */
#include "store/libraries.h"
#include <libpq-fe.h>
#include <sqlite3.h>

size_t store_libraries(struct library out[2], struct arena *a)
{
    int pq = PQlibVersion(); /* 150006 is 15.6 */
    out[0] = (struct library){"SQLite", sqlite3_libversion()};
    out[1] = (struct library){"libpq", arena_printf(a, "%d.%d", pq / 10000, pq % 10000).p};
    return 2;
}
