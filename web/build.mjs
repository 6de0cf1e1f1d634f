// Builds the pages into a folder, by default the one that is shipped: `node build.mjs [FOLDER]`.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licences } from './licences.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../api/http/console');
const SWAGGER = { 'swagger-ui-bundle.js': 'swagger-ui.js', 'swagger-ui.css': 'swagger-ui.css' };

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (/\.(js|css|html|txt)$/.test(name)) await rm(join(folder, name));
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.tsx', docs: 'src/docs.ts', smart: 'src/smart/main.tsx', sparql: 'src/sparql/main.ts' },
  chunkNames: '[name]-[hash]',
  outdir: folder,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  define: { FHIRCLIENT_PURE: 'true' }, // browsers have what fhirclient would bring for older ones
  legalComments: 'none', // licences.txt has the licences whole
  logLevel: 'warning',
  metafile: true,
});
await copySwagger();
for (const [page, entry] of [['index', 'app'], ['docs', 'docs'], ['smart', 'smart']]) await writePage(`${page}.html`, `${entry}.js`);
await writeFile(join(folder, 'licences.txt'), await licences(here));
await writeFile(join(folder, 'sources.txt'), `${await digest()}\n`);

/** Swagger UI as it is published, without the names of its maps. */
async function copySwagger() {
  for (const [source, name] of Object.entries(SWAGGER)) {
    const text = await readFile(join(here, 'node_modules/swagger-ui-dist', source), 'utf8');
    await writeFile(join(folder, name), text.replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*\s*$/, '\n'));
  }
}

/** A page, which names at once what its script loads at once. */
async function writePage(name, entry) {
  const text = await readFile(join(here, name), 'utf8');
  await writeFile(join(folder, name), text.replace('<!-- preload -->\n', preloads(entry)));
}

function preloads(entry) {
  const outputs = Object.entries(metafile.outputs);
  const [, output] = outputs.find(([path]) => path.endsWith(`/${entry}`)) ?? [];
  const names = output.imports.filter((one) => one.kind === 'import-statement').map((one) => one.path.split('/').at(-1));
  return names.map((name) => `<link rel="modulepreload" href="./console/${name}">\n`).join('');
}

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
