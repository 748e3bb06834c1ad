import {get} from './api.js';
import {byId, part, setText} from './dom.js';
import {tell} from './ask.js';
import {Events} from './events.js';
import * as actions from './actions.js';
import * as charts from './charts.js';
import * as cluster from './cluster.js';
import * as failures from './failures.js';
import * as figures from './figures.js';
import * as session from './session.js';
import * as stream from './stream.js';
import * as task from './task.js';
import * as tasks from './tasks.js';
import * as types from './types.js';
import * as workers from './workers.js';

const SLOW_TURN = 5;
const AGAIN_MILLIS = 2000;
const STATES = {live: 'Live', lost: 'Connection lost, retrying …', waiting: 'Connecting …'};

let turns = 0;
let begun = false;
let failedBefore = -1;
let events;

function connection(state) {
  const place = byId('connection');
  const before = place.dataset.state;
  if (before === state) {
    return;
  }
  place.dataset.state = state;
  setText(place, STATES[state]);
  if (state === 'lost') {
    part('verdict', figures.doubt);
  }
  if (before === 'lost' && state === 'live') {
    refresh();
  }
}

/** The connection's state tells of what is refused, and the next turn asks again. */
const quietly = promise => promise.catch(refused => {
  if (refused.status === 401) {
    events.suspect();
  }
});

/** What is asked for, not told. */
function refresh() {
  return Promise.all([quietly(get('series').then(charts.show)), quietly(failures.look()), quietly(actions.look()), quietly(tasks.look())]);
}

function show(stats) {
  part('verdict', () => figures.showVerdict(stats));
  part('ledger', () => figures.showLedger(stats));
  part('types', () => types.show(stats.types, stats.typeCount));
  part('workers', () => workers.show(stats.workers, stats.lostWorkers));
  part('cluster', () => cluster.show(stats));
  part('failures-kept', () => failures.heed(stats));
  stream.heed(stats);
  document.documentElement.dataset.seq = stats.seq;
  byId('content').hidden = false;
  if (turns++ % SLOW_TURN === 0 && !document.hidden) {
    slowly(stats);
  }
}

function slowly(stats) {
  quietly(get('series').then(charts.show));
  if (stats.failed !== failedBefore || stats.rates.last10s.failedAttempts > 0) {
    failedBefore = stats.failed;
    quietly(failures.look());
  }
  if (stream.wants()) {
    quietly(stream.look(stats.workers));
  }
  if (tasks.isNewest()) {
    quietly(tasks.look());
  }
}

/** What was told before is not whole. */
function anew() {
  stream.clear();
  turns = 0;
}

const heard = {
  stats: show,
  task: stream.see,
  worker: ({id, change}) => {
    if (change === 'lost') {
      stream.lost(id);
    }
  },
  action: actions.see,
  reset: anew,
  gap: anew,
};

async function begin() {
  try {
    if (!await session.known()) {
      await session.signIn();
    }
  } catch (refused) {
    connection('lost');
    setTimeout(begin, AGAIN_MILLIS);
    return;
  }
  events = new Events((name, data) => heard[name](data), connection, async () => {
    try {
      if (await session.known()) {
        return false;
      }
    } catch {
      return false;
    }
    events.close();
    connection('waiting');
    tell('The session is over: sign in again', true);
    begin();
    return true;
  });
  anew();
  quietly(actions.look());
  if (!begun) {
    begun = true;
    tasks.begin();
  }
  task.follow();
}

byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('errand.theme', root.dataset.theme);
  restyle();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', restyle);

function restyle() {
  charts.restyle();
  stream.restyle();
}

begin();
