import {post, get, text} from './api.js';
import {go, onChange, parts} from './address.js';
import {change, tell} from './ask.js';
import {byId, button, element, setText} from './dom.js';
import {between, clock, count, duration} from './format.js';

const AGAIN_MILLIS = 1000;
const MOST_CHARACTERS = 10000;
const ENDED = ['succeeded', 'failed', 'cancelled'];

const box = byId('task');
const body = byId('task-body');
let timer;
let followed;
let drawn;
const kept = new Map();

/** Numbers keep their digits where the browser can do that: they can only be written, not reckoned with. */
function exactly(json) {
  return JSON.parse(json, (_, value, context) =>
    typeof value === 'number' && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value);
}

const pretty = value => typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** What is laid out already stays as it is, be it shown whole, selected or focused. */
function value(title, written) {
  const before = kept.get(title);
  if (before?.written === written) {
    return before.place;
  }
  const place = lay(title, written);
  kept.set(title, {written, place});
  return place;
}

function lay(title, written) {
  const cut = written.length > MOST_CHARACTERS;
  const place = element('pre', {tabindex: '0', 'aria-label': title}, cut ? `${written.slice(0, MOST_CHARACTERS)}…` : written);
  const copy = element('button', {type: 'button', 'aria-label': `Copy the ${title.toLowerCase()}`}, 'Copy');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(written);
      tell(`${title} copied`);
    } catch {
      getSelection().selectAllChildren(place);
      tell('Selected: copy it with your keyboard');
    }
  });
  const head = element('h3', {}, title, ' ', copy);
  if (cut) {
    const all = element('button', {type: 'button'}, `Show all ${count(written.length)} characters`);
    all.addEventListener('click', () => {
      setText(place, written);
      all.remove();
    });
    head.append(' ', all);
  }
  return element('section', {}, head, place);
}

function fact(list, name, ...said) {
  const present = said.filter(each => each !== null && each !== undefined && each !== '');
  if (present.length > 0) {
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, ...present)));
  }
}

function facts(task) {
  const list = element('dl', {class: 'facts'});
  fact(list, 'State', element('span', {class: 'badge', 'data-state': task.state}, task.state));
  fact(list, 'Waits', task.waitingFor?.message);
  fact(list, 'Type', task.type);
  fact(list, 'Attempt', `${task.attempt} of ${task.maxAttempts}`);
  fact(list, 'Worker', task.worker);
  fact(list, 'Priority', String(task.priority));
  fact(list, 'Batch', task.batch);
  fact(list, 'Submitted', clock(task.submittedAt));
  fact(list, 'Started', task.startedAt && clock(task.startedAt));
  fact(list, 'Finished', task.finishedAt && clock(task.finishedAt));
  fact(list, 'Ran', task.finishedAt && task.startedAt && duration(between(task.startedAt, task.finishedAt)));
  return list;
}

function progress({fraction, message}) {
  const percent = Math.round(fraction * 100);
  return element('section', {}, element('h3', {}, 'Progress'),
    element('p', {}, element('progress', {max: '100', value: String(percent), 'aria-label': 'Progress'}), ` ${percent} % ${message ?? ''}`));
}

/** Each event in its place in time; those that lasted are bars. */
function timeline(events) {
  const times = events.flatMap(each => [each.from, each.at]).filter(Boolean).map(Date.parse);
  const first = Math.min(...times);
  const span = Math.max(1, Math.max(Date.now(), ...times) - first);
  const last = Math.max(...times);
  const whole = events.at(-1)?.event === 'running' ? span : Math.max(1, last - first);
  const place = time => `${100 * (Date.parse(time) - first) / whole}%`;
  const list = element('ol', {class: 'timeline'});
  for (const each of events) {
    const bar = element('span', {class: 'mark'});
    const running = each.event === 'running';
    bar.style.left = place(each.from ?? each.at);
    const length = running ? first + whole - Date.parse(each.from) : between(each.from, each.at) ?? 0;
    bar.style.width = `${100 * length / whole}%`;
    list.append(element('li', {'data-event': each.event},
      element('span', {class: 'when'}, clock(each.at)),
      element('span', {class: 'what'}, each.attempt ? `attempt ${each.attempt} ${each.event}` : each.event,
        each.worker ? ` on ${each.worker}` : '',
        each.from && !running ? ` after ${duration(between(each.from, each.at))}` : '',
        each.reason ? `: ${each.reason}` : ''),
      element('span', {class: 'track', 'aria-hidden': 'true'}, bar)));
  }
  return element('section', {}, element('h3', {}, 'What happened'), list);
}

