// Builds the page: node build.mjs <output folder>. Called by Web.targets when a source is newer than the stamp. Several builds may call it at once: the first
// one works, the others wait for it. The last line it prints is the one that a failed build shows.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
const stamp = join(out, 'stamp');
const windows = process.platform === 'win32';

class Refusal extends Error {}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)])).sort();
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path.slice(here.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function run(what, command, args, env) {
  const done = spawnSync(command, args, { cwd: here, encoding: 'utf8', shell: windows, env: { ...process.env, ...env } });
  if (done.status === 0) return;
  console.log(`${done.stdout ?? ''}${done.stderr ?? ''}`.trim());
  throw new Refusal(`${what} failed (see the lines above, or build with -v normal). Without the page: -p:SkipWeb=true`);
}

/** One build at a time: a folder is the lock, the pid inside tells a dead holder from a slow one. */
function locked(work) {
  const lock = `${out}.lock`;
  mkdirSync(dirname(out), { recursive: true });
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

function build() {
  const wanted = digest([...files(join(here, 'src')), ...files(join(here, 'public')), ...['index.html', 'vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json', 'build.mjs'].map((f) => join(here, f))]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(join(out, 'page'))) {
    writeFileSync(stamp, wanted); // newer than the sources again
    return;
  }
  const modules = join(here, 'node_modules');
  const pinned = digest([join(here, 'package-lock.json')]);
  const installed = join(modules, '.takt-installed');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== pinned) {
    run('npm ci', windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    writeFileSync(installed, pinned);
  }
  run('The check of the page’s types', process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), '--noEmit']);
  const fresh = join(out, 'fresh');
  rmSync(fresh, { recursive: true, force: true });
  run('vite', process.execPath, [join(modules, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { TAKT_WEB_OUT: fresh });
  rmSync(join(out, 'page'), { recursive: true, force: true });
  renameSync(fresh, join(out, 'page'));
  writeFileSync(stamp, wanted);
}

try {
  mkdirSync(out, { recursive: true });
  locked(build);
} catch (error) {
  console.log(error instanceof Refusal ? error.message : `The page could not be built: ${error.message}`);
  process.exit(1);
}
