// Okabe and Ito's palette, as in the plots; black and yellow have another tone where the page is dark.
const lineColours = {
  light: ["#0072b2", "#b87400", "#00855f", "#b3548a", "#2b8fc4", "#c24f00", "#4a5560", "#8a7f00"],
  dark: ["#4fb3ef", "#f0b13c", "#2fc79b", "#e79cc4", "#8fd0f5", "#ff8a4c", "#b8c2cc", "#f0e442"],
};
const dashes = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4], [3, 6], [1, 4]];

function lineColour(index) { return lineColours[isDark() ? "dark" : "light"][index % 8]; }

function parts(hex) { return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)); }

function luminance(hex) {
  const [r, g, b] = parts(hex).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(hex, other, share) {
  const a = parts(hex), b = parts(other);
  return "#" + a.map((c, i) => Math.round(c + (b[i] - c) * share).toString(16).padStart(2, "0")).join("");
}

// A fill of the plots on a dark page: what is near white or near black moves towards the middle.
function themed(hex) {
  if (!isDark()) return hex;
  const [r, g, b] = parts(hex), grey = Math.max(r, g, b) - Math.min(r, g, b) < 16, light = luminance(hex);
  if (grey) return light > 0.95 ? "#232b34" : mix("#4a5561", "#e8edf2", 1 - Math.sqrt(light));
  if (light < 0.08) return mix(hex, "#ffffff", 0.4);
  return light > 0.6 ? mix(hex, "#10151a", 0.35) : hex;
}

function inkOn(hex) { return luminance(hex) > 0.3 ? "#10161c" : "#ffffff"; }

// Small figures by which fills are told apart without their colour: drawn into a square with its corner at (x, y).
function figure(context, index, x, y, size) {
  const a = size * 0.22, z = size - a, m = size / 2;
  const line = (x1, y1, x2, y2) => { context.moveTo(x + x1, y + y1); context.lineTo(x + x2, y + y2); };
  context.beginPath();
  switch (index) {
    case 0: break;
    case 1: line(m, m - 0.5, m, m + 0.5); break;
    case 2: line(a, m, z, m); break;
    case 3: line(a, z, z, a); break;
    case 4: line(m, a, m, z); break;
    case 5: line(a, a, z, z); break;
    case 6: line(a, m, z, m); line(m, a, m, z); break;
    case 7: line(a, size * 0.35, z, size * 0.35); line(a, size * 0.68, z, size * 0.68); break;
    case 8: line(a, m, m * 0.9, z); line(m * 0.9, z, z, a); break;
    case 9: line(a, a, z, z); line(a, z, z, a); break;
    case 10: line(m, a * 0.8, m, size * 0.55); line(m, z, m, z + 0.5); break;
    default: context.arc(x + m, y + m, size * 0.24, 0, 7);
  }
  context.stroke();
}

// A state's fill for an area: its cells' figure, again and again.
function stateHatch(hex, index) {
  const fill = themed(hex), tile = document.createElement("canvas"), ratio = window.devicePixelRatio || 1, size = Math.round(16 * ratio), half = Math.round(5 * ratio);
  tile.width = tile.height = size;
  const context = tile.getContext("2d");
  context.fillStyle = fill;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = inkOn(fill);
  context.globalAlpha = 0.45;
  context.lineWidth = 1.2 * ratio;
  context.lineCap = "round";
  const box = Math.round(9 * ratio);
  figure(context, index, half, half, box);
  return context.createPattern(tile, "repeat");
}

// Hatches for stacked areas and columns, by place among those that are shown; once all are used they come again at twice the size.
const hatches = 14;
function hatch(hex, index) {
  const fill = themed(hex), tile = document.createElement("canvas"), ratio = window.devicePixelRatio || 1, size = Math.round(8 * ratio * (1 + Math.floor(index / hatches) % 3));
  tile.width = tile.height = size;
  const context = tile.getContext("2d");
  context.fillStyle = fill;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = inkOn(fill);
  context.globalAlpha = 0.38;
  context.lineWidth = ratio;
  context.beginPath();
  const line = (x1, y1, x2, y2) => { context.moveTo(x1 * size, y1 * size); context.lineTo(x2 * size, y2 * size); };
  const ring = (radius) => context.arc(size / 2, size / 2, radius, 0, 7);
  switch (index % hatches) {
    case 1: line(-0.1, 1.1, 1.1, -0.1); break;
    case 2: ring(ratio); break;
    case 3: line(-0.1, -0.1, 1.1, 1.1); break;
    case 4: line(0, 0.5, 1, 0.5); break;
    case 5: line(0.5, 0, 0.5, 1); break;
    case 6: line(0, 0.5, 1, 0.5); line(0.5, 0, 0.5, 1); break;
    case 7: line(-0.1, 1.1, 1.1, -0.1); line(-0.1, -0.1, 1.1, 1.1); break;
    case 8: ring(size * 0.3); break;
    case 9: line(0, 0.25, 1, 0.25); line(0, 0.5, 1, 0.5); break;
    case 10: line(0.25, 0, 0.25, 1); line(0.5, 0, 0.5, 1); break;
    case 11: line(0.2, 0.5, 0.8, 0.5); break;
    case 12: line(0, 0.7, 0.5, 0.3); line(0.5, 0.3, 1, 0.7); break;
    case 13: line(0.5, 0.2, 0.5, 0.8); break;
    default: break;
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}

// A sample of a fill for a legend, painted again with the theme.
function swatch(paint) {
  const canvas = element("canvas", "swatch");
  canvas.setAttribute("aria-hidden", "true");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(16 * ratio);
  const draw = () => {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    paint(context, canvas.width);
  };
  draw();
  redraws.push(draw);
  return canvas;
}

function hatchSwatch(hex, index) {
  return swatch((context, size) => { context.fillStyle = hatch(hex, index); context.fillRect(0, 0, size, size); });
}
