import type { Logger } from '@pilothouse/core';
import pino, { type Logger as Pino } from 'pino';
import type { ServerConfig } from '../config/config-schema.ts';
import { redacted } from './redaction.ts';

/** One JSON line per call, on standard output by default. Secrets are taken out by the name of their field and by what they look like. */
export function createPinoLogger(options: {
  level: ServerConfig['logLevel'];
  destination?: { write(line: string): void };
}): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  };
  return wrap(
    options.destination
      ? pino(settings, options.destination)
      : pino(settings, pino.destination({ dest: 1, sync: true })),
  );
}

function wrap(log: Pino): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] => {
    return (message, fields) => {
      if (!log.isLevelEnabled(level)) return;
      if (fields) log[level](redacted(fields), message);
      else log[level](message);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => wrap(log.child(redacted(fields) as Record<string, unknown>)),
  };
}
