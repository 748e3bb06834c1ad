// All text of tasks, workers and problems becomes text nodes; nothing here parses HTML.

export const byId = id => document.getElementById(id);

// Control characters of no script, and what turns the direction of the text around them.
const UNSEEN = /[\u0080-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with what can't be seen as JSON escapes it: nobody is shown other words than there are. */
const visible = text => String(text).replace(UNSEEN, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** An element with attributes (null: left out) and children, of which texts become text nodes. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter(each => each !== null && each !== undefined)
    .map(each => typeof each === 'string' ? visible(each) : each));
  return made;
}

export function button(label, action, needs, described) {
  return element('button', {type: 'button', 'data-action': action, 'data-needs': needs, 'aria-label': described}, label);
}

/** Sets a text if it differs, so that an unchanged figure costs no layout. */
export function setText(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) {
    node.textContent = shown;
  }
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/**
 * Rows of a table, kept by key: what stays is changed in place, so that neither focus nor selection is lost.
 * `make(item)` gives {row, show(item)}.
 */
export class Rows {
  constructor(body, make) {
    this.body = body;
    this.make = make;
    this.kept = new Map();
  }

  show(items, keyOf) {
    this.keep(new Set(items.map(keyOf)));
    let place = this.body.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let shown = this.kept.get(key);
      if (!shown) {
        shown = this.make(item);
        this.kept.set(key, shown);
      }
      if (shown.row === place) {
        place = place.nextElementSibling;
      } else {
        this.body.insertBefore(shown.row, place);
      }
      shown.show(item);
    }
  }

  /** The others go first: a row in front that goes would have all behind it moved. */
  keep(present) {
    for (const [key, shown] of this.kept) {
      if (!present.has(key)) {
        shown.row.remove();
        this.kept.delete(key);
      }
    }
  }
}

/** A row of cells; on a narrow screen each shows its column's name. */
export function row(attributes, labels) {
  const cells = labels.map(([label, kind], i) =>
    element(i === 0 ? 'th' : 'td', {'data-label': label, class: kind, scope: i === 0 ? 'row' : null}));
  return {row: element('tr', attributes, ...cells), cells};
}

const notes = new Map();

/** Shows a part of the page, the section that has the element `id`. What fails in it is told there, and stops nothing else. */
export function part(id, show) {
  try {
    show();
    notes.get(id)?.remove();
    notes.delete(id);
  } catch (fault) {
    failed(id, fault);
  }
}

function failed(id, fault) {
  console.error(`${id} can't be shown`, fault);
  if (!notes.has(id)) {
    const note = element('p', {class: 'broken'}, 'This part can\'t be shown; the browser\'s console says why.');
    byId(id).closest('section').append(note);
    notes.set(id, note);
  }
}
