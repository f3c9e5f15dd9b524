import { choose, hex, isoTime, type LogMoment, type LogStyle, type LogSubject, whole } from './log-style.ts';
import { shopRequest } from './shop-requests.ts';

type Fields = Record<string, string | number | boolean>;

/** A service that logs JSON lines with level, message, trace and request fields. */
export const jsonLog: LogStyle = {
  rate: 0.6,
  startup: (subject) => [
    {
      seconds: 0.2,
      text: line(subject, subject.startedAt + 200, {
        level: 'info',
        msg: 'starting',
        version: subject.version,
        node: 'v24.11.0',
      }),
    },
    {
      seconds: 0.6,
      text: line(subject, subject.startedAt + 600, {
        level: 'info',
        msg: 'configuration loaded',
        sources: 'env,configmap',
      }),
    },
    {
      seconds: 1.1,
      text: line(subject, subject.startedAt + 1100, {
        level: 'info',
        msg: 'database connection established',
        pool: 10,
      }),
    },
    { seconds: 1.3, text: line(subject, subject.startedAt + 1300, { level: 'info', msg: 'listening', port: 8080 }) },
  ],
  record: (subject, moment) => line(subject, moment.time, happening(moment)),
  ending: (subject, end) =>
    end.planned
      ? []
      : [
          {
            seconds: 0.5,
            text: line(subject, end.at - 500, {
              level: 'info',
              msg: 'SIGTERM received, draining connections',
              inFlight: 3,
            }),
          },
          { seconds: 0.1, text: line(subject, end.at - 100, { level: 'info', msg: 'bye' }) },
        ],
};

function happening(moment: LogMoment): Fields {
  const { chance } = moment;
  const traceId = hex(chance, 32);
  const dice = chance();
  if (dice < 0.015) {
    const error = choose(chance, [
      'connect ECONNREFUSED 10.96.41.7:5432',
      'upstream timed out after 2000 ms',
      'deadlock detected',
      'socket hang up',
    ]);
    return { level: 'error', msg: 'request failed', error, traceId, retryable: chance() < 0.7 };
  }
  if (dice < 0.06) {
    const text = choose(chance, [
      'slow query',
      'cache miss storm',
      'retrying payment provider',
      'rate limit near',
      'stock level low',
    ]);
    return { level: 'warn', msg: text, durationMs: whole(chance, 480, 2900), traceId };
  }
  if (dice < 0.16) {
    return {
      level: 'debug',
      msg: choose(chance, ['cache hit', 'cache set', 'feature flags refreshed']),
      key: `product:${whole(chance, 1000, 9999)}`,
    };
  }
  const { method, path, status, milliseconds } = shopRequest(moment);
  return {
    level: status >= 500 ? 'error' : 'info',
    msg: 'request completed',
    method,
    path,
    status,
    durationMs: milliseconds,
    traceId,
  };
}

function line(subject: LogSubject, time: number, fields: Fields): string {
  const { level, msg, ...rest } = fields;
  return JSON.stringify({ time: isoTime(time), level, service: subject.app, msg, ...rest });
}
