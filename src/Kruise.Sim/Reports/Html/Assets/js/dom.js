function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, label, action, className) {
  const made = element("button", className, text);
  made.type = "button";
  if (label) { made.setAttribute("aria-label", label); made.title = label; }
  made.addEventListener("click", action);
  return made;
}

function content(section) { return document.querySelector("#" + section + " > .content"); }

// What changes under the reader's hands is told to screen readers once it has come to rest.
function announcer(place) {
  const region = element("p", "hidden-text");
  region.setAttribute("aria-live", "polite");
  place.append(region);
  let timer = 0;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => { region.textContent = text; }, 400);
  };
}

function tableOf(caption, headings, rows) {
  const table = element("table"), head = element("thead"), body = element("tbody"), line = element("tr");
  table.append(element("caption", "", caption));
  headings.forEach((heading, i) => {
    const cell = element("th", i > 0 ? "number" : "", heading);
    cell.scope = "col";
    line.append(cell);
  });
  head.append(line);
  for (const row of rows) {
    const tr = element("tr");
    row.forEach((text, i) => {
      const cell = element(i === 0 ? "th" : "td", i > 0 ? "number" : "", text);
      if (i === 0) cell.scope = "row";
      tr.append(cell);
    });
    body.append(tr);
  }
  table.append(head, body);
  const scroll = element("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Table: " + caption);
  scroll.append(table);
  return scroll;
}

// A chart's figures as a table, made when it is opened.
function asTable(make) {
  const details = element("details", "as-table");
  details.append(element("summary", "", "As a table"));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(make());
  });
  return details;
}

// Arrows with a modifier are the browser's: back, forward, words and lines.
function modified(event) { return event.ctrlKey || event.metaKey || event.altKey; }

let lastId = 0;
function freshId(prefix) { return prefix + "-" + ++lastId; }
