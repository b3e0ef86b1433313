// The peer: five of Clientele's routes as a good hand writes them on Fastify 5
// and pg: prepared statements, answers through compiled schemas, verified
// tokens cached, a process a core. It keeps no audit, access log, idempotency
// or outbox, which Clientele does in the same measurement.
//   node server.mjs DATABASE_URL PORT KEY_FILE(public, PEM) [PROCESSES]
import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createVerifier } from 'fast-jwt';
import Fastify from 'fastify';
import pg from 'pg';

const [url, port, keyFile, processes = '2'] = process.argv.slice(2);
const CUSTOMER = 'c.id, c.name, c.phone, c.email, c.address, c.company_id, c.is_active, c.created_at, '
  + 'c.updated_at, k.name AS company_name';
const FROM = 'FROM peer.customers c JOIN peer.companies k ON k.id = c.company_id';
const COUNT = '(SELECT count(*)::int FROM peer.orders o WHERE o.customer_id = c.id) AS orders';
const SQL = {
  lookup: `SELECT ${CUSTOMER}, ${COUNT} ${FROM} WHERE c.company_id = $1 AND c.phone = $2`,
  detail: `SELECT ${CUSTOMER}, ${COUNT} ${FROM} WHERE c.company_id = $1 AND c.id = $2`,
  lastOrders: 'SELECT id, order_number, total_amount, status, created_at FROM peer.orders '
    + 'WHERE company_id = $1 AND customer_id = $2 ORDER BY created_at DESC LIMIT 10',
  search: `SELECT ${CUSTOMER}, ${COUNT} ${FROM} WHERE c.company_id = $1 AND c.name ILIKE $2 LIMIT 20`,
  create: 'INSERT INTO peer.customers (id, company_id, name, phone, email, address, is_active, total_orders, '
    + 'visit_count, total_spent, created_at, updated_at) '
    + 'VALUES ($1, $2, $3, $4, $5, $6, true, 0, 0, 0, $7, $7) ON CONFLICT DO NOTHING RETURNING id',
  company: 'SELECT id, name FROM peer.companies WHERE id = $1',
  lock: 'SELECT id, name, phone FROM peer.customers WHERE company_id = $1 AND id = $2 FOR UPDATE',
  lines: 'INSERT INTO peer.order_lines (order_id, line_no, sku, name, quantity, unit_price, amount) '
    + 'SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])',
  payment: 'INSERT INTO peer.order_payments (order_id, payment_no, method, amount, created_at) '
    + 'VALUES ($1, 1, $2, $3, $4)',
  statistics: 'UPDATE peer.customers SET total_orders = total_orders + 1, visit_count = visit_count + 1, '
    + 'total_spent = total_spent + $3, first_order_at = coalesce(first_order_at, $4), last_order_at = $4 '
    + 'WHERE company_id = $1 AND id = $2',
  number: 'INSERT INTO peer.order_numbers AS n (company_id, day, last) VALUES ($1, $2, 1) '
    + 'ON CONFLICT (company_id, day) DO UPDATE SET last = n.last + 1 RETURNING last',
  order: 'INSERT INTO peer.orders (id, company_id, order_number, customer_id, customer_name, customer_phone, '
    + 'status, total_amount, created_at) VALUES ($1, $2, $3, $4, $5, $6, \'PAID\', $7, $8)',
};
const prepared = (name, values) => ({ name, text: SQL[name], values });

const customerShape = {
  type: 'object',
  properties: {
    id: { type: 'string' }, name: { type: 'string' }, phone: { type: 'string', nullable: true },
    email: { type: 'string', nullable: true }, address: { type: 'string', nullable: true },
    companyId: { type: 'string' }, isActive: { type: 'boolean' }, createdAt: { type: 'string' },
    updatedAt: { type: 'string' },
    company: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } },
    orders: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, orderNumber: { type: 'string' }, totalAmount: { type: 'string' },
          status: { type: 'string' }, createdAt: { type: 'string' } },
      },
    },
    _count: { type: 'object', properties: { orders: { type: 'integer' } } },
  },
};
const answers = (data) => ({ '2xx': { type: 'object', properties: { success: { type: 'boolean' }, data } } });
const shape = (r) => ({
  id: r.id, name: r.name, phone: r.phone, email: r.email, address: r.address, companyId: r.company_id,
  isActive: r.is_active, createdAt: r.created_at.toISOString(), updatedAt: r.updated_at.toISOString(),
  company: { id: r.company_id, name: r.company_name }, _count: { orders: r.orders ?? 0 },
});
const money = (cents) => (Number(cents) / 100).toFixed(2);

