// States of cells at a moment, from texts like A0B3C1f: a state's letter and the tick at which it begins, to the base of 36.
function cellStates(source) {
  const offsets = new Int32Array(source.cells.length + 1), states = [], ticks = [];
  source.cells.forEach((text, cell) => {
    for (let at = 0; at < text.length;) {
      let end = at + 1;
      while (end < text.length && text.charCodeAt(end) > 90 || end < text.length && text.charCodeAt(end) < 65) end++;
      states.push(text.charCodeAt(at) - 65);
      ticks.push(parseInt(text.slice(at + 1, end), 36));
      at = end;
    }
    offsets[cell + 1] = states.length;
  });
  const stateOf = Uint8Array.from(states), tickOf = Int32Array.from(ticks), current = new Uint8Array(source.cells.length), counts = new Int32Array(source.states.length);
  const weights = new Int32Array(source.cells.length), labels = new Array(source.cells.length);
  let cell = 0;
  for (const group of source.groups) {
    for (let i = 0; i < group.cells; i++) {
      labels[cell] = group.label;
      weights[cell++] = Math.floor((i + 1) * group.rows / group.cells) - Math.floor(i * group.rows / group.cells);
    }
  }
  // Of bins the page holds how many rows are in a state at each tick: a cell tells the state of one of its rows only.
  const totals = source.totals && source.totals.map((deltas) => { let sum = 0; return Int32Array.from(deltas, (delta) => (sum += delta)); });
  const seen = source.states.map((_, state) => (totals ? totals[state].some((count) => count > 0) : states.includes(state)));
  const tickAt = (seconds) => Math.floor(source.ticks * (seconds - source.begin) / Math.max(1e-9, source.end - source.begin) + 1e-6);
  function at(seconds) {
    const tick = tickAt(seconds);
    if (totals) totals.forEach((each, state) => { counts[state] = each[Math.min(source.ticks, Math.max(0, tick))]; });
    else counts.fill(0);
    for (let i = 0; i < current.length; i++) {
      let state = 0;
      for (let j = offsets[i]; j < offsets[i + 1] && tickOf[j] <= tick; j++) state = stateOf[j];
      current[i] = state;
      if (!totals) counts[state]++;
    }
  }
  // Counts by state at moments evenly spread over the run.
  function history(steps) {
    const rows = source.states.map(() => new Float64Array(steps + 1));
    for (let step = 0; step <= steps; step++) {
      at(source.begin + (source.end - source.begin) * step / steps);
      counts.forEach((count, state) => { rows[state][step] = count; });
    }
    return rows;
  }
  return { current, counts, weights, labels, seen, at, history };
}

// More headings than this would be most of the picture; a cell that is pointed at names its group in any case.
const maxHeadings = 40;
// A smaller cell has no room for its figure, without which states differ in colour alone.
const leastCell = 6, largestCell = 26;

