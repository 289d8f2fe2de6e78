// Metrics over a value that varies, with the intervals of their means: curves over its values, or settings as single points. Each zooms by itself.
// Curves are told apart by their marks as well as by colours and dashes.
const pointMarks = [
  (context, x, y, r) => context.arc(x, y, r, 0, 7),
  (context, x, y, r) => context.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76),
  (context, x, y, r) => { context.moveTo(x, y - r * 1.2); context.lineTo(x + r * 1.1, y + r * 0.8); context.lineTo(x - r * 1.1, y + r * 0.8); context.closePath(); },
  (context, x, y, r) => { context.moveTo(x, y - r * 1.3); context.lineTo(x + r * 1.3, y); context.lineTo(x, y + r * 1.3); context.lineTo(x - r * 1.3, y); context.closePath(); },
];

// Every other four are hollow.
function pointMark(context, index, colour, x, y, radius) {
  context.beginPath();
  pointMarks[index % pointMarks.length](context, x, y, radius);
  context.fillStyle = index % 8 < pointMarks.length ? colour : styleColour("--surface");
  context.strokeStyle = colour;
  context.fill();
  context.stroke();
}

function valueChart(place, chart) {
  const { curves } = chart, joined = curves.some((curve) => curve.joined), group = chartGroup(chart.id);
  // What can be read: the curves' values at a place where they have any, or a single point.
  const stops = curves.flatMap((curve, i) => curve.x.map((x, at) => ({ x, name: curve.names[at], points: { [i]: { y: curve.y[at], low: curve.low[at], high: curve.high[at] } } }))).sort((a, b) => a.x - b.x);
  if (joined) {
    const merged = [];
    for (const stop of stops) {
      const last = merged[merged.length - 1];
      if (last && last.x === stop.x) Object.assign(last.points, stop.points); else merged.push(stop);
    }
    stops.splice(0, stops.length, ...merged);
  }

  const figure = (value) => (value === undefined ? "" : number(value.y) + (value.high === null || value.high === value.y ? "" : " (" + number(value.low) + " to " + number(value.high) + ")"));
  const series = curves.map((curve, i) => ({
    label: curve.label, points: { show: false }, spanGaps: true, width: 2, stroke: () => lineColour(i), dash: dashes[i % dashes.length], paths: curve.joined ? undefined : () => null,
  }));
  // Points are large enough to be pointed at, and what the pointer is at has a ring.
  const ring = element("div", "ring"), chosen = chart.marks.length > 0 ? stops.findIndex((stop) => stop.x === chart.marks[0].x && Object.values(stop.points).some((value) => value.y === chart.marks[0].y)) : 0;
  let asked = -1;

  function inSight(stop, state) { return stop.x >= state.range[0] && stop.x <= state.range[1] && Object.keys(stop.points).some((i) => state.shown[i]); }

  function nearest(u, state) {
    let best = -1, least = Infinity;
    stops.forEach((stop, at) => {
      if (!inSight(stop, state)) return;
      const across = u.valToPos(stop.x, "x") - u.cursor.left;
      for (const value of joined ? [null] : Object.values(stop.points)) {
        const distance = Math.hypot(across, value === null ? 0 : u.valToPos(value.y, "y") - u.cursor.top);
        if (distance < least) { least = distance; best = at; }
      }
    });
    return best;
  }

  function encircle(u, at) {
    const value = at < 0 || joined ? undefined : Object.values(stops[at].points)[0];
    ring.style.display = value ? "" : "none";
    if (!value) return;
    ring.style.left = u.valToPos(stops[at].x, "x") + "px";
    ring.style.top = u.valToPos(value.y, "y") + "px";
  }

  function paint(u, { shown }) {
    within(u, (context, ratio) => {
      curves.forEach((curve, i) => {
        if (!shown[i]) return;
        context.strokeStyle = lineColour(i);
        context.lineWidth = 1.4 * ratio;
        curve.x.forEach((at, point) => {
          const x = u.valToPos(at, "x", true), y = u.valToPos(curve.y[point], "y", true);
          if (curve.high[point] !== null && curve.high[point] > curve.y[point]) {
            const high = u.valToPos(curve.high[point], "y", true), low = u.valToPos(curve.low[point], "y", true), cap = 4 * ratio;
            context.beginPath();
            for (const [fromX, fromY, toX, toY] of [[x, low, x, high], [x - cap, low, x + cap, low], [x - cap, high, x + cap, high]]) { context.moveTo(fromX, fromY); context.lineTo(toX, toY); }
            context.stroke();
          }
          pointMark(context, i, lineColour(i), x, y, 4 * ratio);
        });
      });
      const label = labels(u);
      for (const mark of chart.marks) {
        const x = u.valToPos(mark.x, "x", true), y = u.valToPos(mark.y, "y", true);
        context.strokeStyle = styleColour("--ink");
        context.lineWidth = 1.5 * ratio;
        context.beginPath();
        context.arc(x, y, 9 * ratio, 0, 7);
        context.stroke();
        label(mark.label, x, y, 12 * ratio);
      }
    });
  }

  // Names of values that would touch are left out.
  function ticks(state, area) {
    if (chart.ticks.length === 0) return { values: (u, splits) => splits.map((at) => upToThree.format(at)) };
    return {
      splits: () => chart.ticks.map((tick) => tick.x).filter((x) => x >= state.range[0] && x <= state.range[1]),
      values(u, splits) {
        let free = -Infinity;
        return splits.map((at) => {
          const { text } = chart.ticks.find((tick) => tick.x === at), half = text.length * 3.6 + 3, x = u.valToPos(at, "x");
          if (x - half < free) return "";
          free = x + half;
          return text;
        });
      },
      grid: { show: false },
    };
  }

  drawChart(place, chart, {
    group, curves, stacked: false, series, height: 320,
    values: () => [stops.map((stop) => stop.x), ...curves.map((_, i) => stops.map((stop) => stop.points[i]?.y ?? null))],
    cursor: { x: joined, points: { show: joined, size: 9 } },
    // Of what is in sight; below 0 there is room for a point's lower half.
    valueRange(u, high, { range: [from, to] }) {
      const tops = stops.filter((stop) => stop.x >= from && stop.x <= to).flatMap((stop) => Object.values(stop.points)).map((value) => value.high ?? value.y), top = Math.max(1e-9, ...tops);
      return [top * -0.04, top * 1.12];
    },
    axis: (state, area) => ({ ...ticks(state, area), label: chart.xLabel }),
    below() { },
    above: paint,
    begin(plot) {
      plot.over.append(ring);
      // What keys went to is read until the pointer moves.
      plot.over.addEventListener("pointermove", () => { asked = -1; });
    },
    moved(state) { this.at(state.plot, state); },
    press() { },
    place: (x) => (chart.ticks.length === 0 ? upToThree.format(x) : chart.ticks.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a)).text),
    over: "by " + chart.xLabel,
    enter: "",
    // What is read is what is nearest to the pointer, or what stands out.
    at(u, state) {
      if (!(u.cursor.left >= 0)) asked = -1;
      const here = asked >= 0 ? asked : u.cursor.left >= 0 ? nearest(u, state) : -1;
      encircle(u, here);
      return here >= 0 ? here : Math.max(0, chosen);
    },
    x: (at) => stops[at].x,
    position(plot, at) {
      asked = at;
      return { left: plot.valToPos(stops[at].x, "x"), top: plot.valToPos(Object.values(stops[at].points)[0].y, "y") };
    },
    step(at, way, far, state) {
      const seen = stops.map((stop, index) => (inSight(stop, state) ? index : -1)).filter((index) => index >= 0);
      if (seen.length === 0) return null;
      const here = seen.indexOf(at);
      return here < 0 ? seen[0] : seen[Math.min(seen.length - 1, Math.max(0, here + way * (far ? 10 : 1)))];
    },
    read: (at) => ({ title: "at " + stops[at].name, values: curves.map((_, i) => figure(stops[at].points[i])) }),
    swatch: (i) => swatch((context, size) => {
      context.lineWidth = size / 16 * 1.6;
      context.strokeStyle = lineColour(i);
      if (curves[i].joined) {
        context.setLineDash(dashes[i % dashes.length].map((length) => length * size / 24));
        context.beginPath();
        context.moveTo(0, size / 2);
        context.lineTo(size, size / 2);
        context.stroke();
        context.setLineDash([]);
      }
      pointMark(context, i, lineColour(i), size / 2, size / 2, size * 0.24);
    }),
    column: joined ? chart.xLabel : "setting",
    rows: () => stops.map((stop) => [stop.name, ...curves.map((_, i) => figure(stop.points[i]))]),
  });
}
