import {put} from './api.js';
import {change} from './ask.js';
import {byId, button, element, row, Rows, setAttribute, setText} from './dom.js';
import {link} from './address.js';
import {clock, count, duration, percentiles, perSecond, plural} from './format.js';

const MOST = 20;
const MOST_NAMES = 50;
const COLUMNS = [['Type'], ['Queued', 'number'], ['Oldest waits', 'number'], ['Running', 'number'],
  ['Ended/s', 'number'], ['Errors/s', 'number'], ['Wait p50 · p99', 'number'], ['Run p50 · p99', 'number'],
  ['Workers', 'number'], ['Limit', 'number'], ['', 'actions']];

const rows = new Rows(byId('types').tBodies[0], make);
let all = false;
let last = [];
let lastTotal = 0;

// Its slashes are none of the path: a browser would make a/../b another type.
const pathOf = type => `types/${encodeURIComponent(type)}`;

async function set(type, wish, done) {
  await put(pathOf(type), wish);
  return done;
}

const pause = type => change({
  question: `Pause '${type}'?`,
  effect: 'What runs goes on, and tasks are still taken; none begins until it is resumed, also after a restart.',
  yes: 'Pause',
}, () => set(type, {paused: true}, `'${type}' is paused`));

const resume = type => change({
  question: `Resume '${type}'?`,
  effect: 'Its tasks begin again as workers have room.',
  yes: 'Resume',
}, () => set(type, {paused: false}, `'${type}' goes on`));

const cap = (type, now) => change({
  question: `How many '${type}' may run at once?`,
  effect: 'In the whole cluster; empty or 0 for no limit. What runs beyond it goes on. It is kept over restarts.',
  yes: 'Set the limit',
  number: now || '',
}, wish => set(type, {limit: Number(wish)}, Number(wish) ? `'${type}' runs at most ${count(Number(wish))} at once` : `'${type}' has no limit`));

function make({type}) {
  const {row: made, cells} = row({'data-type': type}, COLUMNS);
  const name = element('a', {href: link({type})}, type);
  const state = element('span', {class: 'badge', hidden: ''}, 'paused');
  cells[0].append(name, ' ', state);
  const pausing = button('Pause', 'pause', 'admin', `Pause ${type}`);
  const limiting = button('Limit …', 'limit', 'admin', `Limit ${type}`);
  cells[10].append(pausing, limiting);
  let shown;
  pausing.addEventListener('click', () => (shown.paused ? resume : pause)(type));
  limiting.addEventListener('click', () => cap(type, shown.limit));
  return {
    row: made,
    show(item) {
      shown = item;
      setAttribute(name, 'href', link({type}));
      state.hidden = !item.paused;
      setAttribute(state, 'title', item.since ? `set at ${clock(item.since)}` : null);
      setText(cells[1], count(item.queued));
      setText(cells[2], item.queued > 0 ? duration(item.oldestMillis) : '–');
      setText(cells[3], item.stopping > 0 ? `${count(item.running)} + ${count(item.stopping)} stopping` : count(item.running));
      setText(cells[4], perSecond(item.rates.last10s.ended));
      setText(cells[5], perSecond(item.rates.last10s.failedAttempts));
      cells[5].classList.toggle('bad', item.rates.last10s.failedAttempts > 0);
      const lately = item.rates.lastMinute.ended > 0;
      setText(cells[6], lately ? percentiles(item.latencies.wait) : '–');
      setText(cells[7], lately ? percentiles(item.latencies.run) : '–');
      setText(cells[8], count(item.workers));
      cells[8].classList.toggle('bad', item.workers === 0 && item.queued > 0);
      setText(cells[9], item.limit ? count(item.limit) : 'none');
      setText(pausing, item.paused ? 'Resume' : 'Pause');
      setAttribute(pausing, 'data-action', item.paused ? 'resume' : 'pause');
      setAttribute(pausing, 'aria-label', `${item.paused ? 'Resume' : 'Pause'} ${type}`);
    },
  };
}

const trouble = type => (type.workers === 0 && type.queued > 0 ? 2 : 0) + (type.paused ? 1 : 0);
const byName = (a, b) => a.type < b.type ? -1 : 1;

/** Where there are too many, those in trouble and those that wait most. */
function chosen(types) {
  if (all || types.length <= MOST) {
    return [...types].sort(byName);
  }
  return [...types]
    .sort((a, b) => trouble(b) - trouble(a) || b.queued - a.queued || b.running - a.running || byName(a, b))
    .slice(0, MOST)
    .sort(byName);
}

/** Of very many, the dispatcher sends the busiest. */
export function show(types, total) {
  last = types;
  lastTotal = total;
  const shown = chosen(types);
  rows.show(shown, each => each.type);
  setText(byId('types-count'), total === 0 ? '' : `${count(total)}${shown.length < total ? `, ${count(shown.length)} of them shown` : ''}`);
  byId('types').hidden = types.length === 0;
  byId('types-empty').hidden = types.length > 0;
  const more = byId('types-all');
  more.hidden = types.length <= MOST;
  const whole = types.length < total ? `the ${count(types.length)} busiest` : `all ${plural(total, 'type')}`;
  setText(more, all ? `Show the ${MOST} with most to do` : `Show ${whole}`);
  const names = byId('type-names');
  const offered = types.slice(0, MOST_NAMES).map(each => each.type);
  if (names.children.length !== offered.length || [...names.children].some((each, i) => each.value !== offered[i])) {
    names.replaceChildren(...offered.map(each => element('option', {value: each})));
  }
}

byId('types-all').addEventListener('click', () => {
  all = !all;
  show(last, lastTotal);
});
