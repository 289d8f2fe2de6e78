// The cluster over time: cells, a slider, play. The slider moves the moment of the whole page.
const fullPlay = 12;

function replays(place, sources) {
  const controls = element("div", "controls"), play = element("button", "primary"), slider = element("input"), out = element("span", "moment"), speed = element("select");
  play.type = "button";
  slider.type = "range";
  slider.min = "0";
  slider.max = "1000";
  slider.step = "1";
  const sliderId = freshId("slider"), label = element("label", "hidden-text", "Moment of the run");
  slider.id = sliderId;
  label.htmlFor = sliderId;
  speed.setAttribute("aria-label", "Speed");
  for (const [factor, title] of [[0.25, "¼ ×"], [0.5, "½ ×"], [1, "1 ×"], [2, "2 ×"], [4, "4 ×"]]) {
    const option = element("option", "", title);
    option.value = String(factor);
    option.selected = factor === 1;
    speed.append(option);
  }
  controls.append(play, label, slider, out, speed);
  tabList(place, sources);
  const stage = element("div", "stage");
  place.append(stage);
  const views = sources.map((source) => replay(stage, source));
  place.insertBefore(controls, stage);
  const announce = announcer(place);

  // The slider spans what the table in sight has to show; the moment may lie outside, where nothing changes any more, or not yet.
  const inSight = () => views.find((view) => !view.box.hidden) || views[0];
  let playing = false, last = 0;
  function showPlay() { play.textContent = playing ? "❚❚ Pause" : "▶ Play"; }
  // From where the page is at, which a link or a chart may have changed meanwhile.
  function step(time) {
    if (!playing) return;
    const { begin, end } = inSight(), moment = clock.now + (end - begin) / fullPlay * Number(speed.value) * Math.min(0.25, Math.max(0, time - last) / 1000);
    last = time;
    if (moment >= end) { playing = false; showPlay(); }
    clock.set(Math.min(end, moment));
    if (playing) requestAnimationFrame(step);
    else announce("played to the end");
  }
  play.addEventListener("click", () => {
    playing = !playing;
    if (playing) {
      const { begin, end } = inSight();
      if (clock.now >= end || clock.now < begin) clock.set(begin);
      last = performance.now();
      requestAnimationFrame(step);
    }
    showPlay();
  });
  slider.addEventListener("input", () => {
    playing = false;
    showPlay();
    const { begin, end } = inSight();
    clock.set(begin + (end - begin) * Number(slider.value) / 1000);
  });
  clock.listeners.push((now) => {
    const view = inSight(), { begin, end } = view;
    controls.hidden = view.isEmpty;
    if (view.isEmpty) { playing = false; showPlay(); return; }
    slider.value = String(Math.round(1000 * (now - begin) / Math.max(1e-9, end - begin)));
    const moment = duration(now) + (now < begin ? ", before what is shown" : now > end && duration(now) !== duration(end) ? ", after what is shown" : "");
    out.textContent = moment;
    slider.setAttribute("aria-valuetext", moment + ": " + view.words());
  });
  showPlay();
}

function replay(place, source) {
  const box = element("div", "replay"), { begin, end } = source;
  place.append(box);
  tabs.list.push({ id: source.id, box });
  if (source.shown === 0) {
    // Rows of what came before, which an update took the place of; of the update itself none has begun.
    const figure = element("figure", "chart cluster"), caption = element("figcaption");
    caption.append(element("h3", "", source.statesTitle), element("p", "", "No " + source.one + " of an update had begun when the run ended."));
    figure.append(caption);
    box.append(figure);
    return { box, begin, end, isEmpty: true, words: () => "" };
  }

  const cells = cellStates(source), frame = element("figure", "chart cluster"), caption = element("figcaption"), area = element("div", "cells-box");
  const unit = source.bin > 1 ? "a cell is " + source.bin + " " + source.many + " that follow each other in their table, in the state of the one that is worst off: given up, held up, then the least far" : "a cell is " + (/^[aeiou]/.test(source.one) ? "an " : "a ") + source.one;
  caption.append(element("h3", "", source.statesTitle), element("p", "", whole.format(source.shown) + " " + (source.shown === 1 ? source.one : source.many) + "; " + unit + ". Choose one to see its row."));
  const legend = element("ul", "legend states"), reading = element("p", "reading"), table = () => tables.get(source.id);
  box.append(frame);
  frame.append(caption, area, reading, legend);
  const announce = announcer(frame);
  const history = cells.history(240);

  const outputs = source.states.map((state, index) => {
    const item = element("li"), output = element("span", "value", "0");
    item.hidden = !cells.seen[index];
    item.append(tileSwatch(state.fill, state.figure), element("span", "", state.title), output);
    legend.append(item);
    return output;
  });

  function words() { return Array.from(cells.counts).map((count, state) => [count, source.states[state].title]).filter(([count]) => count > 0).map(([count, title]) => whole.format(count) + " " + title).join(", "); }

  function describe(cell, spoken) {
    if (cell < 0) { reading.textContent = "at " + duration(clock.now) + ": " + words(); return; }
    const first = source.first[cell], rows = tables.get(source.id), row = rows ? rows.local(first) : -1;
    const name = row >= 0 ? rows.name(row) : source.one + " " + whole.format(first + 1);
    const others = cells.weights[cell] > 1 ? " and " + (cells.weights[cell] - 1) + " more, the worst off" : "", group = cells.labels[cell] && source.groups.length > maxHeadings ? " (" + cells.labels[cell] + ")" : "";
    reading.textContent = name + group + others + ": " + source.states[cells.current[cell]].title + " at " + duration(clock.now);
    if (spoken) announce(reading.textContent);
  }

  const view = cellCanvas(area, source, cells, describe, (cell) => {
    const row = table() ? table().local(source.first[cell]) : -1;
    if (row >= 0) location.hash = "#" + source.id + "/" + (source.first[cell] + 1);
    else announce("This row is not among those that the page holds.");
  });

  function show(now) {
    cells.at(now);
    cells.counts.forEach((count, state) => { outputs[state].textContent = whole.format(count); });
    describe(view.pointed(), false);
    view.canvas.setAttribute("aria-label", source.statesTitle + ", at " + duration(now) + ": " + words() + ". Arrow keys go from cell to cell, Enter opens a row.");
    view.draw();
  }

  const refresh = () => { if (!box.hidden && view.layOut()) show(clock.now); };
  let width = 0;
  new ResizeObserver(() => { if (area.clientWidth !== width) { width = area.clientWidth; refresh(); } }).observe(area);
  redraws.push(refresh);
  clock.listeners.push((now) => { if (!box.hidden) show(now); });

  // The same as a stack over time: the picture for paper, and another way to choose a moment.
  const steps = history[0].length - 1, x = Array.from({ length: steps + 1 }, (_, i) => source.begin + (source.end - source.begin) * i / steps);
  const shared = data.arrays.push(x) - 1;
  timeChart(box, {
    id: "states-" + source.id, title: "How many are in which state", caption: "The same over the whole run. Choose a moment to see the cells then.", unit: source.many, whole: true, begin: source.begin, end: source.end,
    bands: source.states.map((state, index) => ({ label: state.title, fill: state.fill, figure: state.figure, x: shared, y: data.arrays.push(Array.from(history[index])) - 1, seen: cells.seen[index] })).filter((band) => band.seen).reverse(),
  });
  return { box, begin, end, isEmpty: false, words };
}
