import type { LogStyle } from './log-style.ts';
import { shopRequest } from './shop-requests.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** nginx: its start-up notices, then the combined access format. */
export const accessLog: LogStyle = {
  rate: 1.4,
  startup: ({ startedAt }) => {
    const at = errorTime(startedAt);
    return [
      { seconds: 0.05, text: '/docker-entrypoint.sh: Configuration complete; ready for start up' },
      { seconds: 0.1, text: `${at} [notice] 1#1: using the "epoll" event method` },
      { seconds: 0.1, text: `${at} [notice] 1#1: nginx/1.27.3` },
      { seconds: 0.12, text: `${at} [notice] 1#1: start worker processes` },
      { seconds: 0.13, text: `${at} [notice] 1#1: start worker process 29` },
      { seconds: 0.13, text: `${at} [notice] 1#1: start worker process 30` },
    ];
  },
  record(_, moment) {
    const request = shopRequest(moment);
    const { method, path, status, bytes, agent, client } = request;
    const referer = path.startsWith('/api') || path.startsWith('/static') ? 'https://shop.example.com/' : '-';
    return `${client} - - [${accessTime(moment.time)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${referer}" "${agent}" ${(request.milliseconds / 1000).toFixed(3)}`;
  },
  ending: (_, end) => [
    { seconds: 0.4, text: `${errorTime(end.at - 400)} [notice] 1#1: signal 3 (SIGQUIT) received, shutting down` },
    { seconds: 0.3, text: `${errorTime(end.at - 300)} [notice] 29#29: gracefully shutting down` },
    { seconds: 0.1, text: `${errorTime(end.at - 100)} [notice] 1#1: exit` },
  ],
};

/** `04/Dec/2026:10:21:07 +0000` */
function accessTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

/** `2026/12/04 10:21:07` */
function errorTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
