// Where the time went: causes from the largest, and groups of rows from the fastest to the slowest. Both filter the rows.
function causeChart(place, source, table) {
  const box = element("div", "causes-box"), counted = source.groupings[0].sizes.reduce((sum, size) => sum + size, 0);
  place.append(box);
  tabs.list.push({ id: source.id, box });
  const all = source.causes.map((cause, index) => ({ ...cause, index })).filter((cause) => cause.seconds > 0).map((cause, place) => ({ ...cause, place }));
  if (all.length === 0) {
    box.append(element("p", "", "No time to account for."));
    return;
  }

  const wait = all.find((cause) => cause.key === source.wait), onlyWait = all.length === 1 && wait;
  let grouping = wait && !onlyWait ? 0 : 1, chart = null;
  const frame = element("figure", "chart"), caption = element("figcaption");
  frame.id = "chart-causes-" + source.id;
  caption.append(element("h3", "", "From the fastest " + source.many + " to the slowest"),
    element("p", "", "Mean time of a " + source.one + " by cause, over " + whole.format(counted) + " " + (counted === 1 ? source.one : source.many) + (counted > source.groupings[0].sizes.length ? " in groups of equal size" : "") + ". Choose a column or a cause to see its rows below."));
  const tools = element("div", "tools");
  if (wait && !onlyWait) {
    const label = element("label", "check"), box = element("input");
    box.type = "checkbox";
    box.addEventListener("change", () => { grouping = box.checked ? 1 : 0; draw(); });
    label.append(box, " with " + wait.title);
    tools.append(label);
  }
  const reading = element("p", "reading"), list = element("ul", "cause-list"), announce = announcer(frame);
  frame.append(caption, tools);
  box.append(frame);
  const area = element("div");
  frame.append(area, reading, list);

  const shown = () => all.filter((cause) => grouping === 1 || cause !== wait);
  function draw() {
    if (chart) chart.remove();
    const groups = source.groupings[grouping], bands = shown().map((cause) => ({ title: cause.title, fill: cause.fill, index: cause.place, means: groups.means[cause.index] }));
    chart = stackedColumns(area, {
      columns: groups.columns, bands, title: caption.firstChild.textContent,
      columnLabel: counted > groups.columns.length ? "share of all " + source.many + ", from the fastest" : source.many + ", from the fastest",
      onPoint: point, onPick: pick, onSpeak: (at) => announce(words(at) + ": " + bands.map((band) => band.title + " " + duration(band.means[at])).join("; ")),
    });
    const total = shown().reduce((sum, cause) => sum + cause.seconds, 0);
    list.replaceChildren(...shown().slice().sort((a, b) => b.seconds - a.seconds).map((cause) => {
      const item = element("li"), press = button("", "", () => filterCause(cause.key)), track = element("span", "track"), bar = element("span", "part");
      press.dataset.cause = cause.key;
      press.setAttribute("aria-pressed", String(table.cause === cause.key));
      bar.style.width = Math.max(0.4, 100 * cause.seconds / total) + "%";
      track.append(bar);
      track.setAttribute("aria-hidden", "true");
      press.append(hatchSwatch(cause.fill, cause.place), element("span", "cause", cause.title), track, element("span", "share", percent(cause.seconds / total)),
        element("span", "mean", duration(cause.seconds / counted) + " a " + source.one), element("span", "with", whole.format(cause.with) + " " + (cause.with === 1 ? source.one : source.many)));
      item.append(press);
      return item;
    }));
    point(-1);
    mark();
  }

  function words(at) {
    const groups = source.groupings[grouping];
    return counted > groups.columns.length ? "group " + groups.columns[at] + " (" + whole.format(groups.sizes[at]) + " " + source.many + ")" : source.one + " " + groups.columns[at] + " from the fastest";
  }

  function point(at) {
    const groups = source.groupings[grouping];
    if (at === null || at === undefined || at < 0) { reading.textContent = "Point at a column to read it."; return; }
    const largest = shown().map((cause) => [groups.means[cause.index][at], cause.title]).filter(([mean]) => mean > 0).sort((a, b) => b[0] - a[0]);
    reading.textContent = words(at) + ": " + duration(largest.reduce((sum, [mean]) => sum + mean, 0)) + ", of it " + largest.slice(0, 3).map(([mean, title]) => title + " " + duration(mean)).join(", ");
  }

  function pick(at) {
    const same = table.group && table.group.grouping === grouping && table.group.index === at;
    table.filter({ group: same ? null : { grouping, index: at }, cause: table.cause, text: table.search });
    shownRows();
  }

  function filterCause(key) {
    table.filter({ cause: table.cause === key ? null : key, group: table.group, text: table.search });
    shownRows();
  }

  function shownRows() { announce(whole.format(table.order.length) + " rows are shown in the table below"); }

  function mark() {
    if (chart) chart.pick(table.group && table.group.grouping === grouping ? table.group.index : -1);
    for (const press of list.querySelectorAll("button")) press.setAttribute("aria-pressed", String(press.dataset.cause === table.cause));
  }

  table.listeners.push(mark);
  draw();
  frame.append(asTable(() => {
    const groups = source.groupings[grouping];
    return tableOf(caption.firstChild.textContent, ["cause", ...groups.columns], shown().map((cause) => [cause.title, ...groups.means[cause.index].map(duration)]));
  }));
}
