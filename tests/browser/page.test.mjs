// What a reader meets: opened from disk, at three widths, in light and dark, on paper, without scripts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { hostile, large, pageOf, published, small } from './fixtures.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = [360, 768, 1440];
let browser;
let plain;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.TANDEM_BROWSER, args: ['--no-sandbox'] });
  plain = pageOf(published());
});
after(() => browser?.close());

/// Opens the page and holds it to its word: no error, and nothing asked of anybody.
async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', message => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', error => page.complaints.push(error.message));
  page.on('dialog', dialog => page.complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', request => {
    if (request.url() !== address && !/^(data|blob):/.test(request.url())) page.complaints.push(request.url().slice(0, 200));
  });
  await page.goto(address);
  return page;
}

async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

/// Runs in the page: what is cut off at the sides, and what lies on each other.
function misplaced() {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const name = element => `${element.tagName}.${element.getAttribute('class') ?? ''} "${element.textContent.trim().slice(0, 40)}"`;
  const scrolls = '.wide, pre, .spoken, thead';
  const texts = [...document.querySelectorAll('h1,h2,h3,h4,p,li,dt,dd,figcaption,summary,td,th,.words,.value,.ticks i,svg text,button,legend,label')]
    .filter(element => !element.closest(scrolls) && element.checkVisibility() && element.textContent.trim());
  for (const element of texts) {
    const box = element.getBoundingClientRect();
    if (box.width && (box.left < -0.5 || box.right > innerWidth + 0.5)) found.push(`cut at the side: ${name(element)}`);
    const clips = getComputedStyle(element).overflowX !== 'visible';
    if (clips && element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${name(element)}`);
  }
  // A column that is too narrow breaks its words.
  for (const cell of document.querySelectorAll('.rows td:not([colspan])')) {
    const lines = cell.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight);
    if (lines > 4) found.push(`squeezed: ${name(cell)}`);
  }
  // Within one group nothing may lie on another; a group is a picture, a row, a list of marks.
  for (const group of document.querySelectorAll('.chart > svg, .rows tr, .headline, .headline .ticks, .strips li, .strips .ticks, .legend, .card div, nav ul, .shares')) {
    if (!group.checkVisibility()) continue;
    const members = [...group.querySelectorAll('svg text, :scope > td, :scope > th, .words, .value, i:not(.key), li, dt, dd')]
      .filter(element => !element.closest(scrolls) && element.textContent.trim() && !element.closest('.labels'));
    const boxes = members.map(element => [element, element.getBoundingClientRect()]);
    for (let i = 0; i < boxes.length; ++i) {
      for (let j = i + 1; j < boxes.length; ++j) {
        const [one, a] = boxes[i];
        const [other, b] = boxes[j];
        if (one.contains(other) || other.contains(one)) continue;
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1.5 && down > 3) found.push(`on each other: ${name(one)} and ${name(other)}`);
      }
    }
  }
  return found.slice(0, 12);
}

for (const width of widths) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing overlaps or is cut at ${width} px, ${colorScheme}, and axe finds nothing serious`, async () => {
      const page = await open(plain, { viewport: { width, height: 900 }, colorScheme });
      assert.deepEqual(await page.evaluate(misplaced), []);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`), []);
      await close(page);
    });
  }
}

test('several files stand side by side at every width', async () => {
  const address = pageOf(large(), published());
  for (const width of [...widths, 1000, 1160]) {
    const page = await open(address, { viewport: { width, height: 900 } });
    assert.deepEqual(await page.evaluate(misplaced), [], `at ${width} px`);
    assert.equal(await page.locator('.refused strong').first().innerText(), 'DISAGREES');
    await close(page);
  }
});

test('the claims are filtered by verdict', async () => {
  const page = await open(plain);
  const all = await page.locator('.claim:visible').count();
  const refuted = await page.locator('.claim.is-refuted').count();
  assert.ok(0 < refuted && refuted < all);
  await page.locator('label:has(#show-refuted)').click();
  assert.equal(await page.locator('.claim:visible').count(), refuted);
  assert.equal(await page.locator('.claim.is-refuted:visible').count(), refuted);
  await page.locator('label:has(#show-all)').click();
  assert.equal(await page.locator('.claim:visible').count(), all);
  await close(page);
});

test('a word stands at the pointer, and a line is brought out', async () => {
  const page = await open(plain);
  await page.locator('.headlines g[data-tip] circle').first().hover();
  assert.match(await page.locator('#tip').innerText(), /× .*over/);
  const point = page.locator('.chart:has(g.series + g.series) > svg .point').last();
  await point.scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);  // what scrolling lets go of comes with the next frame
  await point.hover({ force: true });
  assert.ok((await page.locator('#tip').innerText()).length > 3);
  assert.equal(await page.locator('.chart:has(.dim) g.series:not(.dim)').count(), 1);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#tip').isVisible(), false);
  assert.equal(await page.locator('.dim').count(), 0);
  await close(page);
});

async function downloaded(page, locator) {
  await page.waitForTimeout(110);  // Chromium lets a page begin ten downloads in a second, and drops the next
  const [download] = await Promise.all([page.waitForEvent('download'), locator.click()]);
  return readFileSync(await download.path());
}

test('the results file and the figures can be saved', async () => {
  const page = await open(plain);
  assert.equal(gunzipSync(await downloaded(page, page.locator('a.results'))).toString(), published());
  const rows = (await downloaded(page, page.getByText('Save all rows as CSV'))).toString().trim().split('\n');
  assert.match(rows[0], /^run,method,variant,workload,threads/);
  assert.ok(rows.length > JSON.parse(published()).benchmarks.length);
  const workload = page.locator('details.workload[open]').first();
  const few = (await downloaded(page, workload.locator('.save'))).toString().trim().split('\n');
  assert.ok(few.length > 1 && few.length < rows.length);
  // Every picture has its figures: that of the headlines, the verdicts, lines, strips and images.
  const pictures = page.locator('figure, #headlines, #verdicts');
  for (const picture of await pictures.all()) {
    const figures = picture.locator('.figures');
    await figures.evaluate(element => { element.open = true; });
    const csv = (await downloaded(page, figures.locator('.save'))).toString().trim().split('\n');
    assert.ok(csv.length > 1 && csv[0].includes(','), await picture.innerText());
  }
  assert.ok(await page.locator('.strips').count() > 0 && await page.locator('.images').count() > 0);
  await close(page);
});

test('it reads without scripts', async () => {
  const page = await open(plain, { javaScriptEnabled: false });
  assert.match(await page.locator('.agreement').innerText(), /timed rows agreed with its reference/);
  await page.locator('label:has(#show-refuted)').click();
  assert.equal(await page.locator('.claim:visible').count(), await page.locator('.claim.is-refuted').count());
  await close(page);
});

test('it prints', async () => {
  const json = JSON.parse(published());  // with a workload that is no headline
  const more = structuredClone(json.benchmarks.filter(row => row.tandem.workload === json.benchmarks[0].tandem.workload));
  for (const row of more) {
    row.tandem.workload = 'another';
    delete row.tandem.headline;
  }
  json.benchmarks.push(...more);
  const page = await open(pageOf(json), { viewport: { width: 703, height: 1000 } });  // A4 without its margins
  assert.equal(await page.locator('.on-paper:visible').count(), 0);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.on-paper:visible').innerText(), '1 more workload on the screen alone.');
  assert.deepEqual(await page.evaluate(misplaced), []);
  const paper = await page.pdf({ format: 'A4', printBackground: true });
  assert.equal(paper.subarray(0, 5).toString(), '%PDF-');
  assert.ok(paper.length > 100000);
  await close(page);
});

test('nothing in a results file runs, and nothing breaks the page', async () => {
  const addresses = [0, 2, 4, 6, 8].map(first => pageOf(hostile(first)));
  for (const address of [...addresses, pageOf(hostile(), hostile())]) {
    for (const width of widths) {
      const page = await open(address, { viewport: { width, height: 900 } });
      assert.equal(await page.evaluate(() => window.taken), undefined);
      assert.equal(await page.locator('script').count(), 1);
      assert.equal(await page.locator('img, iframe, b:text-is("taken")').count(), 0);
      assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width} px`);
      await close(page);
    }
  }
});

test('no row, one row, 256 cores and next to nothing make a page', async () => {
  for (const results of Object.values(small())) {
    const page = await open(pageOf(results), { viewport: { width: 360, height: 900 } });
    assert.deepEqual(await page.evaluate(misplaced), []);
    assert.ok((await page.locator('h1').innerText()).length > 0);
    await close(page);
  }
});

test('what is no results file gets one sentence', () => {
  const sentence = text => {
    try {
      pageOf(text);
    } catch (error) {
      assert.equal(error.status, 2);
      return error.stderr.toString();
    }
    return 'a page';
  };
  assert.match(sentence('{"context": {"tandem": {"schema_version": 2}}, "benchmarks": []}'), /schema 2/);
  assert.match(sentence('{"context": {"tandem": {"schema_version": 1}}, "benchmarks": [{"real_time": NaN}]}'), /not JSON/);
  assert.match(sentence('{"context": {"tandem": {"schema_version": 1}}, "benchmarks": [{"real_time": 1e999}]}'), /not JSON/);
});
