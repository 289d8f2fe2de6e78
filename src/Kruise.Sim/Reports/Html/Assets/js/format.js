// Numbers as the rest of the report writes them.
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const upToThree = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const threeDigits = new Intl.NumberFormat("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });

function pair(large, largeUnit, small, smallUnit) {
  return small === 0 ? large + " " + largeUnit : large + " " + largeUnit + " " + small + " " + smallUnit;
}

// Two units at most: 350 ms, 12.3 s, 12 min 3 s, 2 h 5 min.
function duration(seconds) {
  if (seconds < 0) return "-" + duration(-seconds);
  if (seconds === 0) return "0 s";
  if (seconds < 0.0009995) return upToThree.format(Math.round(seconds * 1e7) / 10) + " µs";
  if (seconds < 0.00995) return (seconds * 1e3).toFixed(1) + " ms";
  if (seconds < 0.9995) return (seconds * 1e3).toFixed(0) + " ms";
  if (seconds < 9.995) return seconds.toFixed(2) + " s";
  if (seconds < 59.95) return seconds.toFixed(1) + " s";
  const rounded = Math.round(seconds);
  if (rounded < 3600) return pair(Math.floor(rounded / 60), "min", rounded % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(seconds / 3600);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function number(value, isWhole) { return value === null || value === undefined ? "–" : (isWhole ? whole : upToThree).format(value); }

function percent(share) { return share > 0 && share < 0.0005 ? "< 0.1 %" : (share * 100).toFixed(1) + " %"; }

function bytes(value) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit++; }
  return (unit > 0 && value < 9.995 ? value.toFixed(2) : unit > 0 && value < 99.95 ? value.toFixed(1) : whole.format(value)) + " " + units[unit];
}

// A place on a time axis: seconds below a minute and a half, then min:s, then h:min.
function axisTime(seconds, span) {
  const sign = seconds < 0 ? "-" : "", value = Math.abs(seconds);
  if (data.end <= 90) return sign + upToThree.format(value) + " s";
  const rounded = Math.round(value), two = (part) => String(part).padStart(2, "0");
  if (data.end < 3600) {
    const fraction = span < 8 ? (value % 1).toFixed(span < 0.8 ? 2 : 1).slice(1) : "", base = span < 8 ? Math.floor(value) : rounded;
    return sign + Math.floor(base / 60) + ":" + two(base % 60) + fraction;
  }
  return sign + Math.floor(rounded / 3600) + ":" + two(Math.floor(rounded / 60) % 60) + (span < 600 ? ":" + two(rounded % 60) : "");
}

function axisUnit() { return data.end <= 90 ? "seconds" : data.end < 3600 ? "min:s" : "h:min"; }
