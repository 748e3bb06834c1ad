import {byId, setAttribute, setText} from './dom.js';
import {clock, count} from './format.js';

const PARTS = ['scheduled', 'queued', 'running', 'succeeded', 'failed', 'cancelled'];
const places = new Map([...document.querySelectorAll('[data-figure]')].map(each => [each.dataset.figure, each]));

let shownAt;

export function showVerdict({verdict, at}) {
  shownAt = at;
  const place = byId('verdict');
  if (place.dataset.code !== verdict.code) {
    // Its numbers change each second: those who listen are told when it is another one.
    setText(byId('verdict-said'), verdict.message);
  }
  setAttribute(place, 'data-code', verdict.code);
  setAttribute(place, 'data-ok', verdict.ok);
  setText(byId('verdict-sign'), verdict.ok ? '✓' : '!');
  setText(byId('verdict-message'), verdict.message);
  byId('verdict-more').hidden = verdict.ok;
  setText(byId('verdict-cause'), verdict.cause ?? '');
  setText(byId('verdict-remedy'), verdict.remedy ?? '');
  place.style.minHeight = '';
  document.title = `${verdict.ok ? '✓' : '!'} Errand`;
}

/** What was shown may be true no longer. Until figures come again the verdict keeps its height, so that nothing below it moves. */
export function doubt() {
  if (!shownAt) {
    return;
  }
  const place = byId('verdict');
  place.style.minHeight = `${place.offsetHeight}px`;
  setAttribute(place, 'data-code', 'unknown');
  setAttribute(place, 'data-ok', null);
  setText(byId('verdict-sign'), '?');
  setText(byId('verdict-message'), `Unknown: the dispatcher has not answered since ${clock(shownAt)}; the figures below are from then`);
  byId('verdict-more').hidden = true;
  document.title = '? Errand';
}

export function showLedger(stats) {
  for (const [name, place] of places) {
    setText(place, count(stats[name]));
    setAttribute(place, 'data-value', stats[name]);
  }
  const sum = PARTS.reduce((all, name) => all + stats[name], 0);
  const adds = sum === stats.submitted;
  setAttribute(byId('ledger'), 'data-adds', adds);
  setText(byId('sum'), adds
    ? 'adds up'
    : `does not add up: the parts are ${count(sum)}, ${count(Math.abs(stats.submitted - sum))} `
      + `${sum < stats.submitted ? 'fewer' : 'more'} than were submitted. This is a fault of Errand: keep the log and the store.`);
}
