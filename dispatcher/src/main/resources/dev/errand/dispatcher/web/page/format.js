const whole = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const tenth = new Intl.NumberFormat('en-US', {minimumFractionDigits: 1, maximumFractionDigits: 1});
const NONE = '–';

const names = new Intl.Collator('en', {numeric: true});

/** Orders what has a name: worker-2 goes before worker-10. */
export const byName = (a, b) => names.compare(a.name, b.name);

export const count = number => whole.format(number);

/** One and many: plural(1, 'worker') is '1 worker'. */
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? '' : 's'}`;

export function perSecond(number) {
  return number > 0 && number < 10 ? tenth.format(number) : whole.format(number);
}

/** A time in milliseconds, in two units at most. */
export function duration(millis) {
  if (millis === null || millis === undefined || millis < 0) {
    return NONE;
  }
  if (millis < 1000) {
    return `${Math.round(millis)} ms`;
  }
  const seconds = millis / 1000;
  if (seconds < 60) {
    return `${tenth.format(Math.floor(seconds * 10) / 10)} s`;
  }
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, each]) => seconds >= each);
  const [name, size] = units[first];
  const [smaller, its] = units[first + 1];
  const rest = Math.floor((seconds % size) / its);
  return `${Math.floor(seconds / size)} ${name}${rest > 0 ? ` ${rest} ${smaller}` : ''}`;
}

export function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : tenth.format(value)} ${units[unit]}`;
}

const pad = (number, digits = 2) => String(number).padStart(digits, '0');

/** The time of day here; with its day if that is not today. */
export function clock(iso) {
  if (!iso) {
    return NONE;
  }
  const at = new Date(iso);
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return at.toDateString() === new Date().toDateString() ? time : `${day(iso)} ${time}`;
}

export function day(iso) {
  const at = new Date(iso);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** Between two times; of one that is missing, nothing. */
export function between(from, to) {
  return from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;
}

export const percentiles = times => `${duration(times.p50Millis)} · ${duration(times.p99Millis)}`;
