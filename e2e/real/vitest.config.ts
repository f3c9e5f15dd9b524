import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'real',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    environment: 'node',
    include: ['e2e/real/*.real.test.ts'],
    // Pods take seconds to start and the clusters are shared by all files.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 4,
  },
});
