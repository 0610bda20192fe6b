// Runs before the first paint, as a file of its own because the content policy forbids inline scripts.
(function () {
  let chosen = null;
  try {
    chosen = localStorage.getItem("treadle.theme");
  } catch {
    // Storage may be forbidden; the system's preference holds then.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (!chosen) document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
  };
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  apply();
})();
