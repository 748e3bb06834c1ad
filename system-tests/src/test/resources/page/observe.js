// Runs in each page before its own scripts, and notes what a person would see of its speed and steadiness.
(() => {
  const seen = {shift: 0, shifts: [], longTasks: [], frames: [], refused: [], verdictAt: null};
  window.seenByTest = seen;
  const name = node => (node && node.nodeType === 1)
    ? node.tagName.toLowerCase() + (node.id ? '#' + node.id : '') + (node.className ? '.' + node.className : '')
    : String(node && node.nodeName);
  const observe = (type, each) =>
    new PerformanceObserver(list => list.getEntries().forEach(each)).observe({type, buffered: true});
  observe('layout-shift', entry => {
    if (!entry.hadRecentInput) {
      seen.shift += entry.value;
      seen.shifts.push(entry.value.toFixed(4) + ' ' + entry.sources.map(source => name(source.node)).join(' '));
    }
  });
  observe('longtask', entry => seen.longTasks.push({at: entry.startTime, millis: entry.duration}));
  observe('long-animation-frame', entry => seen.frames.push({at: entry.startTime, millis: entry.duration}));
  document.addEventListener('securitypolicyviolation',
    event => seen.refused.push(event.violatedDirective + ' ' + event.blockedURI));
  const look = () => {
    const verdict = document.getElementById('verdict');
    if (verdict && verdict.dataset.code) {
      seen.verdictAt = performance.now();
    } else {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
})();
