import { isAppError } from '@pilothouse/core';
import { QueryClient } from '@tanstack/react-query';

/** Old values stand while new ones are fetched; only what may heal by itself is tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && isAppError(error) && error.kind === 'unavailable',
      retryDelay: (failures) => Math.min(8_000, 500 * 2 ** failures),
    },
  },
});
