// Puts the service and every package it imports into one file, so that the image needs no node_modules.
// REVISION in the environment becomes part of that file.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/harbour-clock.cjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Fastify is CommonJS and calls `require` for Node's own modules, which an ESM bundle cannot offer.
  format: 'cjs',
  minify: true,
  // Functions keep the names they have in the sources, for stack traces.
  keepNames: true,
  define: { REVISION: JSON.stringify(process.env.REVISION || 'unknown') },
  legalComments: 'linked',
  logLevel: 'info',
});
