// The page reads without this script. It adds: a word at the pointer, the lines of one colour brought out, and figures
// saved as CSV.
'use strict';
(() => {
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'status');
  document.body.append(tip);

  const textOf = element => element.dataset.tip ?? element.querySelector(':scope > title')?.textContent;
  const show = (element, x, y) => {
    const title = element.querySelector(':scope > title');
    tip.textContent = textOf(element);
    if (title) {  // or the browser shows its own beside ours
      element.dataset.tip = title.textContent;
      title.remove();
    }
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - width - 4))}px`;
    tip.style.top = `${y + 14 + height > innerHeight ? y - height - 8 : y + 14}px`;
  };

  // Of one picture the series under the pointer stays as it is, the others fade.
  const bringOut = series => {
    const chart = series.closest('.chart');
    for (const other of chart.querySelectorAll('g.series')) other.classList.toggle('dim', other !== series);
  };
  const release = () => {
    tip.hidden = true;
    for (const faded of document.querySelectorAll('.dim')) faded.classList.remove('dim');
  };
  addEventListener('pointerover', event => {
    if (!(event.target instanceof Element)) return;
    release();
    const element = event.target.closest('[data-tip], .chart > svg .point');
    if (element && textOf(element)) show(element, event.clientX, event.clientY);
    const series = event.target.closest('.chart g.series');
    if (series) bringOut(series);
  });
  addEventListener('keydown', event => { if (event.key === 'Escape') release(); });
  addEventListener('scroll', release, { passive: true });

  const save = (bytes, name, type) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const button = (text, action) => {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'save';
    element.textContent = text;
    element.addEventListener('click', action);
    return element;
  };

  for (const figures of document.querySelectorAll('.figures')) {
    const title = figures.closest('figure, section').querySelector('figcaption, h2');
    const name = title.textContent.replace(/\W+/g, '-').slice(0, 60);
    figures.append(button('Save as CSV', () => save(figures.querySelector('pre').textContent, `${name}.csv`, 'text/csv')));
  }

  // The results file inside the page. As a link it works without a script where a browser takes one of that length.
  const bytesOf = link => {
    const text = atob(link.getAttribute('href').split(',')[1]);
    return Uint8Array.from(text, letter => letter.charCodeAt(0));
  };
  const resultsOf = async link => {
    const stream = new Blob([bytesOf(link)]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).json();
  };
  const cell = value => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const words = ['method', 'variant', 'workload', 'threads', 'size', 'items', 'status', 'message', 'nanoseconds'];
  const counters = ['speedup', 'speedup_low', 'speedup_high', 'speedup_sequential', 'speedup_sequential_low',
    'speedup_sequential_high', 'roof', 'operations', 'bytes', 'steps', 'agreement_error'];
  const saveRows = async (links, wanted, name) => {
    const lines = [['run', ...words, ...counters, 'tolerance', 'input_hash']];
    for (const link of links) {
      for (const row of (await resultsOf(link)).benchmarks ?? []) {
        const extras = row?.tandem ?? {};
        if (!wanted(extras)) continue;
        const own = { ...extras, run: link.dataset.run, threads: row.threads, nanoseconds: row.real_time };
        lines.push([...['run', ...words].map(name => own[name]), ...counters.map(name => row[name]), extras.tolerance, extras.input_hash]);
      }
    }
    save(lines.map(line => line.map(cell).join(',')).join('\n') + '\n', name, 'text/csv');
  };
  const links = [...document.querySelectorAll('a.results')];
  for (const link of links) {
    link.addEventListener('click', event => {
      event.preventDefault();
      save(bytesOf(link), link.download, 'application/gzip');
    });
    const name = link.download.replace('.json.gz', '.csv');
    link.parentElement.append(' ', button('Save all rows as CSV', () => saveRows([link], () => true, name)));
  }
  for (const details of document.querySelectorAll('details.workload')) {
    const { method, workload } = details.dataset;
    details.addEventListener('toggle', () => {
      if (!details.open || details.querySelector(':scope > .save')) return;
      const wanted = extras => extras.method === method && extras.workload === workload;
      details.append(button('Save as CSV', () => saveRows(links, wanted, `${method}-${workload}.csv`)));
    });
    if (details.open) details.dispatchEvent(new Event('toggle'));
  }
})();
