import { defineConfig } from 'vitest/config';

// Browser journeys against one real server in local mode with its simulated shop, one file after the other: they share the shop.
export default defineConfig({
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/web/server-under-test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
