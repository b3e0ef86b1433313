/* Version of the HTTP server's library, asked of itself. */
#include "http/libraries.h"
#include <microhttpd.h>

size_t http_libraries(struct library out[1])
{
    out[0] = (struct library){"libmicrohttpd", MHD_get_version()};
    return 1;
}
