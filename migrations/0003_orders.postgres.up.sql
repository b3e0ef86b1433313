-- Sales.

CREATE TABLE orders (
    company_id uuid NOT NULL,              -- tenant
    id uuid NOT NULL,                      -- the order
    order_number text COLLATE "C",         -- ORD-YYYYMMDD-NNN; null for imports with their own
    external_id text COLLATE "C",          -- id in another system, unique per company
    store_id uuid,                         -- where it was made
    customer_id uuid,                      -- the person; null: walk-in
    customer_type text NOT NULL,           -- RETAIL or WHOLESALE
    customer_name text NOT NULL,           -- snapshot, "Walk-in" without a name
    customer_phone text COLLATE "C",       -- snapshot, E.164 or as typed
    customer_address text,                 -- snapshot
    source text NOT NULL,                  -- POS, WEB, PHONE or SUBSCRIPTION
    status text NOT NULL,                  -- OPEN, PAID, REFUNDED or CANCELLED
    fulfilment text NOT NULL,              -- NONE, PENDING, OUT_FOR_DELIVERY, DELIVERED or FAILED
    subtotal bigint NOT NULL,              -- sum of lines before the order's discount (minor units)
    discount bigint NOT NULL,              -- of the whole order
    total_amount bigint NOT NULL,          -- subtotal minus discount
    paid_amount bigint NOT NULL,           -- sum of payments
    refunded_amount bigint NOT NULL,       -- sum of refunds
    last_line bigint NOT NULL,             -- last line number given out; none is used twice
    currency text NOT NULL,                -- ISO 4217
    notes text,                            -- of staff
    created_by_user_id uuid,               -- user or key that made it
    batch_id uuid,                         -- import that made it
    version bigint NOT NULL,               -- counts changes
    created_at timestamptz NOT NULL,       -- when it was made
    paid_at timestamptz,                   -- when it was fully paid
    updated_at timestamptz NOT NULL,       -- last change
    CONSTRAINT orders_pkey PRIMARY KEY (company_id, id),
    CONSTRAINT orders_customer_fkey FOREIGN KEY (company_id, customer_id)
        REFERENCES customers (company_id, id),
    CONSTRAINT orders_store_fkey FOREIGN KEY (company_id, store_id)
        REFERENCES stores (company_id, id)
);
-- Most orders have one of the two: what is missing is not indexed.
CREATE UNIQUE INDEX orders_order_number_key ON orders (company_id, order_number)
    WHERE order_number IS NOT NULL;
CREATE UNIQUE INDEX orders_external_id_key ON orders (company_id, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX orders_customer ON orders (company_id, customer_id, created_at, id)
    WHERE customer_id IS NOT NULL;
CREATE INDEX orders_store ON orders (company_id, store_id, created_at, id)
    WHERE store_id IS NOT NULL;
CREATE INDEX orders_created ON orders (company_id, created_at, id);
CREATE INDEX orders_phone ON orders (company_id, customer_phone, created_at, id)
    WHERE customer_phone IS NOT NULL;
-- Few orders are open, refunded or cancelled for long: their lists are short.
CREATE INDEX orders_not_paid ON orders (company_id, status, created_at, id)
    WHERE status <> 'PAID';
CREATE INDEX orders_batch ON orders (company_id, batch_id, id) WHERE batch_id IS NOT NULL;

CREATE TABLE order_lines (
    company_id uuid NOT NULL,   -- tenant
    order_id uuid NOT NULL,     -- its order
    line_no bigint NOT NULL,    -- 1, 2, …; never used again within the order
    sku text COLLATE "C",       -- article number
    name text NOT NULL,         -- what was sold
    quantity bigint NOT NULL,   -- thousandths, so that 0.350 kg can be sold
    unit_price bigint NOT NULL, -- minor units
    discount bigint NOT NULL,   -- of the line
    amount bigint NOT NULL,     -- quantity times price minus discount, rounded half up
    CONSTRAINT order_lines_pkey PRIMARY KEY (company_id, order_id, line_no),
    CONSTRAINT order_lines_order_fkey FOREIGN KEY (company_id, order_id)
        REFERENCES orders (company_id, id) ON DELETE CASCADE
);

CREATE TABLE order_payments (
    company_id uuid NOT NULL,        -- tenant
    order_id uuid NOT NULL,          -- its order
    payment_no bigint NOT NULL,      -- 1, 2, …
    method text NOT NULL,            -- CASH, CARD, UPI, WALLET
    amount bigint NOT NULL,          -- what it pays of the order (minor units)
    tendered bigint,                 -- cash handed over, change is the difference
    reference text,                  -- of the payment provider
    created_by_user_id uuid,         -- who took it
    created_at timestamptz NOT NULL, -- when
    CONSTRAINT order_payments_pkey PRIMARY KEY (company_id, order_id, payment_no),
    CONSTRAINT order_payments_order_fkey FOREIGN KEY (company_id, order_id)
        REFERENCES orders (company_id, id) ON DELETE CASCADE
);

CREATE TABLE order_refunds (
    company_id uuid NOT NULL,        -- tenant
    order_id uuid NOT NULL,          -- its order
    refund_no bigint NOT NULL,       -- 1, 2, …
    method text NOT NULL,            -- how the money went back
    amount bigint NOT NULL,          -- minor units
    reason text,                     -- why
    created_by_user_id uuid,         -- who gave it
    created_at timestamptz NOT NULL, -- when
    CONSTRAINT order_refunds_pkey PRIMARY KEY (company_id, order_id, refund_no),
    CONSTRAINT order_refunds_order_fkey FOREIGN KEY (company_id, order_id)
        REFERENCES orders (company_id, id) ON DELETE CASCADE
);

-- The last number given out on each of a company's days.
CREATE TABLE order_numbers (
    company_id uuid NOT NULL, -- tenant
    day bigint NOT NULL,      -- local day, days since 1970-01-01
    last bigint NOT NULL,     -- NNN of the last order
    CONSTRAINT order_numbers_pkey PRIMARY KEY (company_id, day)
);
