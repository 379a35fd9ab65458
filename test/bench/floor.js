import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

import ssh2 from 'ssh2'

/*
 * What lbprov is compared with: the least that a script over ssh2 can do. `floor.js FILE`: connects to every host of the
 * file, at most `atOnce` side by side, runs one script on each in one exec, collects what it says, and ends. `careful`: no
 * Nagle, and a key at once instead of `none` first. It plans nothing and understands no answer.
 */
const { hosts, user, keyFile, hostKey, atOnce, careful } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
)
const privateKey = readFileSync(keyFile)
const trusted = Buffer.from(hostKey.split(' ')[1], 'base64')

/** A longer one is no argument of a command: Linux takes 128 KB. */
const longestCommand = 100_000

const runScript = (client, script) =>
  new Promise((resolve, reject) => {
    const isShort = script.length < longestCommand
    client.exec(isShort ? script : 'sh', (error, stream) => {
      if (error) {
        reject(error)
        return
      }
      let out = ''
      let err = ''
      let exit
      stream.on('data', (bytes) => (out += bytes))
      stream.stderr.on('data', (bytes) => (err += bytes))
      stream.on('exit', (code) => (exit = code))
      stream.on('close', () => resolve({ exit, out, err }))
      if (!isShort) stream.end(script)
    })
  })

const visit = ({ address, port, scriptFile }) =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on('error', reject)
    client.on('ready', () => {
      runScript(client, readFileSync(scriptFile, 'utf8'))
        .then(resolve, reject)
        .finally(() => client.end())
    })
    client.connect({
      host: address,
      port,
      username: user,
      hostVerifier: (key) => key.equals(trusted),
      readyTimeout: 60_000,
      ...(careful
        ? {
            sock: connect({ host: address, port, noDelay: true }),
            authHandler: [{ type: 'publickey', username: user, key: privateKey }],
          }
        : { privateKey }),
    })
  })

const waiting = [...hosts]
const work = async () => {
  for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
    const { exit, out, err } = await visit(host)
    // Each of the script's parts ends with a line of its own, and the whole with the last one's.
    if (exit === 0 && out.endsWith(' end\n') && err.endsWith(' end\n')) continue
    process.exitCode = 1
    process.stderr.write(`${host.address}: exit ${exit}\n${out.slice(-500)}\n${err.slice(-500)}\n`)
  }
}
await Promise.all(Array.from({ length: atOnce }, work))
