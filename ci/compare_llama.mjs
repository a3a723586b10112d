// Converts a llama2.c checkpoint to GGUF and times llama.cpp and Tandem on it in interleaved rounds, one thread each.
// Called by compare_llama.sh: node compare_llama.mjs CHECKPOINT TOKENIZER TIMER PEER LIBRARIES ROUNDS, where TIMER and
// PEER are the two sides' programs and LIBRARIES the folder of llama.cpp's. Writes into the current folder.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [checkpoint, tokenizer, timer, peer, libraries, rounds] = process.argv.slice(2)

function readCheckpoint(path) {
  const bytes = readFileSync(path)
  const [dim, hidden, layers, heads, kvHeads, vocabulary, maxLength] = new Int32Array(bytes.buffer, bytes.byteOffset, 7)
  if (vocabulary < 0) throw new Error('only checkpoints with a shared classifier are converted')
  const tensors = []
  let offset = 28
  const take = (name, rows, columns) => {
    const size = 4 * rows * columns
    tensors.push({ name, rows, columns, data: bytes.subarray(offset, offset + size) })
    offset += size
  }
  const takeLayers = (name, rows, columns) => {
    for (let i = 0; i < layers; ++i) take(`blk.${i}.${name}.weight`, rows, columns)
  }
  const kvDim = dim / heads * kvHeads
  take('token_embd.weight', vocabulary, dim)
  takeLayers('attn_norm', 1, dim)
  takeLayers('attn_q', dim, dim)
  takeLayers('attn_k', kvDim, dim)
  takeLayers('attn_v', kvDim, dim)
  takeLayers('attn_output', dim, dim)
  takeLayers('ffn_norm', 1, dim)
  takeLayers('ffn_gate', hidden, dim)
  takeLayers('ffn_down', dim, hidden)
  takeLayers('ffn_up', hidden, dim)
  take('output_norm.weight', 1, dim)
  return { dim, hidden, layers, heads, kvHeads, vocabulary, maxLength, tensors }
}

function readPieces(path) {
  const bytes = readFileSync(path)
  const pieces = []
  for (let offset = 4; offset < bytes.length;) {
    const size = bytes.readInt32LE(offset + 4)
    pieces.push({ score: bytes.readFloatLE(offset), bytes: bytes.subarray(offset + 8, offset + 8 + size) })
    offset += 8 + size
  }
  return pieces
}

// GGUF version 3: github.com/ggml-org/ggml, docs/gguf.md.
function writeGguf(model, pieces, path) {
  const parts = []
  let size = 0
  const put = (buffer) => { parts.push(buffer); size += buffer.length }
  const scalar = (bytes, write) => { const b = Buffer.alloc(bytes); write(b); put(b) }
  const u32 = (v) => scalar(4, (b) => b.writeUInt32LE(v))
  const i32 = (v) => scalar(4, (b) => b.writeInt32LE(v))
  const f32 = (v) => scalar(4, (b) => b.writeFloatLE(v))
  const u64 = (v) => scalar(8, (b) => b.writeBigUInt64LE(BigInt(v)))
  const string = (v) => { const b = Buffer.from(v); u64(b.length); put(b) }
  const types = { u32: [4, u32], i32: [5, i32], f32: [6, f32], string: [8, string] }
  const values = []
  const value = (key, type, v) => values.push(() => { string(key); u32(types[type][0]); types[type][1](v) })
  const array = (key, type, all) => values.push(() => {
    string(key); u32(9); u32(types[type][0]); u64(all.length)
    all.forEach(types[type][1])
  })

  value('general.architecture', 'string', 'llama')
  value('llama.context_length', 'u32', model.maxLength)
  value('llama.embedding_length', 'u32', model.dim)
  value('llama.block_count', 'u32', model.layers)
  value('llama.feed_forward_length', 'u32', model.hidden)
  value('llama.attention.head_count', 'u32', model.heads)
  value('llama.attention.head_count_kv', 'u32', model.kvHeads)
  value('llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5)
  value('llama.rope.dimension_count', 'u32', model.dim / model.heads)
  value('llama.rope.freq_base', 'f32', 10000)
  value('llama.vocab_size', 'u32', model.vocabulary)
  value('tokenizer.ggml.model', 'string', 'llama')
  array('tokenizer.ggml.tokens', 'string', pieces.map((piece, i) =>
    i < 3 ? ['<unk>', '<s>', '</s>'][i] : Buffer.from(piece.bytes.toString('utf8').replaceAll(' ', '\u2581'))))
  array('tokenizer.ggml.scores', 'f32', pieces.map((piece) => piece.score))
  array('tokenizer.ggml.token_type', 'i32', pieces.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1)))
  value('tokenizer.ggml.bos_token_id', 'u32', 1)
  value('tokenizer.ggml.eos_token_id', 'u32', 2)
  value('tokenizer.ggml.unknown_token_id', 'u32', 0)

  const alignment = 32
  const aligned = (n) => Math.ceil(n / alignment) * alignment
  put(Buffer.from('GGUF')); u32(3); u64(model.tensors.length); u64(values.length)
  for (const write of values) write()
  let offset = 0
  for (const tensor of model.tensors) {
    string(tensor.name)
    const shape = tensor.rows === 1 ? [tensor.columns] : [tensor.columns, tensor.rows]
    u32(shape.length); shape.forEach(u64); u32(0); u64(offset)
    offset += aligned(tensor.data.length)
  }
  put(Buffer.alloc(aligned(size) - size))
  for (const tensor of model.tensors) {
    put(tensor.data)
    put(Buffer.alloc(aligned(tensor.data.length) - tensor.data.length))
  }
  writeFileSync(path, Buffer.concat(parts))
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

