// npm run build: bundles src into dist, and keeps beside each chunk what V8 made of it (src/launch.ts says why).
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { rolldown } from 'rolldown'
import ssh2 from 'ssh2'

const root = import.meta.dirname
const dist = join(root, 'dist')
const launcher = join(dist, 'launch.js')
// Two folders deep, as src/cli is: what is found by import.meta.url stands in the same place from both.
const app = join(dist, 'lib')

/** ssh2's tunnels for HTTP, which nobody here asks for, load http and https of Node's. */
const withoutAgents = {
  name: 'without-agents',
  load: (id) => (id.endsWith('/ssh2/lib/http-agents.js') ? 'module.exports = {}' : undefined),
}

/** ssh2's ciphers in C++, where npm could compile them; it looks for them beside itself, where a bundle is not. */
const compiledCiphers = {
  name: 'compiled-ciphers',
  resolveId: (id) =>
    id.endsWith('/sshcrypto.node')
      ? { id: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node', external: true }
      : null,
}

/** Bundles one file of src with all that it imports; the paths of what it made, the entry first. */
const bundle = async (input, dir, name) => {
  const built = await rolldown({
    input: join(root, 'src', input),
    platform: 'node',
    // A part of ssh2 that has to be compiled; it does without.
    external: ['cpu-features'],
    plugins: [withoutAgents, compiledCiphers],
  })
  const names = { entryFileNames: name, chunkFileNames: name }
  const { output } = await built.write({ dir, format: 'cjs', sourcemap: false, ...names })
  await built.close()
  return output.map(({ fileName }) => join(dir, fileName))
}

/** Runs `lbprov WORDS…`, however it ends, and keeps what V8 has compiled by then. */
const precompile = (entry, ...words) => {
  const code = `
    const { writeFileSync } = require('node:fs')
    const { launch } = require(${JSON.stringify(launcher)})
    const chunks = []
    process.on('exit', () => {
      for (const { script, cache } of chunks) writeFileSync(cache, script.createCachedData())
    })
    launch(${JSON.stringify(entry)}, (chunk) => chunks.push(chunk))`
  const env = { ...process.env, VRRP_PASS: 'passw123' }
  return new Promise((ended) => {
    execFile(process.execPath, ['-e', code, 'lbprov', ...words], { env }, ended)
  })
}

/** A host on the loopback that lets everybody in and answers nothing: what a dry run does before an answer. */
const muteHost = (hostKey) =>
  new Promise((listening) => {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => undefined)
      client.on('authentication', (login) => login.accept())
      client.on('session', (accept) =>
        accept().on('exec', (start) => {
          const stream = start()
          stream.on('data', () => {
            stream.exit(1)
            stream.end()
          })
        }),
      )
    })
    server.listen(0, '127.0.0.1', () => listening(server))
  })

const inventoryOf = (folder, port) => {
  const ssh = `ssh: { host: 127.0.0.1, port: ${port}, identity_file: ${folder}/key, user_known_hosts_file: ${folder}/known }`
  const card = (address) => `interfaces: { eth0: { network: inside, address: ${address} } }`
  return `cluster: build
forwarding: nat
networks: { inside: { subnet: 203.0.113.0/24, gateway: www } }
vips: { www: 203.0.113.10 }
routers: { lb1: { ${ssh}, priority: 100, ${card('203.0.113.9')} } }
real_servers: { rs1: { ${card('203.0.113.20')} } }
services: { http: { vip: www, port: 80, scheduler: rr } }
`
}

const precompileAll = async (entry) => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-build-'))
  const key = ssh2.utils.generateKeyPairSync('ed25519')
  const server = await muteHost(key.private)
  try {
    const { port } = server.address()
    writeFileSync(join(folder, 'key'), key.private, { mode: 0o600 })
    writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${key.public}\n`)
    writeFileSync(join(folder, 'inventory.yaml'), inventoryOf(folder, port))
    const example = join(root, 'inventory', 'nat.yaml')
    await precompile(entry, '--version')
    await precompile(entry, 'check', example)
    await precompile(entry, 'render', example, '-o', join(folder, 'rendered'))
    const reach = ['--dry-run', '-F', 'none', '--limit', 'lb1']
    await precompile(entry, 'apply', join(folder, 'inventory.yaml'), ...reach)
  } finally {
    server.close()
    rmSync(folder, { recursive: true })
  }
}

rmSync(dist, { recursive: true, force: true })
await bundle('launch.ts', dist, '[name].js')
// The project's own package.json says that .js is no CommonJS.
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
const chunks = await bundle('main.ts', app, '[name]-[hash].js')
const { wrap } = createRequire(import.meta.url)(launcher)
for (const chunk of chunks) writeFileSync(chunk, wrap(readFileSync(chunk, 'utf8')))
const [entry] = chunks
const main = join(dist, 'main.js')
writeFileSync(
  main,
  `#!/usr/bin/env node\nrequire('./launch.js').launch(\`\${__dirname}/lib/${basename(entry)}\`)\n`,
)
chmodSync(main, 0o755)
await precompileAll(entry)