// The cells on a canvas, in blocks with headings; a cell can be pointed at, or reached by arrow keys.
function cellCanvas(place, source, cells, describe, open) {
  const canvas = element("canvas", "cells"), context = canvas.getContext("2d");
  place.append(canvas);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "cluster view");
  let size = 10, columns = 1, blocks = [], tiles = [], pointed = -1, outlined = false;
  // What stands on the canvas: from one moment to the next only few cells change. 255 is none.
  const drawn = new Uint8Array(source.cells.length).fill(255);

  function layOut() {
    const width = place.clientWidth, ratio = window.devicePixelRatio || 1;
    if (width === 0) return false;
    const limit = Math.max(260, Math.min(460, window.innerHeight * 0.52)), headed = source.groups.length <= maxHeadings && source.groups.some((group) => group.label);
    const groups = headed ? source.groups : [{ label: "", cells: source.cells.length, rows: source.shown }], heading = headed ? 22 : 4;
    const heightOf = (s) => groups.reduce((sum, group) => sum + Math.ceil(group.cells / Math.floor(width / s)) * s, 0);
    size = largestCell;
    while (size > leastCell && heightOf(size) > limit) size--;
    columns = Math.max(1, Math.floor(width / size));
    let top = 0, first = 0;
    blocks = groups.map((group) => {
      const block = { label: group.label, top: top + heading, heading: top, first, cells: group.cells, rows: group.rows };
      top += heading + Math.ceil(group.cells / columns) * size;
      first += group.cells;
      return block;
    });
    canvas.style.height = top + "px";
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(top * ratio);
    tiles = source.states.map((state) => tile(state.fill, state.figure, size, ratio));
    drawn.fill(255);
    return true;
  }

  function where(cell) {
    const block = blocks.find((each) => cell < each.first + each.cells), at = cell - block.first;
    return [at % columns * size, block.top + Math.floor(at / columns) * size];
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    if (outlined || drawn[0] === 255) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = styleColour("--muted");
      context.font = 13 * ratio + "px " + fontFamily;
      context.textBaseline = "middle";
      for (const block of blocks) if (block.label) context.fillText(block.label + " (" + whole.format(block.rows) + ")", 0, (block.heading + 11) * ratio);
      drawn.fill(255);
    }
    for (const block of blocks) {
      for (let i = 0, cell = block.first; i < block.cells; i++, cell++) {
        const state = cells.current[cell];
        if (drawn[cell] === state) continue;
        drawn[cell] = state;
        context.drawImage(tiles[state], Math.round(i % columns * size * ratio), Math.round((block.top + Math.floor(i / columns) * size) * ratio));
      }
    }
    outlined = pointed >= 0;
    if (pointed >= 0) {
      const [x, y] = where(pointed);
      context.strokeStyle = styleColour("--ink");
      context.lineWidth = 2 * ratio;
      context.strokeRect((x - 0.5) * ratio, (y - 0.5) * ratio, size * ratio, size * ratio);
    }
  }

  function hit(event) {
    const bounds = canvas.getBoundingClientRect(), x = event.clientX - bounds.left, y = event.clientY - bounds.top, column = Math.floor(x / size);
    if (column >= columns) return -1;
    for (const block of blocks) {
      const at = Math.floor((y - block.top) / size) * columns + column;
      if (y >= block.top && at >= 0 && at < block.cells) return block.first + at;
    }
    return -1;
  }

  function point(cell, spoken) {
    if (cell === pointed && !spoken) return;
    pointed = cell;
    describe(cell, spoken);
    draw();
  }

  canvas.addEventListener("mousemove", (event) => point(hit(event), false));
  canvas.addEventListener("mouseleave", () => point(-1, false));
  canvas.addEventListener("click", (event) => { const cell = hit(event); if (cell >= 0) { point(cell, false); open(cell); } });
  canvas.addEventListener("blur", () => point(-1, false));
  canvas.addEventListener("keydown", (event) => {
    if (modified(event)) return;
    const total = source.cells.length, here = Math.max(0, pointed);
    const steps = { ArrowLeft: -1, ArrowRight: pointed < 0 ? 0 : 1, ArrowUp: -columns, ArrowDown: pointed < 0 ? 0 : columns };
    if (event.key in steps) point(Math.min(total - 1, Math.max(0, here + steps[event.key])), true);
    else if (event.key === "Home") point(0, true);
    else if (event.key === "End") point(total - 1, true);
    else if (event.key === "Escape") point(-1, true);
    else if (event.key === "Enter" && pointed >= 0) open(pointed);
    else return;
    event.preventDefault();
  });
  return {
    canvas, draw, layOut,
    pointed: () => pointed,
  };
}

function tileSwatch(hex, index) {
  return swatch((context, size) => context.drawImage(tile(hex, index, size, 1), 0, 0));
}

// One cell, drawn once for every state and size.
function tile(hex, index, size, ratio) {
  const image = document.createElement("canvas"), pixels = Math.round(size * ratio), fill = themed(hex);
  image.width = image.height = Math.max(1, pixels);
  const context = image.getContext("2d"), inner = pixels - ratio;
  context.fillStyle = fill;
  context.fillRect(0, 0, inner, inner);
  if (index === 0) {
    context.strokeStyle = styleColour("--border");
    context.strokeRect(0.5, 0.5, inner - 1, inner - 1);
  }
  context.strokeStyle = inkOn(fill);
  context.globalAlpha = 0.75;
  context.lineWidth = Math.max(1, size / 10) * ratio;
  context.lineCap = "round";
  figure(context, index, 0, 0, inner);
  return image;
}
