// What is looked at lives in the fragment of the URL: #state=failed&type=square&task=…

export const parts = () => new URLSearchParams(location.hash.slice(1));

/** A link to what is shown now, with these parts changed; an empty one is left out. */
export function link(changes) {
  const next = parts();
  for (const [name, value] of Object.entries(changes)) {
    if (value) {
      next.set(name, value);
    } else {
      next.delete(name);
    }
  }
  return `#${next}`;
}

export function go(changes) {
  location.hash = link(changes);
}

export function onChange(look) {
  addEventListener('hashchange', look);
}
