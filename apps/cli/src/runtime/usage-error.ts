import { AppError } from '@pilothouse/core';

/** The command line itself is wrong: exit code 2, with what to type instead. */
export function usageError(message: string, next?: string): AppError {
  return new AppError('invalid', 'invalid_usage', message, next ? { extra: { next } } : {});
}
