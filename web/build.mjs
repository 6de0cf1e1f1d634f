// Builds the console into a folder, by default the one that is shipped: `node build.mjs [FOLDER]`.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../api/http/console');

await mkdir(folder, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.tsx' },
  outdir: folder,
  bundle: true,
  splitting: true, // the pathway is loaded when it is first looked at
  chunkNames: '[name]',
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
await copyFile(join(here, 'index.html'), join(folder, 'index.html'));
await writeFile(join(folder, 'sources.txt'), `${await digest()}\n`);

/** SHA-256 of every source by its path, as tests/api/http/test_console.py makes it without Node. */
async function digest() {
  const hash = createHash('sha256');
  const files = (await readdir(here, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .filter((name) => !name.startsWith('node_modules/'))
    .sort((one, other) => (one < other ? -1 : 1));
  for (const name of files) hash.update(`${name}\n`).update(await readFile(join(here, name)));
  return hash.digest('hex');
}
