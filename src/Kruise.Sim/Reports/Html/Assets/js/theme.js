// Light, dark, or as the system says; paper is light.
const systemDark = window.matchMedia("(prefers-color-scheme: dark)"), onPaper = window.matchMedia("print");

function chosenTheme() { return document.documentElement.dataset.theme || "auto"; }

function isDark() { return !onPaper.matches && (chosenTheme() === "auto" ? systemDark.matches : chosenTheme() === "dark"); }

function remembered() { try { return localStorage.getItem("kruise-theme"); } catch { return null; } }

function themeSwitch(place) {
  const group = element("div", "segments");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Colours");
  const buttons = [["auto", "◐", "As the system"], ["light", "☀", "Light"], ["dark", "☾", "Dark"]].map(([theme, sign, title]) => {
    const button = element("button", "", sign);
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    button.addEventListener("click", () => {
      try { localStorage.setItem("kruise-theme", theme); } catch { /* Pages from a file may have no storage. */ }
      show(theme);
    });
    group.append(button);
    return { theme, button };
  });
  function show(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const each of buttons) each.button.setAttribute("aria-pressed", String(each.theme === theme));
    redrawAll();
  }
  systemDark.addEventListener("change", redrawAll);
  onPaper.addEventListener("change", redrawAll);
  place.append(group);
  show(["light", "dark"].includes(remembered()) ? remembered() : "auto");
}
