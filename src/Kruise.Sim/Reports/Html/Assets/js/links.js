// Figures lead to rows and moments: #nodes/17, #pods?outcome=unfinished, #nodes?cause=unpack, #at/12.5.
function follow() {
  const hash = location.hash.slice(1);
  const moment = /^at\/([0-9.]+)$/.exec(hash), row = /^([a-z]+)\/(\d+)$/.exec(hash), rows = /^([a-z]+)\?(.*)$/.exec(hash);
  if (moment) {
    const at = Number(moment[1]), spans = (source) => at >= source.begin && at <= source.end, shown = sources.find((source) => source.id === tabs.shown), within = sources.find(spans);
    if (within && !spans(shown)) tabs.show(within.id);
    clock.set(at);
    show(document.getElementById("cluster") || document.getElementById("curves"));
    return;
  }
  const table = tables.get((row || rows || [])[1]);
  if (!table) return;
  tabs.show(table.source.id);
  if (row) {
    const local = table.local(Number(row[2]) - 1);
    if (local < 0) {
      table.say("Row " + whole.format(Number(row[2])) + (Number(row[2]) > 0 && Number(row[2]) <= table.source.total ? " is not among the rows that this page holds; " + table.source.file + " has it." : " is none of " + table.source.file + ", which has " + whole.format(table.source.total) + "."));
      show(document.getElementById("rows"));
      return;
    }

    const line = table.select(local, true);
    show(line && window.innerHeight > 500 ? table.box.querySelector(".rows") : document.getElementById("rows"), true);
  } else {
    const values = Object.fromEntries(new URLSearchParams(rows[2])), cause = values.cause || null;
    delete values.cause;
    table.filter({ values, cause });
    show(document.getElementById("rows"));
  }
}

function show(target, keepFocus) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: still ? "auto" : "smooth", block: keepFocus ? "center" : "start" });
  if (!keepFocus) target.focus({ preventScroll: true });
}

window.addEventListener("hashchange", follow);
// The same link again is no change of the address.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.getAttribute("href") === location.hash && /[/?]/.test(location.hash)) { event.preventDefault(); follow(); }
});
