// Puts the parts where the page has room for them.
themeSwitch(document.getElementById("theme"));
if (sources.length > 0) {
  const causes = content("causes"), rows = content("rows");
  tabList(causes, sources);
  tabList(rows, sources);
  for (const source of sources) {
    const table = rowTable(rows, source);
    tabs.list.push({ id: source.id, box: table.box });
    causeChart(causes, source, table);
  }
  replays(content("cluster"), sources);
  tabs.show(sources[0].id);
}
const curves = content("curves");
for (const chart of data.charts) (chart.curves ? valueChart : timeChart)(curves, chart);
if (curves && data.charts.length === 0) curves.append(element("p", "", "Nothing was sampled."));
if (data.columns) {
  const causes = content("causes");
  for (const chart of data.columns) if (chart.bands.length > 0) variantColumns(causes, chart);
  if (causes.childElementCount === 0) causes.append(element("p", "", "No time to account for."));
}
for (const [section, keys] of Object.entries(data.sorting || {})) sortable(content(section), keys);
clock.set(clock.now);
if (location.hash) follow();
document.documentElement.dataset.ready = "true";
