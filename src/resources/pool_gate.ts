import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { isActive } from '../sh/is-active.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { addNote, noteQuestion, notedWords } from './conf-notes.ts'
import { ipAddress } from './ip-address.ts'
import { plainEnd } from './ipvs-difference.ts'
import { confServer, confServers, endKey, serverKey } from './keepalived-conf-members.ts'

const note = 'answered'

/** For how long a service that was only just started may take. */
const patienceSeconds = 10

const port = z.int().min(1).max(65535)

const member = z.strictObject({
  name: z.string().describe("The real server's, for people"),
  at: confServer.shape.at.describe('Its virtual server'),
  address: ipAddress,
  port: z.int().min(0).max(65535).describe('As keepalived.conf has it; 0 behind a mark'),
  asked: z
    .strictObject({ address: ipAddress, port })
    .describe('Where it must take a TCP connection, or keepalived would find it dead'),
})

type Member = z.output<typeof member>

const askedAt = ({ asked }: Member): string => plainEnd(asked.address, asked.port)

/*
 * One connection, closed at once. The address and the port are words to every program here, never a part of a
 * script. curl waits for more than the connection, and says 0 for how long that took where there was none. 2: nothing
 * on this host can tell.
 */
const connects: Sh = sh`connects() {
if command -v bash && command -v timeout; then
timeout 2 bash -c ${': 3<>"/dev/tcp/$1/$2"'} connects "$1" "$2"
elif command -v curl; then
case $1 in *:*) set -- "[$1]" "$2" ;; esac
case $(curl -sS -m 2 -o /dev/null -w '%{time_connect}' "telnet://$1:$2" </dev/null) in *[1-9]*) ;; *) return 1 ;; esac
else return 2; fi >/dev/null 2>&1; }`

const ask = (conf: string, seenFrom: string, one: Member): Sh => {
  const place = askedAt(one)
  const fault = `${one.name} does not answer at ${place} as seen from ${seenFrom}, so no router sends to it; start its service there and run again, or give it weight 0 in the inventory.`
  return lines(
    connects,
    sh`now() { read -r up idle < /proc/uptime; echo "\${up%%.*}"; }`,
    sh`until=$(($(now) + ${patienceSeconds}))`,
    sh`until connects ${one.asked.address} ${one.asked.port}; do
if [ $? = 2 ]; then
echo ${`there is neither bash nor curl on ${seenFrom}, so it cannot be told whether ${one.name} answers at ${place}.`} >&2
break
fi
if [ "$(now)" -ge "$until" ]; then echo ${fault} >&2; exit 1; fi
sleep 1
done`,
    addNote(note, conf, [place]),
  )
}

export const pool_gate = defineResource({
  name: 'pool_gate',
  summary: 'A real server answers this router before any router sends to it',
  schema: z.strictObject({
    conf: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
    seenFrom: z.string().describe("This host's name, for people"),
    members: z.array(member).describe('Those that can be asked'),
  }),
  id: ({ conf }) => conf,
  probe: ({ conf }) => ({
    conf: contents(conf),
    unit: isActive('keepalived'),
    noted: noteQuestion(note, conf),
  }),
  parse: ({ conf, unit, noted }, { members }) => {
    if (conf.exit !== 0) throw new AnswerError(`cannot read keepalived.conf: ${conf.err.trim()}`)
    // Where nothing is served yet, nothing is lost: keepalived itself finds out who is alive.
    const runs = ['active', 'reloading'].includes(unit.out.trim())
    const known = new Set(
      confServers(conf.out).flatMap((server) =>
        server.reals.map((real) => `${serverKey(server)} ${endKey(real)}`),
      ),
    )
    const answered = notedWords(noted)
    return members.filter(
      (each) =>
        runs &&
        conf.out !== '' &&
        !known.has(`${serverKey(each)} ${endKey(each)}`) &&
        !answered.has(askedAt(each)),
    )
  },
  diff: ({ conf, seenFrom }, fresh): readonly Change[] => {
    // One that is new to several virtual servers is asked once.
    const places = new Map(fresh.map((each) => [askedAt(each), each]))
    return [...places.values()].map((each) => ({
      what: `real server ${each.name}, ${askedAt(each)}`,
      before: 'new in the pool',
      after: 'answers',
      run: ask(conf, seenFrom, each),
    }))
  },
})
