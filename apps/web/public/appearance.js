try {
  const { theme, density } = JSON.parse(localStorage.getItem('pilothouse.preferences') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (density === 'compact') document.documentElement.dataset.density = density;
} catch {
  // Storage is off or holds something else: the system's theme and the comfortable density stand.
}
