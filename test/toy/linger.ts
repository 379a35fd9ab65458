import { toyHost } from './toy.ts'

// A program that makes a toy, tells the number of its first process, and never ends.
void toyHost().then((toy) => {
  process.stdout.write(`${String(toy.pid)}\n`)
  setInterval(() => undefined, 1000)
})
