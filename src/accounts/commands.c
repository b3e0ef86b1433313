/* The commands of this slice as rows. */
#include "accounts/command_priv.h"
#include "base/settings.h"

const struct command accounts_commands[] = {
    {.name = "init",
     .usage = "[--name TEXT] [--admin-email EMAIL] …",
     .help = "make a company and who looks after it\n\n"
             "Asks on a terminal for what no option says. Makes the store when there is none. "
             "Without --password-stdin it prints a link with which the admin sets the password, "
             "once. Run it again, with another slug, for another company.",
     .opts = init_opts,
     .store = true,
     .run = init_run,
     .settings = SETTING_BIT(SETTING_PUBLIC_URL) | SETTING_BIT(SETTING_LISTEN)},
    {.name = "user",
     .usage = "list | add EMAIL | link EMAIL | deactivate EMAIL | activate EMAIL | role EMAIL ROLE "
              "| totp-reset EMAIL",
     .help =
         "look after users from the shell\n\n"
         "link prints a new one-time link with which the user sets a password; links from "
         "before are void. deactivate ends the user's sessions. The last active admin can be "
         "neither deactivated nor given another role. totp-reset takes the second factor away from "
         "a user who lost the device, and ends the user's sessions.",
     .opts = user_opts,
     .store = true,
     .run = user_run,
     .settings = SETTING_BIT(SETTING_PUBLIC_URL) | SETTING_BIT(SETTING_LISTEN)},
    {.name = "keys",
     .usage = "list | rotate",
     .help = "show or renew the keys that sign access tokens\n\n"
             "rotate puts a new key in front. The old ones verify until no living token can be "
             "signed with them. A server that runs takes up the new key within a second.",
     .store = true,
     .run = keys_run,
     .settings = SETTING_BIT(SETTING_KEY_FILE)},
    {.name = NULL},
};
