import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

import { LabError } from './command.ts'
import { natInventory, password } from './controller.ts'
import { powerCutUnder } from './failover.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'

const url = 'http://203.0.113.10/'

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const title = (text: string): void => {
  say(`\n── ${text}`)
}

/** Shows a command and what it says, as its operator would see it; throws unless it succeeds. */
const show = async (lab: Lab, words: readonly string[]): Promise<void> => {
  say(`$ lbprov ${words.join(' ')}\n`)
  const [program = '', ...rest] = lab.inside([process.execPath, resolve('dist/main.js'), ...words])
  const env = { ...process.env, HOME: lab.home, VRRP_PASS: password }
  const child = spawn(program, rest, { stdio: 'inherit', env })
  const code = await new Promise<number | null>((done) => child.on('close', done))
  if (code !== 0) throw new LabError(`lbprov ended with exit code ${String(code)}.`)
}

const demo = async (): Promise<void> => {
  const lab = openLab({ name: 'lab', say })
  title('Four bare machines: two routers, two real servers')
  await lab.down()
  await lab.up(['lb1', 'lb2', 'rs1', 'rs2'])
  say(
    'Booted: lb1, lb2, rs1, rs2. Each is a kernel of its own, with nothing configured but its management address.',
  )

  title('One inventory, one command')
  await show(lab, ['apply', natInventory, '--yes'])

  title(`Requests to ${url}, answered by both real servers; rs2 has twice the weight`)
  // rs3 of the inventory is not there in this demo: the routers' checks find that out by themselves.
  await lab.machine('lb1').ssh('until [ "$(ipvsadm -Ln | grep -c Masq)" = 2 ]; do sleep 0.2; done')
  const servers = await tally(lab, url, 20)
  for (const [server, answers] of Object.entries(servers))
    say(`${server}: ${String(answers)} of 20`)
  if (servers.rs1 === undefined || servers.rs2 === undefined) {
    throw new LabError('Only one of the real servers answered.')
  }

  title('The active router loses its power')
  const [outage = 0] = await powerCutUnder(lab, 'lb1', [url])
  say(`lb1 is off; ${(outage / 1000).toFixed(1)} s later the VIP answers again, through lb2.`)

  title('lb1 is back, and the same command again finds nothing to do')
  await lab.machine('lb1').boot()
  await show(lab, ['apply', natInventory, '--yes'])

  say(`
The cluster stays up to look around:
  npm run lab -- ssh lb1 ipvsadm -Ln
  npm run lab -- run curl -s ${url}
  npm run lab -- down`)
}

try {
  await demo()
} catch (error) {
  if (!(error instanceof LabError)) throw error
  say(error.message)
  process.exitCode = 1
}
