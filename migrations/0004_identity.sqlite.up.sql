-- People and their logins: what proves that they belong together, one-time
-- codes, second factors, and what leaves for the outside.

-- An e-mail or a phone typed at sign-up occupies nothing: email and phone are
-- what was proved or given by staff, claimed_… what still waits for its proof.
ALTER TABLE users ADD COLUMN claimed_email text;        -- lower case; not unique
ALTER TABLE users ADD COLUMN claimed_phone text;        -- E.164
ALTER TABLE users ADD COLUMN link_evidence text;         -- why customer_id (or pending_customer_id) is believed
ALTER TABLE users ADD COLUMN linked_at integer;             -- since when
ALTER TABLE users ADD COLUMN link_batch_id blob;         -- backfill that linked it
ALTER TABLE users ADD COLUMN pending_customer_id blob;   -- a person it may belong to; opens nothing until proved
UPDATE users SET link_evidence = 'staff', linked_at = updated_at WHERE customer_id IS NOT NULL;
CREATE INDEX users_claimed_email ON users (company_id, claimed_email, created_at)
    WHERE claimed_email IS NOT NULL;
CREATE INDEX users_claimed_phone ON users (company_id, claimed_phone, created_at)
    WHERE claimed_phone IS NOT NULL;
CREATE INDEX users_pending_customer ON users (company_id, pending_customer_id)
    WHERE pending_customer_id IS NOT NULL;

-- A provisional record is that of a login which has proved no phone yet.
ALTER TABLE customers ADD COLUMN is_provisional integer NOT NULL DEFAULT 0; -- has no proved phone, only a login
ALTER TABLE customers ADD COLUMN phone_evidence text;    -- "staff", "verified", "guest" (merely typed); null: staff

ALTER TABLE companies ADD COLUMN cod_requires_verified_phone integer NOT NULL DEFAULT 1; -- on the web
ALTER TABLE companies ADD COLUMN require_second_factor integer NOT NULL DEFAULT 0; -- of admins
ALTER TABLE companies ADD COLUMN recycle_months integer NOT NULL DEFAULT 12; -- of silence, after which a code alone opens no history
ALTER TABLE companies ADD COLUMN daily_messages integer NOT NULL DEFAULT 1000; -- most one-time messages a day
ALTER TABLE companies ADD COLUMN code_countries text; -- where codes may be sent, "IN,US"; null: its own country
ALTER TABLE companies ADD COLUMN show_contacts integer NOT NULL DEFAULT 0; -- cashiers see e-mails and addresses in full

ALTER TABLE orders ADD COLUMN is_unproven integer NOT NULL DEFAULT 0; -- attached by a number that nobody has proved: the person's logins do not see it
ALTER TABLE orders ADD COLUMN payment_method text;       -- how the buyer means to pay; null: not said

