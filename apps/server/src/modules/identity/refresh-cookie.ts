import type { RequestContext } from '../../platform/http/request-context.ts';

const name = 'pilothouse_refresh';
/** The cookie goes nowhere else, so no other route can be used with it from a page of another site. */
const path = '/api/v1/auth';

export type RefreshCookie = {
  read(context: RequestContext): string | undefined;
  set(context: RequestContext, value: string, expiresAt: number): void;
  clear(context: RequestContext): void;
};

/** `https` says that people reach this server by HTTPS although it may be plain HTTP between it and a proxy. */
export function createRefreshCookie({ https }: { https: boolean }): RefreshCookie {
  const options = ({ request }: RequestContext) => ({
    path,
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: https || request.protocol === 'https',
  });
  return {
    read: ({ request }) => request.cookies[name],
    set(context, value, expiresAt) {
      context.reply.setCookie(name, value, { ...options(context), expires: new Date(expiresAt) });
    },
    clear(context) {
      context.reply.clearCookie(name, options(context));
    },
  };
}
