import { choose, type LogMoment, type LogStyle, whole } from './log-style.ts';

/** PostgreSQL with checkpoints, slow statements and connections. */
export const postgresLog: LogStyle = {
  rate: 0.08,
  startup: ({ startedAt }) => {
    const at = (seconds: number, text: string) => ({
      seconds,
      text: `${postgresTime(startedAt + seconds * 1000)} [1] LOG:  ${text}`,
    });
    return [
      at(0.1, 'starting PostgreSQL 17.2 on x86_64-pc-linux-musl, compiled by gcc 14.2.0, 64-bit'),
      at(0.1, 'listening on IPv4 address "0.0.0.0", port 5432'),
      at(0.5, 'database system was shut down in recovery'),
      at(0.9, 'database system is ready to accept connections'),
    ];
  },
  record({ startedAt }, { time, chance }) {
    const pid = whole(chance, 40, 4000);
    const line = (level: string, text: string) => `${postgresTime(time)} [${pid}] ${level}:  ${text}`;
    const dice = chance();
    if (dice < 0.25) {
      return line(
        'LOG',
        `checkpoint complete: wrote ${whole(chance, 40, 900)} buffers (${(chance() * 5).toFixed(1)}%); 0 WAL file(s) added, 0 removed, ${whole(chance, 0, 2)} recycled; write=${(chance() * 30).toFixed(3)} s, sync=0.0${whole(chance, 10, 99)} s`,
      );
    }
    if (dice < 0.3)
      return [
        line('ERROR', 'duplicate key value violates unique constraint "orders_idempotency_key_key"'),
        line('DETAIL', `Key (idempotency_key)=(${startedAt.toString(36)}-${pid}) already exists.`),
      ];
    if (dice < 0.6)
      return line(
        'LOG',
        `duration: ${(chance() * 900 + 210).toFixed(3)} ms  statement: ${choose(chance, ['SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 50', 'UPDATE stock SET reserved = reserved + $1 WHERE sku = $2', 'REFRESH MATERIALIZED VIEW CONCURRENTLY daily_sales'])}`,
      );
    return line(
      'LOG',
      `connection authorized: user=shop database=${choose(chance, ['orders', 'catalog'])} application_name=${choose(chance, ['checkout', 'orders', 'catalog'])}`,
    );
  },
  ending: (_, end) => [
    { seconds: 0.6, text: `${postgresTime(end.at - 600)} [1] LOG:  received fast shutdown request` },
    { seconds: 0.1, text: `${postgresTime(end.at - 100)} [1] LOG:  database system is shut down` },
  ],
};

/** Redis with its background saves. */
export const redisLog: LogStyle = {
  rate: 0.03,
  startup: ({ startedAt }) => [
    { seconds: 0.02, text: `1:C ${redisTime(startedAt)} # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo` },
    { seconds: 0.05, text: `1:M ${redisTime(startedAt)} * Running mode=standalone, port=6379.` },
    { seconds: 0.06, text: `1:M ${redisTime(startedAt)} * Ready to accept connections tcp` },
  ],
  record(_, { time, chance }: LogMoment) {
    const at = redisTime(time);
    const child = whole(chance, 100, 9000);
    return [
      `1:M ${at} * 100 changes in 300 seconds. Saving...`,
      `1:M ${at} * Background saving started by pid ${child}`,
      `${child}:C ${at} * DB saved on disk`,
      `1:M ${at} * Background saving terminated with success`,
    ];
  },
  ending: (_, end) => [
    { seconds: 0.2, text: `1:M ${redisTime(end.at - 200)} # Redis is now ready to exit, bye bye...` },
  ],
};

/** RabbitMQ with connections coming and going. */
export const rabbitLog: LogStyle = {
  rate: 0.06,
  startup: ({ startedAt, pod }) => [
    { seconds: 1.2, text: `${rabbitTime(startedAt + 1200)} [info] <0.254.0>  node           : rabbit@${pod}` },
    {
      seconds: 2.4,
      text: `${rabbitTime(startedAt + 2400)} [info] <0.9.0> Server startup complete; 5 plugins started.`,
    },
  ],
  record(_, { time, chance }) {
    const process = `<0.${whole(chance, 900, 99_000)}.0>`;
    const peer = `10.244.${whole(chance, 1, 5)}.${whole(chance, 2, 60)}:${whole(chance, 32_768, 60_999)} -> 10.244.3.9:5672`;
    if (chance() < 0.1)
      return `${rabbitTime(time)} [warning] ${process} closing AMQP connection ${process} (${peer}, vhost: '/', user: 'shop'): client unexpectedly closed TCP connection`;
    return `${rabbitTime(time)} [info] ${process} connection ${process} (${peer}): user 'shop' authenticated and granted access to vhost '/'`;
  },
};

/** `2026-12-04 10:21:07.123 UTC` */
function postgresTime(time: number): string {
  return `${new Date(time).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

function redisTime(time: number): string {
  const text = new Date(time).toUTCString(); // Fri, 04 Dec 2026 10:21:07 GMT
  return `${text.slice(5, 25)}.${String(time % 1000).padStart(3, '0')}`;
}

function rabbitTime(time: number): string {
  return `${new Date(time).toISOString().replace('T', ' ').replace('Z', '')}000+00:00`;
}
