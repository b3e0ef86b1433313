-- Of many people few are inactive: a list of them need not walk past all others.
CREATE INDEX customers_inactive ON customers (company_id, id) WHERE NOT is_active;
