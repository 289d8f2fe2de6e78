// The rows: searched, filtered, sorted; only those in sight are in the document.
const rowHeight = 34, rowsOnPaper = 100;
const byName = new Intl.Collator("en", { numeric: true });
const tables = new Map();
const tabs = { list: [], shown: null, show() {} };

function rowTable(place, source) {
  const table = {
    source, count: source.count, search: "", values: {}, cause: null, group: null, sort: null, layout: "main", selected: -1, order: [], listeners: [],
    index: (name) => source.columns.findIndex((column) => column.name === name),
    raw: (column, row) => (Array.isArray(source.data[column]) ? source.data[column][row] : source.data[column]),
    global: (row) => (source.rows ? source.rows[row] : row),
    local(row) {
      if (!source.rows) return row < source.count ? row : -1;
      let low = 0, high = source.rows.length - 1;
      while (low <= high) {
        const middle = (low + high) >> 1;
        if (source.rows[middle] === row) return middle;
        if (source.rows[middle] < row) low = middle + 1; else high = middle - 1;
      }
      return -1;
    },
    isText: (column) => source.columns[column].unit === "text",
    name: (row) => table.text(table.index(source.name), row),
    text(column, row) {
      const value = table.raw(column, row), unit = source.columns[column].unit;
      if (value === null || value === undefined) return "";
      if (unit === "text") return source.texts[value];
      return unit === "s" ? threeDigits.format(value) : unit === "B" ? bytes(value) : whole.format(value);
    },
    exact(column, row) {
      const value = table.raw(column, row), unit = source.columns[column].unit;
      if (value === null || value === undefined) return "–";
      return unit === "text" ? source.texts[value] : unit === "s" ? value.toFixed(9) + " s" : whole.format(value) + (unit === "B" ? " B" : "");
    },
  };
  const causeColumn = (key) => table.index(key + "Seconds");
  const isCause = (key) => source.causes.some((cause) => cause.key === key) && causeColumn(key) >= 0;
  const named = table.index(source.name);

  const box = element("div", "rows-box"), bar = element("div", "row-tools"), chips = element("div", "chips"), scroll = element("div", "rows scroll"), count = element("p", "count");
  const grid = element("table"), caption = element("caption", "hidden-text", source.title), head = element("thead"), body = element("tbody"), cols = element("colgroup");
  grid.append(caption, cols, head, body);
  scroll.append(grid);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Table: " + source.title);
  const searchId = freshId("search"), layoutId = freshId("layout");
  const searchLabel = element("label", "", "Search "), search = element("input");
  search.type = "search";
  search.id = searchId;
  search.placeholder = source.one + ", message, …";
  searchLabel.append(search);
  const layoutLabel = element("label", "", "Columns "), layout = element("select");
  layout.id = layoutId;
  for (const [value, title] of [["main", "the main ones"], ["causes", "time by cause"], ["all", "all"]]) {
    const option = element("option", "", title);
    option.value = value;
    layout.append(option);
  }
  layoutLabel.append(layout);
  const clear = button("Show all", "Show all rows", () => { table.filter({}); search.focus(); });
  bar.append(searchLabel, layoutLabel, clear);
  count.setAttribute("role", "status");
  const detail = element("section", "row-detail"), trouble = element("p", "note");
  detail.hidden = trouble.hidden = true;
  trouble.setAttribute("role", "status");
  box.append(bar, trouble, chips, count, scroll, detail);
  const announce = announcer(box);
  if (source.picked) box.insertBefore(element("p", "note picked", "This page holds " + source.picked + "; " + source.file + " has them all."), chips);
  place.append(box);
  table.box = box;

  function visibleColumns() {
    const causes = source.causes.map((cause) => causeColumn(cause.key)).filter((at) => at >= 0), first = [named];
    if (table.cause) first.push(causeColumn(table.cause));
    const rest = table.layout === "all" ? source.columns.map((_, i) => i)
      : table.layout === "causes" ? [...source.main.filter((name) => name === "outcome" || name.endsWith("upSeconds") || name === "updateSeconds" || name === "upgradeSeconds").map(table.index), ...causes.filter((at) => source.data[at] !== 0)]
        : source.main.map(table.index).filter((at) => at >= 0 && (Array.isArray(source.data[at]) || source.columns[at].name === "outcome"));
    return [...new Set([...first, ...rest])];
  }

  // "warmupSeconds" reads as "warmup"; what a time is of stands in the unit.
  function heading(column) { return source.columns[column].name.replace(/Seconds$/, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase(); }

  let columns = [], widths = [];
  function layOut() {
    columns = visibleColumns();
    widths = columns.map((column) => {
      let longest = heading(column).length + 5;
      if (table.isText(column)) {
        const seen = source.data[column];
        for (const text of new Set(Array.isArray(seen) ? seen : [seen])) if (text !== null) longest = Math.max(longest, source.texts[text].length + 1);
      } else longest = Math.max(longest, 11);
      return Math.min(table.isText(column) && column !== named ? 46 : 40, longest);
    });
    cols.replaceChildren(...widths.map((width) => { const col = element("col"); col.style.width = width + 1 + "ch"; return col; }));
    grid.style.minWidth = widths.reduce((sum, width) => sum + width + 1, 0) + "ch";
    const line = element("tr");
    line.setAttribute("aria-rowindex", "1");
    for (const column of columns) {
      const cell = element("th", table.isText(column) ? "" : "number"), sorted = table.sort && table.sort.column === column;
      cell.scope = "col";
      cell.setAttribute("aria-sort", sorted ? (table.sort.down ? "descending" : "ascending") : "none");
      const unit = source.columns[column].unit, press = button("", "", () => table.sortBy(column));
      press.title = source.columns[column].meaning;
      press.append(element("span", "", heading(column)), unit === "s" ? element("small", "", "s") : "", element("span", "arrow", sorted ? (table.sort.down ? "▼" : "▲") : "↕"));
      press.lastChild.setAttribute("aria-hidden", "true");
      cell.append(press);
      line.append(cell);
    }
    head.replaceChildren(line);
  }

  function matching() {
    const wanted = table.search.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const textColumns = source.columns.map((_, i) => i).filter(table.isText);
    const hits = wanted.map((word) => new Set(source.texts.map((text, i) => (text.toLowerCase().includes(word) ? i : -1)).filter((i) => i >= 0)));
    const cause = table.cause ? causeColumn(table.cause) : -1;
    const values = Object.entries(table.values).map(([name, value]) => [table.index(name), value]);
    const text = (column, row) => String(table.isText(column) ? source.texts[table.raw(column, row)] ?? "" : table.raw(column, row)), labels = table.index("labels");
    const rows = [];
    for (let row = 0; row < source.count; row++) {
      if (cause >= 0 && !(table.raw(cause, row) > 0)) continue;
      if (table.group && source.groupings[table.group.grouping].groupOf[row] !== table.group.index) continue;
      // Of labels a row has several.
      if (!values.every(([column, value]) => (column === labels ? text(column, row).split(" ").includes(value) : text(column, row) === value))) continue;
      if (!hits.every((hit) => textColumns.some((column) => hit.has(table.raw(column, row))))) continue;
      rows.push(row);
    }
    return rows;
  }

  function sortRows(rows) {
    if (!table.sort) return rows;
    const { column, down } = table.sort, sign = down ? -1 : 1;
    const key = table.isText(column) ? (row) => source.texts[table.raw(column, row)] ?? null : (row) => table.raw(column, row);
    const compare = table.isText(column) ? byName.compare : (a, b) => a - b;
    return rows.map((row) => [key(row), row]).sort(([a, i], [b, j]) => {
      // What is empty stands last, whichever way.
      if (a === null || b === null) return a === b ? i - j : a === null ? 1 : -1;
      return sign * compare(a, b) || i - j;
    }).map(([, row]) => row);
  }

  table.refresh = () => {
    table.order = sortRows(matching());
    layOut();
    grid.setAttribute("aria-rowcount", String(table.order.length + 1));
    const filters = [];
    const chip = (text, drop) => filters.push(button(text + " ×", "Remove filter: " + text, () => {
      drop();
      table.refresh();
      // The chip is gone, and the focus was on it.
      (chips.querySelector("button") || search).focus();
    }, "chip"));
    if (table.cause) chip("with time for: " + source.causes.find((cause) => cause.key === table.cause).title, () => { table.cause = null; });
    if (table.group) {
      const grouping = source.groupings[table.group.grouping];
      chip("group " + grouping.columns[table.group.index] + " of " + grouping.columns.length + ", " + grouping.label, () => { table.group = null; });
    }
    for (const [name, value] of Object.entries(table.values)) chip(name + " " + (value || "none"), () => { delete table.values[name]; });
    chips.replaceChildren(...filters);
    trouble.hidden = true;
    clear.disabled = filters.length === 0 && table.search === "";
    count.textContent = whole.format(table.order.length) + " of " + whole.format(source.count) + " rows" + (table.sort ? ", by " + heading(table.sort.column) + (table.sort.down ? ", largest first" : "") : "");
    body.replaceChildren();
    from = to = -1;
    scroll.scrollTop = 0;
    render();
    for (const listener of table.listeners) listener();
  };

  const lineOf = (number) => body.querySelector('tr[data-row="' + number + '"]');
  let from = -1, to = -1;
  function render() {
    const paper = onPaper.matches, visible = Math.ceil(Math.max(scroll.clientHeight, 480) / rowHeight) + 12;
    let first = paper ? 0 : Math.max(0, Math.floor(scroll.scrollTop / rowHeight) - 6);
    first -= first % 4;
    const last = Math.min(table.order.length, paper ? rowsOnPaper : first + visible);
    if (first === from && last === to) return;
    from = first;
    to = last;
    const lines = [];
    const space = (rows, above) => {
      if (rows <= 0 || paper) return;
      const line = element("tr", "space"), cell = element("td");
      line.setAttribute("aria-hidden", "true");
      cell.colSpan = columns.length;
      cell.style.height = rows * rowHeight + "px";
      line.append(cell);
      if (above) lines.unshift(line); else lines.push(line);
    };
    for (let place = first; place < last; place++) {
      const row = table.order[place], line = element("tr", row === table.selected ? "selected" : "");
      line.setAttribute("aria-rowindex", String(place + 2));
      line.dataset.row = String(table.global(row) + 1);
      columns.forEach((column, i) => {
        const cell = element(column === named ? "th" : "td", table.isText(column) ? "" : "number"), text = table.text(column, row);
        if (column === named) {
          cell.scope = "row";
          const link = element("a", "", text);
          link.href = "#" + source.id + "/" + (table.global(row) + 1);
          cell.append(link);
        } else if (source.columns[column].name === "outcome") {
          const good = text === "succeeded" || text === "updated" || text === "upgraded";
          cell.append(element("span", good ? "good-text" : "bad-text", (good ? "✓ " : "✗ ") + text));
        } else cell.textContent = text;
        if (text.length > widths[i]) cell.title = text;
        line.append(cell);
      });
      lines.push(line);
    }
    space(first, true);
    space(table.order.length - last, false);
    // A row that has the focus keeps it when it is made anew; when it has gone out of sight, the table has it.
    const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.row : null;
    body.replaceChildren(...lines);
    if (focused !== null) (lineOf(focused)?.querySelector("a") ?? scroll).focus({ preventScroll: true });
    caption.textContent = source.title + (paper && table.order.length > rowsOnPaper ? ": the first " + rowsOnPaper + " of " + whole.format(table.order.length) + " rows" : "");
    caption.className = paper ? "" : "hidden-text";
  }

  table.sortBy = (column) => {
    const again = table.sort && table.sort.column === column, down = again ? !table.sort.down : !table.isText(column);
    table.sort = { column, down };
    table.refresh();
    const press = head.querySelectorAll("button")[columns.indexOf(column)];
    if (press) press.focus();
  };

  // Takes the place of all filters.
  table.filter = ({ values = {}, cause = null, group = null, text = "", keepSort = false }) => {
    const unknown = Object.keys(values).filter((name) => table.index(name) < 0);
    if (cause && !isCause(cause)) { unknown.push(cause); cause = null; }
    table.values = Object.fromEntries(Object.entries(values).filter(([name]) => table.index(name) >= 0));
    table.cause = cause;
    table.group = group;
    table.search = search.value = text;
    if (cause) table.sort = { column: causeColumn(cause), down: true };
    else if (!keepSort) table.sort = null;
    table.refresh();
    if (unknown.length > 0) table.say(source.file + " has no column and no cause " + unknown.join(", ") + ".");
  };

  // What a link asked for and the page cannot show, until the rows change.
  table.say = (text) => {
    trouble.textContent = text;
    trouble.hidden = false;
  };

  table.select = (row, focus) => {
    table.selected = row;
    let place = table.order.indexOf(row);
    if (place < 0) { table.filter({}); place = table.order.indexOf(row); }
    scroll.scrollTop = Math.max(0, place * rowHeight - scroll.clientHeight / 2 + rowHeight);
    from = -1;
    render();
    showDetail(row);
    announce(table.name(row) + " is open below the table.");
    const line = lineOf(table.global(row) + 1);
    if (focus && line) line.querySelector("a").focus({ preventScroll: true });
    return line;
  };

  function showDetail(row) {
    detail.hidden = false;
    const title = element("h3", "", table.name(row)), list = element("dl");
    title.id = freshId("row-title");
    detail.setAttribute("aria-labelledby", title.id);
    // Of the causes those that the row has time for; every other figure, 0 as well.
    const causes = new Set(source.causes.map((cause) => causeColumn(cause.key)));
    source.columns.forEach((column, i) => {
      if (causes.has(i) && table.raw(i, row) === 0) return;
      const pair = element("div"), term = element("dt", "", heading(i));
      term.title = column.meaning;
      pair.append(term, element("dd", "", table.exact(i, row)));
      list.append(pair);
    });
    const done = button("Close", "Close the row", () => { detail.hidden = true; table.selected = -1; from = -1; render(); scroll.focus(); });
    const bar = element("div", "detail-bar");
    bar.append(title, element("p", "", "row " + whole.format(table.global(row) + 1) + " of " + source.file + ", every digit"), done);
    detail.replaceChildren(bar, list);
  }

  scroll.addEventListener("scroll", render, { passive: true });
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-row]");
    if (line && !event.target.closest("a")) table.select(table.local(Number(line.dataset.row) - 1), false);
  });
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { table.search = search.value; table.refresh(); }, 80);
  });
  layout.addEventListener("change", () => { table.layout = layout.value; from = -1; table.refresh(); });
  new ResizeObserver(() => { if (box.offsetParent) render(); }).observe(scroll);
  redraws.push(() => { from = -1; render(); });
  tables.set(source.id, table);
  table.refresh();
  return table;
}

// One table of several is in sight; the cluster and the causes go with it.
function tabList(place, sources) {
  if (sources.length < 2) return;
  const group = element("div", "segments wide");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "What is shown");
  for (const source of sources) {
    const press = button(source.title, "", () => tabs.show(source.id));
    press.dataset.tab = source.id;
    group.append(press);
  }
  place.append(group);
}

tabs.show = (id) => {
  if (tabs.shown === id) return;
  tabs.shown = id;
  for (const each of tabs.list) each.box.hidden = each.id !== id;
  for (const press of document.querySelectorAll("[data-tab]")) press.setAttribute("aria-pressed", String(press.dataset.tab === id));
  redrawAll();
  // The moment stays, unless this table has nothing to show of it.
  const { begin, end } = sources.find((source) => source.id === id);
  clock.set(clock.now >= begin && clock.now <= end ? clock.now : end);
};