const model = readCheckpoint(checkpoint)
writeGguf(model, readPieces(tokenizer), 'model.gguf')

const prompt = 'Once upon a time'
const say = (command, ...words) => execFileSync(command, words, { encoding: 'utf8' }).trimEnd()
const [theirs, features] = say(peer, libraries, 'model.gguf', prompt, '60', 'text').split(/\n(?=.*CPU)/)
const ours = say(timer, checkpoint, tokenizer, prompt, '60')
const same = ours.trim() === theirs.trim()
console.log(`greedy text of 60 tokens: ${same ? 'the same' : `DIFFERENT\n  ${theirs}\n  ${ours}`}`)
console.log(`llama.cpp: ${features}`)

const lengths = { prompt: Math.min(256, model.maxLength / 2), steps: Math.min(128, model.maxLength / 4) }
const sizes = [lengths.prompt, lengths.steps].map(String)
const run = {
  'llama.cpp': () => JSON.parse(say(peer, libraries, 'model.gguf', ...sizes)),
  Tandem: () => JSON.parse(say(timer, checkpoint, ...sizes)),
}
const names = Object.keys(run)
const times = Object.fromEntries(names.map((name) => [name, { prompt: [], steps: [] }]))
for (let round = 0; round < Number(rounds) + 1; ++round) {
  for (let turn = 0; turn < names.length; ++turn) {
    const name = names[(round + turn) % names.length]  // each is first equally often
    const measured = run[name]()
    if (round === 0) continue  // warm-up
    for (const part in lengths) times[name][part].push(measured[part] / lengths[part])
  }
}
let slower = false
for (const part in lengths) {
  const theirs = times['llama.cpp'][part]
  console.log(`${part} of ${lengths[part]} tokens, ${rounds} rounds: llama.cpp ${median(theirs).toFixed(1)} us per token`)
  for (const name of names.slice(1)) {
    const ratios = times[name][part].map((time, round) => theirs[round] / time).toSorted((a, b) => a - b)
    const quarter = ratios.length >> 2
    slower ||= median(ratios) < 1
    console.log(`  ${name} ${median(times[name][part]).toFixed(1)} us, ${median(ratios).toFixed(2)} times as fast ` +
      `(middle half of the rounds: ${ratios[quarter].toFixed(2)} to ${ratios.at(-1 - quarter).toFixed(2)})`)
  }
}
process.exit(same && !slower ? 0 : 1)
