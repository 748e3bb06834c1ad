/* global uPlot */
import {byId, part, setAttribute} from './dom.js';
import {duration, perSecond} from './format.js';

const SPAN_SECONDS = 900;
const LEGEND = 36;
const NARROW = 560;
const STEPS = Array.from({length: 12}, (_, zeros) => [1, 2, 5].map(each => each * 10 ** zeros)).flat();
const RATES = [
  {name: 'submitted', colour: '--blue', dash: []},
  {name: 'ended', colour: '--green', dash: [6, 3]},
  {name: 'failedAttempts', label: 'attempts failed', colour: '--red', dash: [2, 2]},
];
const TIMES = [
  {name: 'waitP50', label: 'wait p50', colour: '--blue', dash: []},
  {name: 'waitP99', label: 'wait p99', colour: '--blue', dash: [2, 3]},
  {name: 'runP50', label: 'run p50', colour: '--orange', dash: []},
  {name: 'runP99', label: 'run p99', colour: '--orange', dash: [2, 3]},
];

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const short = new Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1});

/** Places of values without neighbours, which no line shows. */
function alone(plot, series) {
  const values = plot.data[series];
  const missing = at => values[at] === null || values[at] === undefined;
  return [...values.keys()].filter(at => !missing(at) && missing(at - 1) && missing(at + 1));
}

class Chart {
  constructor(id, lines, written, mark) {
    this.place = byId(id);
    this.lines = lines;
    this.written = written;
    this.mark = mark;
    new ResizeObserver(() => this.fit()).observe(this.place);
  }

  height() {
    return this.place.clientHeight - (this.place.clientWidth < NARROW ? 2 * LEGEND : LEGEND);
  }

  options() {
    const axis = {
      stroke: style('--faint-text'),
      grid: {stroke: style('--line'), width: 1},
      ticks: {stroke: style('--line'), width: 1},
      font: '12px system-ui, sans-serif',
    };
    return {
      width: this.place.clientWidth,
      height: this.height(),
      cursor: {y: false, drag: {x: false, y: false}},
      legend: {markers: {dash: (_, i) => this.lines[i - 1]?.dash.length > 0 ? 'dashed' : 'solid'}},
      scales: {x: {time: true}, y: {range: (_, least, most) => [0, Math.max(1, most * 1.1)]}},
      axes: [
        {...axis, values: (_, at) => at.map(each => new Date(each * 1000).toTimeString().slice(0, 5)), space: 60},
        {...axis, size: 60, incrs: STEPS, values: (_, values) => values.map(this.mark)},
      ],
      series: [
        {value: (_, at) => at === null ? '' : new Date(at * 1000).toTimeString().slice(0, 8), label: 'at'},
        ...this.lines.map(line => ({
          label: line.label ?? line.name,
          stroke: style(line.colour),
          dash: line.dash,
          width: 1.5,
          points: {show: true, size: 4, filter: alone},
          value: (_, value) => value === null || value === undefined ? '–' : this.written(value),
        })),
      ],
    };
  }

  /** The place has no size before the page is shown. */
  fit() {
    if (this.place.clientWidth === 0) {
      return;
    }
    if (this.plot) {
      this.plot.setSize({width: this.place.clientWidth, height: this.height()});
    } else if (this.data) {
      this.show(this.data);
    }
  }

  /** Colours are read when it is made. */
  restyle() {
    this.plot?.destroy();
    this.plot = null;
    if (this.data) {
      this.show(this.data);
    }
  }

  show(data) {
    this.data = data;
    if (this.plot) {
      this.plot.setData(data);
    } else if (this.place.clientWidth > 0) {
      this.plot = new uPlot(this.options(), data, this.place);
    }
    // uPlot itself empties the legend a moment later, where no pointer is.
    requestAnimationFrame(() => this.plot?.cursor.left < 0 && this.plot.setLegend({idx: data[0].length - 1}));
    const last = data.slice(1).map((values, i) => {
      const value = values.at(-1);
      return `${this.lines[i].label ?? this.lines[i].name} ${value === null || value === undefined ? 'none' : this.written(value)}`;
    });
    setAttribute(this.place, 'aria-label', `Now: ${last.join(', ')}`);
  }
}

const rates = new Chart('rates', RATES, value => `${perSecond(value)}/s`, short.format);
const latencies = new Chart('latencies', TIMES, duration, value => duration(value).replace('.0 ', ' '));

/** Shows the last 15 minutes as the dispatcher keeps them: older ones stay empty. */
export function show(series) {
  const points = SPAN_SECONDS / series.step;
  const at = Array.from({length: points}, (_, i) => series.end - (points - 1 - i) * series.step);
  const filled = values => Array(Math.max(0, points - values.length)).fill(null).concat(values.slice(-points));
  part('rates', () => rates.show([at, ...RATES.map(line => filled(series[line.name]))]));
  part('latencies', () => latencies.show([at, ...TIMES.map(line => filled(series[line.name]))]));
}

export function restyle() {
  rates.restyle();
  latencies.restyle();
}
