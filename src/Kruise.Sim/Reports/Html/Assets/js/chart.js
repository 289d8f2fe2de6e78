// Curves and stacks over time, drawn by uPlot. All of them zoom together, and show the page's moment.
const timeCharts = [];
const timeSteps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800];
let zooming = false;

function zoomAll(from, to) {
  if (zooming) return;
  zooming = true;
  const least = (data.end - data.begin) / 20000;
  if (to - from < least) { const middle = (from + to) / 2; from = middle - least / 2; to = middle + least / 2; }
  for (const chart of timeCharts) {
    chart.range = [Math.max(from, chart.begin), Math.min(to, chart.end)];
    if (chart.range[0] >= chart.range[1]) chart.range = [chart.begin, chart.end];
    chart.plot.setScale("x", { min: chart.range[0], max: chart.range[1] });
    chart.moved();
  }
  zooming = false;
}

function unzoomAll() {
  zooming = true;
  for (const chart of timeCharts) {
    chart.range = [chart.begin, chart.end];
    chart.plot.setScale("x", { min: chart.begin, max: chart.end });
    chart.moved();
  }
  zooming = false;
}

// Curves have moments of their own; uPlot wants one row of them. What a step held, it holds until its next moment; other curves go straight on.
function align(curves) {
  const moments = new Float64Array([...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b));
  return [Array.from(moments), ...curves.map((curve) => {
    const values = new Array(moments.length).fill(null);
    let at = -1;
    for (let i = 0; i < moments.length; i++) {
      while (at + 1 < curve.x.length && curve.x[at + 1] <= moments[i]) at++;
      if (at < 0) continue;
      if (curve.steps || at + 1 >= curve.x.length) values[i] = at + 1 < curve.x.length || curve.steps || curve.x[at] === moments[i] ? curve.y[at] : null;
      else values[i] = curve.y[at] + (curve.y[at + 1] - curve.y[at]) * (moments[i] - curve.x[at]) / (curve.x[at + 1] - curve.x[at]);
    }
    return values;
  })];
}

function lookUp(chart) {
  return (chart.lines || chart.bands).map((curve) => ({ ...curve, x: data.arrays[curve.x], y: data.arrays[curve.y], steps: curve.steps || Boolean(chart.bands) }));
}

function axis(extra) {
  return { stroke: () => styleColour("--muted"), grid: { stroke: () => styleColour("--grid"), width: 1 }, ticks: { stroke: () => styleColour("--grid"), width: 1, size: 5 }, font: "12px " + fontFamily, ...extra };
}

const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
const probe = element("span", "hidden-text");
document.body.append(probe);
// Asking for a computed colour has the browser resolve styles: once for each, until the theme changes.
const styleColours = new Map();
redraws.push(() => styleColours.clear());
function styleColour(variable) {
  let colour = styleColours.get(variable);
  if (colour === undefined) {
    probe.style.color = "var(" + variable + ")";
    styleColours.set(variable, colour = getComputedStyle(probe).color);
  }
  return colour;
}

// Takes the cursor off a plot: its readings follow the page's moment again.
function release(plot) { plot.setCursor({ left: -10, top: -10 }); }
function releaseAll() { for (const chart of timeCharts) release(chart.plot); }

function paintMarks(u, chart, range) {
  const context = u.ctx, ratio = devicePixelRatio || 1, { left, top, width, height } = u.bbox;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.font = 11 * ratio + "px " + fontFamily;
  paintEvents(u, context, ratio, range);
  // Labels that would stand on each other go below each other.
  const placed = [];
  for (const [i, mark] of (chart.marks || []).entries()) {
    const x = u.valToPos(mark.x, "x", true), y = u.valToPos(mark.y, "y", true);
    context.strokeStyle = styleColour("--muted");
    context.setLineDash([3 * ratio, 3 * ratio]);
    context.lineWidth = ratio;
    context.beginPath();
    context.moveTo(x, top + height);
    context.lineTo(x, y);
    context.stroke();
    context.fillStyle = styleColour("--ink");
    const room = context.measureText(mark.label).width, before = x + room + 8 * ratio > left + width;
    context.textBaseline = "middle";
    const from = before ? x - room - 5 * ratio : x + 5 * ratio;
    // Low down, where the curve seldom is.
    let at = Math.max(y + 9 * ratio, u.valToPos(chart.top * (0.36 - 0.09 * i), "y", true));
    for (const other of placed.sort((a, b) => a.at - b.at)) if (from < other.to && other.from < from + room && Math.abs(at - other.at) < 12 * ratio) at = other.at + 12 * ratio;
    placed.push({ from, to: from + room, at });
    context.fillText(mark.label, from, Math.min(at, top + height - 8 * ratio));
  }
  context.restore();
}

