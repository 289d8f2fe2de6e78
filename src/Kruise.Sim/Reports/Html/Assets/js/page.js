// What the page draws from, and what all parts share. Texts of a scenario reach the page through textContent alone.
const data = JSON.parse(document.getElementById("data").textContent);

const sources = data.tables || [];

// Parts that draw again when colours or sizes change.
const redraws = [];
function redrawAll() { for (const redraw of redraws) redraw(); }

// A moment that several parts show: cells, playheads, readings.
function newClock(begin, end) {
  return {
    begin, end, now: end, listeners: [],
    set(seconds) {
      this.now = Math.min(this.end, Math.max(this.begin, seconds));
      for (const listener of this.listeners) listener(this.now);
    },
  };
}

// The page's own may be any of the run, whichever table is in sight.
const clock = newClock(data.begin, Math.max(data.end, ...sources.map((source) => source.end)));
