import {get, post, remove} from './api.js';
import {byId, setText} from './dom.js';
import {tell} from './ask.js';

const RANKS = ['read', 'submit', 'admin'];
let role = null;

export const may = least => RANKS.indexOf(role) >= RANKS.indexOf(least);

/** Shows what the role may do; the dispatcher refuses the rest anyway. */
function take(answer) {
  role = answer.role;
  document.body.dataset.role = role;
  byId('leave').hidden = !answer.session;
}

/** Whether the caller is known; asks for a token if not. Throws Refused if the dispatcher does not answer. */
export async function known() {
  try {
    take(await get('session'));
    byId('door').hidden = true;
    return true;
  } catch (refused) {
    if (refused.status !== 401) {
      throw refused;
    }
    return false;
  }
}

/** Resolves when somebody has signed in. The token is sent once, and kept nowhere here. */
export function signIn() {
  const form = byId('signin');
  document.querySelectorAll('dialog[open]').forEach(box => box.close());
  byId('content').hidden = true;
  byId('door').hidden = false;
  byId('token').focus();
  return new Promise(resolve => {
    form.onsubmit = async event => {
      event.preventDefault();
      const token = byId('token').value;
      byId('token').value = '';
      setText(byId('signin-problem'), '');
      try {
        take(await post('session', {token}));
        byId('door').hidden = true;
        resolve();
      } catch (refused) {
        setText(byId('signin-problem'), refused.status === 401
          ? 'The dispatcher does not know this token.'
          : refused.message);
        byId('token').focus();
      }
    };
  });
}

byId('leave').addEventListener('click', async () => {
  try {
    await remove('session');
    location.reload();
  } catch (refused) {
    tell(refused.message, true);
  }
});
