// npm run build: bundles src into dist, and keeps beside each chunk what V8 made of it (src/launch.ts says why).
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { rolldown } from 'rolldown'

const root = import.meta.dirname
const dist = join(root, 'dist')
const launcher = join(dist, 'launch.js')
// Two folders deep, as src/cli is: what is found by import.meta.url stands in the same place from both.
const app = join(dist, 'lib')

/** Bundles one file of src with all that it imports; the entry's path. */
const bundle = async (input, dir, name) => {
  const built = await rolldown({
    input: join(root, 'src', input),
    platform: 'node',
    // Parts of ssh2 that would have to be compiled; it does without them.
    external: [/\.node$/, 'cpu-features'],
  })
  const names = { entryFileNames: name, chunkFileNames: name }
  const { output } = await built.write({ dir, format: 'cjs', sourcemap: false, ...names })
  await built.close()
  return join(dir, output[0].fileName)
}

/** Runs `lbprov WORDS…` and keeps what V8 has compiled by its end. */
const precompile = (...words) => {
  const code = `
    const { writeFileSync } = require('node:fs')
    const { cacheOf, launch } = require(${JSON.stringify(launcher)})
    const chunks = []
    process.on('exit', () => {
      for (const { file, script } of chunks) writeFileSync(cacheOf(file), script.createCachedData())
    })
    launch(${JSON.stringify(entry)}, (chunk) => chunks.push(chunk))`
  execFileSync(process.execPath, ['-e', code, 'lbprov', ...words], {
    env: { ...process.env, VRRP_PASS: 'passw123' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

rmSync(dist, { recursive: true, force: true })
await bundle('launch.ts', dist, '[name].js')
// By their text: V8 takes any compiled form of a text of the same length for that text's own.
const entry = await bundle('main.ts', app, '[name]-[hash].js')

const main = join(dist, 'main.js')
// The project's own package.json says that .js is no CommonJS.
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
writeFileSync(
  main,
  `#!/usr/bin/env node\nrequire('./launch.js').launch(\`\${__dirname}/lib/${basename(entry)}\`)\n`,
)
chmodSync(main, 0o755)

precompile('--version')
precompile('check', join(root, 'inventory', 'nat.yaml'))
