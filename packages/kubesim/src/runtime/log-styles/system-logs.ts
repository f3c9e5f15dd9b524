import { choose, hex, isoTime, type LogStyle, whole } from './log-style.ts';

/** klog, as Kubernetes' own components write. */
export const klogLog: LogStyle = {
  rate: 0.05,
  startup: ({ startedAt, app, version }) => [
    { seconds: 0.1, text: klog(startedAt + 100, 'I', 'serving.go:386] Generated self-signed cert in-memory') },
    {
      seconds: 0.3,
      text: klog(startedAt + 300, 'I', `server.go:79] "Starting" component="${app}" version="v${version}"`),
    },
    { seconds: 0.8, text: klog(startedAt + 800, 'I', 'shared_informer.go:320] Caches are synced for client-ca') },
  ],
  record(_, { time, chance }) {
    const dice = chance();
    if (dice < 0.05)
      return klog(
        time,
        'E',
        `reflector.go:158] "Unhandled Error" err="watch of *v1.Pod ended with: too old resource version: ${whole(chance, 10_000, 90_000)}"`,
      );
    if (dice < 0.15)
      return klog(
        time,
        'W',
        `warnings.go:70] v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice`,
      );
    return klog(
      time,
      'I',
      choose(chance, [
        'reconciler.go:224] "Sync completed"',
        'trace.go:236] Trace[1180393]: "List" (total time: 512ms)',
        'httplog.go:134] "HTTP" verb="GET" URI="/metrics" latency="3.1ms" resp=200',
      ]),
    );
  },
};

/** logfmt, as the programs around Prometheus and Grafana write. */
export const logfmtLog: LogStyle = {
  rate: 0.12,
  startup: ({ startedAt, app, version }) => [
    {
      seconds: 0.1,
      text: logfmt(
        startedAt + 100,
        'info',
        `msg="Starting ${app}" version="(version=${version}, branch=HEAD, revision=7ae3d1c)"`,
      ),
    },
    { seconds: 0.9, text: logfmt(startedAt + 900, 'info', 'msg="Server is ready to receive requests."') },
  ],
  record(_, { time, chance }) {
    if (chance() < 0.06)
      return logfmt(
        time,
        'warn',
        `component="scrape manager" msg="Error on ingesting out-of-order samples" num_dropped=${whole(chance, 1, 40)}`,
      );
    return logfmt(
      time,
      'info',
      choose(chance, [
        `component=tsdb msg="Head GC completed" duration=${whole(chance, 2, 90)}.${whole(chance, 100, 999)}ms`,
        `component=tsdb msg="write block" ulid=01${hex(chance, 12).toUpperCase()}`,
        'component="rule manager" msg="Rule evaluation finished" group=shop.rules',
      ]),
    );
  },
};

/** Nothing at all, like `pause`. */
export const quietLog: LogStyle = { rate: 0, startup: () => [], record: () => [] };

/** A batch job that reports its progress. */
export const jobLog: LogStyle = {
  rate: 1.2,
  startup: ({ startedAt, app }) => [
    { seconds: 0.1, text: `${isoTime(startedAt + 100)} ${app}: starting` },
    { seconds: 0.4, text: `${isoTime(startedAt + 400)} ${app}: 4200 records to do` },
  ],
  record({ app, startedAt, end }, { time, chance }) {
    const length = Math.max(1, (end?.at ?? startedAt + 60_000) - startedAt);
    const share = Math.min(0.99, (time - startedAt) / length);
    return `${isoTime(time)} ${app}: ${Math.round(share * 4200)}/4200 records (${Math.round(share * 100)}%), ${whole(chance, 180, 420)}/s`;
  },
  ending: ({ app }, end) =>
    end.code === 0
      ? [{ seconds: 0.05, text: `${isoTime(end.at - 50)} ${app}: done, 4200/4200 records (100%), 0 errors` }]
      : [{ seconds: 0.05, text: `${isoTime(end.at - 50)} ${app}: stopped before the end` }],
};

/** A batch job that gives up. */
export const failingJobLog: LogStyle = {
  ...jobLog,
  rate: 0.8,
  ending: ({ app }, end) => [
    { seconds: 0.6, text: `${isoTime(end.at - 600)} ${app}: ERROR record 2731: currency code "XXG" is not known` },
    { seconds: 0.4, text: `${isoTime(end.at - 400)} ${app}: rolling back 2730 records` },
    { seconds: 0.05, text: `${isoTime(end.at - 50)} ${app}: FATAL import aborted, nothing was changed` },
  ],
};

/** A service that cannot start. */
export const crashLog: LogStyle = {
  rate: 0,
  startup: ({ startedAt, app, version }) => [
    {
      seconds: 0.2,
      text: JSON.stringify({ time: isoTime(startedAt + 200), level: 'info', service: app, msg: 'starting', version }),
    },
    {
      seconds: 0.9,
      text: JSON.stringify({
        time: isoTime(startedAt + 900),
        level: 'info',
        service: app,
        msg: 'connecting to feature store',
        url: 'redis://features:6379',
      }),
    },
  ],
  record: () => [],
  ending: ({ app }, end) => [
    {
      seconds: 0.2,
      text: JSON.stringify({
        time: isoTime(end.at - 200),
        level: 'fatal',
        service: app,
        msg: 'cannot start',
        error: "Environment variable MODEL_BUCKET: expected 's3://bucket/path', got ''",
      }),
    },
    { seconds: 0.1, text: 'Error: configuration is not valid' },
    { seconds: 0.1, text: '    at loadConfiguration (file:///app/src/configuration.js:48:11)' },
    { seconds: 0.1, text: '    at main (file:///app/src/main.js:9:23)' },
    { seconds: 0.1, text: '    at node:internal/process/task_queues:105:5' },
  ],
};

/** Everything a log viewer must survive: escapes, HTML, control and invalid bytes, a megabyte in one line. */
export const hostileLog: LogStyle = {
  rate: 0.5,
  startup: () => [
    { seconds: 0.1, text: '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J\u001b[H cleared?' },
    { seconds: 0.2, text: '<img src=x onerror=alert(1)><script>alert(2)</script>&amp;' },
    { seconds: 0.3, text: 'nul:\u0000 bell:\u0007 bidi:\u202Egnirts\u202C replacement:\ufffd' },
    { seconds: 0.4, text: `long: ${'x'.repeat(1024 * 1024)}` },
    { seconds: 0.5, text: '{"level":"info","msg":"half a JSON' },
  ],
  record: (_, { time, chance }) =>
    `${isoTime(time)} \u001b[${whole(chance, 30, 37)}mline\u001b[0m <b>${hex(chance, 8)}</b>\r overwritten?`,
};

function klog(time: number, level: string, text: string): string {
  const iso = new Date(time).toISOString();
  return `${level}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000       1 ${text}`;
}

function logfmt(time: number, level: string, text: string): string {
  return `ts=${isoTime(time)} caller=main.go:1 level=${level} ${text}`;
}
