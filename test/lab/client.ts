import { get } from 'node:http'

/*
 * The client of the lab's requests: a process of its own, because it stands in the lab's network. Writes a
 * line of JSON for each request, and ends when its stdin does and all are answered.
 */
const [url = '', every = '50', localAddress] = process.argv.slice(2)

let open = 0
let ending = false

const send = (): void => {
  const sent = Date.now()
  open += 1
  const end = (server: string | undefined, error?: string): void => {
    open -= 1
    process.stdout.write(`${JSON.stringify({ sent, ended: Date.now(), server, error })}\n`)
    if (ending && open === 0) process.exit()
  }
  // A new connection each time: an old one would never see a change of the pool.
  const request = get(
    url,
    { agent: false, timeout: 2000, ...(localAddress === undefined ? {} : { localAddress }) },
    (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => {
        if (response.statusCode === 200) end(text.trim())
        else end(undefined, `status ${String(response.statusCode)}`)
      })
    },
  )
  request.on('timeout', () => {
    request.destroy(new Error('no answer within 2 s'))
  })
  request.on('error', (error) => {
    end(undefined, error.message)
  })
}

const timer = setInterval(send, Number(every))
process.stdin.resume().on('end', () => {
  clearInterval(timer)
  ending = true
  if (open === 0) process.exit()
})
