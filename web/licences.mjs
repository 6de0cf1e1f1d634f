// The licences of everything that is bundled, in one text that is shipped beside the bundles.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAMES = /^(licen[cs]e|notice|copying)|^swagger-ui-bundle\.js\.LICENSE/i;
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE
USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Every package that the pages are made of, by name, with its licence as it is published. */
export async function licences(web) {
  const lock = JSON.parse(await readFile(join(web, 'package-lock.json'), 'utf8'));
  const packages = Object.entries(lock.packages).filter(([path, one]) => path.startsWith('node_modules/') && !one.dev && !one.link);
  const texts = await Promise.all(packages.map(([path, one]) => licenceOf(web, path, one.version)));
  const head = 'The pages of Spinegraph are made with these packages, under these licences.';
  return `${[head, ...texts].join(`\n\n${'='.repeat(100)}\n`)}\n`;
}

async function licenceOf(web, path, version) {
  const folder = join(web, path);
  const told = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const names = (await readdir(folder)).filter((name) => NAMES.test(name) && !/-(es|standalone)-/.test(name)).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const title = `${path.replace(/^.*node_modules\//, '')} ${version}: ${told.license ?? 'MIT'}`;
  return [title, ...(files.length ? files.map((text) => text.replaceAll('\r\n', '\n').trim()) : [spoken(told)])].join('\n\n');
}

/** What a package without a licence file says of itself. */
function spoken({ name, license, author, contributors = [] }) {
  if (license === 'CC0-1.0') return 'Dedicated to the public domain by its authors.';
  if (license !== 'MIT') throw new Error(`${name}: no text of its licence (${license})`);
  const people = [author, ...contributors].map((one) => (typeof one === 'string' ? one : one?.name)).filter(Boolean);
  return `Copyright (c) ${people.join(', ') || `the authors of ${name}`}\n\n${MIT}`;
}
