// Sets a password by a one-time link. The token stands behind '#' in the
// address, so that it reaches no server's log; it is taken out of the history.
const form = document.querySelector('form.password');
const said = document.getElementById('said');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const target = location.pathname === '/activate' ? '/api/auth/activate' : '/api/auth/password/reset';
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
  const { password, again } = form.elements;
  if (password.value !== again.value) {
    say('These are two different passwords.');
    again.focus();
    return;
  }
  const button = form.querySelector('button');
  button.disabled = true;
  say('One moment…');
  try {
    const res = await fetch(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, password: password.value }),
    });
    const answer = await res.json();
    if (res.ok) form.hidden = true;
    say(res.status === 401 ? 'This link is no longer good. Ask for another one.' : answer.message);
  } catch {
    say('The service cannot be reached. Try again in a moment.');
  }
  button.disabled = false;
});
