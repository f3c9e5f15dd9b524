import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.PILOTHOUSE_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The content security policy allows no data: URLs but for images, so nothing is inlined.
  build: { outDir: 'dist', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
      '/ws': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
  // @ts-expect-error read by vitest, which extends this file
  test: { setupFiles: [new URL('./src/test-setup.ts', import.meta.url).pathname] },
});