function timeChart(place, chart) {
  const curves = lookUp(chart), stacked = Boolean(chart.bands), aligned = align(curves), own = aligned.slice(1);
  const frame = element("figure", "chart"), caption = element("figcaption"), title = element("h3", "", chart.title), tools = element("div", "tools");
  frame.id = "chart-" + chart.id;
  title.id = freshId("chart-title");
  caption.append(title, element("p", "", chart.caption));
  const area = element("div", "plot");
  frame.append(caption, tools, area);
  place.append(frame);

  const shown = curves.map(() => true);
  const state = { begin: chart.begin, end: chart.end, range: [chart.begin, chart.end], moved };
  const order = stacked ? curves.map((_, i) => curves.length - 1 - i) : curves.map((_, i) => i);

  // In a stack the topmost comes first, and each of the others covers what is not its own.
  function values() {
    if (!stacked) return aligned;
    const sums = [];
    let below = new Array(aligned[0].length).fill(0);
    own.forEach((series, i) => {
      below = below.map((sum, at) => sum + (shown[i] ? series[at] || 0 : 0));
      sums.push(below);
    });
    return [aligned[0], ...order.map((i) => sums[i])];
  }

  const paint = (curve, i) => (curve.figure === undefined ? hatch(curve.fill, i) : stateHatch(curve.fill, curve.figure));
  const stepped = uPlot.paths.stepped({ align: 1 });
  const series = order.map((i) => {
    const curve = curves[i];
    return stacked
      ? { label: curve.label, paths: stepped, points: { show: false }, width: 1, stroke: () => styleColour("--surface"), fill: () => paint(curve, i) }
      : {
        label: curve.label, paths: curve.steps ? stepped : undefined, points: { show: false }, spanGaps: true, width: curve.reference ? 1.5 : 2.25,
        stroke: () => lineColour(curve.colour), dash: curve.reference ? [5, 4] : dashes[curves.slice(0, i).filter((before) => !before.reference).length % dashes.length],
      };
  });

  const options = {
    width: Math.max(240, area.clientWidth), height: 250, pxAlign: 1,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, sync: { key: "moments", setSeries: false }, points: { show: !stacked, size: 7 } },
    scales: { x: { time: false, range: () => state.range }, y: { range: (u, low, high) => [0, aboveEvents(u, state.range, Math.max(1e-9, stacked ? high : Math.max(high, chart.top)))] } },
    axes: [
      axis({ incrs: timeSteps, values: (u, splits) => splits.map((at) => axisTime(at, state.range[1] - state.range[0])), label: "time (" + axisUnit() + ")", labelSize: 20, labelFont: "12px " + fontFamily, size: 34 }),
      axis({ values: (u, splits) => splits.map((at) => (chart.whole && at % 1 !== 0 ? "" : upToThree.format(at))), label: chart.unit, labelSize: 18, labelFont: "12px " + fontFamily, size: 58 }),
    ],
    series: [{}, ...series],
    hooks: {
      drawAxes: [(u) => { if (!stacked) paintMarks(u, chart, state.range); }],
      draw: [(u) => { if (stacked) paintMarks(u, chart, state.range); }],
      setCursor: [(u) => read(u)],
      setSelect: [(u) => {
        if (u.select.width > 4) zoomAll(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
    },
  };
  const plot = new uPlot(options, values(), area);
  state.plot = plot;
  const head = element("div", "playhead");
  plot.over.append(head);
  plot.over.addEventListener("dblclick", unzoomAll);
  let pressed = 0, touched = false;
  plot.over.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
  plot.over.addEventListener("mousedown", (event) => { pressed = event.clientX; });
  plot.over.addEventListener("click", (event) => {
    if (Math.abs(event.clientX - pressed) < 4) clock.set(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x"));
    // A finger that is lifted points at nothing any more, and no browser says that it has left.
    if (touched) releaseAll();
  });

  function moved() {
    area.setAttribute("aria-description", "In sight: from " + duration(state.range[0]) + " to " + duration(state.range[1]));
    const left = plot.valToPos(clock.now, "x");
    head.style.display = left >= 0 && left <= plot.bbox.width / uPlot.pxRatio ? "" : "none";
    head.style.left = left + "px";
  }

  const legend = element("ul", "legend"), reading = element("p", "reading");
  const outputs = curves.map((curve, i) => {
    const item = element("li"), toggle = button("", "", () => {
      shown[i] = !shown[i];
      toggle.setAttribute("aria-pressed", String(shown[i]));
      if (stacked) plot.setData(values(), false);
      else plot.setSeries(i + 1, { show: shown[i] });
      plot.redraw();
    });
    toggle.setAttribute("aria-pressed", "true");
    toggle.append(
      stacked && curve.figure !== undefined ? tileSwatch(curve.fill, curve.figure) : stacked ? hatchSwatch(curve.fill, i) : swatch((context, size) => {
        context.strokeStyle = lineColour(curve.colour);
        context.lineWidth = size / 16 * (curve.reference ? 1.5 : 2.5);
        context.setLineDash((curve.reference ? [5, 4] : series[i].dash).map((dash) => dash * size / 24));
        context.beginPath();
        context.moveTo(0, size / 2);
        context.lineTo(size, size / 2);
        context.stroke();
      }),
      element("span", "", curve.label));
    const output = element("span", "value");
    item.append(toggle, output);
    legend.append(item);
    return output;
  });
  frame.append(reading, legend);
  const announce = announcer(frame);

  // The moments of curves are held with six digits, which may be a little after what they stand for.
  function valuesAt(moment) {
    const until = moment + Math.abs(moment) * 5e-6;
    let low = 0, high = aligned[0].length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (aligned[0][middle] <= until) low = middle; else high = middle - 1; }
    return aligned[0].length === 0 ? own.map(() => null) : own.map((each) => each[low]);
  }

  function show(moment, spoken) {
    const at = valuesAt(moment);
    reading.textContent = "at " + duration(moment);
    at.forEach((value, i) => { outputs[i].textContent = number(value, chart.whole); });
    if (spoken) announce("at " + duration(moment) + ": " + at.map((value, i) => curves[i].label + " " + number(value, chart.whole)).join("; "));
  }

  function read(u) {
    const left = u.cursor.left;
    if (left >= 0) show(Math.min(state.end, Math.max(state.begin, u.posToVal(left, "x"))), false);
    else show(clock.now, false);
  }

  area.tabIndex = 0;
  area.setAttribute("role", "application");
  area.setAttribute("aria-roledescription", "chart");
  area.setAttribute("aria-label", chart.title + ", " + chart.unit + " over time. " + chart.caption + " Arrow keys read values, plus and minus zoom, 0 shows all, Enter goes to the moment.");
  area.addEventListener("blur", releaseAll);
  area.addEventListener("keydown", (event) => {
    const [from, to] = state.range, span = to - from;
    const here = plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : clock.now;
    const point = (moment) => {
      const at = Math.min(to, Math.max(from, moment));
      plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.over.clientHeight / 2 });
      show(at, true);
    };
    const zoom = (factor) => zoomAll(here - (here - from) * factor, here + (to - here) * factor);
    const step = span * (event.shiftKey ? 0.1 : 0.01);
    const actions = {
      ArrowLeft: () => point(here - step), ArrowRight: () => point(here + step), Home: () => point(from), End: () => point(to),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: unzoomAll, Escape: unzoomAll, Enter: () => clock.set(here),
    };
    if (!actions[event.key] || modified(event)) return;
    event.preventDefault();
    actions[event.key]();
  });

  const middle = () => (plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : (state.range[0] + state.range[1]) / 2);
  const zoomBy = (factor) => { const at = middle(), [from, to] = state.range; zoomAll(at - (at - from) * factor, at + (to - at) * factor); };
  tools.append(
    button("+", "Zoom in: " + chart.title, () => zoomBy(0.5)), button("−", "Zoom out: " + chart.title, () => zoomBy(2)), button("All", "Show all: " + chart.title, unzoomAll));
  frame.append(asTable(() => {
    const steps = 24, [from, to] = [state.begin, state.end];
    const moments = Array.from({ length: steps + 1 }, (_, i) => from + (to - from) * i / steps);
    return tableOf(chart.title, ["at", ...curves.map((curve) => curve.label)], moments.map((moment) => [duration(moment), ...valuesAt(moment).map((value) => number(value, chart.whole))]));
  }));

  new ResizeObserver(() => {
    if (area.clientWidth > 0 && area.clientWidth !== plot.width) { plot.setSize({ width: area.clientWidth, height: 250 }); moved(); }
  }).observe(area);
  const follows = (moment) => { moved(); if (!(plot.cursor.left >= 0)) show(moment, false); };
  // What is out of sight is drawn when its table comes into sight.
  redraws.push(() => { if (!place.hidden) { plot.redraw(false, true); follows(clock.now); } });
  clock.listeners.push((moment) => { if (!place.hidden) follows(moment); });
  timeCharts.push(state);
  moved();
  show(clock.now, false);
  return state;
}
