import {byId, element, setAttribute, setText} from './dom.js';
import {bytes, count, day, duration, plural} from './format.js';

const place = byId('cluster');
const lines = new Map();

function line(name, said, bad = false) {
  let shown = lines.get(name);
  if (!shown) {
    const value = element('dd');
    place.append(element('div', {}, element('dt', {}, name), value));
    shown = value;
    lines.set(name, shown);
  }
  setText(shown, said);
  setAttribute(shown, 'class', bad ? 'bad' : null);
}

function storeSays(store) {
  if (store.problem) {
    return store.problem;
  }
  const size = store.bytes === undefined ? '' : `, ${bytes(store.bytes)}${store.freeBytes === undefined ? '' : `, ${bytes(store.freeBytes)} free on its disk`}`;
  return `${store.kind}, durable after ${duration(store.lagMillis)}${size}`;
}

function membersSay({members, whole, apart}) {
  const listed = members.length > 8 ? `${members.slice(0, 8).join(', ')} and ${count(members.length - 8)} more` : members.join(', ');
  const split = apart.length > 0 ? `; in another part of the cluster: ${apart.join(', ')}` : whole ? '' : '; not all peers that answer have joined yet';
  return `${count(members.length)}: ${listed}${split}`;
}

export function show({cluster, store, clients, frames}) {
  line('Members', membersSay(cluster), !cluster.whole || cluster.apart.length > 0);
  line('Membership and bus', 'mutual TLS, one certificate for both');
  line('Certificate', cluster.certificateEnds ? `to ${day(cluster.certificateEnds)}` : '–');
  line('Refused', `${plural(cluster.refusedConnections, 'connection')} of strangers since the start`);
  line('Refusing peers', cluster.refusing.length > 0 ? cluster.refusing.join(', ') : 'none', cluster.refusing.length > 0);
  line('Store', storeSays(store), !store.ok);
  line('Clients on the bus', count(clients));
  line('Frames left out', `${count(frames.malformed)} malformed, ${count(frames.stale)} stale`, frames.malformed > 0);
}
