/** Where to go after signing in: a page of ours, never another site's. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  return next.startsWith('/sign-in') || next.startsWith('/setup') ? '/' : next;
}
