import {get, post} from './api.js';
import {go, link, onChange, parts} from './address.js';
import {change, tell} from './ask.js';
import {byId, element, part, row, Rows, setAttribute, setText} from './dom.js';
import {between, clock, duration, plural} from './format.js';
import {may} from './session.js';

const LIMIT = 20;
const FILTERS = ['state', 'type', 'worker', 'batch'];
const ENDED = ['succeeded', 'failed', 'cancelled'];
const COLUMNS = [['Task', 'whole'], ['Type'], ['State'], ['Attempt', 'number'], ['Worker'], ['Submitted'], ['Took', 'number'], ['Why', 'long']];

const NOTHING = {tasks: []};

const form = byId('filters');
const rows = new Rows(byId('tasks').tBodies[0], make);
let next = null;
let asked = 0;

const filter = () => Object.fromEntries(FILTERS.map(name => [name, parts().get(name) ?? '']).filter(([, value]) => value));

function why(task) {
  return task.waitingFor?.message ?? (task.error ? `${task.error.kind}: ${task.error.message}` : task.progress?.message ?? '');
}

function make(task) {
  const {row: made, cells} = row({'data-task': task.id}, COLUMNS);
  const id = element('a', {}, task.id);
  cells[0].append(id);
  const state = element('span', {class: 'badge'});
  cells[2].append(state);
  const reason = element('span');
  cells[7].append(reason);
  return {
    row: made,
    show(item) {
      setAttribute(id, 'href', link({task: item.id}));
      setText(cells[1], item.type);
      setText(state, item.state);
      setAttribute(state, 'data-state', item.state);
      setText(cells[3], `${item.attempt} of ${item.maxAttempts}`);
      setText(cells[4], item.worker ?? '–');
      setText(cells[5], clock(item.submittedAt));
      setText(cells[6], duration(between(item.startedAt, item.finishedAt)));
      setText(reason, why(item));
    },
  };
}

/** Asks for the page that the URL names. */
export async function look() {
  const mine = ++asked;
  const cursor = parts().get('before');
  const query = new URLSearchParams({...filter(), limit: LIMIT, ...(cursor ? {cursor} : {})});
  let page = NOTHING;
  let empty = 'None.';
  try {
    page = await get(`tasks?${query}`);
  } catch (refused) {
    // By its filters, which come from the address.
    if (![400, 414].includes(refused.status)) {
      throw refused;
    }
    empty = `Not to be found: ${refused.message}`;
  }
  if (mine !== asked) {
    return;
  }
  setText(byId('tasks-empty'), empty);
  part('tasks', () => show(page, cursor));
}

function show(page, cursor) {
  next = page.next ?? null;
  rows.show(page.tasks, each => each.id);
  byId('tasks').hidden = page.tasks.length === 0;
  byId('tasks-empty').hidden = page.tasks.length > 0;
  byId('tasks-older').disabled = next === null;
  byId('tasks-newest').disabled = !cursor;
}

/** Only the first page changes by itself. */
export const isNewest = () => !parts().get('before');

async function lookNow() {
  try {
    await look();
  } catch (refused) {
    tell(refused.message, true);
  }
}

function showFilter() {
  const wanted = filter();
  for (const name of FILTERS) {
    form.elements[name].value = wanted[name] ?? '';
  }
  const sweepable = !wanted.worker && (wanted.type || wanted.state || wanted.batch);
  form.querySelector('[data-sweep=retry]').hidden = !(sweepable && may('submit') && ENDED.includes(wanted.state));
  form.querySelector('[data-sweep=cancel]').hidden = !(sweepable && may('submit') && !ENDED.includes(wanted.state));
}

let before = '';

/** To be called when somebody is known to look. */
export function begin() {
  showFilter();
  onChange(() => {
    const wanted = JSON.stringify([filter(), parts().get('before')]);
    if (wanted !== before) {
      before = wanted;
      showFilter();
      lookNow();
    }
  });
}

form.addEventListener('submit', event => {
  event.preventDefault();
  go({...Object.fromEntries(FILTERS.map(name => [name, form.elements[name].value.trim()])), before: null});
});
form.elements.state.addEventListener('change', () => form.requestSubmit());
byId('tasks-older').addEventListener('click', () => go({before: next}));
byId('tasks-newest').addEventListener('click', () => go({before: null}));

for (const sweep of form.querySelectorAll('[data-sweep]')) {
  sweep.addEventListener('click', async () => {
    const wanted = filter();
    const what = Object.entries(wanted).map(([name, value]) => `${name} ${value}`).join(', ');
    const deed = sweep.dataset.sweep;
    const done = await change({
      question: deed === 'retry' ? 'Retry all of these?' : 'Cancel all of these?',
      effect: `All tasks with ${what}, not only those on this page.`,
      yes: deed === 'retry' ? 'Retry all' : 'Cancel all',
    }, async () => {
      const {count} = await post(`tasks/${deed}?${new URLSearchParams(wanted)}`);
      return `${plural(count, 'task')} ${deed === 'retry' ? 'retried' : 'cancelled'}`;
    });
    if (done) {
      lookNow();
    }
  });
}
