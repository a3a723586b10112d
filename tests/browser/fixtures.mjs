// Results files for the tests: a published one, what is hostile in every place, and small ones.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tandem-pages-'));
let pages = 0;

/// The address of the page that the program makes of these results files.
export function pageOf(...files) {
  const out = join(folder, `page-${++pages}`);
  const paths = files.map((file, i) => {
    const path = join(folder, `results-${pages}-${i}.json`);
    writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
    return path;
  });
  execFileSync(process.env.TANDEM_PROGRAM, ['report', ...paths, '--out', out]);
  return `file://${out}/report.html`;
}

/// The latest of the results files that the project has published, as text; folders begin with the day.
export function published() {
  const root = join(process.env.TANDEM_SOURCE, 'reports', 'published');
  return readFileSync(join(root, readdirSync(root).sort().at(-1), 'results.json'), 'utf8');
}

/// Every string of the file replaced by one that would run a script, end an element, or fill a line by itself; which
/// comes where depends on the one that is taken first.
export function hostile(first = 0) {
  const poisons = [
    '<script>window.taken = true</script>',
    '"><img src=x onerror="window.taken = true">',
    "'/><svg onload='window.taken = true'>",
    '</title></style></script><b>taken',
    '{{{script}}}{{/rows}}',
    'javascript:window.taken = true',
    'x'.repeat(10000),
    'a b '.repeat(2500),
    '\u202e\u0000\n\t,";=1+1',
  ];
  const keep = new Set(['status', 'verdict', 'kind', 'mark', 'variant']);
  let next = first;
  const poison = (value, name) => {
    if (Array.isArray(value)) return value.map(item => poison(item, name));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poison(item, key)]));
    }
    return typeof value === 'string' && !keep.has(name) ? poisons[next++ % poisons.length] : value;
  };
  const json = JSON.parse(published());
  json.benchmarks = json.benchmarks.slice(0, 60);
  const context = json.context.tandem;
  context.claims = context.claims.slice(0, 12);
  context.claims[0].data = [
    { kind: 'chart', title: 't', x: { label: 'x', log: true }, y: { label: 'y' }, marks: [{ x: 1, label: 'm' }],
      series: [{ name: 's', mark: 'points', x: [0, -1, 1, 1e308, null], y: [1, 2, 'NaN', 1e308, 5], low: [1], high: [null] }] },
    { kind: 'grid', title: 't', series: [{ name: 's', x: [1, 2], y: [1], z: [null, 'Infinity'] }] },
    { kind: 'images', title: 't', series: [{ name: 's', columns: 1e9, z: [1] }, { name: 's', columns: 2, z: [0, 1, 2, -1] }] },
    { kind: 'unknown' },
    null,
  ];
  const poisoned = poison(json, '');
  poisoned.context.tandem.schema_version = 1;
  return poisoned;
}

/// One row on a machine with 256 cores; no row; next to nothing.
export function small() {
  const json = JSON.parse(published());
  const one = structuredClone(json);
  one.benchmarks = [json.benchmarks.find(row => row.tandem.status === 'timed')];
  one.context.tandem.machine.cores = 256;
  const none = structuredClone(json);
  none.benchmarks = [];
  return { one, none, bare: { context: { tandem: { schema_version: 1 } }, benchmarks: [{}, null, 7] } };
}

/// Rows that were refused, and threads up to 64 of a method.
export function large() {
  const json = JSON.parse(published());
  json.context.tandem.machine.cores = 64;
  const threaded = json.benchmarks.filter(row => row.tandem.threaded && row.tandem.status === 'timed' && row.threads === 2);
  for (const row of threaded.slice(0, 40)) {
    for (const threads of [4, 8, 16, 32, 64]) {
      const more = structuredClone(row);
      more.threads = threads;
      more.real_time *= 2 / threads;
      more.tandem.round_nanoseconds = row.tandem.round_nanoseconds.map(time => time && (time * 2) / threads);
      json.benchmarks.push(more);
    }
  }
  for (const row of threaded.slice(-3)) {
    row.tandem.status = 'DISAGREES';
    row.tandem.message = 'element 7 is 12 instead of 13, at 3 threads';
  }
  return json;
}
