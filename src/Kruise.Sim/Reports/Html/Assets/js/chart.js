// A chart of curves, drawn by uPlot: it zooms, shows values under the pointer and by keys, takes curves off, and is there as a table. What its axis is and how it reads is its kind's.
function chartGroup(key, clock) {
  let zooming = false;
  const group = { key, clock, charts: [], zoom, unzoom };
  function each(change) {
    if (zooming) return;
    zooming = true;
    for (const chart of group.charts) {
      change(chart);
      chart.plot.setScale("x", { min: chart.range[0], max: chart.range[1] });
      chart.moved();
    }
    zooming = false;
  }
  function zoom(from, to) {
    const least = (Math.max(...group.charts.map((chart) => chart.end)) - Math.min(...group.charts.map((chart) => chart.begin))) / 20000;
    if (to - from < least) { const middle = (from + to) / 2; from = middle - least / 2; to = middle + least / 2; }
    each((chart) => {
      chart.range = [Math.max(from, chart.begin), Math.min(to, chart.end)];
      if (chart.range[0] >= chart.range[1]) chart.range = [chart.begin, chart.end];
    });
  }
  function unzoom() { each((chart) => { chart.range = [chart.begin, chart.end]; }); }
  return group;
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
function releaseAll(group) { for (const chart of group.charts) release(chart.plot); }

// Labels that would stand on each other go below each other.
function labels(u) {
  const context = u.ctx, ratio = devicePixelRatio || 1, { left, top, width, height } = u.bbox, placed = [];
  return (text, x, y, away, low = 0) => {
    const room = context.measureText(text).width, before = x + room + away + 3 * ratio > left + width, from = before ? x - room - away : x + away;
    let at = Math.max(y + 9 * ratio, low);
    for (const other of placed.sort((a, b) => a.at - b.at)) if (from < other.to && other.from < from + room && Math.abs(at - other.at) < 12 * ratio) at = other.at + 12 * ratio;
    placed.push({ from, to: from + room, at });
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.setLineDash([]);
    context.lineWidth = 3 * ratio;
    context.strokeStyle = styleColour("--surface");
    context.fillStyle = styleColour("--ink");
    for (const write of ["strokeText", "fillText"]) context[write](text, from, Math.min(at, top + height - 8 * ratio));
  };
}

// Draws within the plot's area, after its axes.
function within(u, draw) {
  const context = u.ctx, { left, top, width, height } = u.bbox;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.font = 11 * (devicePixelRatio || 1) + "px " + fontFamily;
  draw(context, devicePixelRatio || 1);
  context.restore();
}

// A metric's own name, where the whole would not fit beside the axis.
function axisName(label, height) {
  const [name, unit] = label.split(" (");
  return label.length * 7 < height ? label : name.slice(name.lastIndexOf(".") + 1) + (unit ? " (" + unit : "");
}

function drawChart(place, chart, kind) {
  const { group, curves, stacked, height } = kind;
  const frame = element("figure", "chart"), caption = element("figcaption"), title = element("h3", "", chart.title), tools = element("div", "tools");
  frame.id = "chart-" + chart.id;
  title.id = freshId("chart-title");
  caption.append(title, element("p", "", chart.caption));
  const area = element("div", "plot");
  frame.append(caption, tools, area);
  place.append(frame);

  const shown = curves.map(() => true);
  const state = { begin: chart.begin, end: chart.end, range: [chart.begin, chart.end], shown, moved };
  const plot = new uPlot({
    width: Math.max(240, area.clientWidth), height, pxAlign: 1,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, ...kind.cursor },
    scales: { x: { time: false, range: () => state.range }, y: { range: (u, low, high) => kind.valueRange(u, high, state) } },
    axes: [
      axis({ labelSize: 20, labelFont: "12px " + fontFamily, size: 34, ...kind.axis(state, area) }),
      axis({ values: (u, splits) => splits.map((at) => (chart.whole && at % 1 !== 0 ? "" : upToThree.format(at))), label: axisName(chart.unit, height - 60), labelSize: 18, labelFont: "12px " + fontFamily, size: 58 }),
    ],
    series: [{}, ...kind.series],
    hooks: {
      drawAxes: [(u) => kind.below(u, state)],
      draw: [(u) => kind.above(u, state)],
      setCursor: [(u) => show(kind.at(u, state), false)],
      setSelect: [(u) => {
        if (u.select.width > 4) group.zoom(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
    },
  }, kind.values(shown), area);
  state.plot = plot;
  kind.begin(plot, state);
  plot.over.addEventListener("dblclick", group.unzoom);
  let pressed = 0, touched = false;
  plot.over.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
  plot.over.addEventListener("mousedown", (event) => { pressed = event.clientX; });
  plot.over.addEventListener("click", (event) => {
    if (Math.abs(event.clientX - pressed) < 4) kind.press(plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x"));
    // A finger that is lifted points at nothing any more, and no browser says that it has left.
    if (touched) releaseAll(group);
  });

  function moved() {
    area.setAttribute("aria-description", "In sight: from " + kind.place(state.range[0]) + " to " + kind.place(state.range[1]));
    kind.moved(state);
  }

  const legend = element("ul", "legend"), reading = element("p", "reading");
  const outputs = curves.map((curve, i) => {
    const item = element("li"), toggle = button("", "", () => {
      shown[i] = !shown[i];
      toggle.setAttribute("aria-pressed", String(shown[i]));
      if (stacked) plot.setData(kind.values(shown), false);
      else plot.setSeries(i + 1, { show: shown[i] });
      plot.redraw();
    });
    toggle.setAttribute("aria-pressed", "true");
    toggle.append(kind.swatch(i), element("span", "", curve.label));
    const output = element("span", "value");
    item.append(toggle, output);
    legend.append(item);
    return output;
  });
  frame.append(reading, legend);
  const announce = announcer(frame);

  function show(at, spoken) {
    const { title, values } = kind.read(at);
    reading.textContent = title;
    values.forEach((value, i) => { outputs[i].textContent = value; });
    if (spoken) announce(title + ": " + values.map((value, i) => (value === "" ? "" : curves[i].label + " " + value)).filter(Boolean).join("; "));
  }

  const point = (at, spoken) => {
    plot.setCursor(kind.position(plot, at));
    show(at, spoken);
  };
  area.tabIndex = 0;
  area.setAttribute("role", "application");
  area.setAttribute("aria-roledescription", "chart");
  area.setAttribute("aria-label", chart.title + ", " + chart.unit + " " + kind.over + ". " + chart.caption + " Arrow keys read values, plus and minus zoom, 0 shows all" + kind.enter + ".");
  area.addEventListener("blur", () => releaseAll(group));
  area.addEventListener("keydown", (event) => {
    const [from, to] = state.range, here = kind.at(plot, state), x = kind.x(here);
    const zoom = (factor) => group.zoom(x - (x - from) * factor, x + (to - x) * factor);
    const go = (way) => { const next = kind.step(here, way, event.shiftKey, state); if (next !== null) point(next, true); };
    const actions = {
      ArrowLeft: () => go(-1), ArrowRight: () => go(1), Home: () => go(-Infinity), End: () => go(Infinity),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: group.unzoom, Escape: group.unzoom, Enter: () => kind.press(x),
    };
    if (!actions[event.key] || modified(event)) return;
    event.preventDefault();
    actions[event.key]();
  });

  const middle = () => (plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : (state.range[0] + state.range[1]) / 2);
  const zoomBy = (factor) => { const at = middle(), [from, to] = state.range; group.zoom(at - (at - from) * factor, at + (to - at) * factor); };
  tools.append(
    button("+", "Zoom in: " + chart.title, () => zoomBy(0.5)), button("−", "Zoom out: " + chart.title, () => zoomBy(2)), button("All", "Show all: " + chart.title, group.unzoom));
  frame.append(asTable(() => tableOf(chart.title, [kind.column, ...curves.map((curve) => curve.label)], kind.rows(state))));

  new ResizeObserver(() => {
    if (area.clientWidth > 0 && area.clientWidth !== plot.width) { plot.setSize({ width: area.clientWidth, height }); moved(); }
  }).observe(area);
  const follow = () => { moved(); if (!(plot.cursor.left >= 0)) show(kind.at(plot, state), false); };
  // What is out of sight is drawn when its table comes into sight.
  redraws.push(() => { if (!place.hidden) { plot.redraw(false, true); follow(); } });
  group.clock?.listeners.push(() => { if (!place.hidden) follow(); });
  group.charts.push(state);
  moved();
  show(kind.at(plot, state), false);
}
