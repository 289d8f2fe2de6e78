// What the page draws from, and what all parts share. Texts of a scenario reach the page through textContent alone.
const data = JSON.parse(document.getElementById("data").textContent);

const sources = data.tables || [];

// Parts that draw again when colours or sizes change.
const redraws = [];
function redrawAll() { for (const redraw of redraws) redraw(); }

// The moment that the whole page shows: cells, playheads, readings.
const clock = {
  begin: data.begin, end: data.end, now: data.end, listeners: [],
  limit(begin, end) {
    this.begin = begin;
    this.end = end;
    this.set(end);
  },
  set(seconds) {
    this.now = Math.min(this.end, Math.max(this.begin, seconds));
    for (const listener of this.listeners) listener(this.now);
  },
};
