-- The frame: companies, their stores, the people and servers who sign in, and
-- what the executor keeps for every request.
-- Exceptions to "company_id first": companies (its own id is the company),
-- company_slugs and company_hosts (reference tables), instance, schema_migrations.

-- Facts about this installation, not about a company.
CREATE TABLE instance (
    name text NOT NULL, -- what the fact is: "id"
    value text NOT NULL,            -- its value
    CONSTRAINT instance_pkey PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- A tenant: one retailer. Companies never see each other.
CREATE TABLE companies (
    id blob NOT NULL,                    -- the company
    slug text NOT NULL,      -- its name in URLs, see company_slugs
    name text NOT NULL,                  -- as people write it
    country text NOT NULL,               -- ISO 3166, default phone region
    currency text NOT NULL,              -- ISO 4217 of all its money
    zone text NOT NULL,                  -- IANA time zone of its days
    phone_required integer NOT NULL,     -- must a customer made at the API have a phone
    auto_create_login integer NOT NULL,  -- does a new customer get a login
    is_active integer NOT NULL,          -- false: nobody of it can sign in
    version integer NOT NULL,             -- counts changes, the ETag
    created_at integer NOT NULL,     -- when it was made
    updated_at integer NOT NULL,     -- last change
    CONSTRAINT companies_pkey PRIMARY KEY (id)
) STRICT;

-- Slug to company; small, rarely written.
CREATE TABLE company_slugs (
    slug text NOT NULL, -- unique over the installation
    company_id blob NOT NULL,       -- whose it is
    CONSTRAINT company_slugs_pkey PRIMARY KEY (slug)
) STRICT, WITHOUT ROWID;

-- Host name to company, for public routes.
CREATE TABLE company_hosts (
    host text NOT NULL, -- lower case, without port
    company_id blob NOT NULL,       -- whose it is
    CONSTRAINT company_hosts_pkey PRIMARY KEY (host)
) STRICT, WITHOUT ROWID;

-- A shop of a company; customers are shared by all of them.
CREATE TABLE stores (
    company_id blob NOT NULL,        -- tenant
    id blob NOT NULL,                -- the store
    name text NOT NULL,              -- as people write it
    code text,           -- short code on receipts, unique per company
    address text,                    -- where it is
    is_active integer NOT NULL,      -- false: takes no new orders
    version integer NOT NULL,         -- counts changes
    created_at integer NOT NULL, -- when it was made
    updated_at integer NOT NULL, -- last change
    CONSTRAINT stores_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT stores_code_key UNIQUE (company_id, code),
    CONSTRAINT stores_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT;

-- A login: staff, delivery people, customers.
CREATE TABLE users (
    company_id blob NOT NULL,            -- tenant
    id blob NOT NULL,                    -- the user
    email text,              -- lower case, unique per company
    name text NOT NULL,                  -- as people write it
    phone text,              -- E.164; not unique
    password_hash text,                  -- Argon2id (or imported); null: not activated
    role text NOT NULL,                  -- one of the roles
    grants integer NOT NULL,              -- permissions added to the role's, a mask
    denials integer NOT NULL,             -- permissions taken from the role's, a mask
    store_id blob,                       -- home store
    customer_id blob,                    -- the person this login belongs to
    is_active integer NOT NULL,          -- false: cannot sign in
    is_phone_verified integer NOT NULL,  -- proved by a code
    is_email_verified integer NOT NULL,  -- proved by a link
    last_login_at integer,           -- last successful sign-in
    batch_id blob,                       -- import that made it
    version integer NOT NULL,             -- counts changes
    created_at integer NOT NULL,     -- when it was made
    updated_at integer NOT NULL,     -- last change
    CONSTRAINT users_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT users_email_key UNIQUE (company_id, email),
    CONSTRAINT users_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT;
CREATE INDEX users_customer ON users (company_id, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX users_phone ON users (company_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX users_batch ON users (company_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- A family of refresh tokens: one sign-in on one device.
CREATE TABLE sessions (
    company_id blob NOT NULL,        -- tenant
    id blob NOT NULL,                -- the family
    user_id blob NOT NULL,           -- who signed in
    generation integer NOT NULL,      -- of the token that is good now
    token_hash blob NOT NULL,       -- SHA-256 of that token's secret
    created_at integer NOT NULL, -- sign-in
    used_at integer NOT NULL,    -- last rotation
    expires_at integer NOT NULL, -- no rotation after this
    revoked_at integer,          -- sign-out, reuse or deactivation
    CONSTRAINT sessions_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (company_id, user_id)
        REFERENCES users (company_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sessions_user ON sessions (company_id, user_id);
CREATE INDEX sessions_expiry ON sessions (company_id, expires_at);

-- One-time links: set the first password, reset a forgotten one.
CREATE TABLE user_tokens (
    company_id blob NOT NULL,        -- tenant
    token_hash blob NOT NULL,       -- SHA-256 of the secret in the link
    user_id blob NOT NULL,           -- whom it lets in
    purpose text NOT NULL,           -- "activate" or "reset"
    created_at integer NOT NULL, -- when it was made
    expires_at integer NOT NULL, -- not good after this
    used_at integer,             -- when it was used; never twice
    CONSTRAINT user_tokens_pkey PRIMARY KEY (company_id, token_hash),
    CONSTRAINT user_tokens_user_fkey FOREIGN KEY (company_id, user_id)
        REFERENCES users (company_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX user_tokens_user ON user_tokens (company_id, user_id);

-- Counters of failed attempts, one a thing that can be guessed.
CREATE TABLE attempts (
    company_id blob NOT NULL,          -- tenant
    kind text NOT NULL,    -- "login"
    key_hash blob NOT NULL,           -- keyed hash of the account
    count integer NOT NULL,             -- failures in the window
    window_until integer NOT NULL, -- when the count starts anew
    CONSTRAINT attempts_pkey PRIMARY KEY (company_id, kind, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_window ON attempts (company_id, window_until);

-- Keys of servers: a POS, a web shop.
CREATE TABLE api_keys (
    company_id blob NOT NULL,         -- tenant
    id blob NOT NULL,                 -- the key, part of its text
    name text NOT NULL,               -- what it is for
    secret_hash blob NOT NULL,       -- SHA-256 of its secret part
    scopes integer NOT NULL,           -- permissions, a mask
    created_by_user_id blob,          -- who made it
    expires_at integer,           -- not good after this
    revoked_at integer,           -- taken back
    version integer NOT NULL,          -- counts changes
    created_at integer NOT NULL,  -- when it was made
    updated_at integer NOT NULL,  -- last change
    CONSTRAINT api_keys_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT api_keys_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
) STRICT;

-- Answers kept for a repeated Idempotency-Key, for 7 days.
CREATE TABLE idempotency (
    company_id blob NOT NULL,        -- tenant
    principal_id blob NOT NULL,      -- who asked
    scope blob NOT NULL,            -- first half of SHA-256 of method, path and key
    fingerprint blob NOT NULL,      -- SHA-256 of query and body
    request_id blob NOT NULL,        -- the request that was run
    status integer NOT NULL,          -- HTTP status answered
    etag text,                       -- header answered
    body text NOT NULL,              -- answered to the letter
    created_at integer NOT NULL, -- when
    CONSTRAINT idempotency_pkey PRIMARY KEY (company_id, principal_id, scope)
) STRICT;
CREATE INDEX idempotency_age ON idempotency (company_id, created_at);

-- Every change, in the transaction of the change. Names of fields, never values.
CREATE TABLE audit_log (
    company_id blob NOT NULL,        -- tenant
    id blob NOT NULL,                -- in time order
    at integer NOT NULL,         -- when
    actor_kind text NOT NULL,        -- "user", "key", "system", "nobody"
    actor_id blob,                   -- who
    action text NOT NULL,            -- "customer.create"
    subject_id blob,                 -- about whom or what
    fields text,                     -- names of fields that were given, "name,phone"
    request_id blob NOT NULL,        -- of the request
    status integer NOT NULL,          -- HTTP status answered
    seq integer,                      -- place in the company's chain; null: not sealed yet
    hash blob,                      -- SHA-256 over the one before and this row
    CONSTRAINT audit_log_pkey PRIMARY KEY (company_id, id)
) STRICT;
CREATE INDEX audit_log_unsealed ON audit_log (company_id, id) WHERE seq IS NULL;
CREATE INDEX audit_log_subject ON audit_log (company_id, subject_id, id);
CREATE INDEX audit_log_seq ON audit_log (company_id, seq) WHERE seq IS NOT NULL;

-- Where each company's chain stands.
CREATE TABLE audit_heads (
    company_id blob NOT NULL, -- tenant
    seq integer NOT NULL,      -- of the last sealed row
    hash blob NOT NULL,      -- its hash
    CONSTRAINT audit_heads_pkey PRIMARY KEY (company_id)
) STRICT, WITHOUT ROWID;

-- Staff's reads of people, one row a company and second.
CREATE TABLE access_log (
    company_id blob NOT NULL,   -- tenant
    id blob NOT NULL,           -- in time order
    at integer NOT NULL,    -- when it was written
    reads text NOT NULL,        -- JSON: [{"by":…,"route":…,"of":[…]}]
    CONSTRAINT access_log_pkey PRIMARY KEY (company_id, id)
) STRICT;

-- What the world outside is told: written with the change, numbered later.
CREATE TABLE outbox (
    company_id blob NOT NULL,        -- tenant
    id blob NOT NULL,                -- of the event, in time order
    type text NOT NULL,              -- "customer.created"
    subject_id blob,                 -- about whom or what
    at integer NOT NULL,         -- when it happened
    seq integer,                      -- place in the company's feed; null: not numbered yet
    CONSTRAINT outbox_pkey PRIMARY KEY (company_id, id)
) STRICT;
CREATE INDEX outbox_unnumbered ON outbox (company_id, id) WHERE seq IS NULL;
CREATE INDEX outbox_seq ON outbox (company_id, seq) WHERE seq IS NOT NULL;

-- Where each company's feed stands.
CREATE TABLE outbox_heads (
    company_id blob NOT NULL, -- tenant
    seq integer NOT NULL,      -- of the last numbered event
    CONSTRAINT outbox_heads_pkey PRIMARY KEY (company_id)
) STRICT, WITHOUT ROWID;

-- Imports, so that one can be taken back.
CREATE TABLE import_batches (
    company_id blob NOT NULL,        -- tenant
    id blob NOT NULL,                -- the batch
    kind text NOT NULL,              -- "customers", "orders", "users"
    file_name text NOT NULL,         -- last part of the path
    state text NOT NULL,             -- "running", "done", "rolled back"
    created integer NOT NULL,         -- rows made
    matched integer NOT NULL,         -- rows that were there already
    rejected integer NOT NULL,        -- rows refused
    created_at integer NOT NULL, -- begin
    ended_at integer,            -- end or roll-back
    CONSTRAINT import_batches_pkey PRIMARY KEY (company_id, id)
) STRICT;
