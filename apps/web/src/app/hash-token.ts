/** The one-time token of a link (`#token=…`): read once, and gone from the address bar and the history. */
export function takeHashToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}
