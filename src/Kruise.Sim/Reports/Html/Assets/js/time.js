// Curves and stacks over time. Those that count it from the same moment zoom together, and show the same moment: the page's own, unless they say from when they count.
const timeSteps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800];
const timeGroups = new Map();

function timeGroup(chart) {
  const since = chart.since || "";
  if (!timeGroups.has(since)) timeGroups.set(since, chartGroup("moments " + since, since === "" ? clock : newClock(chart.begin, chart.end)));
  return timeGroups.get(since);
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

function paintMarks(u, chart, { range }) {
  within(u, (context, ratio) => {
    const { top, height } = u.bbox;
    paintEvents(u, context, ratio, range);
    const label = labels(u);
    for (const [i, mark] of (chart.marks || []).entries()) {
      const x = u.valToPos(mark.x, "x", true), y = u.valToPos(mark.y, "y", true);
      context.strokeStyle = styleColour("--muted");
      context.setLineDash([3 * ratio, 3 * ratio]);
      context.lineWidth = ratio;
      context.beginPath();
      context.moveTo(x, top + height);
      context.lineTo(x, y);
      context.stroke();
      // Low down, where the curve seldom is.
      label(mark.label, x, y, 5 * ratio, u.valToPos(chart.top * (0.36 - 0.09 * i), "y", true));
    }
  });
}

function lineSwatch(curve, dash) {
  return swatch((context, size) => {
    context.strokeStyle = lineColour(curve.colour);
    context.lineWidth = size / 16 * (curve.reference ? 1.5 : 2.5);
    context.setLineDash(dash.map((length) => length * size / 24));
    context.beginPath();
    context.moveTo(0, size / 2);
    context.lineTo(size, size / 2);
    context.stroke();
  });
}

function timeChart(place, chart) {
  const group = timeGroup(chart), { clock } = group, curves = lookUp(chart), stacked = Boolean(chart.bands), aligned = align(curves), own = aligned.slice(1);
  const order = stacked ? curves.map((_, i) => curves.length - 1 - i) : curves.map((_, i) => i);

  // In a stack the topmost comes first, and each of the others covers what is not its own.
  function values(shown) {
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

  // The moments of curves are held with six digits, which may be a little after what they stand for.
  function valuesAt(moment) {
    const until = moment + Math.abs(moment) * 5e-6;
    let low = 0, high = aligned[0].length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (aligned[0][middle] <= until) low = middle; else high = middle - 1; }
    return (aligned[0].length === 0 ? own.map(() => null) : own.map((each) => each[low])).map((value) => number(value, chart.whole));
  }

  const head = element("div", "playhead"), since = chart.since ? " since " + chart.since : "";
  drawChart(place, chart, {
    group, curves, stacked, series, values, height: 250,
    cursor: { sync: { key: group.key, setSeries: false }, points: { show: !stacked, size: 7 } },
    valueRange: (u, high, { range }) => [0, aboveEvents(u, range, Math.max(1e-9, stacked ? high : Math.max(high, chart.top)))],
    axis: (state) => ({ incrs: timeSteps, values: (u, splits) => splits.map((at) => axisTime(at, state.range[1] - state.range[0])), label: "time" + since + " (" + axisUnit() + ")" }),
    below(u, state) { if (!stacked) paintMarks(u, chart, state); },
    above(u, state) { if (stacked) paintMarks(u, chart, state); },
    begin(plot) { plot.over.append(head); },
    moved({ plot }) {
      const left = plot.valToPos(clock.now, "x");
      head.style.display = left >= 0 && left <= plot.bbox.width / uPlot.pxRatio ? "" : "none";
      head.style.left = left + "px";
    },
    press(moment) { clock.set(moment); },
    place: duration,
    over: "over time" + since,
    enter: ", Enter goes to the moment",
    // What is read is at a moment: the pointer's, or the page's.
    at: (u) => (u.cursor.left >= 0 ? Math.min(chart.end, Math.max(chart.begin, u.posToVal(u.cursor.left, "x"))) : clock.now),
    x: (moment) => moment,
    position: (plot, moment) => ({ left: plot.valToPos(moment, "x"), top: plot.over.clientHeight / 2 }),
    step: (moment, way, far, { range: [from, to] }) => Math.min(to, Math.max(from, moment + way * (to - from) * (far ? 0.1 : 0.01))),
    read: (moment) => ({ title: "at " + duration(moment), values: valuesAt(moment) }),
    swatch(i) {
      const curve = curves[i];
      return !stacked ? lineSwatch(curve, curve.reference ? [5, 4] : series[i].dash) : curve.figure !== undefined ? tileSwatch(curve.fill, curve.figure) : hatchSwatch(curve.fill, i);
    },
    column: "at",
    rows({ begin, end }) {
      const steps = 24;
      return Array.from({ length: steps + 1 }, (_, i) => begin + (end - begin) * i / steps).map((moment) => [duration(moment), ...valuesAt(moment)]);
    },
  });
}
