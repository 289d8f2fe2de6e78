// Tables of the text, sorted by pressing their headings: by what their figures stand for, or by what is read where that is text.
function sortable(section, keys) {
  const scroll = section.querySelector(".scroll"), table = scroll.querySelector("table"), body = table.tBodies[0], headings = [...table.tHead.rows[0].cells];
  const rows = [...body.rows], announce = announcer(section), columns = headings.map((heading, column) => keys[column] || rows.map((row) => row.cells[column].textContent));
  let sorted = -1, down = false;
  const show = () => headings.forEach((heading, column) => {
    heading.setAttribute("aria-sort", column !== sorted ? "none" : down ? "descending" : "ascending");
    heading.querySelector(".arrow").textContent = column !== sorted ? "↕" : down ? "▼" : "▲";
  });
  headings.forEach((heading, column) => {
    const isText = !keys[column], name = heading.textContent || "remarks", press = button("", "", () => {
      down = sorted === column ? !down : !isText;
      sorted = column;
      const key = columns[column], compare = isText ? byName.compare : (a, b) => a - b, absent = (value) => value === null || value === "";
      const order = rows.map((_, row) => row).sort((a, b) => {
        // What is empty stands last, whichever way.
        if (absent(key[a]) || absent(key[b])) return absent(key[a]) === absent(key[b]) ? a - b : absent(key[a]) ? 1 : -1;
        return (down ? -1 : 1) * compare(key[a], key[b]) || a - b;
      });
      body.append(...order.map((row) => rows[row]));
      show();
      announce("sorted by " + name + (down ? ", largest first" : ""));
    });
    const words = element("span");
    words.append(...heading.childNodes);
    if (!words.textContent) words.textContent = name;
    press.append(words, element("span", "arrow"));
    press.lastChild.setAttribute("aria-hidden", "true");
    heading.append(press);
  });
  scroll.classList.add("sortable");
  show();
}
