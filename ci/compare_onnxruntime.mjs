// Times ONNX Runtime and Tandem on the same attention in interleaved rounds.
// Called by compare_onnxruntime.sh: node compare_onnxruntime.mjs FOLDER ROUNDS, with onnxruntime-node in the current
// folder and the program `timer` in FOLDER.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const [folder, rounds] = process.argv.slice(2)
const { InferenceSession, Tensor } = createRequire(`${process.cwd()}/`)('onnxruntime-node')

// Every ratio is Tandem's speed over that of the operator that is ONNX Runtime's best: MultiHeadAttention for full
// attention, GroupQueryAttention for causal and windowed, tiled or with the whole matrix of scores, whichever is the
// faster here. Floors on one and on two threads; of none where null.
const cases = {
  full_n4096_d64: { heads: 1, length: 4096, width: 64, causal: 0, window: 0, floors: [1.1, null] },
  full_n4096_d128: { heads: 1, length: 4096, width: 128, causal: 0, window: 0, floors: [1.1, null] },
  full_h4_n1024_d64: { heads: 4, length: 1024, width: 64, causal: 0, window: 0, floors: [1.1, null] },
  causal_n4096_d64: { heads: 1, length: 4096, width: 64, causal: 1, window: 0, floors: [1.1, 1.5] },
  causal_n4096_d128: { heads: 1, length: 4096, width: 128, causal: 1, window: 0, floors: [1.1, 1.5] },
  causal_h4_n1024_d64: { heads: 4, length: 1024, width: 64, causal: 1, window: 0, floors: [1.1, null] },
  window512_n8192_d64: { heads: 1, length: 8192, width: 64, causal: 1, window: 512, floors: [4, null] },
}

const timer = spawn(`${folder}/timer`, [folder], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: timer.stdout })[Symbol.asyncIterator]()
async function tandem(line) {
  timer.stdin.write(`${line}\n`)
  const { value, done } = await answers.next()
  if (done) throw new Error('the timer ended')
  return value
}

function floats(name) {
  const bytes = readFileSync(`${folder}/${name}`)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

const forms = { tiled: '0', whole: '1' }  // by what the variables that switch tiles off are set to

// A session of its own for each number of threads and form; the output's memory is there before the run.
async function session(name, { heads, length, width, causal }, threads, form) {
  for (const variable of ['ORT_DISABLE_FLASH_ATTENTION', 'ORT_GQA_DISABLE_FLASH_ATTENTION']) {
    process.env[variable] = forms[form]
  }
  const model = await InferenceSession.create(`${folder}/${name}.onnx`, { intraOpNumThreads: threads })
  const axes = [heads, length, width]
  const feeds = Object.fromEntries(['Q', 'K', 'V'].map((input) =>
    [input, new Tensor('float32', floats(`${name}.${input.toLowerCase()}`), axes)]))
  if (causal) {
    feeds.last = new Tensor('int32', new Int32Array(heads).fill(length - 1), [heads])
    feeds.total = new Tensor('int32', Int32Array.of(length), [1])
  }
  const output = new Tensor('float32', new Float32Array(heads * length * width), axes)
  const microseconds = async () => {
    const begin = process.hrtime.bigint()
    await model.run(feeds, { O: output })
    return Number(process.hrtime.bigint() - begin) / 1e3
  }
  return { form, output, microseconds }
}

// ONNX Runtime's threads spin for some 45 ms after a run's end, on the core that Tandem's second thread is to have. (The
// option that stops them at once makes its own short runs on two threads twice as long.)
const pause = () => new Promise((resume) => setTimeout(resume, 80))
const sorted = (numbers) => numbers.toSorted((a, b) => a - b)
const median = (numbers) => sorted(numbers)[numbers.length >> 1]

// The faster of some sessions, by the medians of five runs in turn, and the memory that each one's first run took.
async function fastest(sessions) {
  const times = sessions.map(() => [])
  for (let run = 0; run < 5; ++run) {
    for (const [i, one] of sessions.entries()) {
      await pause()
      times[i].push(await one.microseconds())
    }
  }
  const medians = times.map(median)
  return { theirs: sessions[medians.indexOf(Math.min(...medians))], bytes: sessions.map(({ bytes }) => bytes) }
}

let right = true
let below = 0
const contests = []
for (const [name, one] of Object.entries(cases)) {
  await tandem(`make ${name} ${one.heads} ${one.length} ${one.width} ${one.causal} ${one.window}`)
  const ours = floats(`${name}.o`)
  for (const threads of [1, 2]) {
    const sessions = []
    for (const form of Object.keys(forms)) {
      const theirs = await session(name, one, threads, form)
      const before = process.memoryUsage.rss()
      await theirs.microseconds()
      theirs.bytes = process.memoryUsage.rss() - before
      const difference = ours.reduce((most, number, i) => Math.max(most, Math.abs(number - theirs.output.data[i])), 0)
      if (!(difference < 2e-5)) {
        right = false
        console.log(`${name}, ${threads} threads, ${form}: outputs DIFFER by ${difference}`)
      }
      sessions.push(theirs)
    }
    contests.push({ name, threads, floor: one.floors[threads - 1], ...await fastest(sessions), times: [], ratios: [] })
  }
}

for (let round = 0; round < Number(rounds); ++round) {
  for (const contest of contests) {
    const { name, threads, theirs } = contest
    const turns = [theirs.microseconds, async () => Number(await tandem(`time ${name} ${threads}`))]
    const measured = []
    for (const turn of round % 2 === 0 ? [0, 1] : [1, 0]) {
      await pause()
      measured[turn] = await turns[turn]()
    }
    contest.times.push(measured)
    contest.ratios.push(measured[0] / measured[1])
  }
}

console.log('| attention | threads | its best | ONNX Runtime, ms | Tandem, ms | times as fast (middle half) | floor |')
console.log('| --- | ---: | --- | ---: | ---: | ---: | ---: |')
for (const { name, threads, floor, theirs, times, ratios } of contests) {
  const ordered = sorted(ratios)
  const quarter = ordered.length >> 2
  if (floor && median(ratios) < floor) ++below
  const milliseconds = [0, 1].map((side) => (median(times.map((pair) => pair[side])) / 1e3).toFixed(2))
  console.log(`| ${name} | ${threads} | ${theirs.form} | ${milliseconds[0]} | ${milliseconds[1]} | ${median(ratios).toFixed(2)} ` +
    `(${ordered[quarter].toFixed(2)} to ${ordered.at(-1 - quarter).toFixed(2)}) | ${floor ?? ''} |`)
}

// Whether the variables switch: of the longest sequence only the whole matrix of scores takes its 256 MiB.
const [tiled, whole] = contests.find(({ name, threads }) => name === 'window512_n8192_d64' && threads === 1).bytes
  .map((bytes) => bytes / 2 ** 20)
const switched = tiled < 128 && whole > 128
if (!switched) right = false
console.log(`GroupQueryAttention's tiled kernel was ${switched ? '' : 'NOT '}on: for the window it takes ` +
  `${tiled.toFixed(0)} MiB, switched off ${whole.toFixed(0)} MiB`)

timer.stdin.end()
console.log(`${right ? 'outputs agree' : 'NOT a fair race'}; ${below} ratios are below their floor`)
process.exit(right && below === 0 ? 0 : 1)
