import { defineConfig } from 'orval';

export default defineConfig({
  galley: {
    input: '../openapi.json',
    output: { target: './made/orval/galley.ts', client: 'fetch', mode: 'single' },
  },
});
