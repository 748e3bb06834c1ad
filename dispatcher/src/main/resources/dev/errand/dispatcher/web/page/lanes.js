// Attempts as bars in lanes, one lane a worker, in the manner of Dask's task stream. No drawing here.

import {byName} from './format.js';

const MOST_BARS = 12000;
const MOST_ROWS = 4;

const keyOf = (task, attempt) => `${task}/${attempt}`;

export class Lanes {
  constructor(spanMillis) {
    this.span = spanMillis;
    this.byWorker = new Map();
    this.open = new Map();
    this.bars = [];
    this.chosen = [];
  }

  /** A change of a task, as the dispatcher's events tell it. */
  see(event) {
    if (!event.workerId || !event.startedAt) {
      return;
    }
    const key = keyOf(event.id, event.attempt);
    const bar = this.open.get(key) ?? this.begin(key, event);
    if (event.endedAt) {
      bar.to = Date.parse(event.endedAt);
      bar.failed = event.outcome !== 'succeeded';
      bar.outcome = event.outcome;
      bar.lane.ends[bar.row] = bar.to;
      this.open.delete(key);
    }
  }

  /**
   * What runs, the newest first, as it was asked for: what began before anybody looked is in no event, and perhaps its end is not.
   * Of those that were submitted before `oldest`, in milliseconds, it does not tell.
   */
  list(running, oldest) {
    const listed = new Set(running.map(each => keyOf(each.id, each.attempt)));
    for (const [key, bar] of this.open) {
      if (bar.submitted >= oldest && !listed.has(key)) {
        this.open.delete(key);
        this.bars.splice(this.bars.indexOf(bar), 1);
      }
    }
    const known = new Set(this.bars.map(each => keyOf(each.task, each.attempt)));
    for (const task of running) {
      const key = keyOf(task.id, task.attempt);
      if (task.workerId && task.startedAt && !known.has(key)) {
        this.begin(key, task).submitted = Date.parse(task.submittedAt);
      }
    }
  }

  /** Whether something is open that was only listed. */
  hasListed() {
    return [...this.open.values()].some(each => each.submitted);
  }

  begin(key, event) {
    const lane = this.lane(event);
    const from = Date.parse(event.startedAt);
    const bar = {task: event.id, type: event.type, attempt: event.attempt, lane, from, to: null, failed: false, outcome: 'running'};
    bar.row = this.row(lane, from);
    lane.ends[bar.row] = Infinity;
    this.open.set(key, bar);
    this.bars.push(bar);
    return bar;
  }

  lane({workerId, worker}) {
    let lane = this.byWorker.get(workerId);
    if (!lane) {
      lane = {id: workerId, name: worker, ends: []};
      this.byWorker.set(workerId, lane);
    }
    return lane;
  }

  /** Where it lies over nothing; if there is no such place, over what lies longest. */
  row(lane, from) {
    const free = lane.ends.findIndex(end => end <= from);
    if (free >= 0) {
      return free;
    }
    if (lane.ends.length < MOST_ROWS) {
      return lane.ends.length;
    }
    lane.next = ((lane.next ?? -1) + 1) % MOST_ROWS;
    return lane.next;
  }

  /** What a worker has run there is over: its end was perhaps left out. */
  lost(workerId, at) {
    for (const [key, bar] of this.open) {
      if (bar.lane.id === workerId) {
        bar.to = at;
        bar.failed = true;
        bar.outcome = 'lost';
        this.open.delete(key);
      }
    }
  }

  /** Leaves out what is older than the span. */
  forget(now) {
    const oldest = now - this.span;
    this.bars = this.bars.filter(bar => bar.to === null || bar.to >= oldest);
    while (this.bars.length > MOST_BARS) {
      const bar = this.bars.shift();
      this.open.delete(keyOf(bar.task, bar.attempt));
    }
    const used = new Set(this.bars.map(bar => bar.lane));
    for (const [id, lane] of this.byWorker) {
      if (!used.has(lane)) {
        this.byWorker.delete(id);
      }
    }
  }

  clear() {
    this.byWorker.clear();
    this.open.clear();
    this.bars = [];
    this.chosen = [];
  }

  /** At most so many lanes, by name. One that is shown stays as long as it has bars. */
  shown(most) {
    this.chosen = this.chosen.filter(lane => this.byWorker.get(lane.id) === lane);
    if (this.chosen.length < Math.min(most, this.byWorker.size)) {
      const more = [...this.byWorker.values()].filter(lane => !this.chosen.includes(lane)).sort(byName);
      this.chosen = [...this.chosen, ...more].slice(0, most).sort(byName);
    }
    return this.chosen;
  }
}
