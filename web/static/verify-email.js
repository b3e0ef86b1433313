// Confirms an e-mail address by a one-time link. It waits for a click, since
// mail programs open links ahead of people. The token stands behind '#' in the
// address, so that it reaches no server's log; it is taken out of the history.
const form = document.querySelector('form');
const said = document.getElementById('said');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', location.pathname);

function say(text) {
  said.textContent = text;
}

if (!token) {
  form.hidden = true;
  say('This link is not whole. Ask for another one.');
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  say('One moment…');
  try {
    const res = await fetch('/api/auth/email/verify', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const answer = await res.json();
    if (res.ok || res.status === 401) form.hidden = true;
    say(res.status === 401 ? 'This link is no longer good. Ask for another one.' : answer.message);
  } catch {
    say('The service cannot be reached. Try again in a moment.');
  }
  button.disabled = false;
});
