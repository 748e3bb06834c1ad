import {get} from './api.js';
import {byId, element, part} from './dom.js';
import {clock} from './format.js';

const MOST = 50;
const list = byId('actions');

const line = ({at, who, action, subject}) => element('li', {},
  element('span', {class: 'when'}, clock(at)), ` ${action} ${subject} `, element('small', {}, who));

function note() {
  byId('actions-empty').hidden = list.children.length > 0;
}

export function see(action) {
  list.prepend(line(action));
  while (list.children.length > MOST) {
    list.lastElementChild.remove();
  }
  note();
}

export async function look() {
  const {actions} = await get('actions');
  part('actions', () => {
    list.replaceChildren(...actions.slice(0, MOST).map(line));
    note();
  });
}