-- Records that became part of another: the old id answers with the survivor.
CREATE TABLE customer_merges (
    company_id blob NOT NULL,  -- tenant
    merged_id blob NOT NULL,   -- the record that is gone
    survivor_id blob NOT NULL, -- the one it became part of; never itself merged
    user_id blob,              -- login by whose proof
    merged_at integer NOT NULL,   -- when
    CONSTRAINT customer_merges_pkey PRIMARY KEY (company_id, merged_id),
    CONSTRAINT customer_merges_survivor_fkey FOREIGN KEY (company_id, survivor_id)
        REFERENCES customers (company_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX customer_merges_survivor ON customer_merges (company_id, survivor_id);

-- The one-time code that is good now, one a destination and purpose.
CREATE TABLE one_time_codes (
    company_id blob NOT NULL,       -- tenant
    purpose text NOT NULL,         -- "sign-in" (and proof of a phone or e-mail), "join"
    destination_hash blob NOT NULL, -- keyed hash of phone or e-mail
    code_hash blob NOT NULL,        -- keyed hash of destination and code
    tries integer NOT NULL,             -- wrong guesses so far
    created_at integer NOT NULL,       -- when it was made
    expires_at integer NOT NULL,       -- not good after this
    used_at integer,                   -- when it was used; never twice
    CONSTRAINT one_time_codes_pkey PRIMARY KEY (company_id, purpose, destination_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_codes_expiry ON one_time_codes (company_id, expires_at);

-- Second factor of a user (TOTP, RFC 6238).
CREATE TABLE second_factors (
    company_id blob NOT NULL,   -- tenant
    user_id blob NOT NULL,      -- whose it is
    secret_sealed blob,        -- shared secret, sealed with the instance key; null: none is asked for yet
    pending_sealed blob,       -- a new one that waits for its first code
    last_step integer NOT NULL,     -- time step of the last code taken; none is taken twice
    confirmed_at integer,          -- since when secret_sealed is asked for
    created_at integer NOT NULL,   -- when it was made
    CONSTRAINT second_factors_pkey PRIMARY KEY (company_id, user_id),
    CONSTRAINT second_factors_user_fkey FOREIGN KEY (company_id, user_id)
        REFERENCES users (company_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What lets a user in once without the device.
CREATE TABLE recovery_codes (
    company_id blob NOT NULL, -- tenant
    user_id blob NOT NULL,    -- whose it is
    code_hash blob NOT NULL,  -- keyed hash
    used_at integer,             -- when it was used; never twice
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (company_id, user_id, code_hash),
    CONSTRAINT recovery_codes_user_fkey FOREIGN KEY (company_id, user_id)
        REFERENCES users (company_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- How a company's messages leave: one row a channel.
CREATE TABLE transports (
    company_id blob NOT NULL, -- tenant
    channel text NOT NULL,   -- "SMS" or "EMAIL"
    kind text NOT NULL,       -- "TWILIO", "WEBHOOK", "SMTP" or "LOG"
    url text,                 -- of the service; null: the kind's own
    sender text,              -- number, name or address that messages come from
    account text,             -- account id or user name
    secret_sealed blob,       -- token or password, sealed with the instance key
    version integer NOT NULL,     -- counts changes
    created_at integer NOT NULL, -- when it was made
    updated_at integer NOT NULL, -- last change
    CONSTRAINT transports_pkey PRIMARY KEY (company_id, channel),
    CONSTRAINT transports_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT, WITHOUT ROWID;

-- Servers that are told of events (Standard Webhooks).
CREATE TABLE webhooks (
    company_id blob NOT NULL,    -- tenant
    id blob NOT NULL,            -- the webhook
    url text NOT NULL,           -- where events are posted
    events text NOT NULL,        -- list of event types; empty: all
    secret_sealed blob NOT NULL, -- signing secret, sealed with the instance key
    old_secret_sealed blob,      -- the one before a rotation, which signs too for a while
    old_secret_until integer,       -- how long
    is_active integer NOT NULL,     -- false: gets nothing
    disabled_reason text,        -- why the service itself switched it off
    failing_since integer, -- first failure since the last success; null: the last try went well
    seq integer NOT NULL,            -- of the last event of the feed that was queued for it
    version integer NOT NULL,        -- counts changes
    created_at integer NOT NULL,    -- when it was made
    updated_at integer NOT NULL,    -- last change
    CONSTRAINT webhooks_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT webhooks_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT;

-- What leaves for the outside: at least once, with backoff, until it is dead.
CREATE TABLE messages (
    company_id blob NOT NULL, -- tenant
    id blob NOT NULL,         -- the message, in time order
    channel text NOT NULL,    -- "SMS", "EMAIL" or "WEBHOOK"
    target_id blob NOT NULL,  -- a WEBHOOK's webhook; else the company, by whose transport it goes
    event_id blob,            -- what a WEBHOOK tells of
    content_sealed blob,      -- recipient and text, sealed; null for a WEBHOOK and once it is gone
    purpose text NOT NULL,    -- "code", "link", "notice" or the event's type
    state text NOT NULL,      -- WAITING, SENT or DEAD
    tries integer NOT NULL,       -- so far
    next_at integer NOT NULL,    -- not before; while it is being sent: when that is given up
    expires_at integer,          -- of no use after this
    last_status integer,          -- answer of the last try, as the service counts
    last_error text,          -- why it failed, for people; names nobody
    created_at integer NOT NULL, -- when it was queued
    ended_at integer,            -- sent or dead since
    CONSTRAINT messages_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT messages_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT;
-- What waits is taken from each target in turn, so that a slow one holds up nobody.
CREATE INDEX messages_waiting ON messages (company_id, channel, target_id, next_at, id)
    WHERE state = 'WAITING';
CREATE INDEX messages_state ON messages (company_id, state, id);
CREATE INDEX messages_ended ON messages (company_id, ended_at) WHERE ended_at IS NOT NULL;

-- Runs of the backfill, so that one can be taken up again and taken back.
CREATE TABLE link_batches (
    company_id blob NOT NULL, -- tenant
    id blob NOT NULL,         -- the run
    state text NOT NULL,      -- "users", then "customers" while it runs, "done", "rolling back", "rolled back"
    is_trusted integer NOT NULL, -- unproved matches were linked too
    last_user_id blob,        -- how far the pass over users got
    last_customer_id blob,    -- how far the pass over customers got
    seen integer NOT NULL,       -- logins without a person that were looked at
    linked integer NOT NULL,     -- of them now a person's
    pending integer NOT NULL,    -- of them noted for a person, who has to prove it
    ambiguous integer NOT NULL,  -- of them matched by several
    unmatched integer NOT NULL,  -- of them matched by nobody
    created_at integer NOT NULL, -- begin
    ended_at integer,            -- end or roll-back
    CONSTRAINT link_batches_pkey PRIMARY KEY (company_id, id)
) STRICT;

-- What a run of the backfill changed, and what stood there before. Without
-- foreign keys: a row outlives login and person, and says then that they are gone.
CREATE TABLE link_changes (
    company_id blob NOT NULL,   -- tenant
    batch_id blob NOT NULL,     -- the run
    user_id blob NOT NULL,      -- the login
    customer_id blob NOT NULL,  -- whose it became, or may be
    is_pending integer NOT NULL, -- noted only
    was_first integer NOT NULL,  -- the person named this login before, though it did not name the person
    evidence_before text,       -- of the login
    linked_at_before integer,  -- of the login
    batch_before blob,         -- of the login
    CONSTRAINT link_changes_pkey PRIMARY KEY (company_id, batch_id, user_id)
) STRICT, WITHOUT ROWID;

-- Imports that come over HTTP in parts, each in a transaction of its own.
ALTER TABLE import_batches ADD COLUMN format text;         -- "csv" or "jsonl"; null: by the command, not in parts
ALTER TABLE import_batches ADD COLUMN header text;         -- columns of a CSV file, as its first line
ALTER TABLE import_batches ADD COLUMN column_map text;     -- names of the file for fields, "Header=field,…"
ALTER TABLE import_batches ADD COLUMN is_dry_run integer NOT NULL DEFAULT 0; -- looks, and makes nothing
ALTER TABLE import_batches ADD COLUMN next_part integer NOT NULL DEFAULT 0; -- number of the part that is awaited
ALTER TABLE import_batches ADD COLUMN last_row integer NOT NULL DEFAULT 0; -- of the file, that was read
ALTER TABLE import_batches ADD COLUMN rollback_after blob; -- how far taking it back got
ALTER TABLE import_batches ADD COLUMN removed integer NOT NULL DEFAULT 0; -- rows that were taken back
ALTER TABLE import_batches ADD COLUMN kept integer NOT NULL DEFAULT 0; -- rows that stayed, being used or changed since

-- The first rows of an import that were refused, for 30 days; a reason may quote what was wrong.
CREATE TABLE import_rejects (
    company_id blob NOT NULL, -- tenant
    batch_id blob NOT NULL,   -- the import
    row_no integer NOT NULL,  -- of the file, from 1
    field text,           -- at fault; null: the whole row
    reason text NOT NULL, -- a sentence
    CONSTRAINT import_rejects_pkey PRIMARY KEY (company_id, batch_id, row_no)
) STRICT, WITHOUT ROWID;

-- What a dry run in parts has met already, so that it tells doubles.
CREATE TABLE import_seen (
    company_id blob NOT NULL, -- tenant
    batch_id blob NOT NULL,   -- the dry run
    hash integer NOT NULL,    -- of a name that the rows have
    CONSTRAINT import_seen_pkey PRIMARY KEY (company_id, batch_id, hash)
) STRICT, WITHOUT ROWID;
