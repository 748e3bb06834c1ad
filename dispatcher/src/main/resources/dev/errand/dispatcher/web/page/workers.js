import {post} from './api.js';
import {link} from './address.js';
import {change} from './ask.js';
import {byId, button, element, row, Rows, setAttribute, setText} from './dom.js';
import {byName, clock, count, day, duration, plural} from './format.js';

const MOST = 20;
const MOST_TYPES = 4;
const SILENT_MILLIS = 5000;
const NOW_MILLIS = 2000;
const COLUMNS = [['Worker'], ['Host', 'name'], ['Serves'], ['Slots used', 'number'], ['Heard', 'number'],
  ['Last error', 'long'], ['Version', 'whole'], ['', 'actions']];

const rows = new Rows(byId('workers').tBodies[0], make);
let all = false;
let last = {workers: [], lost: []};

const drain = ({id, name}) => change({
  question: `Drain ${name}?`,
  effect: 'It finishes what runs, takes nothing new, and its process ends. Whoever supervises it may start it anew.',
  yes: 'Drain',
}, async () => {
  await post(`workers/${encodeURIComponent(id)}/drain`);
  return `${name} finishes what runs, and leaves`;
});

function serves(types) {
  const shown = types.slice(0, MOST_TYPES).join(', ');
  return types.length > MOST_TYPES ? `${shown} and ${types.length - MOST_TYPES} more` : shown;
}

const room = ({blocking, eventLoop}) => blocking + eventLoop;

function showSlots(cell, bar, item) {
  const most = room(item.slots);
  setText(cell, `${count(item.running)} of ${count(most)}`);
  bar.style.width = `${most > 0 ? Math.min(100, 100 * item.running / most) : 0}%`;
}

function state(item) {
  if (item.lostAt) {
    return `lost at ${clock(item.lostAt)}`;
  }
  return item.draining ? 'draining' : item.heardMillisAgo > SILENT_MILLIS ? 'silent' : '';
}

function make({id}) {
  const {row: made, cells} = row({'data-worker': id}, COLUMNS);
  const name = element('a');
  const badge = element('span', {class: 'badge'});
  const labels = element('small');
  cells[0].append(name, ' ', badge, labels);
  const slots = element('span');
  const bar = element('span');
  cells[3].append(slots, element('span', {class: 'used', 'aria-hidden': 'true'}, bar));
  const draining = button('Drain', 'drain', 'admin');
  cells[7].append(draining);
  const error = element('a');
  const when = element('small');
  cells[5].append(error, when);
  const version = element('span');
  const end = element('small');
  cells[6].append(version, end);
  let shown;
  draining.addEventListener('click', () => drain(shown));
  return {
    row: made,
    show(item) {
      shown = item;
      const now = state(item);
      made.classList.toggle('lost', Boolean(item.lostAt));
      made.classList.toggle('draining', Boolean(item.draining));
      made.classList.toggle('silent', now === 'silent');
      setText(name, item.name);
      setAttribute(name, 'href', link({worker: item.name}));
      setText(badge, now);
      badge.hidden = now === '';
      draining.hidden = Boolean(item.lostAt || item.draining);
      setAttribute(draining, 'aria-label', `Drain ${item.name}`);
      bar.parentElement.hidden = Boolean(item.lostAt);
      if (item.lostAt) {
        setText(slots, '–');
        setText(cells[4], '–');
        return;
      }
      setText(labels, Object.entries(item.labels).map(([key, value]) => `${key}=${value}`).join(' '));
      setText(cells[1], item.host ?? item.address ?? '–');
      setAttribute(cells[1], 'title', item.address);
      setText(cells[2], serves(item.types));
      setAttribute(cells[2], 'title', item.types.length > MOST_TYPES ? item.types.join(', ') : null);
      showSlots(slots, bar, item);
      setText(cells[4], item.heardMillisAgo < NOW_MILLIS ? 'now' : `${duration(item.heardMillisAgo)} ago`);
      setText(error, item.lastError ? item.lastError.message : 'none');
      setAttribute(error, 'href', item.lastError ? link({task: item.lastError.task}) : null);
      setText(when, item.lastError ? `${item.lastError.type}, ${clock(item.lastError.at)}` : '');
      setText(version, item.version ?? '–');
      setText(end, item.certificateEnds ? `certificate to ${day(item.certificateEnds)}` : '');
    },
  };
}

const order = (a, b) => byName(a, b) || (a.id < b.id ? -1 : 1);
const trouble = item => (item.lostAt ? 4 : 0) + (item.heardMillisAgo > SILENT_MILLIS ? 2 : 0) + (item.draining ? 1 : 0);

/** Where there are too many, those in trouble and the first of the others: the busiest would change all the time. */
function chosen(items) {
  if (all || items.length <= MOST) {
    return items.sort((a, b) => trouble(b) - trouble(a) || order(a, b));
  }
  return items.sort((a, b) => trouble(b) - trouble(a)).slice(0, MOST).sort((a, b) => trouble(b) - trouble(a) || order(a, b));
}

export function show(workers, lost) {
  last = {workers, lost};
  const back = new Set(workers.map(each => each.id));
  const gone = lost.filter(each => !back.has(each.id));
  const items = [...workers, ...gone];
  rows.show(chosen(items), each => each.id);
  setText(byId('workers-count'), items.length === 0 ? '' : [count(workers.length), gone.length > 0 ? `${count(gone.length)} lost` : '',
    !all && items.length > MOST ? `${MOST} of them shown` : ''].filter(each => each).join(', '));
  byId('workers').hidden = items.length === 0;
  byId('workers-empty').hidden = items.length > 0;
  const more = byId('workers-all');
  more.hidden = items.length <= MOST;
  setText(more, all ? `Show ${MOST}` : `Show all ${plural(items.length, 'worker')}`);
}

byId('workers-all').addEventListener('click', () => {
  all = !all;
  show(last.workers, last.lost);
});
