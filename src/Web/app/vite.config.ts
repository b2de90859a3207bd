import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Everything that is built lies below /app and carries its hash in its name, so that it can be kept for ever; index.html is handed out by WebModule.
export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    outDir: process.env.TAKT_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    assetsDir: 'app/assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': process.env.TAKT_URL ?? 'http://127.0.0.1:8585' } },
});
