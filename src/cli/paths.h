/* Where the store is, and the files beside it: signing keys, key of backups. */
#pragma once
#include "base/arena.h"
#include "base/settings.h"
#include "cli/command.h"

/* The path in a sqlite: URL, or NULL when the store is no file. */
const char *sqlite_path(struct str url, struct arena *a);
/* The setting key-file, else `<db>.keys` beside the SQLite file, else
 * clientele.keys in the working directory. */
const char *key_file_path(const struct settings *s, struct arena *a);
/* `<db>.backup-key`, or clientele.backup-key. */
const char *backup_key_path(const struct settings *s, struct arena *a);
/* Opens --store whatever state its schema is in. EXIT_OK or the exit status. */
int cli_store_any(const struct args *a, bool create, struct store **out);
