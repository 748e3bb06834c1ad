// Server-Sent Events. The browser resumes a connection that breaks; what it does not notice or gives up is begun anew.

const SILENCE_MILLIS = 10000;
const AGAIN_MILLIS = 2000;
const NAMES = ['stats', 'task', 'worker', 'action', 'reset', 'gap'];

export class Events {
  /** `heard(name, data)` for each event, `changed(state)` with 'live' or 'lost', `refused()` if it can't be begun. */
  constructor(heard, changed, refused) {
    this.heard = heard;
    this.changed = changed;
    this.refused = refused;
    this.last = null;
    this.watch = setInterval(() => this.look(), 1000);
    this.open();
  }

  open() {
    this.at = performance.now();
    const resume = this.last === null ? '' : `?lastEventId=${this.last}`;
    this.source = new EventSource(`api/v1/events${resume}`);
    for (const name of NAMES) {
      this.source.addEventListener(name, event => this.see(name, event));
    }
    this.source.addEventListener('error', () => this.broken());
  }

  see(name, event) {
    this.at = performance.now();
    if (event.lastEventId) {
      this.last = event.lastEventId;
    }
    this.changed('live');
    this.heard(name, JSON.parse(event.data));
  }

  broken() {
    this.changed('lost');
    if (this.source.readyState === EventSource.CLOSED) {
      // Refused, which the browser does not try again: perhaps the session is over.
      this.later();
    }
  }

  later() {
    this.source.close();
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (!await this.refused()) {
        this.open();
      }
    }, AGAIN_MILLIS);
    this.at = Infinity;
  }

  /** Something else was refused, as if the session were over, which a stream that goes on does not show. */
  suspect() {
    if (this.at !== Infinity) {
      this.changed('lost');
      this.later();
    }
  }

  look() {
    if (performance.now() - this.at > SILENCE_MILLIS) {
      this.changed('lost');
      this.later();
    }
  }

  close() {
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.source.close();
  }
}
