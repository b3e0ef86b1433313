-- People who buy, and how they are found.

CREATE TABLE customers (
    company_id uuid NOT NULL,           -- tenant
    id uuid NOT NULL,                   -- the person's record
    user_id uuid,                       -- first login of the person
    external_id text COLLATE "C",       -- id in another system, unique per company
    name text NOT NULL,                 -- as people write it
    preferred_name text,                -- how to call them
    name_key bytea NOT NULL,            -- ICU collation key of the name, for sorting
    phone text COLLATE "C",             -- E.164, unique per company
    phone_reversed text COLLATE "C",    -- its digits from the last to the first
    email text COLLATE "C",             -- lower case; not unique
    address text,                       -- delivery address as one text
    area text,                          -- part of town
    birthday date,                      -- day of birth
    anniversary date,                   -- a day to remember
    notes text,                         -- of staff, for staff
    tags jsonb NOT NULL,                -- list of strings, indexed in customer_tags
    preferences jsonb NOT NULL,         -- object
    is_active boolean NOT NULL,         -- false: still found, marked so
    is_phone_verified boolean NOT NULL, -- the person proved this number
    balance bigint NOT NULL,            -- owed; below zero it is credit (minor units)
    order_count bigint NOT NULL,        -- all orders of the person
    total_orders bigint NOT NULL,       -- paid and not wholly refunded
    visit_count bigint NOT NULL,        -- paid ones made in person
    total_spent bigint NOT NULL,        -- paid minus refunded (minor units)
    loyalty_points bigint NOT NULL,     -- sum of lots
    first_order_at timestamptz,         -- first paid order
    last_order_at timestamptz,          -- last paid order
    created_by_user_id uuid,            -- user or key that made the record
    batch_id uuid,                      -- import that made it
    version bigint NOT NULL,            -- counts changes of the record, not of statistics
    created_at timestamptz NOT NULL,    -- when it was made
    updated_at timestamptz NOT NULL,    -- last change
    CONSTRAINT customers_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT customers_phone_key UNIQUE (company_id, phone),
    CONSTRAINT customers_external_id_key UNIQUE (company_id, external_id),
    CONSTRAINT customers_company_fkey FOREIGN KEY (company_id) REFERENCES companies (id)
);
CREATE INDEX customers_phone_reversed ON customers (company_id, phone_reversed)
    WHERE phone_reversed IS NOT NULL;
CREATE INDEX customers_email ON customers (company_id, email) WHERE email IS NOT NULL;
CREATE INDEX customers_user ON customers (company_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX customers_name ON customers (company_id, name_key, id);
CREATE INDEX customers_created ON customers (company_id, created_at, id);
CREATE INDEX customers_last_order ON customers (company_id, last_order_at, id)
    WHERE last_order_at IS NOT NULL;
CREATE INDEX customers_batch ON customers (company_id, batch_id, id) WHERE batch_id IS NOT NULL;

-- Numbers a person had before; several people may have had the same.
CREATE TABLE customer_former_phones (
    company_id uuid NOT NULL,       -- tenant
    phone text COLLATE "C" NOT NULL, -- E.164
    customer_id uuid NOT NULL,      -- who had it
    until timestamptz NOT NULL,     -- when it was replaced
    CONSTRAINT customer_former_phones_pkey PRIMARY KEY (company_id, phone, customer_id),
    CONSTRAINT customer_former_phones_customer_fkey FOREIGN KEY (company_id, customer_id)
        REFERENCES customers (company_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_former_phones_customer ON customer_former_phones (company_id, customer_id);

-- Name search: every ordered pair of a name's folded words ("first last",
-- "last first"), or the word alone, so that any two words in any order are
-- one range of the key. Derived from customers.name: rows go by their keys, made
-- of the old name, so that no second index and no foreign key slow every insert.
CREATE TABLE customer_names (
    company_id uuid NOT NULL,       -- tenant
    pair text COLLATE "C" NOT NULL, -- "john smith"
    customer_id uuid NOT NULL,      -- whose name it is
    CONSTRAINT customer_names_pkey PRIMARY KEY (company_id, pair, customer_id)
);

-- Typos: each word that occurs in names, under itself and under itself with
-- one letter left out (symmetric deletes).
CREATE TABLE name_variants (
    company_id uuid NOT NULL,          -- tenant
    variant text COLLATE "C" NOT NULL, -- "jon"
    word text COLLATE "C" NOT NULL,    -- "john"
    CONSTRAINT name_variants_pkey PRIMARY KEY (company_id, variant, word)
);

-- Tags, for filtering; the list itself is on the customer.
CREATE TABLE customer_tags (
    company_id uuid NOT NULL,      -- tenant
    tag text COLLATE "C" NOT NULL, -- "vip"
    customer_id uuid NOT NULL,     -- who has it
    CONSTRAINT customer_tags_pkey PRIMARY KEY (company_id, tag, customer_id),
    CONSTRAINT customer_tags_customer_fkey FOREIGN KEY (company_id, customer_id)
        REFERENCES customers (company_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_tags_customer ON customer_tags (company_id, customer_id);
