import {byId, setText} from './dom.js';

const box = byId('ask');
const field = byId('ask-number').querySelector('input');

/**
 * Asks before something is changed.
 * `question` is short, `effect` says what follows, `yes` names the deed; with `number` a number is asked for.
 * Gives false, or true, or the number ('' for none).
 */
export function ask({question, effect, yes, number}) {
  setText(byId('ask-question'), question);
  setText(byId('ask-effect'), effect);
  setText(box.querySelector('[value=yes]'), yes);
  byId('ask-number').hidden = number === undefined;
  field.value = number ?? '';
  box.returnValue = 'no';
  box.showModal();
  (number === undefined ? box.querySelector('[value=no]') : field).focus();
  return new Promise(resolve => box.addEventListener('close', () => {
    const said = box.returnValue === 'yes';
    resolve(said && number !== undefined ? field.value : said);
  }, {once: true}));
}

// Enter in the field means the deed, not the first button.
field.addEventListener('keydown', event => {
  if (event.key === 'Enter') {
    event.preventDefault();
    box.querySelector('[value=yes]').click();
  }
});

let clearing;

/** Tells what came of it, to everyone's eyes and ears. */
export function tell(message, wrong = false) {
  const said = byId('said');
  setText(said, message);
  said.dataset.wrong = wrong;
  clearTimeout(clearing);
  clearing = setTimeout(() => setText(said, ''), 8000);
}

/** Asks, does, tells; gives whether it was done. */
export async function change(question, deed) {
  const answer = await ask(question);
  if (answer === false) {
    return false;
  }
  try {
    tell(await deed(answer));
    return true;
  } catch (refused) {
    tell(`Not done: ${refused.message}`, true);
    return false;
  }
}
