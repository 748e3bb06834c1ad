import {get} from './api.js';
import {go} from './address.js';
import {byId, element, part, setAttribute, setText} from './dom.js';
import {count, duration, plural} from './format.js';
import {Lanes} from './lanes.js';

const SPAN_MILLIS = 30000;
const HALF_MILLIS = 500;
const LATE_MILLIS = 1500;
const MOST_LISTED = 100;
const MOST_LANES = 12;
const LEAST_LANES = 3;
const LANE = 28;
const INSIDE = 24;
const AXIS = 20;
// Okabe and Ito: told apart by those who see few colours, too.
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b3a100', '#7a5fb5'];
const OTHERS = '#8a8a8a';

const canvas = byId('stream').querySelector('canvas');
const pen = canvas.getContext('2d');
const lanes = new Lanes(SPAN_MILLIS);
const colours = new Map();
const calm = matchMedia('(prefers-reduced-motion: reduce)');
let shown = [];
let ahead = 0;
let visible = true;
let styles = readStyles();
let size = {width: 0, height: 0};
let omitted = 0;
let running = 0;
let begun = false;
let others = false;
let frame;
let timer;

function readStyles() {
  const of = getComputedStyle(document.documentElement);
  const value = name => of.getPropertyValue(name).trim();
  return {text: value('--text'), faint: value('--faint-text'), band: value('--band'), line: value('--line'), mark: value('--red')};
}

export const restyle = () => {
  styles = readStyles();
};

/**
 * Keeps the dispatcher's clock, by ours, and how many tasks it did not tell of.
 * What is drawn goes into the figures' frame, for a frame costs more than what is in it.
 */
export function heed(stats) {
  ahead = Date.parse(stats.at) - Date.now();
  omitted = stats.omitted;
  running = stats.running;
  next(true);
}

const now = () => Date.now() + ahead;

function colourOf(type) {
  let colour = colours.get(type);
  if (!colour) {
    if (colours.size >= COLOURS.length) {
      if (!others) {
        others = true;
        legend();
      }
      return OTHERS;
    }
    colour = COLOURS[colours.size];
    colours.set(type, colour);
    legend();
  }
  return colour;
}

function legend() {
  const entries = [...colours].map(([type, colour]) => entry(type, colour));
  byId('stream-legend').replaceChildren(...entries, ...(others ? [entry('other types', OTHERS)] : []));
}

function entry(type, colour) {
  const swatch = element('span', {class: 'swatch', 'aria-hidden': 'true'});
  swatch.style.background = colour;
  return element('li', {}, swatch, type);
}

export const see = event => lanes.see(event);
export const lost = worker => lanes.lost(worker, now());
export const clear = () => {
  lanes.clear();
  begun = false;
};

/** Whether to ask for what runs: at first, and as long as an end may be missed of what has not begun here. */
export const wants = () => !begun || lanes.hasListed();

/** Asks for it. Tasks have the names of workers, of which events have the ids. */
export async function look(workers) {
  begun = true;
  try {
    const {tasks, next: more} = await get(`tasks?state=running&limit=${MOST_LISTED}`);
    const ids = new Map(workers.map(each => [each.name, each.id]));
    lanes.list(tasks.map(each => ({...each, workerId: ids.get(each.worker)})), more ? Date.parse(tasks.at(-1).submittedAt) : 0);
  } catch (refused) {
    begun = false;
    throw refused;
  }
}

const labelWidth = () => size.width < 600 ? 90 : 150;
const laneCount = () => Math.max(LEAST_LANES, shown.length);

function fit() {
  const width = byId('stream').clientWidth;
  const height = laneCount() * LANE + AXIS;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
  }
  size = {width, height};
  // Labels are cut to a width that has changed perhaps.
  lanes.byWorker.forEach(lane => delete lane.label);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
}

function cut(text, width) {
  if (pen.measureText(text).width <= width) {
    return text;
  }
  let least = 0;
  let most = text.length;
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= width) {
      least = middle;
    } else {
      most = middle - 1;
    }
  }
  return `${text.slice(0, least)}…`;
}

const xOf = (time, at) => size.width - (at - time) / SPAN_MILLIS * (size.width - labelWidth());

function drawGround(at) {
  pen.clearRect(0, 0, size.width, size.height);
  pen.font = '12px system-ui, sans-serif';
  for (let i = 0; i < laneCount(); i++) {
    pen.fillStyle = styles.band;
    pen.fillRect(labelWidth(), i * LANE + 2, size.width - labelWidth(), INSIDE);
  }
  pen.fillStyle = styles.text;
  pen.textBaseline = 'middle';
  shown.forEach((lane, i) => {
    lane.label ??= cut(lane.name, labelWidth() - 10);
    pen.fillText(lane.label, 0, i * LANE + LANE / 2);
  });
  pen.fillStyle = styles.faint;
  pen.textAlign = 'center';
  const step = size.width < 600 ? 10 : 5;
  for (let seconds = step; seconds < SPAN_MILLIS / 1000; seconds += step) {
    pen.fillText(`−${seconds} s`, xOf(at - seconds * 1000, at), size.height - AXIS / 2);
  }
  pen.textAlign = 'right';
  pen.fillText('now', size.width, size.height - AXIS / 2);
  pen.textAlign = 'left';
}