function routes(app, pool) {
  app.get('/api/customers/phone/:phone', { schema: { response: answers(customerShape) } }, async (req, reply) => {
    const { rows } = await pool.query(prepared('lookup', [req.user.company_id, req.params.phone]));
    if (rows.length === 0) return reply.code(404).send({ success: false, message: 'Customer not found' });
    return { success: true, data: shape(rows[0]) };
  });

  app.get('/api/customers/search', { schema: { response: answers({ type: 'array', items: customerShape }) } },
    async (req) => {
      const { rows } = await pool.query(prepared('search', [req.user.company_id, `%${req.query.name}%`]));
      return { success: true, data: rows.map(shape) };
    });

  app.get('/api/customers/:id', { schema: { response: answers(customerShape) } }, async (req, reply) => {
    const key = [req.user.company_id, req.params.id];
    const [{ rows }, orders] = await Promise.all([
      pool.query(prepared('detail', key)), pool.query(prepared('lastOrders', key))]);
    if (rows.length === 0) return reply.code(404).send({ success: false, message: 'Customer not found' });
    const data = shape(rows[0]);
    data.orders = orders.rows.map((o) => ({ id: o.id, orderNumber: o.order_number,
      totalAmount: money(o.total_amount), status: o.status, createdAt: o.created_at.toISOString() }));
    return { success: true, data };
  });

  const customerBody = {
    type: 'object', required: ['name', 'phone'], additionalProperties: false,
    properties: { name: { type: 'string', minLength: 1, maxLength: 200 },
      phone: { type: 'string', pattern: '^\\+[1-9][0-9]{6,14}$' },
      email: { type: 'string' }, address: { type: 'string' } },
  };
  app.post('/api/customers', { schema: { body: customerBody, response: answers(customerShape) } },
    async (req, reply) => {
      const b = req.body;
      const now = new Date();
      const id = randomUUID();
      const company = req.user.company_id;
      const made = await pool.query(prepared('create', [id, company, b.name, b.phone, b.email, b.address, now]));
      if (made.rowCount === 0) {
        return reply.code(400).send({ success: false,
          message: 'Customer with this phone number already exists in your company' });
      }
      const { rows } = await pool.query(prepared('company', [company]));
      reply.code(201);
      return { success: true, data: shape({ id, name: b.name, phone: b.phone, email: b.email, address: b.address,
        company_id: company, company_name: rows[0].name, is_active: true, created_at: now, updated_at: now }) };
    });

  app.post('/api/orders', { schema: { body: orderBody, response: answers(orderShape) } },
    async (req, reply) => {
      const order = await createOrder(pool, req.user.company_id, req.body);
      reply.code(order ? 201 : 404);
      return order ? { success: true, data: order } : { success: false, message: 'Customer not found' };
    });
}

const orderBody = {
  type: 'object', required: ['customerId', 'lines', 'payments'], additionalProperties: false,
  properties: {
    customerId: { type: 'string', format: 'uuid' }, source: { type: 'string' },
    lines: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'object',
      required: ['name', 'quantity', 'unitPrice'],
      properties: { sku: { type: 'string' }, name: { type: 'string' }, quantity: { type: 'string' },
        unitPrice: { type: 'string' } } } },
    payments: { type: 'array', minItems: 1, maxItems: 1, items: { type: 'object',
      properties: { method: { enum: ['CASH', 'CARD'] }, amount: { type: 'string' } } } },
  },
};
const orderShape = { type: 'object', properties: { id: { type: 'string' }, orderNumber: { type: 'string' },
  customerId: { type: 'string' }, customerName: { type: 'string' }, totalAmount: { type: 'string' },
  status: { type: 'string' }, createdAt: { type: 'string' } } };

/** One transaction: person locked, lines, payment, statistics, number last. */
async function createOrder(pool, company, b) {
  const now = new Date();
  const id = randomUUID();
  const lines = b.lines.map((l) => ({ ...l, quantity: Math.round(Number(l.quantity) * 1000),
    price: Math.round(Number(l.unitPrice) * 100) }));
  for (const l of lines) l.amount = Math.round((l.quantity * l.price) / 1000);
  const total = lines.reduce((a, l) => a + l.amount, 0);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query(prepared('lock', [company, b.customerId]));
    if (rows.length === 0) {
      await client.query('ROLLBACK');
      return null;
    }
    const column = (f) => lines.map(f);
    await client.query(prepared('lines', [id, column((l, i) => i + 1), column((l) => l.sku ?? null),
      column((l) => l.name), column((l) => l.quantity), column((l) => l.price), column((l) => l.amount)]));
    await client.query(prepared('payment', [id, b.payments[0].method, total, now]));
    await client.query(prepared('statistics', [company, b.customerId, total, now]));
    const day = Math.floor(now.getTime() / 86400000);
    const { rows: [n] } = await client.query(prepared('number', [company, day]));
    const number = `ORD-${now.toISOString().slice(0, 10).replaceAll('-', '')}-P${String(n.last).padStart(3, '0')}`;
    await client.query(prepared('order', [id, company, number, b.customerId, rows[0].name, rows[0].phone, total, now]));
    await client.query('COMMIT');
    return { id, orderNumber: number, customerId: b.customerId, customerName: rows[0].name,
      totalAmount: money(total), status: 'PAID', createdAt: now.toISOString() };
  } catch (e) {
    await client.query('ROLLBACK').catch(() => {});
    throw e;
  } finally {
    client.release();
  }
}

async function work() {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const verify = createVerifier({ key: readFileSync(keyFile), algorithms: ['ES256'], cache: true });
  const app = Fastify({ logger: false });
  app.decorateRequest('user', null);
  app.addHook('onRequest', async (req, reply) => {
    try {
      req.user = verify((req.headers.authorization ?? '').slice('Bearer '.length));
    } catch {
      return reply.code(401).send({ success: false, message: 'Sign in first' });
    }
  });
  routes(app, pool);
  await app.listen({ port: Number(port), host: '127.0.0.1' });
  console.log('ready');
}

if (cluster.isPrimary && Number(processes) > 1) {
  for (let i = 0; i < Number(processes); i++) cluster.fork();
  process.on('SIGTERM', () => {
    for (const w of Object.values(cluster.workers)) w.process.kill('SIGTERM');
    process.exit(0);
  });
} else {
  await work();
  process.on('SIGTERM', () => process.exit(0));
}
