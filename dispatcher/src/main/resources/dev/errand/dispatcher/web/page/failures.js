import {get, post} from './api.js';
import {link} from './address.js';
import {change} from './ask.js';
import {byId, button, element, part, row, Rows, setAttribute, setText} from './dom.js';
import {clock, count, plural} from './format.js';

const MOST = 20;
const COLUMNS = [['Type'], ['Error', 'long'], ['Attempts', 'number'], ['Can be retried', 'number'], ['Last'], ['', 'actions']];

const rows = new Rows(byId('failures').tBodies[0], make);
const keyOf = group => JSON.stringify([group.type, group.kind, group.message]);

const retryOne = ({type, task}) => change({
  question: 'Retry the last task that failed with this error?',
  effect: `Task ${task} of '${type}' gets new attempts.`,
  yes: 'Retry',
}, async () => {
  await post(`tasks/${encodeURIComponent(task)}/retry`);
  return `Task ${task} is retried`;
});

const retryAll = ({type}) => change({
  question: `Retry all failed '${type}'?`,
  effect: 'Every failed task of this type that is still kept gets new attempts, whatever its error was.',
  yes: 'Retry all',
}, async () => {
  const answer = await post(`tasks/retry?${new URLSearchParams({state: 'failed', type})}`);
  return `${plural(answer.count, 'task')} of '${type}' retried`;
});

function make(group) {
  const {row: made, cells} = row({}, COLUMNS);
  const type = element('a', {}, group.type);
  cells[0].append(type);
  cells[1].append(element('span', {class: 'kind'}, group.kind), ' ', element('span', {}, group.message));
  const task = element('a');
  const worker = element('small');
  cells[4].append(task, worker);
  const one = button('Retry one', 'retry-one', 'submit', `Retry the last ${group.type} with this error`);
  const all = button('Retry all', 'retry-all', 'submit', `Retry all failed ${group.type}`);
  cells[5].append(one, all);
  let shown;
  one.addEventListener('click', () => retryOne(shown));
  all.addEventListener('click', () => retryAll(shown));
  return {
    row: made,
    show(item) {
      shown = item;
      setAttribute(type, 'href', link({type: item.type, state: 'failed'}));
      setText(cells[2], count(item.count));
      setText(cells[3], count(item.failedTasks));
      setText(task, clock(item.lastAt));
      setAttribute(task, 'href', link({task: item.task}));
      setText(worker, item.worker ? `on ${item.worker}` : '');
      one.hidden = item.failedTasks === 0;
      all.hidden = item.failedTasks === 0;
    },
  };
}

let failed = 0;

/** Those that failed before the dispatcher started are in no group. */
function showKept() {
  const kept = byId('failures-kept');
  kept.hidden = failed === 0;
  setText(kept, byId('failures-empty').hidden ? `All that failed: ${count(failed)}` : `${count(failed)} failed before: show those that are kept`);
  setAttribute(kept, 'href', link({state: 'failed', type: null, worker: null, batch: null, before: null, task: null}));
}

/** Keeps how many tasks have failed in all. */
export function heed(stats) {
  failed = stats.failed;
  showKept();
}

byId('failures-kept').addEventListener('click', () => byId('filters').scrollIntoView());

/** Asks for them. */
export async function look() {
  const {failures} = await get('failures');
  part('failures', () => show(failures));
}

function show(failures) {
  rows.show(failures.slice(0, MOST), keyOf);
  byId('failures').hidden = failures.length === 0;
  byId('failures-empty').hidden = failures.length > 0;
  showKept();
  setText(byId('failures-count'), failures.length > 0
    ? `since the dispatcher started, by message; # stands for a number${failures.length > MOST ? `; the last ${MOST} of ${count(failures.length)}` : ''}`
    : '');
}
