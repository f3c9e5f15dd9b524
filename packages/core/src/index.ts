export {
  AppError,
  type AppErrorOptions,
  type ErrorDetail,
  type ErrorKind,
  errorKinds,
  isAppError,
  messageOf,
} from './app-error.ts';
export { type Clock, systemClock } from './clock.ts';
export { appError, type ErrorCodeName, errorCodes } from './error-codes.ts';
export { type Health, type HealthStatus, healthStatuses, worseHealth } from './health-status.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { createSupervisor, type Service, type Supervisor, type SupervisorOptions } from './supervisor.ts';
export { uuid7 } from './uuid7.ts';