/** Also while it is not looked at, so that nothing moves when it is. */
function choose() {
  const before = laneCount();
  shown = lanes.shown(MOST_LANES);
  if (before !== laneCount() || byId('stream').clientWidth !== size.width) {
    fit();
  }
}

function draw(at) {
  drawGround(at);
  const places = new Map(shown.map((lane, i) => [lane, i * LANE + 2]));
  const left = labelWidth();
  const marks = [];
  for (const bar of lanes.bars) {
    const y = places.get(bar.lane);
    if (y === undefined) {
      continue;
    }
    const height = INSIDE / Math.max(1, bar.lane.ends.length);
    const from = Math.max(left, xOf(bar.from, at));
    const to = Math.min(size.width, bar.to === null ? size.width : xOf(bar.to, at));
    pen.globalAlpha = bar.to === null ? 0.55 : 1;
    pen.fillStyle = colourOf(bar.type);
    pen.fillRect(from, y + bar.row * height, Math.max(1.5, to - from), Math.max(1, height - 1));
    if (bar.failed && to > left) {
      marks.push([to, y + bar.row * height + height / 2]);
    }
  }
  pen.globalAlpha = 1;
  cross(marks);
  describe();
}

function cross(marks) {
  pen.strokeStyle = styles.mark;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const [x, y] of marks) {
    pen.moveTo(x - 4, y - 4);
    pen.lineTo(x + 4, y + 4);
    pen.moveTo(x + 4, y - 4);
    pen.lineTo(x - 4, y + 4);
  }
  pen.stroke();
}

function describe() {
  const failed = lanes.bars.filter(bar => bar.failed).length;
  const hidden = lanes.byWorker.size - shown.length;
  setAttribute(canvas, 'aria-label', `${plural(lanes.bars.length, 'attempt')} on ${plural(lanes.byWorker.size, 'worker')}, ${count(failed)} failed`);
  setText(byId('stream-note'), [lanes.bars.length > 0 ? '30 seconds; each bar is an attempt, a cross one that failed'
    : running > 0 ? 'what runs is not known here' : 'nothing runs, nor has it in the last 30 seconds',
    hidden > 0 ? `${plural(hidden, 'more worker')}` : '',
    omitted > 0 ? 'some of many tasks' : ''].filter(each => each).join(' · '));
}

function barAt(event) {
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const lane = shown[Math.floor(y / LANE)];
  const at = now();
  return lane && lanes.bars.findLast(bar => {
    const height = INSIDE / Math.max(1, lane.ends.length);
    return bar.lane === lane
      && Math.floor((y % LANE - 2) / height) === bar.row
      && x >= xOf(bar.from, at) - 3 && x <= (bar.to === null ? size.width : xOf(bar.to, at)) + 3;
  });
}

canvas.addEventListener('mousemove', event => {
  const bar = barAt(event);
  const tip = byId('stream-tip');
  canvas.style.cursor = bar ? 'pointer' : '';
  tip.hidden = !bar;
  if (bar) {
    setText(tip, `${bar.type}, attempt ${bar.attempt}: ${bar.outcome}, ${duration((bar.to ?? now()) - bar.from)}`);
    const x = event.clientX - canvas.getBoundingClientRect().left;
    tip.style.left = `${Math.min(x, size.width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${Math.floor((event.clientY - canvas.getBoundingClientRect().top) / LANE) * LANE + LANE}px`;
  }
});
canvas.addEventListener('mouseleave', () => {
  byId('stream-tip').hidden = true;
});
canvas.addEventListener('click', event => {
  const bar = barAt(event);
  if (bar) {
    go({task: bar.task});
  }
});

new IntersectionObserver(entries => {
  visible = entries.at(-1).isIntersecting;
}).observe(canvas);

/** Draws with the figures and halfway to the next; by itself where none come. */
function turn(withFigures) {
  part('stream', () => {
    const at = now();
    choose();
    if (visible && !document.hidden && !byId('content').hidden) {
      draw(at);
    }
  });
  timer = setTimeout(next, withFigures && !calm.matches ? HALF_MILLIS : LATE_MILLIS, false);
}

function next(withFigures) {
  // No frame comes while the page is hidden, but attempts do.
  lanes.forget(now());
  clearTimeout(timer);
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => turn(withFigures));
}
turn(false);
