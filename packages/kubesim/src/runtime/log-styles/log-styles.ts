import type { LogFormat } from '../log-format.ts';
import { accessLog } from './access-log.ts';
import { postgresLog, rabbitLog, redisLog } from './database-logs.ts';
import { javaLog } from './java-log.ts';
import { jsonLog } from './json-log.ts';
import type { LogStyle } from './log-style.ts';
import { crashLog, failingJobLog, hostileLog, jobLog, klogLog, logfmtLog, quietLog } from './system-logs.ts';

/** How each format is written. */
export const logStyles: Readonly<Record<LogFormat, LogStyle>> = {
  json: jsonLog,
  access: accessLog,
  java: javaLog,
  postgres: postgresLog,
  redis: redisLog,
  rabbitmq: rabbitLog,
  klog: klogLog,
  logfmt: logfmtLog,
  job: jobLog,
  'failing-job': failingJobLog,
  crash: crashLog,
  hostile: hostileLog,
  quiet: quietLog,
};
