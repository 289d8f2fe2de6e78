// Stacked columns, drawn by uPlot: mean seconds by cause. A column can be picked by pointer or keys.
function stackedColumns(place, spec) {
  const area = element("div", "plot");
  place.append(area);
  let bands = spec.bands, columns = spec.columns, picked = -1;
  const count = columns.length, positions = columns.map((_, i) => i);

  function sums() {
    let below = new Array(count).fill(0);
    const stack = bands.map((band) => { below = below.map((sum, i) => sum + (band.means[i] || 0)); return below; });
    return stack.reverse();
  }

  const bars = uPlot.paths.bars({ size: [0.86, 120], gap: 0 });
  const series = bands.map((_, place) => {
    const index = bands.length - 1 - place;
    return { paths: bars, points: { show: false }, width: 1, stroke: () => styleColour("--surface"), fill: () => hatch(bands[index].fill, bands[index].index) };
  });
  const plot = new uPlot({
    width: Math.max(240, area.clientWidth), height: 280, legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: () => [-0.6, Math.max(count, 1) - 0.4] }, y: { range: (u, low, high) => [0, (high || 1) * 1.04] } },
    axes: [
      axis({ splits: () => positions, values: (u, splits) => splits.map((i) => (thin(i) ? columns[i] : "")), grid: { show: false }, label: spec.columnLabel, labelSize: 20, labelFont: "12px " + fontFamily, size: 34 }),
      axis({ incrs: timeSteps, values: (u, splits) => splits.map((at) => duration(at)), size: 72 }),
    ],
    series: [{}, ...series],
    hooks: {
      setCursor: [(u) => { if (spec.onPoint) spec.onPoint(u.cursor.left >= 0 ? u.cursor.idx : picked); }],
      draw: [(u) => {
        if (picked < 0) return;
        const context = u.ctx, left = u.valToPos(picked - 0.48, "x", true), right = u.valToPos(picked + 0.48, "x", true);
        context.save();
        context.strokeStyle = styleColour("--accent");
        context.lineWidth = 2 * (devicePixelRatio || 1);
        context.strokeRect(left, u.bbox.top, right - left, u.bbox.height);
        context.restore();
      }],
    },
  }, [positions, ...sums()], area);

  function thin(i) {
    const widest = Math.max(...columns.map((label) => label.length)) * 7 + 10, every = Math.max(1, Math.ceil(count * widest / Math.max(1, area.clientWidth - 80)));
    return every === 1 || (i + 1) % every === 0;
  }

  area.tabIndex = 0;
  area.setAttribute("role", "application");
  area.setAttribute("aria-roledescription", "chart");
  area.setAttribute("aria-label", spec.title + ". Arrow keys go from column to column" + (spec.onPick ? ", Enter shows the rows of one." : "."));
  const point = (index) => {
    const at = Math.min(count - 1, Math.max(0, index));
    plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.over.clientHeight / 2 });
    if (spec.onSpeak) spec.onSpeak(at);
  };
  area.addEventListener("blur", () => release(plot));
  area.addEventListener("keydown", (event) => {
    const here = plot.cursor.left >= 0 ? plot.cursor.idx : Math.max(0, picked);
    const actions = { ArrowLeft: () => point(here - 1), ArrowRight: () => point(plot.cursor.left >= 0 ? here + 1 : here), Home: () => point(0), End: () => point(count - 1) };
    if (spec.onPick) actions.Enter = actions[" "] = () => spec.onPick(here);
    if (!actions[event.key] || modified(event)) return;
    event.preventDefault();
    actions[event.key]();
  });
  if (spec.onPick) {
    plot.over.classList.add("pickable");
    plot.over.addEventListener("click", () => { if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) spec.onPick(plot.cursor.idx); });
  }

  new ResizeObserver(() => { if (area.clientWidth > 0 && area.clientWidth !== plot.width) plot.setSize({ width: area.clientWidth, height: 280 }); }).observe(area);
  redraws.push(() => plot.redraw(false, true));
  return {
    pick(index) { picked = index; plot.redraw(false, false); },
    remove() { plot.destroy(); area.remove(); },
  };
}

// The comparison's columns: one per variant, the causes beside them.
function variantColumns(place, chart) {
  const frame = element("figure", "chart"), caption = element("figcaption"), bands = chart.bands.map((band, index) => ({ ...band, index }));
  caption.append(element("h3", "", chart.caption.split(",")[0].replace(/\.$/, "")));
  frame.id = "chart-" + chart.id;
  frame.append(caption);
  place.append(frame);
  const legend = element("ul", "legend"), reading = element("p", "reading"), outputs = [];
  const show = (at) => {
    reading.textContent = at >= 0 && at !== null && at !== undefined ? chart.columns[at] : "mean seconds, a column per variant";
    outputs.forEach((output, i) => { output.textContent = at >= 0 && at !== null && at !== undefined ? duration(bands[i].means[at]) : ""; });
  };
  const announce = announcer(frame);
  stackedColumns(frame, {
    columns: chart.columns, bands, columnLabel: "variant", title: chart.caption, onPoint: show,
    onSpeak: (at) => announce(chart.columns[at] + ": " + bands.map((band) => band.title + " " + duration(band.means[at])).join("; ")),
  });
  for (const band of bands) {
    const item = element("li"), output = element("span", "value");
    item.append(hatchSwatch(band.fill, band.index), element("span", "", band.title), output);
    outputs.push(output);
    legend.append(item);
  }
  frame.append(reading, legend, asTable(() => tableOf(chart.caption, ["cause", ...chart.columns], bands.map((band) => [band.title, ...band.means.map(duration)]))));
  show(-1);
}