function deeds(task) {
  const bar = element('div', {class: 'bar'});
  const ended = ENDED.includes(task.state);
  const deed = ended ? 'retry' : 'cancel';
  const doing = button(ended ? 'Retry' : 'Cancel it', deed, 'submit');
  doing.addEventListener('click', async () => {
    const question = ended
      ? {question: 'Retry this task?', effect: 'It gets new attempts, and what it came to before is in its history.', yes: 'Retry'}
      : {question: 'Cancel this task?', effect: 'If it runs, its worker is told to stop.', yes: 'Cancel it'};
    await change(question, async () => {
      await post(`tasks/${encodeURIComponent(task.id)}/${deed}`);
      return `Task ${task.id} is ${ended ? 'retried' : 'cancelled'}`;
    });
    look();
  });
  bar.append(doing);
  return bar;
}

function draw(task, exact, events) {
  const parts = [deeds(task), facts(task)];
  if (task.error) {
    parts.push(value('Error', [`${task.error.kind}: ${task.error.message}`, task.error.detail].filter(Boolean).join('\n')));
  }
  if (task.progress && task.state === 'running') {
    parts.push(progress(task.progress));
  }
  parts.push(timeline(events), value('Payload', pretty(exact.payload ?? null)));
  if (task.result !== undefined) {
    parts.push(value('Result', pretty(exact.result)));
  }
  return parts;
}

async function look() {
  clearTimeout(timer);
  const id = parts().get('task');
  if (!id || !box.open) {
    return;
  }
  const path = `tasks/${encodeURIComponent(id)}`;
  try {
    const [written, history] = await Promise.all([text('GET', path), get(`${path}/history`)]);
    if (parts().get('task') !== id) {
      return;
    }
    const task = JSON.parse(written);
    const seen = written + JSON.stringify(history);
    if (seen !== drawn || task.state === 'running') {
      redraw(draw(task, exactly(written), history.events));
      drawn = seen;
    }
    if (!ENDED.includes(task.state)) {
      timer = setTimeout(look, AGAIN_MILLIS);
    }
  } catch (refused) {
    if (refused.status === 404) {
      body.replaceChildren(element('p', {}, 'There is no such task: it was never here, or was forgotten after its retention.'));
    } else {
      timer = setTimeout(look, 2 * AGAIN_MILLIS);
      tell(refused.message, true);
    }
  }
}

/** Only parts that differ are changed, so that focus and place stay. */
function redraw(parts) {
  parts.forEach((part, i) => {
    const shown = body.children[i];
    if (!shown) {
      body.append(part);
    } else if (shown !== part && !shown.isEqualNode(part)) {
      shown.replaceWith(part);
    }
  });
  while (body.children.length > parts.length) {
    body.lastElementChild.remove();
  }
}

const isSignedOut = () => !byId('door').hidden;

/** Opens or closes by the URL; nothing is open over the form to sign in. */
export function follow() {
  const id = isSignedOut() ? null : parts().get('task');
  if (!id) {
    clearTimeout(timer);
    if (box.open) {
      box.close();
    }
    return;
  }
  setText(byId('task-title'), `Task ${id}`);
  // Nothing of another task stays, least of all its buttons.
  if (!box.open || followed !== id) {
    followed = id;
    drawn = null;
    kept.clear();
    body.replaceChildren(element('p', {}, 'Asking …'));
  }
  if (!box.open) {
    box.showModal();
  }
  look();
}

box.addEventListener('close', () => {
  clearTimeout(timer);
  // Whoever signs in again sees it again.
  if (parts().get('task') && !isSignedOut()) {
    go({task: null});
  }
});
box.querySelector('[data-action=close]').addEventListener('click', () => box.close());
box.addEventListener('click', event => {
  if (event.target === box) {
    box.close();
  }
});
onChange(follow);

byId('search-form').addEventListener('submit', event => {
  event.preventDefault();
  const id = byId('search').value.trim();
  if (id) {
    go({task: id});
  }
});
