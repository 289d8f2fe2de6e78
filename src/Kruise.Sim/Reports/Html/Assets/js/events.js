// What happened in a run, on its charts: shaded stretches, and names in rows above the curves. A name stands where no other does; one that finds no room is in the list of events only.
const eventRow = 14, eventRows = 3, eventText = 44;

// The names in sight of a plot as wide as that, in CSS pixels.
function placeEvents(u, [begin, end], width) {
  const { ctx: context } = u, ratio = devicePixelRatio || 1, taken = new Array(eventRows).fill(0);
  context.save();
  context.font = 11 * ratio + "px " + fontFamily;
  const places = (data.marks || []).filter((mark) => mark.to >= begin && mark.from <= end).sort((a, b) => a.from - b.from).map((mark) => {
    const shortened = (length) => (mark.text.length > length ? mark.text.slice(0, length - 1) + "…" : mark.text), wide = (text) => context.measureText(text).width / ratio;
    let text = shortened(eventText);
    for (let length = eventText - 1; length > 1 && wide(text) > width - 4; length--) text = shortened(length);
    const room = wide(text), left = Math.max(2, Math.min(4 + (mark.from - begin) / (end - begin) * width, width - room - 2)), row = taken.findIndex((until) => until <= left);
    if (row >= 0) taken[row] = left + room + 10;
    return { mark, text, left, row };
  });
  context.restore();
  return places;
}

// The end of a value axis on which nothing reaches up to the names.
function aboveEvents(u, range, highest) {
  const ratio = devicePixelRatio || 1, rows = Math.max(0, ...placeEvents(u, range, u.bbox.width / ratio || u.width - 66).map((place) => place.row + 1));
  return rows === 0 ? highest * 1.06 : highest * 1.03 / (1 - (rows * eventRow + 4) / (u.bbox.height / ratio || u.height - 70));
}

function paintEvents(u, context, ratio, range) {
  const { left, top, width, height } = u.bbox, places = placeEvents(u, range, width / ratio);
  for (const { mark } of places) {
    const from = u.valToPos(mark.from, "x", true), to = u.valToPos(mark.to, "x", true);
    context.fillStyle = styleColour("--mark-area");
    if (to > from) context.fillRect(from, top, to - from, height);
    context.fillStyle = styleColour("--mark");
    context.fillRect(from, top, ratio, height);
  }
  context.textBaseline = "top";
  context.textAlign = "left";
  for (const place of places) {
    if (place.row < 0) continue;
    const x = left + place.left * ratio, y = top + (2 + eventRow * place.row) * ratio;
    // Lines of other events end where a name stands.
    context.fillStyle = styleColour("--surface");
    context.fillRect(x - ratio, y - ratio, context.measureText(place.text).width + 2 * ratio, (eventRow - 1) * ratio);
    context.fillStyle = styleColour("--mark");
    context.fillText(place.text, x, y);
  }
}
