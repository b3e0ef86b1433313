// Services that messages go to, as small servers of their own: Twilio's
// Messages API in its published wire format, any HTTP endpoint, and a mail
// server. Each notes what it was told and answers as the test says.
import { createServer as httpServer } from 'node:http';
import { createServer as netServer } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';

const listen = (server) => new Promise((done) => {
  server.listen(0, '127.0.0.1', () => done(server.address().port));
});

/**
 * An HTTP server: `requests` as {method, path, headers, body}; reply(request,
 * n-th) gives {status, headers, body}, or 'hang', or 'cut', or a promise.
 */
export async function httpReceiver(reply) {
  const requests = [];
  const sockets = new Set();
  const server = httpServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', async () => {
      const seen = { method: req.method, path: req.url, headers: req.headers,
        body: Buffer.concat(parts).toString('utf8'), at: Date.now() };
      requests.push(seen);
      const answer = await r.reply(seen, requests.length);
      if (answer === 'hang') return;
      if (answer === 'cut') return void req.socket.destroy();
      res.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
      res.end(answer.body ?? '{}');
    });
  });
  server.on('connection', (s) => sockets.add(s.on('close', () => sockets.delete(s))));
  const port = await listen(server);
  const r = { requests, reply, port, url: `http://127.0.0.1:${port}`,
    close: () => {
      for (const s of sockets) s.destroy();
      server.close();
    } };
  return r;
}

/** A failure as Twilio words it; its message names the number, as there. */
export const twilioError = (status, code, to, headers) => ({ status, headers,
  body: JSON.stringify({ code, message: `The 'To' number ${to} is not right`,
    more_info: `https://www.twilio.com/docs/errors/${code}`, status }) });

/** What Twilio answers to a message that it has taken. */
export const twilioTaken = (form) => ({ status: 201, body: JSON.stringify({
  account_sid: 'AC0123', api_version: '2010-04-01', body: form.get('Body'), date_created: 'Thu, 24 Aug 2023 05:01:45 +0000',
  direction: 'outbound-api', error_code: null, error_message: null, from: form.get('From'),
  num_media: '0', num_segments: '1', price: null, sid: 'SM0123456789abcdef', status: 'queued', to: form.get('To') }) });

/**
 * Twilio: answers(form, n-th), which may be waited for, may give another answer
 * than "taken"; a request
 * that is not as documented gets what Twilio would say.
 */
export async function twilio({ account, token, answers = () => null }) {
  const basic = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
  const t = await httpReceiver(async (req, n) => {
    const form = new URLSearchParams(req.body);
    if (req.path !== `/2010-04-01/Accounts/${account}/Messages.json` || req.method !== 'POST') return twilioError(404, 20404);
    if (req.headers.authorization !== basic) return twilioError(401, 20003);
    if (req.headers['content-type'] !== 'application/x-www-form-urlencoded') return twilioError(415, 20000);
    if (!form.get('To')) return twilioError(400, 21604);
    if (!form.get('From') && !form.get('MessagingServiceSid')) return twilioError(400, 21603);
    if (!form.get('Body')) return twilioError(400, 21602);
    return (await t.answers(form, n)) ?? twilioTaken(form);
  });
  t.answers = answers;
  t.forms = () => t.requests.map((r) => new URLSearchParams(r.body));
  return t;
}

/**
 * A mail server: `mails` as {from, to, text, secure, user, password}. says: what
 * it answers to a verb instead of its usual ("RCPT", "AUTH", "DATA", "." after
 * the text): a line, 'hang', 'cut' or a function of the line. tls: {key, cert}
 * offers STARTTLS; login: {user, password} wants it.
 */
export async function mailServer({ tls, login, says = {} } = {}) {
  const m = { mails: [], verbs: [], says, sockets: new Set() };
  const server = netServer((socket) => {
    m.sockets.add(socket.on('close', () => m.sockets.delete(socket)).on('error', () => {}));
    converse(m, socket, { tls, login });
  });
  m.port = await listen(server);
  m.url = `smtp://127.0.0.1:${m.port}`;
  m.close = () => {
    for (const s of m.sockets) s.destroy();
    server.close();
  };
  return m;
}

function converse(m, plain, { tls, login }) {
  let socket = plain;
  let pending = '';
  const mail = { to: [], secure: false };
  let expect = null; // what the next lines are, when they are no commands
  let text = [];
  const say = (line) => socket.write(`${line}\r\n`);
  const usual = {
    EHLO: () => ['mail.test', ...(tls && !mail.secure ? ['STARTTLS'] : []),
      ...(login ? ['AUTH PLAIN LOGIN'] : []), '8BITMIME'].forEach((l, i, all) => say(`250${i + 1 < all.length ? '-' : ' '}${l}`)),
    HELO: () => say('250 mail.test'),
    STARTTLS: () => {
      say('220 go on');
      plain.removeAllListeners('data');
      mail.secure = true;
      socket = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(tls) });
      socket.on('data', take).on('error', () => {});
    },
    AUTH: (line) => {
      const [, how, first] = line.split(' ');
      if (how !== 'PLAIN') return say('504 only PLAIN');
      const check = (words) => {
        [, mail.user, mail.password] = Buffer.from(words, 'base64').toString('utf8').split('\0');
        say(login && mail.user === login.user && mail.password === login.password ? '235 welcome' : '535 5.7.8 no such user or password');
      };
      if (first) return check(first);
      expect = check;
      say('334 ');
    },
    MAIL: (line) => {
      mail.from = /<(.*?)>/.exec(line)[1];
      say(login && !mail.user ? '530 5.7.0 authenticate first' : '250 ok');
    },
    RCPT: (line) => {
      mail.to.push(/<(.*?)>/.exec(line)[1]);
      say('250 ok');
    },
    DATA: () => {
      say('354 end with a dot');
      text = [];
      expect = (line) => {
        if (line !== '.') {
          text.push(line.startsWith('.') ? line.slice(1) : line);
          expect = usual.text;
          return;
        }
        m.mails.push({ ...mail, text: text.join('\r\n') });
        verb('.', '.');
      };
      usual.text = expect;
    },
    '.': () => say('250 taken'),
    QUIT: () => {
      say('221 bye');
      socket.end();
    },
    RSET: () => say('250 ok'),
  };
  function verb(name, line) {
    m.verbs.push(name);
    const other = m.says[name];
    const answer = typeof other === 'function' ? other(line) : other;
    if (answer === 'hang') return;
    if (answer === 'cut') return void socket.destroy();
    if (answer) return void say(answer);
    if (usual[name]) usual[name](line);
    else say('500 what?');
  }
  function take(data) {
    pending += data.toString('latin1');
    for (let end; (end = pending.indexOf('\r\n')) >= 0;) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      const now = expect;
      expect = null;
      if (now) now(line);
      else verb(line.split(' ')[0].toUpperCase(), line);
    }
  }
  plain.on('data', take);
  say('220 mail.test ESMTP');
}
